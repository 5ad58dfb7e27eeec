import Dialects
import TestSupport
import Testing
import Transfer

/// Tests copies of defaults from PostgreSQL into PostgreSQL. The server writes them without the parentheses that `DEFAULT` asks for.
@Suite(
    "Defaults of any words, in another PostgreSQL",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLDefaultClauseTests {
    @Test("a default may be a condition, and its collation is not the column's")
    func clauses() async throws {
        let script = """
            CREATE DOMAIN refused AS boolean DEFAULT (NOT true);
            CREATE TABLE t (id int PRIMARY KEY, a boolean DEFAULT (NOT false), b boolean DEFAULT (1 IN (1, 2)), c boolean DEFAULT (1 BETWEEN 0 AND 2),
                d text DEFAULT ('a' COLLATE "C"), e boolean DEFAULT ('a' IS NOT NULL), f refused);
            INSERT INTO t VALUES (1);
            """
        try await PostgreSQLOddTablesTests.transferred(script, isSameEngine: true) { _, _, target in
            try target.execute("INSERT INTO t (id) VALUES (2)")
            let row = try target.values("SELECT a, b, c, d, e, f FROM t WHERE id = 2")
            let yes = Value.boolean(true)
            #expect(row == [[yes, yes, yes, "a", yes, .boolean(false)]])
            let collation = try target.queryValue(
                "SELECT attcollation::regcollation::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'd'"
            )
            #expect(collation == #""default""#)
        }
    }
}
