import Dialects
import Migrator
import TestSupport
import Testing

@Suite("A full-text table of SQLite's that a script has made")
struct FullTextNameTests {
    private static let fullText = "CREATE VIRTUAL TABLE docs_fts USING fts5(Body, content='docs', content_rowid='id')"

    private static let docs = Migration("1") {
        CreateTable("docs") {
            Column("id", .bigint).primaryKey()
            Column("body", .text)
            Column("other", .text).nullable()
        }
        RunSQL(
            .native(sqlite: fullText, postgresql: "SELECT 1"),
            undo: .script(.native(sqlite: "DROP TABLE docs_fts", postgresql: "SELECT 1")))
    }

    private static func found(_ database: Database) async throws -> Value? {
        try await database.value("SELECT body FROM docs_fts WHERE docs_fts MATCH 'hello'")
    }

    private func withDocs(_ body: (Database) async throws -> Void) async throws {
        try await Backend.sqlite.withDatabase { database in
            try await database.migrator([Self.docs]).up()
            try await database.run("INSERT INTO docs (id, body) VALUES (7, 'hello world')")
            try await database.run("INSERT INTO docs_fts (docs_fts) VALUES ('rebuild')")
            try await body(database)
        }
    }

    @Test("keeps the names that it reads by")
    func names() async throws {
        let refused: [Migration] = [
            Migration("2") { AlterTable("docs") { RenameColumn("body", to: "content") } },
            Migration("2") { AlterTable("docs") { RenameColumn("id", to: "number") } },
            Migration("2") { AlterTable("docs") { DropColumn("body") } },
            Migration("2") { RenameTable("docs", to: "papers") },
            Migration("2") { DropTable("docs") },
        ]
        try await withDocs { database in
            for migration in refused {
                let migrator = Migrator(
                    history: try History([Self.docs, migration]), database: database,
                    options: .init(allowsDataLoss: true))
                let error = try await #require(throws: MigratorError.self) { try await migrator.up() }
                #expect(
                    error.code == "not_possible_here" && "\(error)".contains("full-text table docs_fts"), "\(error)")
                #expect(try await migrator.preview().refusals.count == 1)
            }
            #expect(try await Self.found(database) == .text("hello world"))
        }
    }

    @Test("is left alone by other columns, and made again by a script around a rename")
    func others() async throws {
        let other = Migration("2") {
            AlterTable("docs") {
                RenameColumn("other", to: "rest")
                ChangeColumn("rest").required(filling: "none")
            }
        }
        let renamed = Migration("3") {
            RunSQL(.native(sqlite: "DROP TABLE docs_fts", postgresql: "SELECT 1"), undo: .nothing)
            RenameTable("docs", to: "papers")
            RunSQL(
                .native(
                    sqlite: """
                        CREATE VIRTUAL TABLE docs_fts USING fts5(body, content='papers', content_rowid='id');
                        INSERT INTO docs_fts (docs_fts) VALUES ('rebuild')
                        """, postgresql: "SELECT 1"), undo: .nothing)
        }
        try await withDocs { database in
            try await database.migrator([Self.docs, other]).up()
            #expect(try await Self.found(database) == .text("hello world"))
            try await database.migrator([Self.docs, other, renamed]).up()
            #expect(try await Self.found(database) == .text("hello world"))
        }
    }

    @Test("finds the values that a migration fills in, converts, or moves to other rows")
    func values() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("docs") {
                    Column("id", .bigint).primaryKey()
                    Column("body", .text).nullable()
                }
                RunSQL(.native(sqlite: Self.watched, postgresql: "SELECT 1"), undo: .nothing)
            }
            try await test.run("INSERT INTO docs VALUES (1, NULL), (2, 'hello')")
            try await test.migrate { AlterTable("docs") { ChangeColumn("body").required(filling: "none") } }
            #expect(try await test.rows(with: "none") == [1])
            #expect(try await test.rows(with: "hello") == [2])
            try await test.migrate {
                AlterTable("docs") { ChangeColumn("body").type(.text, using: "body || 'world'") }
            }
            #expect(try await test.rows(with: "helloworld") == [2])
            #expect(try await test.rows(with: "hello").isEmpty)
            try await test.migrate { AlterTable("docs") { ChangeColumn("id").type(.bigint, using: "id + 10") } }
            #expect(try await test.rows(with: "helloworld") == [12])
            try await test.run("UPDATE docs SET body = 'changed' WHERE id = 12")
            #expect(try await test.rows(with: "changed") == [12])
            #expect(try await test.rows(with: "helloworld").isEmpty)
        }
    }

    @Test("finds rows by the numbers that a new key gives them")
    func renumbered() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("docs") {
                    Column("name", .text).primaryKey()
                    Column("body", .text)
                }
                RunSQL(
                    .native(
                        sqlite: "CREATE VIRTUAL TABLE docs_fts USING fts5(body, content='docs')", postgresql: "SELECT 1"
                    ), undo: .nothing)
            }
            try await test.run(
                """
                INSERT INTO docs VALUES ('a', 'first'), ('b', 'second'), ('c', 'third'); DELETE FROM docs WHERE name = 'a';
                INSERT INTO docs_fts (docs_fts) VALUES ('rebuild')
                """)
            try await test.migrate {
                AlterTable("docs") {
                    DropPrimaryKey()
                    AddColumn("id", .bigint).identity().primaryKey()
                }
            }
            #expect(try await test.texts("SELECT body FROM docs_fts WHERE docs_fts MATCH 'third'") == ["third"])
        }
    }

    @Test(
        "is not built again where it holds other words than its table",
        arguments: [
            // Some rows only.
            """
            CREATE VIRTUAL TABLE docs_fts USING fts5(body, content='docs', content_rowid='id');
            CREATE TRIGGER docs_ai AFTER INSERT ON docs WHEN new.id > 1 BEGIN
                INSERT INTO docs_fts (rowid, body) VALUES (new.id, new.body);
            END
            """,
            // A text that stands in no column.
            """
            CREATE VIRTUAL TABLE docs_fts USING fts5(body, content='docs', content_rowid='id');
            CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN
                INSERT INTO docs_fts (rowid, body)
                VALUES (new.id, CASE new.id WHEN 1 THEN NULL ELSE replace(new.body, '<b>', '') END);
            END
            """,
            // A column that the table lacks, where the command fails.
            """
            CREATE VIRTUAL TABLE docs_fts USING fts5(body, title, content='docs', content_rowid='id');
            CREATE TRIGGER docs_ai AFTER INSERT ON docs WHEN new.id > 1 BEGIN
                INSERT INTO docs_fts (rowid, body, title) VALUES (new.id, new.body, 'none');
            END
            """,
        ])
    func otherWords(_ script: String) async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("docs") {
                    Column("id", .bigint).primaryKey()
                    Column("body", .text).nullable()
                }
                RunSQL(.native(sqlite: script, postgresql: "SELECT 1"), undo: .nothing)
            }
            try await test.run("INSERT INTO docs VALUES (1, 'secret'), (2, 'open')")
            try await test.migrate { AlterTable("docs") { ChangeColumn("body").required(filling: "none") } }
            #expect(try await test.rows(with: "open") == [2])
            #expect(try await test.rows(with: "secret").isEmpty)
        }
    }

    private static let watched = """
        CREATE VIRTUAL TABLE docs_fts USING fts5(body, content='docs', content_rowid='id');
        CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN
            INSERT INTO docs_fts (rowid, body) VALUES (new.id, new.body);
        END;
        CREATE TRIGGER docs_ad AFTER DELETE ON docs BEGIN
            INSERT INTO docs_fts (docs_fts, rowid, body) VALUES ('delete', old.id, old.body);
        END;
        CREATE TRIGGER docs_au AFTER UPDATE ON docs BEGIN
            INSERT INTO docs_fts (docs_fts, rowid, body) VALUES ('delete', old.id, old.body);
            INSERT INTO docs_fts (rowid, body) VALUES (new.id, new.body);
        END
        """
}

extension CaseDatabase {
    /// Returns the numbers of the rows that the full-text table finds by a word.
    fileprivate func rows(with word: String) async throws -> [Int64?] {
        try await values("SELECT rowid FROM docs_fts WHERE docs_fts MATCH \(word) ORDER BY rowid").map { $0[0].integer }
    }
}
