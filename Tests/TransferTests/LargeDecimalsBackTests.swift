import Dialects
import TestSupport
import Testing
import Transfer

/// Tests that SQLite computes with the decimals of PostgreSQL exactly up to 18 digits, and fails beyond.
@Suite(
    "Decimals of more than 18 digits, in SQLite", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct LargeDecimalsBackTests {
    private static let expressions = [
        "l + n", "l - n", "l + 0.5", "abs(l + 0.25)", "l::numeric + 1", "big + 0.5", "round(l / 1000000.0, 2)",
        "round(l::numeric(30,2), 1)", "greatest(l, n)", "coalesce(n, l)", "CASE WHEN id > 1 THEN l ELSE n END", "l * n",
    ]

    @Test("a view shows an error instead of digits that are not the number's")
    func views() async throws {
        let views = Self.expressions.enumerated().map {
            "CREATE VIEW v\($0) AS SELECT id, \($1) AS x FROM s;"
        }
        let script = """
            CREATE TABLE s (id int PRIMARY KEY, l bigint, n numeric(12,2), big numeric(18,0));
            INSERT INTO s VALUES (1, 5, 1.25, 7), (2, -123456, -0.05, -999999), (3, 0, NULL, 0);
            \(views.joined(separator: "\n"))
            """
        try await transferToSQLite(script) { report, _, target in
            #expect(!report.omitted.contains { $0.kind == .view }, "\(report.omitted)")
            try target.execute(
                """
                INSERT INTO s VALUES (8, 9223372036854775807, '1.25', '999999999999999999'),
                    (9, 9223372036854775807, NULL, NULL)
                """)
            for (at, expression) in Self.expressions.enumerated() {
                #expect(throws: DatabaseError.self, "\(expression)") {
                    try target.values("SELECT x FROM \(identifier: "v\(at)") WHERE id > 7")
                }
            }
        }
    }

    @Test("a bigint that nothing is computed from stays as it is")
    func alone() async throws {
        let script = """
            CREATE TABLE s (id int PRIMARY KEY, l bigint, n numeric(12,2));
            INSERT INTO s VALUES (1, 9223372036854775807, 1.25), (2, 5, NULL);
            CREATE VIEW v AS SELECT id, l::numeric AS x, least(l, n) AS y FROM s;
            """
        try await transferToSQLite(script) { report, _, target in
            #expect(!report.omitted.contains { $0.kind == .view }, "\(report.omitted)")
            let rows = try target.values("SELECT CAST(x AS TEXT), y FROM v WHERE id = 1")
            #expect(rows == [["9223372036854775807", "1.25"]])
        }
    }

    @Test("an index or computed column that may fail with such a number is remarked")
    func remark() async throws {
        let script = """
            CREATE TABLE large (id int PRIMARY KEY, n numeric(8,2), q numeric(12,4)); CREATE UNIQUE INDEX one ON large (round(n * q, 2));
            CREATE TABLE small (id int PRIMARY KEY, n numeric(8,2), p numeric(14,2)); CREATE INDEX few ON small (round(n * n, 2));
            CREATE UNIQUE INDEX taxes ON small (round(p * 0.19, 2));
            INSERT INTO large VALUES (1, 2.50, 1.5); INSERT INTO small VALUES (1, 2.50, 1.25);
            """
        try await transferToSQLite(script) { report, _, target in
            let remark =
                "large: a decimal of more than 18 digits, with those behind the point, that its indexes or computed columns compute "
                + "is an error in SQLite only"
            #expect(report.remarks.contains(remark), "\(report.remarks)")
            #expect(!report.remarks.contains { $0.hasPrefix("small: a decimal of more") }, "\(report.remarks)")
            #expect(throws: DatabaseError.self) {
                try target.execute("INSERT INTO large VALUES (2, '999999.99', '99999999.9999')")
            }
            try target.execute("INSERT INTO small VALUES (2, '999999.99', '999999999999.99')")
        }
    }
}
