import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests the types of columns without values whose declared word SQLite does not know.
struct UnknownWordTests {
    @Test(arguments: [
        ("STRING", ColumnType.text), ("ENUM", .text), ("INET", .text), ("XML", .text), ("HSTORE", .text),
        ("URL", .text), ("MEMO", .text), ("ANY", .text),
        ("BYTEA", .bytes), ("BINARY(16)", .bytes), ("LONG VARBINARY", .bytes),
        ("DATETIME2(7)", .datetime), ("DateTimeOffset", .timestamp),
        ("MONEY", .numeric), ("NUMBER(10,2)", .numeric), ("DECIMAL UNSIGNED", .numeric),
        ("SECONDS", .numeric), ("YEAR", .numeric),
    ])
    func typeOfWord(_ declared: String, _ type: ColumnType) throws {
        let word = try #require(UnknownWord(.native(sqlite: declared, postgresql: "numeric")))
        #expect(word.type == type)
    }

    @Test func knownTypesHaveNone() {
        #expect(UnknownWord(.text) == nil && UnknownWord(.native(sqlite: "", postgresql: "")) == nil)
    }

    @Test(
        "an empty column takes the type of the others of its word, or the word's own, and the report says so",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func emptyColumns() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE items (id STRING PRIMARY KEY, raw BINARY(16), z TIMESTAMPTZ, w TIMESTAMP WITH TIME ZONE, off DATETIMEOFFSET,
                m MONEY, e ENUM, n STRING DEFAULT 0, s SIZE, b BLOBBY);
            CREATE TABLE f (id STRING PRIMARY KEY, m MONEY, s SIZE); INSERT INTO f VALUES ('a', 1, 5);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            let target = try connect(to: url)
            defer { target.close() }
            let types = try target.query(
                """
                SELECT format_type(atttypid, atttypmod) FROM pg_attribute
                WHERE attrelid = 'items'::regclass AND attnum > 0 ORDER BY attnum
                """)
            let zoned = "timestamp with time zone"
            #expect(
                types.map { $0[0].text } == [
                    "text", "bytea", zoned, zoned, zoned, "numeric", "text", "numeric", "bigint", "bytea",
                ])
            let reasons = Dictionary(
                report.types.filter { $0.table == "items" }.map { ($0.column, $0.reason) },
                uniquingKeysWith: { first, _ in first })
            #expect(reasons["id"] == "it is empty: the type of all other columns declared STRING")
            #expect(reasons["e"] == "it is empty: guessed from the word ENUM")
            #expect(reasons["m"] == nil && reasons["z"] == nil)
            try target.execute("INSERT INTO items (id) VALUES ('abc')")
        }
    }
}
