import Dialects
import TestSupport
import Testing
import Transfer

/// Tests views over views, whose expressions SQLite writes in place of the names of their columns.
@Suite("views over views from PostgreSQL to SQLite", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct StackedViewsBackTests {
    private static let table = """
        CREATE TABLE t (id int PRIMARY KEY, a numeric(8,2), b numeric(8,2)); INSERT INTO t VALUES (1, 1.5, 2.25);
        CREATE VIEW v0 AS SELECT a, b FROM t;
        """

    @Test("decimals of many views are computed without growing with each of them")
    func decimals() async throws {
        let views = (1...12).map { "CREATE VIEW v\($0) AS SELECT a + b AS a, a - b AS b FROM v\($0 - 1);" }
        let parts = (1...8).map { "c\($0) AS (SELECT a + b AS a, a - b AS b FROM c\($0 - 1))" }.joined(separator: ", ")
        let script =
            Self.table + views.joined()
            + "CREATE VIEW named AS WITH c0 AS (SELECT a, b FROM t), \(parts) SELECT * FROM c8;"
        try await transferToSQLite(script) { report, _, target in
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            #expect(!report.remarks.contains { $0.contains("not compared") })
            let row = try #require(try target.query("SELECT a, b FROM v12").first)
            #expect(row[0].text == "96.00" && row[1].text == "144.00")
        }
    }

    @Test(
        "a view whose columns differ only in case stays behind, and so does what would read the other one",
        arguments: [
            #"SELECT id AS "A", a FROM t"#, #"SELECT q.a FROM (SELECT id AS "A", a FROM t) q"#,
            #"WITH q AS (SELECT id AS "A", a FROM t) SELECT a FROM q"#,
            #"WITH q("X", x) AS (SELECT id, a FROM t) SELECT x FROM q"#,
            #"SELECT t.a FROM t JOIN t "T" ON t.id <> "T".id"#,
        ])
    func names(_ query: String) async throws {
        try await transferToSQLite(Self.table + "CREATE VIEW v AS \(query);") { report, _, _ in
            #expect(report.omitted.map(\.name) == ["v"])
            #expect(report.omitted.first?.reason.hasSuffix(" are one name in SQLite") == true)
        }
    }
}
