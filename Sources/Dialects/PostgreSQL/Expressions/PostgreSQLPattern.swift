/// Patterns of PostgreSQL (its manual, 9.7) as patterns of SQLite's GLOB (https://www.sqlite.org/lang_expr.html, section 5). Both match
/// Unicode scalars: an accent that follows a wildcard is no part of it.
enum PostgreSQLPattern {
    /// Returns a pattern of LIKE with a backslash in place of its own escape character. An empty one escapes nothing.
    static func escaped(_ pattern: String, by escape: String) -> String {
        guard escape != "\\" else { return pattern }
        var result = ""
        var isEscaped = false
        for scalar in pattern.unicodeScalars {
            let isEscape = !isEscaped && escape.unicodeScalars.elementsEqual([scalar])
            result += isEscape ? "\\" : scalar == "\\" && !isEscaped ? "\\\\" : String(scalar)
            isEscaped = isEscape
        }
        return result
    }

    /// Returns a text without the blanks that a `character(n)` ends with.
    static func withoutPadding(_ text: String) -> String {
        String(text.unicodeScalars.reversed().drop { $0 == " " }.reversed().map(Character.init))
    }

    /// Returns the pattern that matches the same texts as a pattern of LIKE with backslashes as escapes.
    static func glob(ofLike pattern: String) -> String {
        var glob = ""
        var isEscaped = false
        for scalar in pattern.unicodeScalars {
            switch (scalar, isEscaped) {
            case ("\\", false):
                isEscaped = true
                continue
            case ("%", false): glob += "*"
            case ("_", false): glob += "?"
            case (_, _): glob += literal(scalar)
            }
            isEscaped = false
        }
        return glob
    }

    /// Returns the pattern that matches the same texts as a regular expression that describes a whole text character by
    /// character: `^[A-Z]{2}[0-9].*$`. Returns `nil` for any other.
    static func glob(ofRegularExpression expression: String) -> String? {
        let scalars = expression.unicodeScalars
        guard scalars.first == "^", scalars.last == "$" else { return nil }
        var rest = scalars.dropFirst().dropLast()
        var glob = ""
        while let scalar = rest.popFirst() {
            guard let atom = atom(scalar, &rest) else { return nil }
            if rest.first == "*" {
                guard atom == "?" else { return nil }
                rest.removeFirst()
                glob += "*"
            } else {
                guard let count = count(&rest) else { return nil }
                glob += String(repeating: atom, count: count)
            }
        }
        return glob
    }

    /// Reads what stands for one character: `.`, `[a-z]`, an escaped or an ordinary character.
    private static func atom(_ first: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView) -> String? {
        switch first {
        case ".": return "?"
        case "\\":
            // Behind a backslash letters and digits have a meaning of their own.
            guard let next = rest.popFirst(), !Character(next).isLetter, !Character(next).isNumber else { return nil }
            return literal(next)
        case "[":
            var set = rest.first == "^" ? "^" : ""
            rest = rest.dropFirst(set.count)
            guard let end = rest.dropFirst().firstIndex(of: "]") else { return nil }
            let inner = rest[..<end]
            // A class such as `[:alpha:]`, and escapes, are not read.
            guard !inner.contains("["), !inner.contains("\\") else { return nil }
            set += String(inner)
            rest = rest[rest.index(after: end)...]
            return "[\(set)]"
        case "^", "$", "|", "(", ")", "*", "+", "?", "{", "}", "]": return nil
        default: return literal(first)
        }
    }

    /// Reads `{3}`; 1 if there is none, and `nil` for any other quantifier.
    private static func count(_ rest: inout Substring.UnicodeScalarView) -> Int? {
        guard let next = rest.first, "{+?".unicodeScalars.contains(next) else { return 1 }
        guard next == "{", let end = rest.firstIndex(of: "}"),
            let count = Int(String(rest[rest.index(after: rest.startIndex)..<end])),
            (1...100).contains(count)
        else { return nil }
        rest = rest[rest.index(after: end)...]
        return rest.first == "?" ? nil : count
    }

    private static func literal(_ scalar: Unicode.Scalar) -> String {
        "*?[".unicodeScalars.contains(scalar) ? "[\(scalar)]" : String(scalar)
    }
}
