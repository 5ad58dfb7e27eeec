import Foundation

/// MD5 (RFC 1321), which makes the end of a name that SQLAlchemy shortens. It protects nothing.
enum MD5 {
    /// Returns the 16 bytes of a message's digest.
    static func digest(of message: some Sequence<UInt8>) -> [UInt8] {
        var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
        let words = words(of: Array(message))
        for start in stride(from: 0, to: words.count, by: 16) {
            let mixed = mixed(state, with: words[start..<start + 16])
            for at in state.indices { state[at] &+= mixed[at] }
        }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    /// Returns the padded message as words, of which 16 make a block (section 3.1 and 3.2).
    private static func words(of message: [UInt8]) -> [UInt32] {
        let zeros = [UInt8](repeating: 0, count: (119 - message.count % 64) % 64)
        let bits = UInt64(message.count) * 8
        let bytes = message + [0x80] + zeros + (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
        return stride(from: 0, to: bytes.count, by: 4).map { start in
            (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
        }
    }

    /// Mixes a block into the state, in four rounds of 16 steps (section 3.4).
    private static func mixed(_ state: [UInt32], with block: ArraySlice<UInt32>) -> [UInt32] {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        for step in 0..<64 {
            let (mix, word): (UInt32, Int) =
                switch step / 16 {
                case 0: (b & c | ~b & d, step)
                case 1: (d & b | ~d & c, (5 * step + 1) % 16)
                case 2: (b ^ c ^ d, (3 * step + 5) % 16)
                default: (c ^ (b | ~d), 7 * step % 16)
                }
            let sum = a &+ mix &+ sines[step] &+ block[block.startIndex + word]
            let turn = turns[step / 16][step % 4]
            (a, d, c, b) = (d, c, b, b &+ (sum << turn | sum >> (32 - turn)))
        }
        return [a, b, c, d]
    }

    private static let turns: [[UInt32]] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]]
    private static let sines = (1...64).map { UInt32(abs(sin(Double($0))) * 0x1p32) }
}
