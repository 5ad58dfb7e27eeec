/// A person's name on a platform whose programs start sessions for people: a chat, a mailbox.
///
/// Two spellings are one identity only where the platform itself says so: e-mail addresses ignore the case of letters, and
/// telephone numbers ignore the leading +. Everything else is compared as it stands. A text that is not a valid identity is
/// refused, not corrected: a number with a leading zero is not the number without it.
package struct PlatformIdentity: Sendable, Hashable {
    package enum Platform: String, Sendable, CaseIterable {
        case telegram, discord, whatsapp, email

        /// The member of a person's `creds` that holds the identity; `nil` for e-mail, which is the person's own `email`.
        var member: String? {
            switch self {
            case .telegram, .discord: "user_id"
            case .whatsapp: "phone_number"
            case .email: nil
            }
        }

        /// The form of an identity on this platform, worded as the end of a sentence.
        package var form: String {
            switch self {
            case .telegram, .discord: "a number of 1 to 20 digits that does not begin with 0"
            case .whatsapp: "a telephone number of 6 to 15 digits with its country code, such as 31612345678"
            case .email: "an address of visible ASCII letters, such as alice@example.org"
            }
        }
    }

    package let platform: Platform
    /// The identity in its normalized spelling, which is compared; ASCII only.
    package let id: String

    /// Makes an identity; `nil` for a text that is not a valid one.
    package init?(_ platform: Platform, _ text: String) {
        guard let id = Self.spelling(platform, text) else { return nil }
        (self.platform, self.id) = (platform, id)
    }

    private static func spelling(_ platform: Platform, _ text: String) -> String? {
        switch platform {
        case .telegram, .discord: number(text, of: 1...20)
        case .whatsapp: number(text.hasPrefix("+") ? text.dropFirst() : text[...], of: 6...15)
        case .email: address(text)
        }
    }

    private static func number(_ text: some StringProtocol, of digits: ClosedRange<Int>) -> String? {
        let bytes = Array(text.utf8.prefix(digits.upperBound + 1))
        guard digits.contains(bytes.count), bytes.first != UInt8(ascii: "0"),
            bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns the e-mail address in its normalized spelling; `nil` if the text is no address. An address has at most 254
    /// characters (RFC 5321, section 4.5.3.1.3, less the brackets), with text on both sides of its only @.
    private static func address(_ text: String) -> String? {
        let bytes = Array(text.utf8.prefix(255))
        guard bytes.count <= 254, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let sides = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard sides.count == 2, sides.allSatisfy({ !$0.isEmpty }) else { return nil }
        return String(decoding: bytes, as: UTF8.self).lowercased()
    }
}
