import Migrator
import TestSupport
import Testing

@Suite("Columns are dropped")
struct DropColumnTests {
    /// A table in which every column except `free` is used by something.
    private static var used: CreateTable {
        CreateTable("t") {
            Column("id", .bigint).primaryKey()
            Column("indexed", .text).nullable()
            Column("filtered", .boolean).nullable()
            Column("unique_one", .text).unique()
            Column("checked", .integer).check("checked > 0")
            Column("source", .text).nullable()
            Column("computed", .text).nullable().generated("lower(source)")
            Column("key", .bigint).unique()
            Column("parent", .bigint).nullable().references("t", "key")
            Column("viewed", .text).nullable()
            Column("free", .text).nullable()
            Index("indexed").named("by_indexed")
            Index("id").named("by_filter").where("filtered")
        }
    }

    private static let dependants = [
        "id": "the primary key", "indexed": "index by_indexed", "filtered": "index by_filter",
        "unique_one": "unique key t_unique_one_key", "checked": "check t_checked_check",
        "source": "generated column computed", "key": "foreign key t_parent_fkey",
        "parent": "foreign key t_parent_fkey",
        "viewed": "view seen",
    ]

    @Test("case 45: a declared dependant is named, without a database", arguments: dependants.keys.sorted())
    func case45Declared(_ column: String) throws {
        let error = #expect(throws: HistoryError.self) {
            try History {
                Migration("1") {
                    Self.used
                    CreateView("seen", as: "SELECT viewed FROM t")
                }
                Migration("2") { AlterTable("t") { DropColumn(column) } }
            }
        }
        guard case .impossible("2", .columnInUse(column, table: "t", by: let users)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(users.contains(Self.dependants[column] ?? ""), "\(users)")
    }

