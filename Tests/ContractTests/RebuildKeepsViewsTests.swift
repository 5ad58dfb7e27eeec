import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Views around a rebuild")
struct RebuildKeepsViewsTests {
    @Test("case 14: SQLite's views, views on views and their triggers stay, byte for byte", arguments: [1, 2])
    func case14SQLite(_ rebuilds: Int) async throws {
        try await Backend.sqlite.withCase { test in
            try await test.createTableAndLog()
            try await test.migrate {
                CreateView("declared", as: "SELECT id, n FROM t WHERE n IS NOT NULL")
            }
            try await test.run(
                """
                INSERT INTO t VALUES (1, '1', NULL);
                CREATE VIEW v AS
                    SELECT id, n AS number -- by hand
                    FROM T;
                CREATE VIEW "view of a view" AS SELECT number FROM v JOIN declared USING (id);
                CREATE TRIGGER writes INSTEAD OF INSERT ON V BEGIN INSERT INTO t VALUES (new.id, new.number, 'by v'); END;
                """)
            let before = try await test.sqliteObjects().filter { !$0.key.hasPrefix("table") }
            try await test.rebuild(times: rebuilds)
            #expect(try await test.sqliteObjects().filter { !$0.key.hasPrefix("table") } == before)
            try await test.run("INSERT INTO v (id, number) VALUES (2, 22)")
            #expect(try await test.texts(#"SELECT number FROM "view of a view" ORDER BY 1"#) == ["1", "22"])
            #expect(try await test.texts("SELECT note FROM t WHERE id = 2") == ["by v"])
        }
    }

    @Test("case 14: a view that is broken already does not stop a rebuild of another table")
    func case14BrokenView() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.createTableAndLog()
            try await test.run(
                "CREATE VIEW broken AS SELECT * FROM nowhere; INSERT INTO t VALUES (1, '1', NULL)")
            try await test.rebuild()
            #expect(try await test.values("SELECT n FROM t") == [[1]])
            #expect(try await test.sqliteObjects()["view broken"] == "CREATE VIEW broken AS SELECT * FROM nowhere")
        }
    }

    @Test(
        "case 14: PostgreSQL's views come back with their triggers, grants, comments and options",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func case14PostgreSQL() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.createTableAndLog()
            try await test.migrate {
                CreateView("declared", as: "SELECT id, n FROM t WHERE n IS NOT NULL")
                CreateView("beside", as: "SELECT entry FROM log")
            }
            try await test.run(
                """
                INSERT INTO t VALUES (1, '1', NULL);
                CREATE VIEW v WITH (security_barrier = true) AS SELECT id, n AS number FROM t;
                CREATE VIEW "view of a view" AS SELECT v.number FROM v JOIN declared USING (id);
                CREATE VIEW over AS SELECT id FROM declared;
                CREATE FUNCTION writes() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN INSERT INTO t VALUES (new.id, new.number, 'by v'); RETURN new; END $$;
                CREATE TRIGGER writes INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION writes();
                GRANT SELECT ON v TO PUBLIC; GRANT SELECT (number) ON "view of a view" TO PUBLIC;
                GRANT SELECT ON declared, over TO PUBLIC; COMMENT ON VIEW declared IS 'ours';
                ALTER VIEW declared SET (security_barrier = true);
                """)
            let catalog: SQL = """
                SELECT relname, relacl::text, reloptions::text, obj_description(c.oid, 'pg_class'),
                    pg_get_triggerdef(g.oid), (SELECT string_agg(attacl::text, ',') FROM pg_attribute WHERE attrelid = c.oid)
                FROM pg_class c LEFT JOIN pg_trigger g ON g.tgrelid = c.oid
                WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace ORDER BY relname
                """
            let before = try await test.values(catalog)
            #expect(before.count == 5)
            try await test.rebuild()
            #expect(try await test.values(catalog) == before)
            try await test.run("INSERT INTO v (id, number) VALUES (2, 22)")
            #expect(try await test.values(#"SELECT number FROM "view of a view" ORDER BY 1"#) == [[1], [22]])
            #expect(try await test.texts("SELECT note FROM t WHERE id = 2") == ["by v"])
            #expect(try await test.values("SELECT id FROM over ORDER BY 1") == [[1], [2]])
        }
    }

    @Test("case 14: what hangs on a column that follows its parent's type comes back too", arguments: Backend.available)
    func case14Followers(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("p") { Column("id", .text).primaryKey() }
                CreateTable("c") {
                    Column("id", .bigint).primaryKey()
                    Column("pid", .text).references("p", onDelete: .cascade)
                }
                CreateView("declared", as: "SELECT pid FROM c")
            }
            try await test.run("INSERT INTO p VALUES ('1'); INSERT INTO c VALUES (1, '1')")
            try await test.run("CREATE VIEW by_hand AS SELECT id, pid FROM c")
            switch backend {
            case .sqlite:
                try await test.run(
                    "CREATE TRIGGER watch AFTER UPDATE OF pid ON C BEGIN DELETE FROM c WHERE id = 99; END")
            case .postgresql:
                try await test.run(
                    """
                    CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                    CREATE TRIGGER watch AFTER UPDATE OF pid ON c FOR EACH ROW EXECUTE FUNCTION nothing()
                    """)
            }
            let before = try await triggers(test.database)
            #expect(before.map(\.name) == ["watch"])
            try await test.migrate { AlterTable("p") { ChangeColumn("id").type(.bigint) } }
            #expect(try await triggers(test.database) == before)
            #expect(
                try await test.values("SELECT pid FROM by_hand UNION ALL SELECT pid FROM declared") == [[1], [1]])
        }
    }

    /// Returns the triggers that no migration declares.
    private func triggers(_ database: Database) async throws -> [UndeclaredObjects.Object] {
        try await database.withConnection { connection in
            try connection.dialect.undeclaredObjects(of: Schema(), on: connection).objects.filter {
                $0.kind == .trigger
            }
        }
    }
}
