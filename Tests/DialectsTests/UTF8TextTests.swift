import TestSupport
import Testing

@testable import Dialects

struct UTF8TextTests {
    /// Texts of every length around the words that are examined at once, at every offset in them, some of them damaged.
    @Test func charactersAreCountedAsTheStandardLibraryDoes() {
        var random = SeededGenerator(seed: 29)
        let scalars: [Unicode.Scalar] = ["a", "~", "\u{1}", "\u{7F}", "é", "€", "\u{FFFD}", "\u{1F600}", "\u{10FFFF}"]
        for _ in 0..<20_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                text.append(Bool.random(using: &random) ? "x" : scalars.randomElement(using: &random) ?? "x")
            }
            var bytes = Array(String(text).utf8)
            if let at = bytes.indices.randomElement(using: &random), Int.random(in: 0..<4, using: &random) == 0 {
                bytes[at] = .random(in: 0...255, using: &random)
            }
            let offset = Int.random(in: 0...8, using: &random)
            let count = ([UInt8](repeating: 0x80, count: offset) + bytes).withUnsafeBytes {
                UTF8Text.characters(in: UnsafeRawBufferPointer(rebasing: $0[offset...]))
            }
            let isText = !bytes.contains(0)
            let expected = isText ? String(validating: bytes, as: UTF8.self)?.unicodeScalars.count : nil
            #expect(count == expected, "\(bytes)")
        }
    }
}
