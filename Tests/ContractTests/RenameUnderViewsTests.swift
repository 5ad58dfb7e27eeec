import Migrator
import TestSupport
import Testing

@Suite("Renames under what uses the name")
struct RenameUnderViewsTests {
    private func withItems(
        _ backend: Backend, _ body: (inout CaseDatabase) async throws -> Void
    ) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("items") {
                    Column("id", .bigint).primaryKey()
                    Column("low", .bigint)
                    Column("high", .bigint)
                    Column("span", .bigint).nullable().generated("high - low", .stored)
                    Check("low < high AND high < 1000").named("in_order")
                    Index("id").named("partial").where("low > 3 AND high > 3")
                    Index(.expression("coalesce(low, high)")).named("either")
                }
                CreateTable("tags") {
                    Column("item", .bigint).references("items", "id", onDelete: .cascade)
                    Column("tag", .text)
                }
                CreateView("lows", as: "SELECT id, low FROM items WHERE low < high ORDER BY low")
                CreateView(
                    "tagged",
                    as: "SELECT i.low, t.tag AS low_tag FROM items i JOIN tags t ON t.item = i.id AND i.low > 0")
                CreateView("deep", as: "SELECT low FROM lows WHERE id IN (SELECT id FROM items WHERE low > 0)")
            }
            try await test.run("INSERT INTO items (id, low, high) VALUES (1, 5, 7); INSERT INTO tags VALUES (1, 'x')")
            try await body(&test)
        }
    }

    @Test(
        "a column whose name only PostgreSQL reserves, there and back, is no drift", arguments: ["user", "any", "full"])
    func reservedWord(_ name: String) async throws {
        let inQuery = name == "user" ? name : SQLText.identifier(name)
        try await Backend.sqlite.withCase { test in
            let trigger =
                "CREATE TRIGGER watch AFTER UPDATE OF \(name == "full" ? "id" : name) ON m BEGIN "
                + "INSERT INTO log VALUES (new.\(name)); END"
            try await test.migrate {
                CreateTable("m") {
                    Column("id", .integer).primaryKey()
                    Column(name, .text)
                }
                CreateTable("log") { Column("entry", .text) }
                RunSQL(.native(sqlite: trigger, postgresql: ""), undo: .nothing)
            }
            try await test.migrate { AlterTable("m") { RenameColumn(name, to: "other") } }
            #expect(try await test.drift() == [])
            try await test.down()
            #expect(try await test.drift() == [])
        }
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("m") {
                    Column("id", .integer).primaryKey()
                    Column(name, .text)
                }
                CreateView("mv", as: .sql("SELECT id, \(inQuery) FROM m"))
            }
            try await test.migrate { AlterTable("m") { RenameColumn(name, to: "other") } }
            try await test.down()
            #expect(try await test.drift() == [])
        }
    }

    @Test(
        "a column under a check, indexes, a generated column and views, there and back with a rebuild",
        arguments: Backend.available)
    func column(_ backend: Backend) async throws {
        try await withItems(backend) { test in
            try await test.migrate { AlterTable("items") { RenameColumn("low", to: "minimum") } }
            #expect(try await test.drift() == [])
            #expect(try await test.values("SELECT low FROM lows") == [[5]])
            #expect(try await test.values("SELECT low, low_tag FROM tagged") == [[5, "x"]])
            #expect(try await test.values("SELECT low FROM deep") == [[5]])
            await #expect(throws: DatabaseError.self) {
                try await test.run("INSERT INTO items (id, minimum, high) VALUES (2, 9, 8)")
            }
            try await test.down()
            #expect(try await test.drift() == [])
        }
        try await withItems(backend) { test in
            let start = test
            try await test.migrate { AlterTable("items") { RenameColumn("low", to: "minimum") } }
            try await test.down()
            // The names are the same, only in redundant quotes. The rebuild works nevertheless.
            test = start
            try await test.migrate {
                DropView("deep")
                DropView("lows")
                DropView("tagged")
                AlterTable("items") { Add(Check("id > 0").named("positive")) }
                CreateView("lows", as: "SELECT id, low FROM items")
            }
            #expect(try await test.values("SELECT id, low FROM lows") == [[1, 5]])
            #expect(try await test.rows("tags", "item", "tag") == [["1", "x"]])
            #expect(try await test.drift() == [])
        }
    }

    @Test("two columns swap their names under all of them", arguments: Backend.available)
    func swap(_ backend: Backend) async throws {
        try await withItems(backend) { test in
            try await test.migrate {
                AlterTable("items") {
                    RenameColumn("low", to: "high")
                    RenameColumn("high", to: "low")
                }
            }
            #expect(try await test.rows("items", "id", "low", "high", "span") == [["1", "7", "5", "2"]])
            #expect(try await test.values("SELECT low FROM lows") == [[5]])
            #expect(try await test.values("SELECT low FROM tagged") == [[5]])
            await #expect(throws: DatabaseError.self) {
                try await test.run("INSERT INTO items (id, low, high) VALUES (2, 5, 7)")
            }
            #expect(try await test.drift() == [])
            try await test.down()
            #expect(try await test.rows("items", "id", "low", "high", "span") == [["1", "5", "7", "2"]])
            #expect(try await test.drift() == [])
        }
    }

    @Test("two tables swap their names by three renames, under keys and views", arguments: Backend.available)
    func swapTables(_ backend: Backend) async throws {
        try await withItems(backend) { test in
            try await test.migrate {
                CreateTable("old_items") {
                    Column("id", .bigint).primaryKey()
                    Column("low", .bigint)
                }
                CreateView(
                    "paired", as: "SELECT items.id, old_items.low FROM items JOIN old_items ON items.id = old_items.id")
            }
            try await test.run("INSERT INTO old_items VALUES (1, 99)")
            try await test.migrate {
                RenameTable("items", to: "between")
                RenameTable("old_items", to: "items")
                RenameTable("between", to: "old_items")
            }
            #expect(try await test.rows("items", "id", "low") == [["1", "99"]])
            #expect(try await test.rows("old_items", "id", "low") == [["1", "5"]])
            #expect(try await test.values("SELECT low FROM lows") == [[5]])
            #expect(try await test.values("SELECT low FROM paired") == [[99]])
            #expect(try test.schema["tags"]?.foreignKeys.first?.parent == "old_items")
            #expect(try await test.drift() == [])
            try await test.run("DELETE FROM old_items")
            #expect(try await test.rows("tags", "item") == [])
            try await test.down()
            #expect(try await test.drift() == [])
        }
    }

    @Test("a declared view's own triggers and grants stay", arguments: Backend.available)
    func triggersOfViews(_ backend: Backend) async throws {
        try await withItems(backend) { test in
            try await test.run(
                backend.words(
                    sqlite: """
                        CREATE TRIGGER write_low INSTEAD OF UPDATE ON lows
                        BEGIN UPDATE items SET low = new.low WHERE id = new.id; END
                        """,
                    postgresql: """
                        CREATE FUNCTION write_low() RETURNS trigger LANGUAGE plpgsql AS
                        $$ BEGIN UPDATE items SET (high) = ROW (new.low + 10) WHERE id = new.id; RETURN new; END $$;
                        CREATE TRIGGER write_low INSTEAD OF UPDATE ON lows FOR EACH ROW EXECUTE FUNCTION write_low()
                        """))
            try await test.migrate { AlterTable("items") { RenameColumn("low", to: "minimum") } }
            try await test.run("UPDATE lows SET low = 6")
            #expect(try await test.rows("items", "id", "minimum").count == 1)
            #expect(try await test.drift().allSatisfy { $0.contains("write_low") })
        }
    }

    @Test(
        "PostgreSQL makes only those views again that show all columns, and their readers",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func viewsOfAllColumns() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate {
                CreateTable("people") {
                    Column("id", .bigint).primaryKey()
                    Column("nick", .text)
                }
                CreateView(
                    "everybody",
                    as: .native(sqlite: "SELECT id, nick FROM people", postgresql: "SELECT * FROM people"))
                CreateView("known", as: "SELECT id AS number FROM everybody")
                CreateView("plain", as: "SELECT id, nick FROM people")
            }
            try await test.run(
                """
                INSERT INTO people VALUES (1, 'ann'); CREATE VIEW nicks AS SELECT nick FROM people;
                CREATE VIEW numbers AS SELECT id FROM everybody;
                CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
                CREATE TRIGGER watches BEFORE UPDATE OF nick ON people FOR EACH ROW EXECUTE FUNCTION watch()
                """)
            let rename = AlterTable("people") { RenameColumn("nick", to: "handle") }
            let plain: SQL = "SELECT 'plain'::regclass::oid::bigint, 'nicks'::regclass::oid::bigint"
            let before = try await test.values(plain)
            try await test.migrate { rename }
            #expect(try await test.values("SELECT handle FROM everybody") == [["ann"]])
            #expect(try await test.values("SELECT nick FROM nicks") == [["ann"]])
            #expect(try await test.values("SELECT number FROM known UNION ALL SELECT id FROM numbers") == [[1], [1]])
            #expect(try await test.values(plain) == before)
            try await test.run("CREATE VIEW handles AS SELECT handle FROM everybody")
            let error = try await test.refusal { AlterTable("people") { RenameColumn("handle", to: "name") } }
            #expect(error.lowering?.reason.contains("view handles") == true, "\(error)")
            #expect(error.lowering?.remedy?.contains("drop handles before") == true, "\(error)")
        }
    }

    @Test("undeclared views show what they showed, under the names of then", arguments: Backend.available)
    func undeclaredViews(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("name", .text)
                    Column("x", .integer)
                }
            }
            try await test.run(
                """
                INSERT INTO t VALUES (1, 'ann', 2); CREATE VIEW ov AS SELECT id, name, x FROM t;
                CREATE VIEW ov2 AS SELECT name FROM ov; CREATE VIEW ov3 (called) AS SELECT name FROM t
                """)
            try await test.migrate {
                AlterTable("t") {
                    RenameColumn("name", to: "title")
                    AddColumn("z", .integer).default(0)
                }
            }
            #expect(try await test.values("SELECT name, x FROM ov") == [["ann", 2]])
            #expect(try await test.values("SELECT name FROM ov2") == [["ann"]])
            #expect(try await test.values("SELECT called FROM ov3") == [["ann"]])
        }
    }

    @Test("SQLite: the undeclared view that reads a column through a star is named")
    func undeclaredStar() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("name", .text)
                }
            }
            try await test.run("CREATE VIEW all_of AS SELECT * FROM t; CREATE VIEW names AS SELECT name FROM all_of")
            let failure = try await test.failure { AlterTable("t") { RenameColumn("name", to: "title") } }
            #expect(failure.cause.message.contains("view names"), "\(failure)")
            #expect(failure.remedy?.description.contains("let a script drop") == true, "\(failure)")
        }
    }

    @Test("what can't be told apart is refused by name")
    func unclear() throws {
        var items = Table(name: "items")
        items.columns = [Column("id", .bigint), Column("a", .text), Column("b", .text)]
        var others = Table(name: "others")
        others.columns = [Column("id", .bigint), Column("x", .text)]
        func rename(_ old: String, _ new: String, under query: String) -> Result<String, SchemaError> {
            do throws(SchemaError) {
                let schema = try Schema(tables: [items, others]).applying(.createView(View("v", as: .sql(query))))
                let after = try schema.applying(.alterTable("items", [.renameColumn(old, to: new)]))
                guard case .sql(let text)? = after[view: "v"]?.query else { return .success("") }
                return .success(text)
            } catch { return .failure(error) }
        }
        func isRefused(_ result: Result<String, SchemaError>) -> Bool {
            if case .failure(let error) = result { return error.description.contains("view v") }
            return false
        }
        #expect(
            rename("a", "c", under: "SELECT a, upper(a) AS big, i.a AS \"a2\" FROM items i WHERE a <> 'a' ORDER BY a")
                == .success(
                    "SELECT \"c\" AS \"a\", upper(\"c\") AS big, i.\"c\" AS \"a2\" FROM items i WHERE \"c\" <> 'a' ORDER BY a"
                ))
        #expect(
            rename("a", "c", under: "SELECT x a FROM others WHERE x IN (SELECT items.a FROM items)")
                == .success("SELECT x a FROM others WHERE x IN (SELECT items.\"c\" AS \"a\" FROM items)"))
        #expect(
            rename("a", "c", under: "WITH w AS (SELECT a AS n FROM items) SELECT n FROM w UNION SELECT b FROM items")
                == .success("WITH w AS (SELECT \"c\" AS n FROM items) SELECT n FROM w UNION SELECT b FROM items"))
        #expect(isRefused(rename("id", "key", under: "SELECT x FROM items JOIN others USING (id)")))
        #expect(isRefused(rename("id", "key", under: "SELECT x FROM items NATURAL JOIN others")))
        #expect(isRefused(rename("a", "x", under: "SELECT x FROM items JOIN others ON items.id = others.id")))
        #expect(isRefused(rename("a", "c", under: "SELECT s.a FROM (SELECT * FROM items) s")))
        #expect(rename("a", "c", under: "SELECT * FROM items") == .success("SELECT * FROM items"))
        #expect(
            rename("x", "a", under: "SELECT 1 AS one FROM items").isFailure, "there is no column x in items")
    }
}

extension Result {
    fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}
