import Dialects

/// A mark that a pane writes after its command has ended, by which the host knows that it has received everything before. The
/// mark is necessary because tmux dismisses the clients of a session that ends, without the output that it had not passed on
/// yet (tmux 3.3, server-client.c).
///
/// The mark is an operating system command, which terminals ignore (ECMA-48, section 5.6). It contains a secret that is made
/// when the command is over, so the command can't print the mark before.
struct DrainMark {
    private static let prefix = Array("\u{1B}]7117;".utf8)
    private static let digits = 32
    private static let length = prefix.count + digits + 1

    /// Bytes at the end of the output so far that may be the beginning of a mark.
    private var held: [UInt8] = []

    /// Returns 128 random bits from the system's generator, as hexadecimal digits.
    static func secret() -> String { Hexadecimal.text((0..<digits / 2).map { _ in UInt8.random(in: .min ... .max) }) }

    static func bytes(_ secret: String) -> [UInt8] { prefix + Array(secret.utf8) + [7] }

    /// Looks for the mark in the output. Returns whether this piece completes the mark, and the output without it.
    ///
    /// - Parameter isOurs: Says whether a secret is the pane's own. A sequence in a mark's form with another secret is the
    ///   command's output, and stays.
    mutating func read(_ piece: [UInt8], isOurs: (String) -> Bool) -> (isFound: Bool, rest: [UInt8]) {
        let all = held + piece
        var (isFound, rest, at) = (false, [UInt8](), 0)
        rest.reserveCapacity(all.count)
        held = []
        while at < all.count {
            if all[at] == Self.prefix[0], Self.hasForm(all[at...].prefix(Self.length)) {
                guard all.count - at >= Self.length else {
                    held = Array(all[at...])
                    break
                }
                let secret = all[(at + Self.prefix.count)...].prefix(Self.digits)
                if isOurs(String(decoding: secret, as: UTF8.self)) {
                    isFound = true
                    at += Self.length
                    continue
                }
            }
            rest.append(all[at])
            at += 1
        }
        return (isFound, rest)
    }

    /// Returns the bytes that were held back. Nothing came after them, so they are not a mark.
    mutating func flush() -> [UInt8] {
        defer { held = [] }
        return held
    }

    /// Returns whether these bytes are in a mark's form, or in the form of a mark's beginning.
    private static func hasForm(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.enumerated().allSatisfy { at, byte in
            if at < prefix.count { return byte == prefix[at] }
            guard at < length - 1 else { return byte == 7 }
            return (48...57).contains(byte) || (97...102).contains(byte)
        }
    }
}
