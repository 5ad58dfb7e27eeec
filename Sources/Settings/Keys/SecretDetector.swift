/// The recognition of secrets: by the names of their keys, by their prefixes, or by their characters alone.
enum SecretDetector {
    /// Returns whether a text contains a secret anywhere, recognized by its beginning or by the name before it.
    static func holdsSecret(_ text: String) -> Bool { secret(in: text) ?? namedInWords(text) != nil }

    /// Returns the text with `***` in place of everything that looks like a secret.
    static func masked(_ text: String) -> String {
        var (result, rest) = ("", text)
        while let secret = secret(in: rest) {
            result += rest[..<secret.lowerBound] + "***"
            rest = String(rest[secret.upperBound...])
        }
        return result + rest
    }

    /// Returns the first part of a text that is a secret.
    ///
    /// A pattern is compiled each time that it is used, which takes longer than everything else here. A text that every match
    /// of the pattern contains is therefore searched for first.
    private static func secret(in text: String) -> Range<String.Index>? {
        if let password = urlPassword(in: text) { return password }
        if text.contains("-----BEGIN "), let key = text.firstRange(of: /-----BEGIN [A-Z ]*PRIVATE KEY/) {
            return key.lowerBound..<text.endIndex
        }
        return bearer(in: text) ?? named(in: text) ?? word(in: text)
    }

    /// Returns the token after `Bearer `, as in an HTTP header.
    private static func bearer(in text: String) -> Range<String.Index>? {
        guard text.utf8.contains(UInt8(ascii: " ")), text.lowercased().contains("bearer ") else { return nil }
        return text.firstMatch(of: /(?i)\bbearer +([A-Za-z0-9._~+\/=-]{4,})/).map { $0.1.startIndex..<$0.1.endIndex }
    }

    /// Returns the value in `password=…`, `password:…`, `X-Api-Key: …` or `"passWord": "…"`.
    private static func named(in text: String) -> Range<String.Index>? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }) else { return nil }
        let pattern = /([A-Za-z][A-Za-z0-9_.-]{2,63})(["']?)(\s*=\s*|:\s*)["']?([^\s"'&;,$*\/=:][^\s"'&;,]*)/
        var rest = text[...]
        while let match = rest.firstMatch(of: pattern) {
            let (name, isQuoted, sign) = (match.1, !match.2.isEmpty, match.3)
            // A word, a colon and a blank may be part of an ordinary sentence.
            let isCertain = sign != ": " || isQuoted || name.contains("-") || name.lowercased() == "authorization"
            if isCertain && SecretName.isOne(String(name)) { return match.4.startIndex..<match.4.endIndex }
            // The value may hold a name with a secret in its turn: `user:***@host/?token=…`.
            rest = rest[match.4.startIndex...]
        }
        return nil
    }

    /// Returns a match of `password: …` if nothing follows the value, or if the value contains a digit.
    private static func namedInWords(_ text: String) -> Range<String.Index>? {
        guard text.contains(": ") else { return nil }
        return text.matches(of: /([A-Za-z][A-Za-z0-9_.-]{2,63}): +([^\s"'&;,$*]+)/).lazy.first { match in
            let isLast = text[match.range.upperBound...].allSatisfy(\.isWhitespace)
            return (isLast || match.2.contains(where: \.isNumber)) && SecretName.isOne(String(match.1))
        }.map(\.range)
    }

    private static func word(in text: String) -> Range<String.Index>? {
        text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0))) }.first { word in
            prefixes.contains { word.hasPrefix($0.text) && word.utf8.count >= $0.text.utf8.count + $0.rest }
        }.map { $0.startIndex..<$0.endIndex }
    }

    /// The beginnings of secrets, each with the least number of characters that follow: `sk-SK` is a language.
    private static let prefixes: [(text: String, rest: Int)] =
        [
            "sk-", "ghp_", "gho_", "ghs_", "ghu_", "ghr_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "xoxs-", "AKIA", "ASIA",
            "AIza", "tcs_", "tca_",
        ]
        .map { ($0, 4) }
        + [
            "github_pat_", "xapp-", "sk_live_", "sk_test_", "rk_live_", "pypi-", "npm_", "hf_", "whsec_", "ya29.",
            "SG.",
        ]
        .map { ($0, 16) }

    /// Returns the password of the first URL that has one: `redis://user:PASSWORD@host`. If there are several @ before the
    /// path, the password extends to the last one.
    static func urlPassword(in text: String) -> Range<String.Index>? {
        var rest = text[...]
        while let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...]
            let authority = rest.prefix { !"/?#".contains($0) && !$0.isWhitespace }
            guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
                continue
            }
            let password = authority.index(after: colon)..<at
            // A reference is not the secret itself, and asterisks replace a value that is masked already.
            if !password.isEmpty, text[password] != "***", text[password].wholeMatch(of: /\$\{[^}]+\}/) == nil {
                return password
            }
        }
        return nil
    }

    /// Returns whether a text contains a word that is as random as a secret: at least 20 characters with digits and with
    /// letters of both cases, in no order.
    static func looksRandom(_ text: String) -> Bool {
        text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || "+_=-".contains($0))) }.contains { word in
            word.utf8.count >= 20 && word.contains(where: \.isNumber) && word.contains(where: \.isUppercase)
                && word.contains(where: \.isLowercase) && bitsPerLetter(word) > 3.7
        }
    }

    /// Returns Shannon's entropy of the word's bytes, in bits per byte.
    private static func bitsPerLetter(_ word: Substring) -> Double {
        let counts = Dictionary(word.utf8.map { ($0, 1.0) }, uniquingKeysWith: +)
        let length = Double(word.utf8.count)
        return counts.values.reduce(0) { $0 - $1 / length * logarithm2($1 / length) }
    }
}
