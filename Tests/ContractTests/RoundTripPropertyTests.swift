import Dialects
import TestSupport
import Testing

/// Puts values of two random kinds into each column, whatever it is declared as, and compares the file with its own round trip.
@Suite(
    "values of any kinds in columns of any declaration, there and back", .serialized,
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct RoundTripPropertyTests {
    private static let declarations = [
        "date", "datetime", "timestamp", "time", "text", "varchar(9)", "blob", "", "integer", "bigint", "real",
        "double", "numeric", "decimal(10,2)", "boolean", "json", "uuid", "char(36)",
    ]

    /// Values of one kind each, as SQL.
    private static let kinds = [
        ["'2000-01-02'", "'1999-12-31'", "'2024-02-29'"],
        ["'2000-01-02 00:00:00'", "'2024-02-29T00:00:00'", "'1999-12-31 00:00'"],
        ["'2000-01-02 00:00:00Z'", "'2024-02-29T00:00:00+00:00'"],
        ["'2000-01-02 03:04:05'", "'2024-02-29T23:59:59.123456'"],
        ["'2000-01-02 03:04:05Z'", "'2024-02-29T23:59:59.5+02:00'", "'2000-01-02 00:00:00+01:00'"],
        ["'03:04:05'", "'23:59'", "'2000-01-01 10:11:12'"],
        ["0", "1", "5", "-7", "1099511627776"], ["0.5", "1.0", "-2.25", "1e20", "0.1"], ["-0.0"],
        ["'1.50'", "'1.5'", "'007'", "'5'", "'1e3'"], ["''", "'a'", "'x y'", "' '"], ["'t'", "'f'", "'true'"],
        ["x''", "x'00'", "x'616263'", "x'fffe'"], ["x'000102030405060708090a0b0c0d0e0f'"],
        ["'6F9619FF-8B86-D011-B42D-00CF4FC964FF'", "'6f9619ff-8b86-d011-b42d-00cf4fc964ff'"],
        [#"'{"a":1}'"#, "'[1,2]'", #"'{"b": 1, "a":2}'"#], ["NULL"],
    ]

    @Test("a round trip gives equal digests", arguments: UInt64(1)...8)
    func equal(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var (columns, values): ([String], [[String]]) = ([], [])
        for at in 0..<40 {
            columns.append("c\(at) " + (Self.declarations.randomElement(using: &random) ?? ""))
            let pair = (Self.kinds.randomElement(using: &random), Self.kinds.randomElement(using: &random))
            values.append((pair.0 ?? []) + (pair.1 ?? []))
        }
        var rows: [String] = []
        for number in 1...12 {
            var row = [String(number)]
            for kinds in values { row.append(kinds.randomElement(using: &random) ?? "NULL") }
            rows.append("(\(row.joined(separator: ", ")))")
        }
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, \(columns.joined(separator: ", ")));
            INSERT INTO t VALUES \(rows.joined(separator: ", "));
            """)
        defer { fixture.remove() }
        try await TransferPairTests.expectRoundTrip(of: fixture)
    }
}