    @Test("case 45: nor does a table lose its last column")
    func case45LastColumn() throws {
        let error = #expect(throws: HistoryError.self) {
            try History {
                Migration("1") { CreateTable("t") { Column("a", .text) } }
                Migration("2") { AlterTable("t") { DropColumn("a") } }
            }
        }
        #expect(error == .impossible("2", .lastColumn("a", table: "t")))
    }

    @Test("case 45: dropped with their dependants, once the loss is agreed to", arguments: Backend.available)
    func case45Together(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                Self.used
                CreateView("seen", as: "SELECT viewed FROM t")
            }
            try await test.run(
                """
                INSERT INTO t (id, indexed, filtered, unique_one, checked, source, key, viewed)
                VALUES (1, 'i', true, 'u', 1, 'S', 5, 'v'), (2, NULL, false, 'w', 2, NULL, 6, NULL)
                """)
            let drop = AlterTable("t") {
                DropIndex("by_indexed")
                DropIndex("by_filter")
                DropUnique("t_unique_one_key")
                DropCheck("t_checked_check")
                DropForeignKey("t_parent_fkey")
                DropUnique("t_key_key")
                DropPrimaryKey()
                for column in [
                    "computed", "id", "indexed", "filtered", "unique_one", "checked", "source", "key", "parent",
                    "viewed",
                ] {
                    DropColumn(column)
                }
            }
            let error = try await test.refusal {
                DropView("seen")
                drop
            }
            #expect(error.isDataLoss)
            #expect(error.measured.allSatisfy { $0.hazard.kind == .losesValues && $0.hazard.table == "t" })
            let counts = error.measured.map { [$0.hazard.column ?? "", "\($0.rows)"] }
            #expect(
                counts == [
                    ["id", "2"], ["indexed", "1"], ["filtered", "2"], ["unique_one", "2"], ["checked", "2"],
                    ["source", "1"],
                    ["key", "2"], ["viewed", "1"],
                ])
            let plan = try await test.preview {
                DropView("seen")
                drop
            }
            #expect(plan.steps.contains { $0.statements.contains { $0.contains("DROP VIEW \"seen\"") } })
            try await test.migrate(allowsDataLoss: true) {
                DropView("seen")
                drop
            }
            #expect(try test.schema["t"]?.columns.map(\.name) == ["free"])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 45: a column that nothing uses and that holds nothing just goes", arguments: Backend.available)
    func case45Free(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.used }
            try await test.run("INSERT INTO t (id, unique_one, checked, key) VALUES (1, 'u', 1, 5)")
            try await test.migrate { AlterTable("t") { DropColumn("free") } }
            #expect(try await test.drift().isEmpty)
            try await test.down()
            #expect(try await test.values("SELECT id, free FROM t") == [[1, nil]])
        }
    }

    private static let handmade: [(kind: String, sqlite: String, postgresql: String)] = [
        ("index mine", "CREATE INDEX mine ON t (a)", "CREATE INDEX mine ON t (a)"),
        ("index mine", "CREATE INDEX mine ON t (id) WHERE a IS NULL", "CREATE INDEX mine ON t (id) WHERE a IS NULL"),
        ("index mine", "CREATE INDEX mine ON t (lower(a))", "CREATE INDEX mine ON t (lower(a))"),
        ("view mine", "CREATE VIEW mine AS SELECT a FROM t", "CREATE VIEW mine AS SELECT a FROM t"),
        (
            "trigger mine", "CREATE TRIGGER mine AFTER UPDATE OF a ON t BEGIN SELECT 1; END",
            """
            CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
            CREATE TRIGGER mine AFTER UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION nothing()
            """
        ),
    ]

    @Test(
        "case 45: a foreign key that was made again by hand can be dropped with its column, and stands in no other's way",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func case45RemadeKey() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate {
                CreateTable("p") { Column("id", .bigint).primaryKey() }
                CreateTable("c") {
                    Column("id", .bigint).nullable()
                    Column("p_id", .bigint).nullable().references("p")
                    Column("kept", .text).nullable()
                }
            }
            try await test.run(
                """
                ALTER TABLE c DROP CONSTRAINT c_p_id_fkey;
                ALTER TABLE c ADD CONSTRAINT c_p_id_fkey FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE
                """)
            try await test.migrate { AlterTable("c") { DropColumn("id") } }
            try await test.migrate {
                AlterTable("c") {
                    DropForeignKey("c_p_id_fkey")
                    DropColumn("p_id")
                }
            }
            #expect(try await test.drift().isEmpty)
        }
    }

    private static let remade: [(kind: String, script: String)] = [
        ("constraint t_pkey", "ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ADD PRIMARY KEY (id) INCLUDE (a)"),
        (
            "constraint t_code_key",
            "ALTER TABLE t DROP CONSTRAINT t_code_key; ALTER TABLE t ADD CONSTRAINT t_code_key UNIQUE (code) INCLUDE (a)"
        ),
        ("index by_n", "DROP INDEX by_n; CREATE INDEX by_n ON t (n) INCLUDE (a)"),
        ("index by_n", "DROP INDEX by_n; CREATE INDEX by_n ON t (n) WHERE a IS NULL"),
        ("index by_n", "DROP INDEX by_n; CREATE INDEX by_n ON t (n, lower(a))"),
        (
            "constraint positive",
            "ALTER TABLE t DROP CONSTRAINT positive; ALTER TABLE t ADD CONSTRAINT positive CHECK (n > 0 OR a IS NULL)"
        ),
    ]

    @Test(
        "case 45: so is what was made again by hand under a declared name, with the column",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func case45Remade() async throws {
        for (object, script) in Self.remade {
            try await Backend.postgresql.withCase { test in
                try await test.migrate {
                    CreateTable("t") {
                        Column("id", .bigint).primaryKey()
                        Column("code", .text).unique()
                        Column("n", .integer).nullable()
                        Column("a", .text).nullable()
                        Column("other", .text).nullable()
                        Index("n").named("by_n")
                        Check("n > 0").named("positive")
                    }
                }
                try await test.run(script)
                let error = try await test.refusal { AlterTable("t") { DropColumn("a") } }
                #expect(error.lowering?.place == "t.a", "\(script): \(error)")
                #expect(error.lowering?.reason.contains(object) == true, "\(script): \(error)")
                #expect(error.remedy == .words("make it as it is declared, or declare it as it is in a migration"))
                #expect(try await test.drift() != [], "\(script)")
                try await test.migrate { AlterTable("t") { DropColumn("other") } }
            }
        }
    }

    @Test("case 45: what was made by hand is named too", arguments: Backend.available)
    func case45Handmade(_ backend: Backend) async throws {
        for (object, sqlite, postgresql) in Self.handmade {
            try await backend.withCase { test in
                try await test.migrate {
                    CreateTable("t") {
                        Column("id", .bigint).primaryKey()
                        Column("a", .text).nullable()
                    }
                }
                try await test.run(backend.words(sqlite: sqlite, postgresql: postgresql))
                let error = try await test.refusal { AlterTable("t") { DropColumn("a") } }
                #expect(error.lowering?.place == "t.a", "\(error)")
                #expect(error.lowering?.reason.contains(object) == true, "\(error)")
                #expect(error.remedy == .words("drop it first"))
            }
        }
    }
}
