import Migrator
import TestSupport
import Testing

/// Tests tables that were made again by hand, with options that no migration declares.
@Suite("What a hand-made table is, beside its columns")
struct TableOptionTests {
    @Test(
        "a rebuild is refused where it would lose it, and drift sees it",
        arguments: [
            (
                "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, n TEXT NOT NULL) STRICT, WITHOUT ROWID",
                "WITHOUT ROWID", true
            ),
            ("CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, n TEXT NOT NULL)", "STRICT", true),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, n TEXT NOT NULL) STRICT", "column id",
                true
            ),
            (
                "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, n TEXT NOT NULL COLLATE NOCASE) STRICT", "column n",
                true
            ),
            ("CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, n TEXT NOT NULL DEFAULT 'x') STRICT", "column n", true),
            ("CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, n ANY NOT NULL) STRICT", "column n", true),
            (
                "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY ON CONFLICT REPLACE, n TEXT NOT NULL) STRICT",
                "REPLACE", true
            ),
            (
                "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, n TEXT NOT NULL CHECK (n <> 'id')) STRICT",
                "n <> 'id'", true
            ),
        ])
    func refused(_ definition: String, _ name: String, _ isDrift: Bool) async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("n", .text)
                }
            }
            try await test.run("DROP TABLE t; \(definition); INSERT INTO t VALUES (1, '10')")
            let error = try await test.refusal { AlterTable("t") { Add(Check("n <> ''")) } }
            #expect(error.description.contains(name), "\(error)")
            #expect(try await test.drift().isEmpty != isDrift)
            // A change in place loses nothing.
            try await test.migrate { AlterTable("t") { AddColumn("m", .text).nullable() } }
            #expect(try await test.values("SELECT id, n, m FROM t") == [[1, "10", .null]])
        }
    }

    @Test("a text key without rowids is refused by name too")
    func textKey() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("code", .text).primaryKey()
                    Column("n", .text)
                }
            }
            try await test.run(
                "DROP TABLE t; CREATE TABLE t (code TEXT NOT NULL PRIMARY KEY, n TEXT NOT NULL) STRICT, WITHOUT ROWID")
            let error = try await test.refusal { AlterTable("t") { ChangeColumn("n").type(.integer) } }
            #expect(error.description.contains("WITHOUT ROWID"))
        }
    }

    @Test("a check is known by its meaning: quotes, case, blanks and needless parentheses are none of it")
    func meaning() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("a", .bigint)
                    Column("kind", .text).oneOf("a", "b")
                    Check("a > 0 AND kind <> 'A  b'").named("both")
                }
            }
            try await test.run(
                """
                DROP TABLE t;
                CREATE TABLE t ([a] INTEGER NOT NULL, `kind` TEXT NOT NULL, CHECK ("kind" in('a','b')),
                CONSTRAINT both CHECK (( "a">(0) and [KIND]  != /* two blanks */ 'A  b'))) STRICT
                """)
            #expect(try await test.drift() == [])
            try await test.migrate { AlterTable("t") { Add(Check("a < 100")) } }
            #expect(try await test.drift() == [])
        }
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("a", .text)
                    Column("b", .text)
                    Check("a <> 'b'").named("is_text")
                }
            }
            try await test.run(
                "DROP TABLE t; CREATE TABLE t (a TEXT NOT NULL, b TEXT NOT NULL, CONSTRAINT is_text CHECK (a <> \"b\")) STRICT"
            )
            // In the other kind of quotes, the name refers to the column.
            #expect(try await test.drift().isEmpty == false)
            let error = try await test.refusal { AlterTable("t") { Add(Check("a <> ''")) } }
            #expect(error.description.contains("is_text"))
        }
    }

    @Test("a table that is not logged is drift", .enabled(if: TestPostgreSQL.isWanted))
    func unlogged() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate { CreateTable("t") { Column("a", .bigint) } }
            try await test.run("ALTER TABLE t SET UNLOGGED")
            #expect(try await test.drift() == ["table t: UNLOGGED exists only in the database"])
        }
    }

    @Test("what an administrator tunes is no drift", .enabled(if: TestPostgreSQL.isWanted))
    func tuned() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate { CreateTable("t") { Column("a", .bigint) } }
            try await test.run("ALTER TABLE t SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)")
            try await test.run("ALTER TABLE t REPLICA IDENTITY FULL")
            #expect(try await test.drift().isEmpty)
        }
    }
}
