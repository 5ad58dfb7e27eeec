/// Parses a `.env` file, statement by statement.
struct DotEnvReader {
    enum Statement: Equatable {
        case comment
        case definition(name: String, value: String)
        case mistake
    }

    private var rest: Substring.UnicodeScalarView
    private var line = 1

    init(_ text: String) {
        rest = Substring(text).unicodeScalars
        if rest.first == "\u{FEFF}" { rest.removeFirst() }
    }

    /// Skips to the next statement. Returns its line number, or `nil` at the end.
    mutating func nextStatement() -> Int? {
        take { $0.properties.isWhitespace }
        return rest.isEmpty ? nil : line
    }

    mutating func statement() -> Statement {
        if rest.first == "#" {
            takeLine()
            return .comment
        }
        let start = (rest, line)
        guard let found = definition() else {
            (rest, line) = start
            takeLine()
            return .mistake
        }
        return .definition(name: found.name, value: found.value)
    }

    /// Parses `export NAME = value # comment`; `nil` for anything else, such as a name without a value.
    private mutating func definition() -> (name: String, value: String)? {
        if rest.starts(with: "export".unicodeScalars), let next = rest.dropFirst(6).first, isBlank(next) {
            rest = rest.dropFirst(6)
            take(isBlank)
        }
        let name: String
        if rest.first == "'" {
            rest.removeFirst()
            name = take { $0 != "'" }
            guard !name.isEmpty, rest.popFirst() == "'" else { return nil }
        } else {
            name = take { $0 != "=" && $0 != "#" && !$0.properties.isWhitespace }
        }
        take(isBlank)
        guard !name.isEmpty, rest.popFirst() == "=" else { return nil }
        take(isBlank)
        guard let value = value() else { return nil }
        take(isBlank)
        if rest.first == "#" { takeLine() }
        guard rest.isEmpty || isLineEnd(rest.first) else { return nil }
        return (name, value)
    }

    private mutating func value() -> String? {
        switch rest.first {
        case "'": return quoted("'")
        case "\"": return quoted("\"")
        case _:
            let text = take { !isLineEnd($0) }
            return String(text.prefix(upTo: text.firstRange(of: /\s+#/)?.lowerBound ?? text.endIndex)).trimmingEnd()
        }
    }

    /// Parses text between quotes, which may span several lines; `nil` if the closing quote is missing.
    private mutating func quoted(_ quote: Unicode.Scalar) -> String? {
        rest.removeFirst()
        var text = String.UnicodeScalarView()
        while let letter = pop() {
            if letter == quote { return String(text) }
            guard letter == "\\", let next = rest.first else {
                text.append(letter)
                continue
            }
            if let meant = quote == "'" ? Self.literalEscapes[next] : Self.escapes[next] {
                text.append(meant)
            } else {
                text.append("\\")
                text.append(next)
            }
            _ = pop()
        }
        return nil
    }

    private static let literalEscapes: [Unicode.Scalar: Unicode.Scalar] = ["\\": "\\", "'": "'"]
    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "\\": "\\", "'": "'", "\"": "\"", "a": "\u{07}", "b": "\u{08}", "f": "\u{0C}", "n": "\n", "r": "\r", "t": "\t",
        "v": "\u{0B}",
    ]

    private mutating func pop() -> Unicode.Scalar? {
        guard let letter = rest.popFirst() else { return nil }
        if letter == "\n" { line += 1 }
        return letter
    }

    @discardableResult
    private mutating func take(_ belongs: (Unicode.Scalar) -> Bool) -> String {
        var text = String.UnicodeScalarView()
        while let letter = rest.first, belongs(letter) {
            text.append(letter)
            _ = pop()
        }
        return String(text)
    }

    private mutating func takeLine() { take { !isLineEnd($0) } }

}

private func isLineEnd(_ letter: Unicode.Scalar?) -> Bool { letter == "\n" || letter == "\r" }
private func isBlank(_ letter: Unicode.Scalar) -> Bool { letter.properties.isWhitespace && !isLineEnd(letter) }

extension String {
    fileprivate func trimmingEnd() -> String {
        var text = unicodeScalars[...]
        while text.last?.properties.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
