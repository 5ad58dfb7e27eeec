import TestSupport
import Testing

@testable import Dialects

/// Tests that encoding a decimal without making its text gives exactly the same result as encoding the text.
@Suite("Decimals of few digits, without their texts")
struct SmallDecimalTests {
    private static let limits: [PostgreSQLEncoding] = [
        .numeric, .decimal(precision: 12, scale: 2), .decimal(precision: 4, scale: 4), .decimal(precision: 9, scale: 0),
        .decimal(precision: 30, scale: 10),
    ]

    /// Returns amounts of money, measurements, whole numbers, both limits of small decimals, and random bits.
    private static func doubles(_ count: Int) -> [Double] {
        var random = SeededGenerator(seed: 2_026)
        let edges: [Double] = [
            0, -0.0, 1, -1, 0.1, 0.01, 1e-6, 1e-7, 12.0, 100, 1e4, 1e8, 1e12, 1e13, 999_999_999_999_999,
            1_000_000_000_000_000, 9_999_999_999_999.99, 99_999_999_999_999.9, 1e15, 1e16, 1e22, 0.1 + 0.2, .infinity,
            -.infinity, .nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
        ]
        let powers: [Double] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7]
        return edges
            + (0..<count).map { number in
                switch number % 4 {
                case 0: Double(Int64.random(in: -100_000_000...100_000_000, using: &random)) / 100
                case 1:
                    Double(Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random))
                        / powers[number % 8]
                case 2: Double(Int64.random(in: -20_000...20_000, using: &random)) * powers[number % 8]
                default: Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &random))
                }
            }
    }

    private static func integers(_ count: Int) -> [Int64] {
        var random = SeededGenerator(seed: 11)
        return [0, 1, -1, 10, 1_000, 10_000, 999_999_999_999_999, 1_000_000_000_000_000, .max, .min]
            + (0..<count).map { Int64.random(in: .min ... .max, using: &random) >> Int64($0 % 64) }
    }

    private func digest(_ value: Value) -> Digest {
        var row = RowDigest()
        value.withRaw { row.add($0, as: .decimal) }
        return row.result
    }

    private func field(_ value: Value, _ encoding: PostgreSQLEncoding) -> [UInt8]? {
        var buffer = OutputBuffer(capacity: 64)
        let fits = value.withRaw { buffer.append(field: $0, as: encoding) }
        return fits ? Array(buffer.bytes) : nil
    }

    @Test("a double has the digest and the numeric of its shortest text")
    func doubles() {
        for number in Self.doubles(100_000) where number.isFinite {
            let text = Value.text(number.description)
            #expect(digest(.real(number)) == digest(text), "\(number)")
            // -0.0 is skipped, because a numeric can't hold its sign.
            guard number != 0 || number.sign == .plus else { continue }
            for limit in Self.limits {
                #expect(field(.real(number), limit) == field(text, limit), "\(number) \(limit)")
            }
        }
    }

    @Test("an integer has the digest and the numeric of its text")
    func integers() {
        for number in Self.integers(100_000) {
            let text = Value.text(number.description)
            #expect(digest(.integer(number)) == digest(text), "\(number)")
            for limit in Self.limits {
                #expect(field(.integer(number), limit) == field(text, limit), "\(number) \(limit)")
            }
        }
    }

    @Test("a numeric that the server sends has the digest of its text")
    func numerics() {
        var few = 0
        for number in Self.doubles(100_000) where number.isFinite {
            guard let field = field(.text(number.description), .numeric) else { continue }
            let small = Array(field.dropFirst(4)).withUnsafeBytes { SmallDecimal(numeric: $0) }
            guard let small else { continue }
            few += 1
            var row = RowDigest()
            row.add(decimal: small)
            #expect(row.result == digest(.text(number.description)), "\(number)")
        }
        #expect(few > 50_000)
    }

    @Test(
        "NaN, infinities and what is cut short are no small decimals",
        arguments: [
            [0, 0, 0, 0, 0xC0, 0, 0, 0], [0, 0, 0, 0, 0xD0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0x12, 0x34, 0, 0], [0xFF, 0xFF, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]])
    func others(_ bytes: [UInt8]) {
        #expect(bytes.withUnsafeBytes { SmallDecimal(numeric: $0) } == nil)
        #expect(SmallDecimal(Double.nan) == nil && SmallDecimal(Double.infinity) == nil && SmallDecimal(0.0) == nil)
    }
}
