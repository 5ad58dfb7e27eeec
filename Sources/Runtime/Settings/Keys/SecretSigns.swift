/// How a secret looks: by its key's name, by the way it begins, or by its letters alone.
enum SecretSigns {
    /// Whether a key of this name holds a secret: `api_key`, `accessToken`, `SMTP_PASS`.
    static func isSecretName(_ name: String) -> Bool {
        var words = ""
        for (before, letter) in zip([" "] + Array(name), name) {
            if letter.isUppercase && before.isLowercase { words += "_" }
            words += letter.lowercased()
        }
        words = words.replacing("-", with: "_")
        let whole = ["password", "passwd", "passphrase", "secret", "token", "apikey", "private_key", "client_secret"]
        let endings = ["_key", "_token", "_secret", "_pass", "_password", "_passwd", "_passphrase", "_apikey"]
        return whole.contains(words) || endings.contains { words.hasSuffix($0) }
    }

    /// Whether a text holds what is known to be a secret by its beginning, wherever in the text it stands.
    ///
    /// A pattern is compiled each time that it is asked, which takes longer than everything else here: what every match of it
    /// holds is looked for first.
    static func holdsSecret(_ text: String) -> Bool {
        if urlPassword(in: text) != nil { return true }
        if text.contains("-----BEGIN "), text.contains(/-----BEGIN [A-Z ]*PRIVATE KEY/) { return true }
        if text.utf8.contains(UInt8(ascii: "=")),
            text.contains(/(?i)(password|passwd|pwd|token|secret|api_?key)=[^&\s$]/)
        {
            return true
        }
        let words = text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0))) }
        return words.contains { word in
            prefixes.contains { word.hasPrefix($0.text) && word.utf8.count >= $0.text.utf8.count + $0.rest }
        }
    }

    /// Beginnings, and how many letters follow at least: `sk-SK` is a language.
    private static let prefixes: [(text: String, rest: Int)] =
        [
            "sk-", "ghp_", "gho_", "ghs_", "ghu_", "ghr_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "xoxs-", "AKIA", "ASIA",
            "AIza",
        ]
        .map { ($0, 4) }
        + ["github_pat_", "xapp-", "sk_live_", "sk_test_", "rk_live_", "pypi-", "npm_", "hf_", "ya29.", "SG."]
        .map { ($0, 16) }

    /// The password of a URL: `redis://user:PASSWORD@host`. Where several @ stand before the path, it goes to the last.
    static func urlPassword(in text: String) -> Range<String.Index>? {
        guard let scheme = text.firstRange(of: "://") else { return nil }
        let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) && !$0.isWhitespace }
        guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
            return nil
        }
        let password = authority.index(after: colon)..<at
        // A reference is not what it stands for.
        guard !password.isEmpty, text[password].wholeMatch(of: /\$\{[^}]+\}/) == nil else { return nil }
        return password
    }

    /// Whether a text holds a word as random as secrets are: many letters of both cases and digits in no order.
    static func looksRandom(_ text: String) -> Bool {
        text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || "+_=-".contains($0))) }.contains { word in
            word.utf8.count >= 20 && word.contains(where: \.isNumber) && word.contains(where: \.isUppercase)
                && word.contains(where: \.isLowercase) && bitsPerLetter(word) > 3.7
        }
    }

    /// Shannon's entropy.
    private static func bitsPerLetter(_ word: Substring) -> Double {
        let counts = Dictionary(word.utf8.map { ($0, 1.0) }, uniquingKeysWith: +)
        let length = Double(word.utf8.count)
        return counts.values.reduce(0) { $0 - $1 / length * logarithm2($1 / length) }
    }
}
