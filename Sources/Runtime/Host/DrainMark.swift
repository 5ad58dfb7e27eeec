/// What a pane writes when its command has ended, so that the host knows that it has heard everything before: tmux lets go of a
/// client whose session ends without what it had not passed on yet (tmux 3.3, server-client.c). It is an operating system
/// command that terminals pass over (ECMA-48, section 5.6), with a secret in it that is made when the command is over: no
/// command can print it before.
struct DrainMark {
    private static let prefix = Array("\u{1B}]7117;".utf8)
    private static let digits = 32
    private static let length = prefix.count + digits + 1

    /// What may be a mark's first part, at the end of what came so far.
    private var held: [UInt8] = []

    /// 128 bits from the system's generator.
    static func secret() -> String { Hexadecimal.text((0..<digits / 2).map { _ in UInt8.random(in: .min ... .max) }) }

    static func bytes(_ secret: String) -> [UInt8] { prefix + Array(secret.utf8) + [7] }

    /// Whether the mark is complete with this piece, and what there is beside it. `isOurs` is asked for the secret of whatever
    /// has a mark's form: what is not ours is the command's, and stays.
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

    /// What was held back and is no mark: nothing came behind it.
    mutating func flush() -> [UInt8] {
        defer { held = [] }
        return held
    }

    /// Whether these bytes are a mark, or the beginning of one.
    private static func hasForm(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.enumerated().allSatisfy { at, byte in
            if at < prefix.count { return byte == prefix[at] }
            guard at < length - 1 else { return byte == 7 }
            return (48...57).contains(byte) || (97...102).contains(byte)
        }
    }
}
