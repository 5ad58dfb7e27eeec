import TestSupport
import Testing

@testable import Dialects

@Suite("Digests of rows in canonical form")
struct RowDigestTests {
    private func digest(_ value: Value, _ form: CanonicalForm) -> Digest {
        var row = RowDigest()
        value.withRaw { row.add($0, as: form) }
        return row.result
    }

    @Test(
        "two shapes of one value are equal",
        arguments: [
            (.decimal, "1.50", "1.5"), (.decimal, "0012", 12), (.decimal, "1.2e3", 1_200),
            (.decimal, .real(0.1), "0.10"),
            (.decimal, "-0.00", 0), (.real, .real(3), 3), (.real, "1.50", .real(1.5)),
            (.real, "NaN", .real(.nan)), (.real, "-inf", .real(-.infinity)), (.real, "1e+20", .real(1e20)),
            (.boolean, 1, .boolean(true)), (.boolean, "f", 0),
            (.boolean, "YES", 1), (.boolean, "off", .boolean(false)), (.boolean, "1", 1), (.boolean, "N", "0"),
            (.moment, "2024-01-02T03:04:05Z", "2024-01-02 03:04:05.000000+00"),
            (.moment, "2024-01-02 05:04:05.5+02:00", "2024-01-02T03:04:05.500000Z"),
            (.moment, "2024-01-02 05:04:05.5 +02:00", "2024-01-02T03:04:05.500000Z"),
            (.moment, "2024-01-02", "2024-01-02 00:00:00Z"),
            (.reading, "2024-01-02 03:04", "2024-01-02T03:04:00.000"), (.date, "2024-02-29", "2024-02-29"),
            (.time, "03:04:05.1", "03:04:05.100000"), (.integer, "-42", -42), (.text, 12, "12"),
            (.uuid, "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
            (
                .uuid,
                .blob([0xa0, 0xee, 0xbc, 0x99, 0x9c, 0x0b, 0x4e, 0xf8, 0xbb, 0x6d, 0x6b, 0xb9, 0xbd, 0x38, 0x0a, 0x11]),
                "a0eebc999c0b4ef8bb6d6bb9bd380a11"
            ), (.padded, "ab  ", "ab"), (.padded, "   ", ""),
            (.bytes, "abc", .blob([97, 98, 99])), (.json, "[1.0, 12e1]", " [ 1 ,120] "), (.json, 12, "12.0"),
            (.json, #"{"b": 1, "a": {"x": [], "y": {}}}"#, #"{"a":{"y":{},"x":[]},"b":1}"#),
            (.json, #"{"a": 1, "b": 2, "a": 3}"#, #"{"b": 2, "a": 3}"#),
            (.json, #"{"a": {"x": 1}, "a": null}"#, #"{"a": null}"#),
            (.json, #""\u00e4\ud83d\ude00\/\n12345678""#, "\"ä😀/\\u000a12345678\""),
        ] as [(CanonicalForm, Value, Value)])
    func equal(_ form: CanonicalForm, _ a: Value, _ b: Value) {
        #expect(digest(a, form) == digest(b, form))
    }

    @Test(
        "different values differ",
        arguments: [
            (.decimal, "1.50", "1.51"), (.decimal, "1", "-1"), (.decimal, "10", "1"), (.decimal, 100, 1_000),
            (.real, .real(0), .real(-0.0)), (.real, .real(0.1), .real(0.1.nextUp)),
            (.real, "0.12345678901234567890", .real(0.12345678901234567890)), (.real, "-nan", .real(.nan)),
            (.boolean, 1, 0), (.boolean, 2, 1),
            (.boolean, "\u{11}", "1"), (.boolean, "yep", "yes"),
            (.moment, "2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000001Z"), (.moment, "yesterday", nil),
            (.text, "", nil), (.text, "a", "A"), (.text, "a", "a\u{0}"), (.integer, .integer(.max), .integer(.min)),
            (.date, "2024-02-29", "2024-02-28"), (.uuid, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "no uuid"),
            (.padded, " ab", "ab"), (.padded, "ab", "abc"), (.uuid, .blob([1]), "1"),
            (.bytes, .blob([0]), .blob([0, 0])), (.json, "[1, 2]", "[2, 1]"), (.json, "[]", "{}"),
            (.json, "1", #""1""#),
            (.json, "[[1], 2]", "[1, [2]]"), (.json, #"{"a": "b"}"#, #"{"b": "a"}"#), (.json, "null", nil),
            (.json, #"{"a": {"b": 1}}"#, #"{"a": 1, "b": 1}"#), (.json, #"["ab", "c"]"#, #"["a", "bc"]"#),
            (.json, "0.1", "0.10000000000000001"), (.json, "NaN", "nan"),
        ] as [(CanonicalForm, Value, Value)])
    func different(_ form: CanonicalForm, _ a: Value, _ b: Value) {
        #expect(digest(a, form) != digest(b, form))
    }

    @Test("a table's digest counts every row, and not their order")
    func order() {
        var random = SeededGenerator(seed: 5)
        let rows = (0..<1_000).map { number in
            var row = RowDigest()
            row.add(.integer(Int64(number % 900)), as: .integer)
            return row
        }
        func digest(_ rows: [RowDigest]) -> TableDigest {
            var table = TableDigest()
            for row in rows { table.add(row) }
            return table
        }
        let whole = digest(rows)
        #expect(digest(rows.shuffled(using: &random)) == whole)
        #expect(digest(Array(rows.dropLast())) != whole)
        // Two rows take the place of two others. A sum of simple numbers would not show it.
        var swapped = rows
        (swapped[0], swapped[3]) = (rows[1], rows[2])
        #expect(digest(swapped) != whole)
    }

    @Test("values do not slide from one column into the next")
    func columns() {
        func pair(_ a: String, _ b: String) -> Digest {
            var row = RowDigest()
            for text in [a, b] { Value.text(text).withRaw { row.add($0, as: .text) } }
            return row.result
        }
        #expect(pair("ab", "c") != pair("a", "bc"))
        #expect(pair("", "abc") != pair("abc", ""))
    }

    @Test("every bit counts: 20,000 neighbouring integers and texts, no two alike")
    func spread() {
        var seen: Set<Digest> = []
        for number in 0..<10_000 {
            seen.insert(digest(.integer(Int64(number)), .integer))
            seen.insert(digest(.text("key-\(number)"), .text))
        }
        #expect(seen.count == 20_000)
    }
}

extension Value {
    fileprivate func withRaw(_ body: (RawValue) -> Void) {
        switch self {
        case .null: body(.null)
        case .integer(let value): body(.integer(value))
        case .real(let value): body(.real(value))
        case .boolean(let value): body(.boolean(value))
        case .text(let text): Array(text.utf8).withUnsafeBytes { body(.text($0)) }
        case .blob(let bytes): bytes.withUnsafeBytes { body(.blob($0)) }
        }
    }
}
