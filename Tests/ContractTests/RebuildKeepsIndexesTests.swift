import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Indexes through a rebuild")
struct RebuildKeepsIndexesTests {
    @Test("case 16: undeclared and declared indexes stay, byte for byte")
    func case16SQLite() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("n", .text)
                    Column("name", .text)
                    Index(.descending("name"), .ascending("n").collated(.nocase)).named("declared")
                    Index(.expression("lower(name)")).named("declared_expression").unique().where("n <> '0'")
                }
            }
            try await test.run(
                """
                INSERT INTO t VALUES (1, '1', 'One'), (2, '2', 'Two');
                CREATE UNIQUE INDEX "odd index" ON T (name COLLATE NOCASE DESC) WHERE n > '0';
                CREATE INDEX lines
                    ON t (
                        n DESC, -- the newest first
                        lower(name) || ';'
                    );
                """)
            let before = try await test.sqliteObjects().filter { $0.key.hasPrefix("index") }
            #expect(before.count == 4)
            try await test.rebuild()
            #expect(try await test.sqliteObjects().filter { $0.key.hasPrefix("index") } == before)
            try await test.rebuild()
            #expect(try await test.sqliteObjects().filter { $0.key.hasPrefix("index") } == before)
            await #expect(throws: DatabaseError.self) {
                try await test.run("INSERT INTO t VALUES (3, '3', 'ONE')")
            }
            try await test.expectSoundSQLite()
        }
    }

    @Test("case 16: PostgreSQL's indexes stay", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func case16PostgreSQL() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.createTableAndLog()
            try await test.run(
                """
                INSERT INTO t VALUES (1, '1', 'One'), (2, '2', 'Two');
                CREATE UNIQUE INDEX "odd index" ON t (note COLLATE "C" DESC NULLS LAST) WHERE id > 0;
                CREATE INDEX two ON t (n, lower(note)) INCLUDE (id);
                """)
            let indexes: SQL = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 't' ORDER BY 1"
            let before = try await test.values(indexes)
            try await test.rebuild()
            #expect(try await test.values(indexes) == before)
        }
    }
}
