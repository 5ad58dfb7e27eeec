/// Whether a key is called what secrets are called, however it is written: `api_key`, `accessToken`, `SMTP_PASS`, `passWords`.
enum SecretName {
    static func isOne(_ name: String) -> Bool { isStrong(words(of: name)) || isWeak(words(of: name)) }

    /// Whether all that stands below a key of this name is secret: `passwords: {alice: …}`.
    static func isSection(_ name: String) -> Bool { isStrong(words(of: name)) }

    /// What nothing else is called.
    private static func isStrong(_ words: [String]) -> Bool {
        let flat = singular(words.joined())
        guard strong.contains(where: flat.hasSuffix) else { return false }
        // How many words a model takes or writes is not what somebody proves himself with.
        return !flat.hasSuffix("token") || words.allSatisfy { !counts.contains($0) }
    }

    /// A secret because of the words before it. A sort key is not one, but its name alone does not tell.
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

    /// The words of a name in small letters: `APIKey`, `apiKey`, `api-key` and `API_KEY` are two.
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
