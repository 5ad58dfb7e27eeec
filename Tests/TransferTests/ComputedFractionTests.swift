import Dialects
import TestSupport
import Testing
import Transfer

/// Tests integer columns that are computed from numbers with fractions. SQLite stores a fraction there all the same.
@Suite("computed columns: fractions", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct ComputedFractionTests {
    private static let script = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, price REAL, qty INTEGER, fee DECIMAL(8,2), doc TEXT,
            total INTEGER AS (price * qty) STORED, half INTEGER AS (qty / 2.0), doubled INTEGER AS (fee * 2),
            next INTEGER AS (total + 1), part INTEGER AS (total / 2), words TEXT AS (total || ''),
            twice INTEGER AS (qty * 2), whole INTEGER AS (round(price)), cut INTEGER AS (CAST(price AS INTEGER)),
            a AS (json_extract(doc, '$.a')));
        INSERT INTO t (id, price, qty, fee, doc) VALUES (1, 2.0, 4, 1.5, '{"a": 5}'), (2, 3.0, 2, 2, '{"a": 6}'), (3, 3.5, 2, 2, NULL);
        """

    @Test(
        "a computed column of which the rows so far are whole takes later fractions, unless its expression is always whole"
    )
    func laterFractions() async throws {
        let fixture = try SQLiteFixture(Self.script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            let (source, target) = (try connect(to: fixture.url), try connect(to: url))
            defer {
                source.close()
                target.close()
            }
            let types = try target.values(
                """
                SELECT attname::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0
                    AND atttypid = 'int8'::regtype ORDER BY attnum
                """)
            #expect(types.map { $0[0].text } == ["id", "qty", "twice", "whole", "cut", "a"])
            let columns = "total, half, doubled, next, part, words, twice, whole, cut"
            for connection in [source, target] {
                try connection.execute("INSERT INTO t (id, price, qty, fee) VALUES (4, 1.25, 3, 1.25)")
            }
            let query = SQL(trusted: "SELECT \(columns) FROM t ORDER BY id")
            let rows = try [source, target].map { try $0.values(query).map { $0.map(Self.text) } }
            #expect(rows[0] == rows[1])
        }
    }

    @Test("a computed integer that refers to another table keeps its type, and its foreign key is made")
    func foreignKeys() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE page (id INTEGER PRIMARY KEY);
            CREATE TABLE line (id INTEGER PRIMARY KEY, at REAL, page INTEGER AS (at * 1.0) STORED REFERENCES page (id));
            INSERT INTO page VALUES (1), (2); INSERT INTO line (id, at) VALUES (1, 1.0), (2, 2.0);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            let target = try connect(to: url)
            defer { target.close() }
            let keys = try target.values(
                "SELECT count(*) FROM pg_constraint WHERE conrelid = 'line'::regclass AND contype = 'f'")
            #expect(keys == [[.integer(1)]])
        }
    }

    /// Returns the value as text, a number with the point of a double.
    private static func text(_ value: Value) -> String {
        switch value {
        case .integer(let number): "\(Double(number))"
        case .real(let number): "\(number)"
        case .null, .text, .blob, .boolean: "\(value)"
        }
    }

    @Test("a computed column that would refuse later values out of JSON is named")
    func valuesOfAnyType() async throws {
        let fixture = try SQLiteFixture(Self.script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            let remarks = report.remarks.filter { $0.contains("its expression") }
            #expect(
                remarks == [
                    "t.a: its expression may yield any value: PostgreSQL refuses a row for which it is not of type bigint"
                ])
        }
    }
}
