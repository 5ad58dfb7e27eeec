import TCYAML

/// A single word or text of a settings file.
package struct Scalar: Sendable {
    /// The style in which the text is written. Only a plain scalar can be anything but text.
    package typealias Style = YAMLNode.Style

    /// The meaning of the text to a reader of YAML 1.1, which the existing install uses.
    package enum Meaning: Sendable, Equatable {
        case null
        case boolean(Bool)
        case integer(Int64)
        case real(Double)
        case text(String)
    }

    package var text: String
    package var style: Style
    /// Whether a `${NAME}` in the text was replaced by a secret.
    var holdsSecret = false

    package init(text: String, style: Style) {
        self.text = text
        self.style = style
    }

    package var meaning: Meaning {
        switch style {
        case .plain: Scalar.meaning(ofPlain: text)
        case .singleQuoted, .doubleQuoted, .literal, .folded: .text(text)
        }
    }
}

extension Scalar {
    /// Returns the meaning of an unquoted text by https://yaml.org/type/: null, bool, int and float of YAML 1.1, as its readers
    /// in Python implement them. A date is left as text.
    private static func meaning(ofPlain text: String) -> Meaning {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case _ where trueWords.contains(text): return .boolean(true)
        case _ where falseWords.contains(text): return .boolean(false)
        default: break
        }
        guard let first = text.first, first.isASCII, first.isNumber || "+-.".contains(first) else { return .text(text) }
        return integer(text).map { .integer($0) } ?? real(text).map { .real($0) } ?? .text(text)
    }

    private static let trueWords = Set(["yes", "on", "true"].flatMap(spellings))
    private static let falseWords = Set(["no", "off", "false"].flatMap(spellings))

    private static func spellings(_ word: String) -> [String] {
        [word, word.prefix(1).uppercased() + word.dropFirst(), word.uppercased()]
    }

    /// Reads an integer: decimal, `0b`, `0x`, octal with a leading 0, or base 60 (`1:30`), exact to 64 bits.
    private static func integer(_ text: String) -> Int64? {
        var digits = text[...]
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits.removeFirst() }
        if digits.first?.isNumber != true { return nil }
        let plain = String(digits.replacing("_", with: ""))
        if plain.contains(":") {
            return plain.first == "0" ? nil : base60(plain).flatMap { Int64(isNegative ? -$0 : $0) }
        }
        let (radix, rest): (Int, Substring) =
            plain.hasPrefix("0b")
            ? (2, plain.dropFirst(2))
            : plain.hasPrefix("0x")
                ? (16, plain.dropFirst(2))
                : plain.hasPrefix("0") && plain.count > 1 ? (8, plain.dropFirst(1)) : (10, plain[...])
        guard rest.allSatisfy({ $0.isHexDigit }) else { return nil }
        return Int64((isNegative ? "-" : "") + rest, radix: radix)
    }

    private static func base60(_ text: String) -> Int64? {
        var total: Int64 = 0
        for (at, part) in text.split(separator: ":", omittingEmptySubsequences: false).enumerated() {
            guard let number = Int64(part), number >= 0, at == 0 || number < 60 else { return nil }
            let (scaled, isTooLarge) = total.multipliedReportingOverflow(by: 60)
            let (sum, overflows) = scaled.addingReportingOverflow(number)
            guard !isTooLarge, !overflows else { return nil }
            total = sum
        }
        return total
    }

    /// Reads a real number. It needs a point, and its exponent needs a sign: `1e3` and `1.5e3` are texts.
    private static func real(_ text: String) -> Double? {
        let plain = text.replacing("_", with: "")
        if let match = plain.lowercased().wholeMatch(of: /([+-]?)\.(inf|nan)/) {
            return match.2 == "nan" ? .nan : match.1 == "-" ? -.infinity : .infinity
        }
        guard plain.wholeMatch(of: /[+-]?[0-9]*\.[0-9]*([eE][+-][0-9]+)?/) != nil,
            plain.contains(where: \.isNumber)
        else { return nil }
        return Double(plain.hasSuffix(".") ? plain + "0" : plain)
    }
}
