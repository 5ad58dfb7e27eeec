/// Recognizes the names of secrets in any spelling: `api_key`, `accessToken`, `SMTP_PASS`, `passWords`.
enum SecretName {
    static func isOne(_ name: String) -> Bool { isStrong(words(of: name)) || isWeak(words(of: name)) }

    /// Returns whether everything below a key of this name is secret: `passwords: {alice: …}`.
    static func isSection(_ name: String) -> Bool { isStrong(words(of: name)) }

    /// Returns whether only secrets have such names.
    private static func isStrong(_ words: [String]) -> Bool {
        let flat = singular(words.joined())
        guard strong.contains(where: flat.hasSuffix) else { return false }
        // Names such as `max_tokens` count a model's tokens and are not credentials.
        return !flat.hasSuffix("token") || words.allSatisfy { !counts.contains($0) }
    }

    /// Returns whether the name is a secret's because of the words before its last one. `sort_key` counts as one too, since its
    /// name alone does not tell.
    private static func isWeak(_ words: [String]) -> Bool {
        guard let last = words.last else { return false }
        if words.count == 1 { return last == "pwd" }
        return ["key", "pass", "pwd"].contains(last) || last == "keys" && keepers.contains(words[words.count - 2])
    }

    private static let strong = [
        "password", "passwd", "passphrase", "passcode", "secret", "token", "apikey", "authorization",
    ]
    private static let counts: Set<String> = [
        "max", "min", "num", "count", "total", "limit", "input", "output", "prompt", "completion", "context", "budget",
        "thinking",
        "used", "per",
    ]
    private static let keepers: Set<String> = [
        "api", "access", "private", "secret", "auth", "encryption", "signing", "master", "service", "session",
        "license",
    ]

    private static func singular(_ word: String) -> String { word.hasSuffix("s") ? String(word.dropLast()) : word }

    /// Returns the words of a name in lower case: `APIKey`, `apiKey`, `api-key` and `API_KEY` have two.
    private static func words(of name: String) -> [String] {
        let letters = Array(name)
        var (words, word) = ([String](), "")
        for (at, letter) in letters.enumerated() {
            let isLetter = letter.isLetter || letter.isNumber
            let before = at > 0 ? letters[at - 1] : " "
            let after = at + 1 < letters.count ? letters[at + 1] : " "
            let isHump = letter.isUppercase && (before.isLowercase || before.isUppercase && after.isLowercase)
            if (isHump || !isLetter) && !word.isEmpty {
                words.append(word)
                word = ""
            }
            if isLetter { word += letter.lowercased() }
        }
        return word.isEmpty ? words : words + [word]
    }
}
