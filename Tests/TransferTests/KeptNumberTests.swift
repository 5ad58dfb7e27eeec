import Dialects
import TestSupport
import Testing

@testable import Transfer

@Suite("what a column of numbers keeps")
struct KeptNumberTests {
    private func refusal(_ text: String, _ kept: KeptNumber = .value) -> String? {
        Array(text.utf8).withUnsafeBytes { kept.refusal(of: $0) }
    }

    private func written(_ text: String) -> String {
        Array(text.utf8).withUnsafeBytes { String(decoding: KeptNumber.value.written($0), as: UTF8.self) }
    }

    @Test("every double is kept, however many zeros its text ends in")
    func doubles() {
        var generator = SeededGenerator(seed: 378)
        for _ in 0..<2000 {
            let number = Double(bitPattern: UInt64.random(in: .min ... .max, using: &generator))
            guard number.isFinite, number != 0 else { continue }
            let parts = number.description.split(separator: "e")
            let mantissa = parts[0].contains(".") ? String(parts[0]) : "\(parts[0])."
            let zeros = String(repeating: "0", count: Int.random(in: 1...20, using: &generator))
            let text = mantissa + zeros + (parts.count > 1 ? "e\(parts[1])" : "")
            #expect(refusal(text) == nil, "\(text)")
        }
    }

    @Test("every whole number of 64 bits is kept, and written without a fraction")
    func wholeNumbers() {
        var generator = SeededGenerator(seed: 379)
        for number in [Int64.min, .max, 9_007_199_254_740_993]
            + (0..<1000).map({ _ in Int64.random(in: .min ... .max, using: &generator) })
        {
            #expect(refusal("\(number).00") == nil, "\(number)")
            #expect(written("\(number).00").utf8.count <= 15 || written("\(number).00") == "\(number)")
        }
        #expect(written("12.50") == "12.50" && written("7.00") == "7.00")
    }

    @Test("ordinary decimals of a wide type are kept, and a number that is neither a double nor whole is refused")
    func others() {
        for text in ["12.345678901234567000", "1.210000000000000200", "0.000000000000000000", "+1.50"] {
            #expect(refusal(text) == nil, "\(text)")
        }
        for text in ["12.345678901234567001", "9007199254740993.5", "9223372036854775809.00", "1e400"] {
            #expect(refusal(text) == "has more digits than a double holds", "\(text)")
        }
    }

    @Test("a whole number of more than 32 bits' precision is none of an R-tree's bounds")
    func singleValues() {
        let demand = ColumnDemand(kept: .singleValue)
        #expect(demand.refusal(of: .integer(16_777_216)) == nil)
        for number in [16_777_217, 9_007_199_254_740_993, Int64.max] {
            #expect(demand.refusal(of: .integer(number)) != nil, "\(number)")
            #expect(refusal("\(number)", .singleValue) != nil, "\(number)")
        }
    }
}
