/// The recognition of secrets: by the names of their keys, by their prefixes, or by their characters alone.
enum SecretDetector {
    /// Returns whether a text contains a secret anywhere, recognized by its beginning or by the name before it.
    static func holdsSecret(_ text: String) -> Bool { !secrets(in: text).isEmpty || namedInWords(text) != nil }

    /// Returns the text with `***` in place of everything that looks like a secret.
    static func masked(_ text: String) -> String {
        var (result, at) = ("", text.startIndex)
        for secret in secrets(in: text) {
            result += text[at..<secret.lowerBound] + "***"
            at = secret.upperBound
        }
        return result + text[at...]
    }

    /// Returns the parts of a text that are secrets, in their order, without overlaps. Each kind of secret is looked for in the whole text,
    /// so that none is missed beside one of another kind.
    ///
    /// A pattern is compiled each time that it is used, which takes longer than everything else here. A text that every match
    /// of the pattern contains is therefore searched for first.
    private static func secrets(in text: String) -> [Range<String.Index>] {
        let (passwords, tokens) = (urlPasswords(in: text), bearers(in: text))
        // `token:x@host` in a URL is no name with its value, and neither is `Authorization: Bearer`.
        let others = passwords.map { ($0.lowerBound, $0.upperBound) } + tokens.map { ($0.word, $0.token.upperBound) }
        var found = passwords + tokens.map { $0.token } + words(in: text)
        found += named(in: text, except: Dictionary(others, uniquingKeysWith: max))
        if text.contains("-----BEGIN "), let key = text.firstRange(of: /-----BEGIN [A-Z ]*PRIVATE KEY/) {
            found.append(key.lowerBound..<text.endIndex)
        }
        return merged(found)
    }

    private static func merged(_ ranges: [Range<String.Index>]) -> [Range<String.Index>] {
        var result: [Range<String.Index>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound < last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// Returns the tokens after `Bearer `, as in an HTTP header, each with the place of that word.
    private static func bearers(in text: String) -> [(word: String.Index, token: Range<String.Index>)] {
        guard text.utf8.contains(UInt8(ascii: " ")), text.lowercased().contains("bearer ") else { return [] }
        return text.matches(of: /(?i)\bbearer +([A-Za-z0-9._~+\/=-]{4,})/).map {
            ($0.range.lowerBound, $0.1.startIndex..<$0.1.endIndex)
        }
    }

    /// Returns the values in `password=…`, `password:…`, `X-Api-Key: …` or `"passWord": "…"`. Where one of `others` begins, none does, and
    /// the search continues at its end.
    private static func named(
        in text: String, except others: [String.Index: String.Index]
    ) -> [Range<String.Index>] {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }) else { return [] }
        let pattern = /([A-Za-z][A-Za-z0-9_.-]{2,63})(["']?)(\s*=\s*|:\s*)["']?([^\s"'&;,$*\/=:][^\s"'&;,]*)/
        var (found, rest): ([Range<String.Index>], Substring) = ([], text[...])
        while let match = rest.firstMatch(of: pattern) {
            let (name, isQuoted, sign, value) = (match.1, !match.2.isEmpty, match.3, match.4)
            if let end = others[value.startIndex] {
                rest = rest[end...]
                continue
            }
            // A word, a colon and a blank may be part of an ordinary sentence.
            let isCertain = sign != ": " || isQuoted || name.contains("-") || name.lowercased() == "authorization"
            let isSecret = isCertain && SecretName.isOne(String(name))
            if isSecret { found.append(value.startIndex..<value.endIndex) }
            // A value that is none may hold a name with a secret in its turn: `user:***@host/?token=…`.
            rest = rest[(isSecret ? value.endIndex : value.startIndex)...]
        }
        return found
    }

    /// Returns a match of `password: …` if nothing follows the value, or if the value contains a digit.
    private static func namedInWords(_ text: String) -> Range<String.Index>? {
        guard text.contains(": ") else { return nil }
        return text.matches(of: /([A-Za-z][A-Za-z0-9_.-]{2,63}): +([^\s"'&;,$*]+)/).lazy.first { match in
            let isLast = text[match.range.upperBound...].allSatisfy(\.isWhitespace)
            return (isLast || match.2.contains(where: \.isNumber)) && SecretName.isOne(String(match.1))
        }.map(\.range)
    }

    private static func words(in text: String) -> [Range<String.Index>] {
        text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0))) }.filter { word in
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
    static func urlPassword(in text: String) -> Range<String.Index>? { urlPasswords(in: text).first }

    private static func urlPasswords(in text: String) -> [Range<String.Index>] {
        var (found, rest): ([Range<String.Index>], Substring) = ([], text[...])
        while let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...]
            let authority = rest.prefix { !"/?#".contains($0) && !$0.isWhitespace }
            guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
                continue
            }
            let password = authority.index(after: colon)..<at
            // A reference is not the secret itself, and asterisks replace a value that is masked already.
            guard !password.isEmpty, text[password] != "***", !Interpolation.isReference(String(text[password])) else {
                continue
            }
            found.append(password)
            rest = rest[password.upperBound...]
        }
        return found
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
