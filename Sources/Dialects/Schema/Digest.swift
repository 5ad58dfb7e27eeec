/// A 128-bit digest: two independent 64-bit lanes, fed word by word. It shows changes, but it is no defence against somebody who
/// wants two texts to have the same digest.
package struct Digest: Hashable, Sendable {
    private var first: UInt64 = 0x243F_6A88_85A3_08D3
    private var second: UInt64 = 0x1319_8A2E_0370_7344

    package init() {}

    package init(of bytes: some Sequence<UInt8>) {
        Array(bytes).withUnsafeBytes { mix($0) }
    }

    /// Takes a word. Each lane multiplies it into 128 bits and folds them, with constants of its own.
    @inline(__always)
    package mutating func mix(_ word: UInt64) {
        first = Digest.fold(first ^ word, 0x9E37_79B9_7F4A_7C15)
        second = Digest.fold(second &+ word, 0xA409_3822_299F_31D1)
    }

    /// Takes bytes. Their length goes in first, so that no two different sequences of texts feed the digest alike.
    @inline(__always)
    package mutating func mix(_ bytes: UnsafeRawBufferPointer) {
        mix(UInt64(bytes.count))
        var at = 0
        while at + 8 <= bytes.count {
            mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
            at += 8
        }
        if at < bytes.count { mix(Digest.last(of: bytes, from: at)) }
    }

    /// Returns the remaining bytes from `at` on, fewer than eight. If there are bytes before them, both are loaded together: one
    /// load is cheaper than seven.
    @inline(__always)
    private static func last(of bytes: UnsafeRawBufferPointer, from at: Int) -> UInt64 {
        guard at == 0 else {
            let word = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
            return UInt64(littleEndian: word) >> UInt64(8 * (8 - bytes.count + at))
        }
        var last: UInt64 = 0
        for byte in bytes.reversed() { last = last << 8 | UInt64(byte) }
        return last
    }

    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low ^ a
    }

    /// Takes another digest as a whole.
    @inline(__always)
    mutating func mix(_ other: Digest) {
        mix(other.first)
        mix(other.second)
    }

    /// Adds a digest to the digest of several things in any order: the wrapping sum of each thing's lanes.
    @inline(__always)
    static func &+= (sum: inout Digest, other: Digest) {
        sum.first &+= other.first
        sum.second &+= other.second
    }

    /// Removes one thing from such a sum.
    static func &-= (sum: inout Digest, other: Digest) {
        sum.first &-= other.first
        sum.second &-= other.second
    }

    /// The sum of no digests.
    static let zero: Digest = {
        var digest = Digest()
        digest.first = 0
        digest.second = 0
        return digest
    }()

    /// The first lane.
    var word: UInt64 { first }

    /// The digest as 32 hexadecimal digits.
    package var hexadecimal: String { Digest.hexadecimal(first) + Digest.hexadecimal(second) }

    /// Reads a digest from its hexadecimal digits; `nil` if the text is not a digest.
    init?(hexadecimal text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ $0 < 0x80 }),
            let first = UInt64(text.prefix(16), radix: 16), let second = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.first = first
        self.second = second
    }

    private static func hexadecimal(_ lane: UInt64) -> String {
        withUnsafeBytes(of: lane.bigEndian) { Hexadecimal.text($0) }
    }
}

extension Digest: Comparable {
    package static func < (a: Digest, b: Digest) -> Bool { (a.first, a.second) < (b.first, b.second) }
}
