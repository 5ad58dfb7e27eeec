import Testing

@testable import Dialects
import TestSupport

/// Tests the binary forms alone, and then against the server, which shows them as text.
@Suite struct PostgreSQLBinaryTests {
    private func numeric(_ text: String, _ limit: PostgreSQLNumeric.Limit = .none) -> [UInt8]? {
        var buffer = OutputBuffer(capacity: 8)
        let fits = Array(text.utf8).withUnsafeBytes { buffer.append(numeric: $0, limit: limit) }
        return fits ? Array(buffer.bytes) : nil
    }

    private func text(ofNumeric bytes: [UInt8]) -> String? {
        var buffer = OutputBuffer(capacity: 8)
        let fits = bytes.withUnsafeBytes { buffer.append(textOfNumeric: $0) }
        return fits ? String(decoding: buffer.bytes, as: UTF8.self) : nil
    }

    @Test func numericsAsTheServerSendsThem() {
        #expect(numeric("0") == [0, 0, 0, 0, 0, 0, 0, 0])
        #expect(numeric("1") == [0, 1, 0, 0, 0, 0, 0, 0, 0, 1])
        #expect(numeric("-12345.678") == [0, 3, 0, 1, 0x40, 0, 0, 3, 0, 1, 0x09, 0x29, 0x1A, 0x7C])
        #expect(numeric("0.0001") == [0, 1, 0xFF, 0xFF, 0, 0, 0, 4, 0, 1])
        #expect(numeric("10000") == [0, 1, 0, 1, 0, 0, 0, 0, 0, 1])
    }

    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("000", "0"), ("0.00", "0.00"), ("1.50", "1.50"), ("+.5", "0.5"), ("5.", "5"),
        ("00012.300", "12.300"), ("1e3", "1000"), ("1.5E+2", "150"), ("12e-4", "0.0012"), ("0.00001", "0.00001"),
        ("123456789012345678901234567890.000000001", "123456789012345678901234567890.000000001"), ("-1e-5", "-0.00001"),
        ("100000000", "100000000"),
    ])
    func numericsInCanonicalForm(text: String, canonical: String) throws {
        #expect(self.text(ofNumeric: try #require(numeric(text))) == canonical)
    }

    @Test func aDecimalsLimitsHold() {
        let limit = PostgreSQLNumeric.Limit(whole: 2, scale: 2)
        #expect(numeric("99.99", limit) != nil)
        #expect(numeric("099.9900", limit) != nil)
        #expect(numeric("100", limit) == nil)
        #expect(numeric("0.001", limit) == nil)
        #expect(numeric("1e1", limit) != nil)
        #expect(numeric("1e2", limit) == nil)
    }

    @Test func bytesThatAreNoNumericAreRefused() {
        #expect(text(ofNumeric: []) == nil)
        #expect(text(ofNumeric: [0, 5, 0, 0, 0, 0, 0, 0]) == nil)
        #expect(text(ofNumeric: [0, 0, 0, 0, 0x12, 0x34, 0, 0]) == nil)
        #expect(text(ofNumeric: [0, 0, 0, 0, 0xC0, 0, 0, 0]) == "NaN")
        #expect(text(ofNumeric: [0, 0, 0, 0, 0xF0, 0, 0, 0]) == "-Infinity")
    }

    @Test func timestampsCountFromTheYear2000() {
        func timestamp(_ text: String) -> Int64? {
            Array(text.utf8).withUnsafeBytes { CalendarNumber.timestamp($0, zone: .optional) }
        }
        #expect(timestamp("2000-01-01 00:00") == 0)
        #expect(timestamp("2000-01-01T00:00:00.000001Z") == 1)
        #expect(timestamp("1999-12-31 23:59:59.999999") == -1)
        #expect(timestamp("1970-01-01 00:00:00") == -946_684_800_000_000)
        #expect(timestamp("2000-01-01 01:00+01:00") == 0)
        #expect(timestamp("1999-12-31 23:30:00.100000000-0030") == 100_000)
    }

    @Test func momentsOutsideOurCalendarHaveAText() {
        func text(_ append: (inout OutputBuffer) -> Void) -> String {
            var buffer = OutputBuffer(capacity: 8)
            append(&buffer)
            return String(decoding: buffer.bytes, as: UTF8.self)
        }
        #expect(text { $0.append(timestamp: .max) } == "infinity")
        #expect(text { $0.append(date: .min) } == "-infinity")
        #expect(text { $0.append(date: -730_485) } == "0001-01-01 BC")
        #expect(
            text { $0.append(timestamp: -730_485 * 86_400_000_000 - 1, suffix: "Z") }
                == "0002-12-31 23:59:59.999999Z BC")
        #expect(text { $0.append(date: 2_921_940) } == "10000-01-01")
    }

    /// Returns what is read out of what is written.
    private func reread<Number>(
        _ write: (inout OutputBuffer) -> Void, _ read: (UnsafeRawBufferPointer) -> Number?
    ) -> Number? {
        var buffer = OutputBuffer(capacity: 8)
        write(&buffer)
        return Array(buffer.bytes).withUnsafeBytes { read($0) }
    }

    @Test func momentsOutsideOurCalendarAreReadAsTheyAreWritten() {
        let day = CalendarNumber.microsecondsPerDay
        let moments: [Int64] = [
            .max, .min, -730_485 * day - 1, 2_921_940 * day, -2_451_545 * day, 106_751_983 * day - 1,
        ]
        for moment in moments {
            let bare = reread({ $0.append(timestamp: moment) }, { PostgreSQLSpecialMoments.timestamp($0) })
            let zoned = reread(
                { $0.append(timestamp: moment, suffix: "Z") }, { PostgreSQLSpecialMoments.timestamp($0, suffix: "Z") })
            #expect(bare == moment && zoned == moment)
        }
        let dates: [Int32] = [.max, .min, -730_120, -730_485, 2_921_940, -2_451_545, 2_145_031_948]
        for date in dates {
            let read = reread({ $0.append(date: date) }, { PostgreSQLSpecialMoments.date($0) })
            #expect(read == date)
        }
        let end = reread({ $0.append(time: day) }, { PostgreSQLSpecialMoments.time($0) })
        #expect(end == day)
        // The server has no such moment.
        let late = reread({ $0.append(timestamp: 106_751_983 * day) }, { PostgreSQLSpecialMoments.timestamp($0) })
        #expect(late == nil)
    }

    @Test func valuesOfBothCalendarsAreNotSpecial() {
        func isSpecial(_ text: String) -> Bool {
            Array(text.utf8).withUnsafeBytes { PostgreSQLSpecialMoments.include($0) }
        }
        let shared = ["2024-01-02", "2024-01-02 03:04:05.000000", "2024-01-02 03:04:05.000000Z", "03:04:05", "x"]
        #expect(shared.filter(isSpecial) == [])
        let own = ["infinity", "-infinity", "10000-01-01", "0044-03-15 12:00:00.000000Z BC", "24:00:00.000000"]
        #expect(own.filter(isSpecial) == own)
    }

    @Test(arguments: [
        "10000-01-01T00:00:00.000000", "10000-02-30 00:00:00.000000", "10000-01-01 00:00:00",
        "010000-01-01 00:00:00.000000", "0000-01-01 00:00:00.000000", "Infinity", "10000-01-01 00:00:00.000000Z",
        "99999999-01-01 00:00:00.000000", "",
    ])
    func anotherSpellingIsNoMoment(text: String) {
        let moment = Array(text.utf8).withUnsafeBytes { PostgreSQLSpecialMoments.timestamp($0) }
        #expect(moment == nil)
    }

    /// For 3,000 random values of each kind, the server shows an encoded value as the same value, and a decoded value reads as the
    /// server shows it.
    @Test(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason), arguments: [1, 2, 3] as [UInt64])
    func theServerReadsWhatWeWrite(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let rows = (0..<1_000).map { _ in
            [
                randomNumeric(&random), randomMoment(&random), randomDay(&random), randomTime(&random),
                Value.real(Double(bitPattern: random.next()).finite),
            ]
        }
        let types: [ColumnType] = [.numeric, .datetime, .date, .time, .real]
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.execute(
                """
                CREATE TABLE t (id integer GENERATED BY DEFAULT AS IDENTITY, a numeric, b timestamp, c date, d time, e float8,
                    x text, y text, z text, w text)
                """)
            let writer = try connection.copyIn(
                table: "t", columns: ["a", "b", "c", "d", "e", "x", "y", "z", "w"],
                types: types + [.text, .text, .text, .text])
            for row in rows {
                for (column, value) in (row + row.prefix(4)).enumerated() {
                    try value.withRaw { try writer.write($0, column: column) }
                }
                try writer.endRow()
            }
            #expect(try writer.finish() == rows.count)
            let wrong = try connection.values(
                """
                SELECT a::text, x, b::text, y, c::text, z, d::text, w FROM t
                WHERE a::text IS DISTINCT FROM x::numeric::text OR b IS DISTINCT FROM y::timestamp
                    OR c IS DISTINCT FROM z::date OR d IS DISTINCT FROM w::time
                """)
            #expect(wrong == [])
            let cursor = try connection.copyOut(
                """
                SELECT a, b, c, d, e, a::text, to_char(b, 'YYYY-MM-DD HH24:MI:SS.US'), c::text,
                    to_char(d, 'HH24:MI:SS.US') FROM t ORDER BY id
                """, types: types + [.text, .text, .text, .text])
            for row in rows {
                #expect(try cursor.next())
                for column in 0..<4 { #expect(cursor.raw(column).copied == cursor.raw(column + 5).copied) }
                #expect(cursor.raw(4).copied == row[4])
            }
            #expect(try !cursor.next())
        }
    }

    private func randomNumeric(_ random: inout SplitMix64) -> Value {
        func digits(_ count: Int) -> String {
            (0..<count).map { _ in String(Bool.random(using: &random) ? Int.random(in: 0...9, using: &random) : 0) }
                .joined()
        }
        let whole = digits(.random(in: 1...40, using: &random))
        let fraction = digits(.random(in: 0...40, using: &random))
        let exponent = Int.random(in: -30...30, using: &random)
        let sign = Bool.random(using: &random) ? "-" : ""
        return .text(sign + whole + (fraction.isEmpty ? "" : ".\(fraction)") + (exponent > 15 ? "" : "e\(exponent)"))
    }

    private func padded(_ number: Int, _ width: Int = 2) -> String {
        let text = String(number)
        return String(repeating: "0", count: width - text.count) + text
    }

    private func randomDay(_ random: inout SplitMix64) -> Value {
        let year = Int.random(in: 1...9999, using: &random)
        let month = Int.random(in: 1...12, using: &random)
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let last = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        let day = Bool.random(using: &random) ? last : Int.random(in: 1...last, using: &random)
        return .text("\(padded(year, 4))-\(padded(month))-\(padded(day))")
    }

    private func randomTime(_ random: inout SplitMix64) -> Value {
        let clock = "\(padded(.random(in: 0...23, using: &random))):\(padded(.random(in: 0...59, using: &random)))"
        let second = padded(.random(in: 0...59, using: &random))
        switch Int.random(in: 0...2, using: &random) {
        case 0: return .text(clock)
        case 1: return .text("\(clock):\(second)")
        default: return .text("\(clock):\(second).\(Int.random(in: 0...999_999, using: &random))")
        }
    }

    private func randomMoment(_ random: inout SplitMix64) -> Value {
        let separator = Bool.random(using: &random) ? "T" : " "
        return .text("\(randomDay(&random).text ?? "")\(separator)\(randomTime(&random).text ?? "")")
    }
}

extension Double {
    fileprivate var finite: Double { isFinite ? self : 0.1 }
}

/// A seeded generator (https://prng.di.unimi.it/splitmix64.c).
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
