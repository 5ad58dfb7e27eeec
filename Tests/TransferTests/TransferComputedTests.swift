import Dialects
import TestSupport
import Testing
import Transfer

/// Tests columns that the source computes. The target computes them too if it gets the same values.
@Suite("computed columns", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferComputedTests {
    private static let script = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, price NUMERIC(10,2), mixed STRING,
            same INTEGER AS (id * 2), triple REAL AS (price * 3) STORED, size INTEGER AS (length(mixed)));
        INSERT INTO t (id, price, mixed) VALUES (1, 0.1, 0.30000000000000004), (2, 2, x'00'), (3, NULL, NULL);
        CREATE VIEW v AS SELECT id, size FROM t;
        CREATE INDEX i ON t (size);
        """

    @Test("one that would have other values there keeps the source's, and is listed; the others go on being computed")
    func otherValues() async throws {
        let fixture = try SQLiteFixture(Self.script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            let kept = report.omitted.filter { $0.reason.contains("the target computes different values") }
            #expect(kept.map(\.name).contains("t.size GENERATED"))
            #expect(!kept.map(\.name).contains("t.same GENERATED"))
            let source = try connect(to: fixture.url)
            let target = try connect(to: url)
            defer {
                source.close()
                target.close()
            }
            let ours = try source.query("SELECT id, same, CAST(triple * 1e17 AS INTEGER), size FROM t ORDER BY id")
            let theirs = try target.query("SELECT id, same, (triple * 1e17)::bigint, size FROM t ORDER BY id")
            #expect(ours.map(\.values) == theirs.map(\.values))
            #expect(try target.query("SELECT * FROM v").count == 3)
            try target.execute("INSERT INTO t (id, price) VALUES (4, 1)")
            #expect(try target.queryValue("SELECT same FROM t WHERE id = 4")?.integer == 8)
        }
    }

    /// Signal's database has such columns. In SQLite a condition is a number, in PostgreSQL it is not.
    @Test("a condition is computed as the 0 or 1 that it is")
    func conditions() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, type TEXT, n INTEGER, isStory INTEGER AS (type IS 'story'),
                isLarge INTEGER AS (n > 5) STORED, isNew BOOLEAN AS (type IS NULL OR type NOT IN ('old', 'older')));
            INSERT INTO t VALUES (1, 'story', 7), (2, 'old', 0), (3, NULL, NULL);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO t (id, type, n) VALUES (4, 'story', 6)")
            let rows = try target.query("SELECT \"isStory\", \"isLarge\", \"isNew\" FROM t ORDER BY id").map(\.values)
            #expect(
                rows == [
                    [1, 1, .boolean(true)], [0, 0, .boolean(false)], [0, .null, .boolean(true)],
                    [1, 1, .boolean(true)],
                ], "\(rows)")
        }
    }

    @Test("and verify, which looks at computed columns too, finds both sides equal")
    func verified() async throws {
        let fixture = try SQLiteFixture(Self.script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            _ = try await TransferTests.transfer(fixture, into: url)
            let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
            let target = try Database(url)
            let report = try await Verification(of: source, against: target).run()
            await source.close()
            await target.close()
            #expect(report.isEqual)
        }
    }
}
