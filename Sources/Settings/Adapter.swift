/// A program of another front end (a chat, a mailbox) that speaks for people. Its token is a secret, `adapters.NAME.token`.
package struct Adapter: Sendable, Equatable {
    package var name: String
    /// The OS account under which the adapter runs. Its token is not accepted from any other account.
    package var osUsername: String
    package var platforms: Set<PlatformIdentity.Platform>

    package init(name: String, osUsername: String, platforms: Set<PlatformIdentity.Platform>) {
        self.name = name
        self.osUsername = osUsername
        self.platforms = platforms
    }

    /// The name of the secret that holds the adapter's token.
    package var tokenName: String { "adapters.\(name).token" }

    /// The prefix of every token. It makes a token recognizable where none should be, such as in a log or an answer.
    package static let tokenPrefix = "tca_"
    /// The permitted number of characters after the prefix. 128 random bits in hexadecimal are 32 digits.
    static let tokenLength = 32...200

    static func isToken(_ text: String) -> Bool {
        guard text.hasPrefix(tokenPrefix) else { return false }
        let rest = text.utf8.dropFirst(tokenPrefix.utf8.count)
        return tokenLength.contains(rest.count) && rest.allSatisfy(isLetter)
    }

    static func isName(_ text: String) -> Bool { (1...40).contains(text.utf8.count) && text.utf8.allSatisfy(isLetter) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
