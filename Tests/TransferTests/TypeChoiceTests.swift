import Dialects
import Testing

@testable import Transfer

/// Tests the type that a column gets for its declaration and its values.
struct TypeChoiceTests {
    static func profile(_ declared: ColumnType, _ values: [Value]) -> ColumnProfile {
        var profile = ColumnProfile(DeclaredKind(declared))
        for (row, value) in values.enumerated() {
            let cursor = NumberedRow(number: Int64(row + 1))
            switch value {
            case .null: profile.observe(.null, cursor.key, cursor)
            case .integer(let number): profile.observe(.integer(number), cursor.key, cursor)
            case .real(let number): profile.observe(.real(number), cursor.key, cursor)
            case .boolean(let flag): profile.observe(.boolean(flag), cursor.key, cursor)
            case .text(let text): Array(text.utf8).withUnsafeBytes { profile.observe(.text($0), cursor.key, cursor) }
            case .blob(let bytes): bytes.withUnsafeBytes { profile.observe(.blob($0), cursor.key, cursor) }
            }
        }
        return profile
    }

    static let untyped = ColumnType.native(sqlite: "", postgresql: "")
    static let odd = ColumnType.native(sqlite: "STRING", postgresql: "numeric")

    @Test(arguments: [
        (ColumnType.integer, [Value.integer(1)], ColumnType.bigint),
        (.bigint, [], .bigint),
        (.bigint, [1, "abc"], .text),
        (.bigint, [1, .real(1.5)], .real),
        (.bigint, [.integer(9_007_199_254_740_993), .real(1.5)], .numeric),
        (.bigint, [.integer(9_007_199_254_740_993), .real(.infinity)], .text),
        (.bigint, [1, .blob([0])], .bytes),
        (.real, [.real(1), .real(-0.0)], .real),
        (.real, [.real(1), "abc"], .text),
        (.boolean, [0, 1, nil], .boolean),
        (.boolean, [0, 2], .bigint),
        (.boolean, [0, "t"], .text),
        (.datetime, ["2024-01-02 03:04:05", "2024-01-02T03:04:05.1"], .datetime),
        // In UTC these timestamps are in the years 10000 and 0.
        (.datetime, ["9999-12-31 23:59:59-05:00"], .text),
        (.timestamp, ["0001-01-01T00:00:00+00:01"], .text),
        (.datetime, ["9999-12-31 23:59:59+05:00", "0001-01-01T00:00:00Z", "0001-01-01 00:00-01:00"], .timestamp),
        (.datetime, ["2024-01-02T03:04:05Z", "2024-01-02 03:04+02:00"], .timestamp),
        (.datetime, ["2024-01-02 03:04:05.678 +00:00", "2024-01-02 03:04 Z"], .timestamp),
        (.datetime, ["2024-01-02 03:04:05 "], .text),
        (.datetime, ["2024-01-02T03:04:05Z", "2024-01-02 03:04"], .text),
        (.datetime, ["2024-01-02"], .datetime),
        (.datetime, ["2024-01-02", "2024-01-02 00:00:00"], .text),
        (.datetime, [.integer(1_704_164_645)], .bigint),
        (.datetime, [.real(2_460_000.5)], .real),
        (.datetime, [.real(1.5), .integer(9_007_199_254_740_993)], .numeric),
        (.datetime, [.integer(1), "2024-01-02 00:00:00"], .text), (.date, [.integer(19_724)], .bigint),
        (.datetime, ["2024-01-02 03:04:05.1234567"], .text),
        (.datetime, ["0000-01-02 03:04:05"], .text),
        (.datetime, ["2023-02-29 03:04:05"], .text),
        (.date, ["2024-02-29"], .date),
        (.date, ["2024-02-29 00:00:00", "2024-03-01"], .date),
        (.date, ["2024-02-29 00:00:01"], .text),
        (.date, ["2000-01-01 00:00:00+00:00", "2000-01-01T00:00:00.000Z", "2000-01-02"], .date),
        (.date, ["2000-01-01 00:00:00+01:00"], .text), (.date, ["2000-01-01 10:00:00+00:00"], .text),
        (.date, ["29.2.2024"], .text),
        (.time, ["23:59:59"], .time),
        (.time, ["23:59:59Z"], .text),
        (.time, ["24:00:00"], .text),
        (.uuid, ["123e4567-e89b-12d3-a456-426614174000"], .uuid),
        (.uuid, ["123E4567-E89B-12D3-A456-426614174000"], .text),
        (.decimal(5, 2), [.real(123.45), 999, .real(-0.01)], .decimal(5, 2)),
        (.decimal(5, 2), [1000], .numeric),
        (.decimal(5, 2), [.real(1.005)], .numeric),
        (.decimal(5, 2), ["1.00"], .text),
        (.decimal(5, 2), [.real(-0.0)], .text),
        (.numeric, [.real(1e300), 5], .numeric),
        (.varchar(3), ["äöü"], .varchar(3)),
        (.varchar(3), ["abcd"], .text),
        (.json, ["{}"], .text),
        (.text, ["a\u{0}b"], .bytes),
        (.text, ["a", .blob([1])], .bytes),
        (.bytes, [.blob([1])], .bytes),
        (.bytes, ["text"], .text),
        (untyped, [], .text),
        (untyped, [1], .bigint),
        (untyped, [1, "a", .blob([0])], .bytes),
        (odd, ["a"], .text),
        (odd, [1, .real(0.5)], .real),
        (odd, [], .numeric),
    ])
    func choice(_ declared: ColumnType, _ values: [Value], _ expected: ColumnType) {
        #expect(TypeChoice.choose(Self.profile(declared, values)).type == expected)
    }

    @Test func reasonsSayHowManyAndWhere() {
        let choice = TypeChoice.choose(Self.profile(.bigint, [1, 2, "n/a", "?"]))
        #expect(choice.reason == "2 of 4 values: not an integer ('n/a' in row id=3, …)")
        #expect(TypeChoice.choose(Self.profile(.bigint, [1, 2])).reason == nil)
        #expect(TypeChoice.choose(Self.profile(Self.untyped, [1, "a"])).reason == "1 text among 1 number")
        #expect(TypeChoice.choose(Self.profile(Self.untyped, [1, 2, "a"])).reason == "1 text among 2 numbers")
    }

    @Test func shapesOfTextAreCounted() {
        let choice = TypeChoice.choose(
            Self.profile(.datetime, ["2024-01-02 03:04:05", "2024-01-02T03:04:05", "2024-01-02T03:04:06"]))
        #expect(choice.reason == "shapes of text: 2 × YYYY-MM-DDTHH:MM:SS, 1 × YYYY-MM-DD HH:MM:SS")
        #expect(TypeChoice.choose(Self.profile(.datetime, ["2024-01-02 03:04:05"])).reason == nil)
    }

    @Test func oneShapeOfAnotherKindIsNotSaidToDiffer() {
        let days = TypeChoice.choose(Self.profile(.date, ["2000-01-01 00:00:01Z", "2000-01-02 10:00:00Z"]))
        #expect(days.reason == "the values are not days alone: 2 × YYYY-MM-DD HH:MM:SSZ")
        let mixed = TypeChoice.choose(Self.profile(.date, ["2000-01-01", "2000-01-02 10:00:00"]))
        #expect(mixed.reason?.hasPrefix("the shapes differ in meaning: ") == true)
    }

    @Test func invalidUTF8WidensToBytes() {
        var profile = ColumnProfile(.text)
        let bytes: [UInt8] = [0x61, 0xED, 0xA0, 0x80]
        let cursor = NumberedRow(number: 1)
        bytes.withUnsafeBytes { profile.observe(.text($0), cursor.key, cursor) }
        #expect(TypeChoice.choose(profile).type == .bytes)
    }

    @Test func everyShapeHasASlotOfItsOwn() {
        let shapes = (0..<CalendarShape.slots).map { CalendarShape(slot: $0) }
        #expect(shapes.map(\.slot) == Array(0..<CalendarShape.slots))
    }
}

/// A cursor on a single row, which has only an `id`.
private final class NumberedRow: RowCursor {
    let columnNames = ["id"]
    private let number: Int64

    init(number: Int64) { self.number = number }

    var key: RowKey { RowKey(TableReading(from: "", key: ["id"]), in: columnNames) }

    func next() -> Bool { false }
    func raw(_ column: Int) -> RawValue { .integer(number) }
    func close() {}
}
