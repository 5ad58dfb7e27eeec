import Foundation
import TestSupport
import Testing

@Suite("transfer --rules", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferRulesFileTests {
    private static let script = """
        CREATE TABLE Orders (Id INTEGER PRIMARY KEY, Created INT, Local TEXT, Seen REAL, Payload TEXT, Note TEXT, Secret TEXT);
        INSERT INTO Orders VALUES (1, 1704164645, '2024-01-02 03:04:05', 2460311.5, '{"b":1,"a":[1.0]}', 'a' || char(0), 's');
        INSERT INTO Orders VALUES (2, NULL, '2024-07-02T03:04:05Z', NULL, '[]', 'plain', NULL);
        CREATE TABLE Logs (Line TEXT); INSERT INTO Logs VALUES ('x');
        CREATE TABLE Lines (OrderId INT REFERENCES Orders, Price DECIMAL(10,2)); INSERT INTO Lines VALUES (1, 1.25);
        """

    @Test("smallint is given by a rule, holds what has 16 bits, and comes back as what it is")
    func smallint() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE levels (id INTEGER PRIMARY KEY, rank INT NOT NULL DEFAULT 7, free INT);
                INSERT INTO levels VALUES (1, 32767, 32768), (2, -32768, NULL);
                """)
            let wrong = try makeRules(box, "tables: {levels: {columns: {free: {type: smallint}}}}")
            let refused = try await box.migrate("transfer", source, target, "--rules", wrong)
            #expect(refused.code == 2 && refused.error.contains("is not a whole number of 16 bits"), "\(refused)")
            #expect(try tables(target).isEmpty)
            let right = try makeRules(box, "tables: {levels: {columns: {rank: {type: smallint}}}}")
            let run = try await box.migrate("transfer", source, target, "--rules", right)
            #expect(run.code == 0, "\(run)")
            #expect(try query("SELECT pg_typeof(rank)::text FROM levels LIMIT 1", on: target) == ["smallint"])
            #expect(try query("SELECT pg_typeof(free)::text FROM levels LIMIT 1", on: target) == ["bigint"])
            let shown = try await box.migrate("inspect", target)
            #expect(shown.code == 0 && shown.output.contains("Column(\"rank\", .smallint).default(7)"), "\(shown)")
            let back = try await box.migrate("transfer", target, "sqlite:" + box("back.db"))
            #expect(back.code == 0, "\(back)")
            let verified = try await box.migrate("verify", source, "sqlite:" + box("back.db"))
            #expect(verified.code == 0, "\(verified)")
            #expect(try query("SELECT rank FROM levels ORDER BY id", on: box("back.db")) == ["32767", "-32768"])
        }
    }

    @Test("rules are followed, and what they make is verified")
    func rules() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, Self.script)
            let rules = try makeRules(
                box,
                """
                # A comment.
                on_mismatch: quarantine
                tables:
                  Orders:
                    rename: purchases
                    columns:
                      Created: {timestamp: unix}
                      Local: {timestamp: iso, zone: "+02:00", type: datetime}
                      Seen: {timestamp: julian, rename: seen_at}
                      Payload: {type: jsonb, on_mismatch: null}
                      Note: {nul: "?"}
                      Secret: {skip: true}
                  Logs: {skip: true}
                  Lines:
                    order: first
                    columns: {Price: {type: "decimal(12, 4)"}}
                """)
            let run = try await box.migrate("transfer", source, target, "--json", "--rules", rules)
            #expect(run.ending == .exit(0), "\(run)")
            let document = try run.document(TransferDocument.self)
            #expect(document.verdict == "verified" && document.tables.map(\.name) == ["Lines", "Orders"])
            #expect(document.renames.map(\.to) == ["purchases", "seen_at"])
            #expect(document.omitted.map(\.name) == ["Orders.Secret"])
            let row = """
                SELECT concat_ws(' | ', "Created" AT TIME ZONE 'UTC', "Local", seen_at AT TIME ZONE 'UTC', "Payload", "Note") \
                FROM purchases ORDER BY "Id"
                """
            #expect(
                try query(row, on: target) == [
                    #"2024-01-02 03:04:05 | 2024-01-02 03:04:05 | 2024-01-02 00:00:00 | {"a": [1.0], "b": 1} | a?"#,
                    #"2024-07-02 05:04:05 | [] | plain"#,
                ])
            #expect(try tables(target).contains("Logs") == false)
            #expect(
                try query("SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'", on: target)
                    .contains("\"Lines\""))
        }
    }

    @Test("checks, indexes and computed columns that name a skipped column in quotes do not take the name for a text")
    func skippedNamesInQuotes() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, "odd name" INT, other INT, h INT AS ("Odd Name" + 1), note TEXT,
                    CHECK ("odd name" > 0), CHECK (other > 0), CHECK (note <> 'odd name'));
                CREATE INDEX by_value ON t ("odd name" + 1);
                CREATE INDEX by_other ON t (other) WHERE [odd name] > 0;
                INSERT INTO t VALUES (1, 1, 2, 'n');
                """)
            let rules = try makeRules(box, "tables: {t: {columns: {odd name: {skip: true}}}}")
            let run = try await box.migrate("transfer", source, target, "--json", "--rules", rules)
            #expect(run.ending == .exit(0), "\(run)")
            let document = try run.document(TransferDocument.self)
            #expect(
                document.omitted.map(\.name).sorted() == [
                    "by_other", "by_value", #"t CHECK ("odd name" > 0)"#, "t.h GENERATED", "t.odd name",
                ], "\(run)")
            #expect(document.omitted.map(\.reason).allSatisfy { $0.hasSuffix("a rule skips odd name") }, "\(run)")
            #expect(try query("SELECT concat_ws('|', id, other, h, note) FROM t", on: target) == ["1|2|2|n"])
            let checks = "SELECT count(*)::text FROM pg_constraint WHERE contype = 'c' AND conrelid = 't'::regclass"
            #expect(try query(checks, on: target) == ["2"])
            #expect(try query("SELECT indexname FROM pg_indexes WHERE tablename = 't'", on: target) == ["t_pkey"])
        }
    }

    @Test("no full-text index and no view for one asks for a skipped column")
    func skippedColumnsOfTexts() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE VIRTUAL TABLE words USING fts5(title, body); INSERT INTO words VALUES ('ships', 'tuesday');
                CREATE TABLE docs (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO docs VALUES (1, 'ships');
                CREATE VIRTUAL TABLE search USING fts5(title, content='docs');
                """)
            let rules = try makeRules(
                box, "tables: {words: {columns: {body: {skip: true}}}, docs: {columns: {id: {skip: true}}}}")
            let run = try await box.migrate("transfer", source, target, "--json", "--rules", rules)
            #expect(run.ending == .exit(0), "\(run)")
            let omitted = try run.document(TransferDocument.self).omitted
            let reasons = ["words", "search"].map { name in omitted.first { $0.name == name }?.reason ?? "" }
            #expect(reasons[0].hasPrefix("a rule skips some of its columns"), "\(run)")
            #expect(reasons[1].contains("which has no column for its row numbers"), "\(run)")
            let titles = "SELECT title FROM words UNION ALL SELECT title FROM docs"
            #expect(try query(titles, on: target) == ["ships", "ships"])
        }
    }

    @Test("views that name a skipped column do not take the name for a text")
    func skippedNamesInViews() async throws {
        try await withDatabase(.postgresql) { box, target in
            // Without rows, no comparison of the views' rows tells a text from the column.
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, Secret TEXT, "odd name" TEXT);
                CREATE VIEW bare AS SELECT id, secret FROM t;
                CREATE VIEW quoted AS SELECT id FROM t WHERE "Odd Name" > 'a';
                CREATE VIEW words AS SELECT id, 'odd name' AS word FROM t;
                """)
            let rules = try makeRules(box, "tables: {t: {columns: {Secret: {skip: true}, odd name: {skip: true}}}}")
            let run = try await box.migrate("transfer", source, target, "--json", "--rules", rules)
            #expect(run.ending == .exit(0), "\(run)")
            let document = try run.document(TransferDocument.self)
            #expect(document.omitted.map(\.name).sorted() == ["bare", "quoted", "t.Secret", "t.odd name"], "\(run)")
            #expect(document.omitted.map(\.reason).allSatisfy { $0.contains("a rule skips") }, "\(run)")
            let views = "SELECT viewname FROM pg_views WHERE schemaname = current_schema()"
            #expect(try query(views, on: target) == ["words"])
        }
    }

    @Test(
        "what declarations say with the values is proposed: JSON with numbers, uuids as bytes, spans since 1970, empty columns"
    )
    func declared() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE a (id UUID PRIMARY KEY, doc JSON, took DATETIME, part CHAR(32), made TIMESTAMP);
                INSERT INTO a VALUES (x'123e4567e89b12d3a456426614174000', '{"a": 1}', '1970-01-02 00:00:01',
                    '123e4567e89b42d3a456426614174000', '2024-01-02 03:04:05');
                INSERT INTO a VALUES (x'123e4567e89b12d3a456426614174001', '1.5', '1969-12-31 23:59:59.5', NULL, NULL);
                INSERT INTO a VALUES (x'123e4567e89b12d3a456426614174002', 'null', NULL, NULL, NULL);
                CREATE TABLE b (doc JSON, part CHAR(32), at TIMESTAMP, sum CHAR(64), n INT);
                CREATE TABLE c (doc JSONB, id UUID, took DATETIME); INSERT INTO c VALUES ('no JSON', x'00', '1985-01-01 00:00:00');
                """)
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", box("rules.yaml"))
            #expect(dry.code == 0, "\(dry)")
            // What may be spans or moments is left to somebody who knows.
            let written = try String(contentsOfFile: box("rules.yaml"), encoding: .utf8)
            let yaml = written.replacing("# took: {span: since_1970}", with: "took: {span: since_1970}")
            #expect(yaml != written, "\(written)")
            try yaml.write(toFile: box("rules.yaml"), atomically: true, encoding: .utf8)
            #expect(
                yaml.split(separator: "\n").filter { $0.contains("{") && !$0.contains("#") }.map {
                    $0.drop { $0 == " " }
                } == [
                    "id: {type: uuid}", "doc: {type: jsonb}", "took: {span: since_1970}", "part: {type: uuid}",
                    "made: {timestamp: iso, zone: UTC}", "doc: {type: jsonb}", "part: {type: uuid}",
                    "at: {timestamp: iso, zone: UTC}", "took: {timestamp: iso, zone: UTC}",
                ], "\(yaml)")
            let run = try await box.migrate("transfer", source, target, "--rules", box("rules.yaml"))
            #expect(run.code == 0, "\(run)")
            #expect(
                try query("SELECT concat_ws(' | ', id, doc, took, part) FROM a ORDER BY id", on: target) == [
                    #"123e4567-e89b-12d3-a456-426614174000 | {"a": 1} | 24:00:01 | 123e4567-e89b-42d3-a456-426614174000"#,
                    "123e4567-e89b-12d3-a456-426614174001 | 1.5 | -00:00:00.5",
                    "123e4567-e89b-12d3-a456-426614174002 | null",
                ])
        }
    }

    @Test("a moment near 1970 is proposed as a span only for SQLAlchemy, and never against its name or default")
    func nearTheEpoch() async throws {
        try await withDatabase(.postgresql) { box, target in
            let table = """
                CREATE TABLE u (id INTEGER PRIMARY KEY, last_login DATETIME, made DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, took DATETIME);
                INSERT INTO u VALUES (1, '1970-01-01 00:00:00', '1970-01-01 00:00:00', '1970-01-01 00:00:00');
                """
            let alembic = "CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);"
            let moments = ["last_login: {timestamp: iso, zone: UTC}", "made: {timestamp: iso, zone: UTC}"]
            let comments = moments.map { "# \($0)" }
            let took = ["# took: {span: since_1970}", "# took: {timestamp: iso, zone: UTC}"]
            let span = ["took: {span: since_1970}", "# or, equally likely: took: {timestamp: iso, zone: UTC}"]
            for (name, script, rules) in [("a", table, moments + took), ("b", alembic + table, comments + span)] {
                let source = box("\(name).db")
                try execute(script, on: source, creating: true)
                let file = box("\(name).yaml")
                let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", file)
                #expect(dry.ending == .exit(0), "\(dry)")
                let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
                #expect(
                    lines.filter { $0.contains("{") }.map { $0.trimmingCharacters(in: .whitespaces) } == rules,
                    "\(lines)")
            }
        }
    }

    @Test("blobs with a uuid's version are proposed uuids: outright for SQLAlchemy's declarations, else as a comment")
    func bytesOfUUIDs() async throws {
        try await withDatabase(.postgresql) { box, target in
            let table = """
                CREATE TABLE t (id BINARY(16) PRIMARY KEY, again NUMERIC(16), none NUMERIC(16), free BLOB, hash BINARY(16));
                INSERT INTO t VALUES (x'123e4567e89b42d3a456426614174000', x'0190163d8694739ba0d0b7a3a6a6c5a1', NULL,
                    x'123e4567e89b42d3a456426614174000', NULL);
                """
            let alembic = "CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);"
            let all = ["id", "again", "none", "free", "hash"].map { "\($0): {type: uuid}" }
            let (certain, free) = ([all[0], all[1], all[2]], "# \(all[3])")
            let other = "INSERT INTO t VALUES (x'00', NULL, NULL, x'd41d8cd98f00b204e9800998ecf8427e', x'00');"
            for (name, script, rules) in [
                ("a", alembic + table, certain + [free, all[4]]), ("b", table, ["# \(all[0])", "# \(all[1])", free]),
                ("c", table + other, ["# \(all[1])"]),
            ] {
                let source = box("\(name).db")
                try execute(script, on: source, creating: true)
                let file = box("\(name).yaml")
                let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", file)
                #expect(dry.ending == .exit(0), "\(dry)")
                let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
                #expect(
                    lines.filter { $0.contains("{") }.map { $0.trimmingCharacters(in: .whitespaces) } == rules,
                    "\(lines)")
            }
            let run = try await box.migrate("transfer", box("a.db"), target, "--rules", box("a.yaml"))
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT concat_ws(' ', id, pg_typeof(none), pg_typeof(free)) FROM t", on: target)
                    == ["123e4567-e89b-42d3-a456-426614174000 uuid bytea"])
        }
    }

    @Test("blobs in a column that .NET declares are no proposed uuids, because their bytes may have another order")
    func bytesOfNET() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                "CREATE TABLE t (id GUID PRIMARY KEY); INSERT INTO t VALUES (x'67453e129be8d312a456426614174000')")
            let file = box("rules.yaml")
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", file)
            #expect(dry.ending == .exit(0), "\(dry)")
            let yaml = try String(contentsOfFile: file, encoding: .utf8)
            #expect(yaml.contains("\n      # id: {type: uuid}\n"), "\(yaml)")
            #expect(yaml.contains("System.Data.SQLite writes"), "\(yaml)")
            // A column of uuids that is there takes them as they are, and the report says so.
            try execute("CREATE TABLE t (id uuid PRIMARY KEY)", on: target)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0) && run.output.contains("t.id: blobs become uuids"), "\(run)")
        }
    }

    @Test("--lowercase-names folds every name, and views and checks with it")
    func lowercase() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE "Album" ("AlbumId" INTEGER PRIMARY KEY, Title TEXT, "Ä" INT, "ä" INT, CHECK ("AlbumId" > 0));
                CREATE INDEX "IX_Title" ON Album (Title); CREATE VIEW "AllTitles" AS SELECT "Title", AlbumId FROM "Album";
                CREATE VIEW Again AS SELECT "Title" FROM "AllTitles";
                INSERT INTO Album VALUES (1, 'Dummy', 2, 3);
                """)
            let run = try await box.migrate("transfer", source, target, "--json", "--lowercase-names")
            #expect(run.ending == .exit(0), "\(run)")
            let document = try run.document(TransferDocument.self)
            #expect(document.omitted.isEmpty, "\(run)")
            #expect(
                document.renames.contains { $0.kind == "column" && $0.from == "Album.Ä" && $0.to == "ä_2" }, "\(run)")
            #expect(document.renames.contains { $0.kind == "index" && $0.to == "ix_title" })
            #expect(try query("SELECT albumid::text FROM album WHERE title = 'Dummy'", on: target) == ["1"])
            #expect(try query("SELECT title FROM again", on: target) == ["Dummy"])
            #expect(throws: (any Error).self) { try execute("INSERT INTO album VALUES (-1)", on: target) }
        }
    }

    @Test(
        "what a rules file can't mean is refused with its line",
        arguments: [
            ("tables: [a]\n", 1, "mapping from names"), ("on_mismatch: loose\n", 1, "loose"),
            ("tables:\n  Orders:\n    colums: {}\n", 3, "did you mean columns?"),
            ("tables:\n  Ordrs: {}\n", 2, "did you mean Orders?"),
            ("tables:\n  Orders: {rename: tc_transfers}\n", 2, "one of this program's own tables"),
            ("tables:\n  Orders:\n    columns:\n      Creatd: {type: text}\n", 4, "did you mean Created?"),
            ("tables:\n  Orders:\n    columns:\n      Created: {type: string}\n", 4, "string"),
            ("tables:\n  Orders:\n    columns:\n      Created: {timestamp: unix_mss}\n", 4, "did you mean unix_ms?"),
            ("tables:\n  Orders:\n    columns:\n      Local: {timestamp: iso, zone: Europe/Berlin}\n", 4, "+02:00"),
            ("tables:\n  Orders:\n    columns:\n      Local: {zone: \"+5:30\"}\n", 4, "UTC, or ±HH:MM"),
            ("tables:\n  Orders:\n    columns:\n      Local: {zone: \"+25:00\"}\n", 4, "UTC, or ±HH:MM"),
            ("tables:\n  Orders:\n    columns:\n      Total: {type: decimal(12,2)}\n", 4, "a comma in quotes"),
            ("tables:\n  Orders:\n    columns:\n      Local: {zone: UTC}\n", 4, "add timestamp: iso"),
            ("tables:\n  Orders:\n    columns:\n      Local: {timestamp: iso, type: uuid}\n", 4, "become a uuid"),
            ("tables:\n  Orders:\n    columns:\n      Created: {span: hours}\n", 4, "since_1970"),
            ("tables:\n  Orders:\n    columns:\n      Created: {span: days, type: text}\n", 4, "become a text"),
            (
                "tables:\n  Orders:\n    columns:\n      Created: {span: days, timestamp: unix}\n", 4,
                "exclude each other"
            ),
            ("tables:\n  Orders:\n    columns:\n      Note: {nul: }\n", 4, "in quotes"),
            ("tables:\n  Orders: {skip: yes}\n", 2, "true, false"), ("lowercase_names: [\n", 2, "not YAML"),
            ("tables:\n  Orders: {}\n  Orders: {}\n", 2, "twice"),
        ])
    func badRules(_ text: String, _ line: Int, _ words: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, Self.script)
            let rules = try makeRules(box, text)
            let run = try await box.migrate("transfer", source, target, "--json", "--rules", rules)
            expectRefusal(run, 64, saying: "rules, line \(line): ", words)
            let error = try run.document(ErrorDocument.self).error
            #expect(error.code == "bad_rule" && error.context.line == line)
            #expect(try tables(target) == [])
        }
    }

    @Test(
        "a name that a rule gives is free in the target, or the rule is refused",
        arguments: [
            ("a: {rename: b}", 2, "a: b has the name b in the target; choose another name, or rename that one"),
            ("a: {rename: x}\n  b: {rename: x}", 3, "b: a has the name x in the target"),
            ("a: {columns: {n: {rename: m}}}", 2, "a.n: a.m has the name m in the target"),
            ("a:\n    columns:\n      n: {rename: x}\n      m: {rename: x}", 5, "a.m: a.n has the name x"),
            ("a: {rename: pg_class}", 2, "a: the target reserves the name pg_class"),
            ("a: {columns: {n: {rename: ctid}}}", 2, "a.n: the target reserves the name ctid"),
        ])
    func takenNames(_ rule: String, _ line: Int, _ words: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, "CREATE TABLE a (n INT, m INT); CREATE TABLE b (n INT)")
            let rules = try makeRules(box, "tables:\n  \(rule)\n")
            for options in [["--dry-run"], []] {
                let run = try await box.run(
                    .tcMigrate, ["transfer", source, target, "--json", "--rules", rules] + options)
                expectRefusal(run, 64, saying: "rules, line \(line): \(words)")
                #expect(try run.document(ErrorDocument.self).error.code == "bad_rule")
            }
            #expect(try tables(target) == [])
        }
    }

    @Test("names may be exchanged, and taken from what is left out, as the target compares them")
    func exchangedNames() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box, "CREATE TABLE a (n INT, m INT, l INT); CREATE TABLE b (n INT); CREATE TABLE c (n INT)")
            let columns = "{n: {rename: m}, m: {rename: l}, l: {skip: true}}"
            let rules = try makeRules(
                box, "tables:\n  a: {rename: b, columns: \(columns)}\n  b: {rename: A}\n  c: {skip: true}\n")
            let run = try await box.migrate("transfer", source, target, "--rules", rules)
            #expect(run.ending == .exit(0), "\(run)")
            try expectTables(target, ["A", "b", "tc_transfer_chunks", "tc_transfers"])
            let names = try query(
                "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'b' ORDER BY 1", on: target
            )
            #expect(names == ["l", "m"])

            // SQLite takes two names that differ in case alone for one.
            let back = try makeRules(box, "tables: {b: {rename: a}}")
            let refused = try await box.migrate("transfer", target, box("back.db"), "--rules", back)
            expectRefusal(refused, 64, saying: "b: A has the name a in the target")
        }
    }

    @Test("a view reads each renamed table and column by its own new name, and keeps the names of its columns")
    func viewsOfRenamed() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT, n INT, m INT); INSERT INTO a VALUES (1, 'a', 2, 3);
                CREATE TABLE b (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO b VALUES (1, 'b');
                CREATE TABLE c (id INTEGER PRIMARY KEY); INSERT INTO c VALUES (1);
                CREATE VIEW of_b AS SELECT name FROM b;
                CREATE VIEW pair AS SELECT a.name, b.name AS other, n FROM a JOIN b USING (id) ORDER BY a.name;
                CREATE VIEW of_c AS SELECT c.id, (SELECT name FROM a WHERE a.id = c.id) AS name FROM c;
                CREATE VIEW named AS WITH name AS (SELECT name, m FROM a) SELECT * FROM name;
                CREATE VIEW again AS SELECT name, other FROM pair;
                CREATE VIEW shadowed AS WITH c AS (SELECT id + 1 AS id FROM b) SELECT id FROM c;
                """)
            let rules = try makeRules(
                box,
                "tables:\n  a: {columns: {name: {rename: title}, n: {rename: m}, m: {rename: n}}}\n  c: {rename: d}\n")
            let run = try await box.migrate("transfer", source, target, "--rules", rules, "--json")
            #expect(run.ending == .exit(0), "\(run)")
            let left = try run.document(TransferDocument.self).omitted
            #expect(left.map(\.name) == ["shadowed"], "\(run)")
            #expect(left.first?.reason == "c is a query of WITH in it, and a table that has another name in the target")
            #expect(try query("SELECT name FROM of_b", on: target) == ["b"])
            #expect(try query("SELECT name || other || n FROM pair", on: target) == ["ab2"])
            #expect(try query("SELECT id || name FROM of_c", on: target) == ["1a"])
            #expect(try query("SELECT name || m FROM named", on: target) == ["a3"])
            #expect(try query("SELECT name || other FROM again", on: target) == ["ab"])
        }
    }

    @Test("a rules file that is not there is an error")
    func noFile() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, Self.script)
            let run = try await box.migrate("transfer", source, target, "--rules", box("none.yaml"))
            expectRefusal(run, saying: "none.yaml can't be read")
        }
    }

    @Test("what Django's fields mean is proposed for empty columns, too, and makes the types that Django expects")
    func django() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE django_migrations (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, applied datetime NOT NULL);
                CREATE TABLE shop_order (id char(32) NOT NULL PRIMARY KEY, made datetime NOT NULL, sent datetime NULL,
                    took_duration bigint NULL, size bigint NULL, address char(39) NULL, digest varchar(32) NULL,
                    payload text NOT NULL CHECK ((JSON_VALID("payload") OR "payload" IS NULL)), note text NOT NULL);
                INSERT INTO shop_order VALUES ('123e4567e89b12d3a456426614174000', '2024-01-02 03:04:05.000001', NULL, 93600000001,
                    5, '192.0.2.1', 'd41d8cd98f00b204e9800998ecf8427e', '7', '');
                CREATE TABLE shop_line (id integer PRIMARY KEY, order_id char(32) REFERENCES shop_order (id));
                """)
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", box("rules.yaml"))
            #expect(dry.ending == .exit(0), "\(dry)")
            let yaml = try String(contentsOfFile: box("rules.yaml"), encoding: .utf8)
            #expect(
                yaml.split(separator: "\n").filter { $0.contains("{") }.map { $0.trimmingPrefix { $0 == " " } } == [
                    "applied: {timestamp: iso, zone: UTC}", "order_id: {type: uuid}", "id: {type: uuid}",
                    "made: {timestamp: iso, zone: UTC}", "sent: {timestamp: iso, zone: UTC}",
                    "# took_duration: {type: interval}", "address: {type: inet}", "payload: {type: jsonb}",
                ])
            // The model says that it is a DurationField.
            try yaml.replacing("# took_duration", with: "took_duration")
                .write(toFile: box("rules.yaml"), atomically: true, encoding: .utf8)
            let run = try await box.migrate(
                "transfer", source, target, "--rules", box("rules.yaml"), "--certificate", box("certificate.json"))
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT shop_order::text FROM shop_order", on: target) == [
                    #"(123e4567-e89b-12d3-a456-426614174000,"2024-01-02 03:04:05.000001+00",,26:00:00.000001,5,192.0.2.1,"#
                        + #"d41d8cd98f00b204e9800998ecf8427e,7,"")"#
                ])
            // The checker does not know the rules, but each of these values is the same on both sides.
            let checked = try await box.run(
                try Program(inPath: "python3"), [Self.checker, box("certificate.json")])
            #expect(checked.ending == .exit(0), "\(checked)")
        }
    }

    private static let checker = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("ci/check-certificate.py").path

    @Test("Rails reads moments without a zone as UTC's: none is proposed; elsewhere one is")
    func zones() async throws {
        let moments =
            "CREATE TABLE t (id INTEGER PRIMARY KEY, at datetime(6)); INSERT INTO t VALUES (1, '2024-01-02 03:04:05')"
        let rails = "CREATE TABLE schema_migrations (version varchar); CREATE TABLE ar_internal_metadata (key varchar);"
        try await withDatabase(.postgresql) { box, target in
            for (name, script, isProposed) in [("a", moments, true), ("b", rails + moments, false)] {
                let source = box("\(name).db")
                #expect(FileManager.default.createFile(atPath: source, contents: nil))
                try execute(script, on: source)
                let dry = try await box.migrate("transfer", source, target, "--dry-run")
                #expect(dry.output.contains("at: {timestamp: iso, zone: UTC}") == isProposed, "\(dry)")
            }
        }
    }

    @Test("where numbers may be counted from 1970 or from 2001, both are offered, the database's own first")
    func twoEpochs() async throws {
        try await withDatabase(.postgresql) { box, target in
            for (key, rule) in [
                ("id", "timestamp: unix, or timestamp: apple"), ("Z_PK", "timestamp: apple, or timestamp: unix"),
            ] {
                let source = try makeSource(
                    box,
                    "CREATE TABLE notes (\(key) INTEGER PRIMARY KEY, created_at REAL); INSERT INTO notes VALUES (1, 725857445.5)"
                )
                let dry = try await box.migrate("transfer", source, target, "--dry-run")
                #expect(dry.ending == .exit(0) && dry.output.contains(rule.suffix(15)), "\(dry)")
                let report = try await box.migrate("transfer", source, target)
                #expect(report.output.contains("notes.created_at: \(rule) (its only number lies"), "\(report)")
                try execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public", on: target)
                try FileManager.default.removeItem(atPath: source)
            }
        }
    }

    @Test("proposed rules are never applied by themselves; written and passed back, they are")
    func proposals() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE events (id INTEGER PRIMARY KEY, created_at INTEGER, "seen on" REAL, updatedAt INT, day TIMESTAMP,
                    meta TEXT, key TEXT, price REAL, total INT);
                INSERT INTO events VALUES (1, 1704164645, 1704164645.25, 1704164645678, 2460311.5, '{"a": 1}',
                    '123E4567-E89B-12D3-A456-426614174000', 1.25, 5);
                INSERT INTO events VALUES (2, 1204164645, NULL, 1204164645678, 2460312, '[1, 2.50]',
                    '00000000-E89B-12D3-A456-426614174000', 99.5, NULL);
                CREATE TABLE ZNOTE (Z_PK INTEGER PRIMARY KEY, ZDATE TIMESTAMP); INSERT INTO ZNOTE VALUES (1, 725857445.5);
                """)
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", box("rules.yaml"))
            #expect(dry.ending == .exit(0), "\(dry)")
            let yaml = try String(contentsOfFile: box("rules.yaml"), encoding: .utf8)
            #expect(
                yaml == """
                    # Proposed rules: delete those that you do not want, and pass the file to the transfer as its rules.
                    tables:
                      ZNOTE:
                        columns:
                          # its only number lies between 1990 and 2100
                          ZDATE: {timestamp: apple}
                          # or, equally likely: ZDATE: {timestamp: unix}
                      events:
                        columns:
                          # all 2 numbers lie between 1990 and 2100
                          created_at: {timestamp: unix}
                          # its only number lies between 1990 and 2100
                          "seen on": {timestamp: unix}
                          # all 2 numbers lie between 1990 and 2100
                          updatedAt: {timestamp: unix_ms}
                          # all 2 numbers lie between 1990 and 2100
                          day: {timestamp: julian}
                          # all 2 texts are JSON: objects or arrays; right if no name in them is repeated
                          meta: {type: jsonb}
                          # all 2 texts are uuids
                          key: {type: uuid}
                          # all 2 numbers have at most two decimals
                          price: {type: "decimal(15,2)"}

                    """)
            #expect(yaml.split(separator: "\n").allSatisfy { dry.output.contains($0) })
            let again = try await box.migrate(
                "transfer", source, target, "--dry-run", "--write-rules", box("rules.yaml"))
            expectRefusal(again, saying: "rules.yaml exists")

            let run = try await box.migrate("transfer", source, target, "--quiet", "--rules", box("rules.yaml"))
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.hasSuffix("verdict: verified\n") && !run.output.contains("Rules to consider"))
            let row = """
                SELECT concat_ws(' | ', created_at, "seen on", "updatedAt", day, meta, key, price) \
                FROM events ORDER BY id
                """
            #expect(
                try query(row, on: target) == [
                    "2024-01-02 03:04:05+00 | 2024-01-02 03:04:05.25+00 | 2024-01-02 03:04:05.678+00 | 2024-01-02 00:00:00+00"
                        + #" | {"a": 1} | 123e4567-e89b-12d3-a456-426614174000 | 1.25"#,
                    "2008-02-28 02:10:45+00 | 2008-02-28 02:10:45.678+00 | 2024-01-02 12:00:00+00"
                        + " | [1, 2.50] | 00000000-e89b-12d3-a456-426614174000 | 99.50",
                ])
            #expect(try query("SELECT \"ZDATE\"::text FROM \"ZNOTE\"", on: target) == ["2024-01-02 03:04:05.5+00"])
        }
    }

    @Test("doubles are money only by the end of their name, and an active rule needs several with decimals")
    func money() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE m (id INTEGER PRIMARY KEY, totalTimeInSeconds double, total_distance REAL, cost_factor REAL, amount_ml REAL,
                    price REAL, unit_cost REAL, GrandTotal FLOAT, balance REAL);
                INSERT INTO m VALUES (1, 6000, 1.5, 1.25, 2.5, 5, 1.25, 1.5, 0.25), (2, 6000.5, 2.5, 0.25, 0.5, 6, 2, 2.75, 0.125);
                """)
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", box("rules.yaml"))
            #expect(dry.ending == .exit(0), "\(dry)")
            let rules = try String(contentsOfFile: box("rules.yaml"), encoding: .utf8)
            let lines = rules.split(separator: "\n").filter { $0.contains("decimal(") }
            #expect(
                lines == [
                    #"      # price: {type: "decimal(15,2)"}"#, #"      # unit_cost: {type: "decimal(15,2)"}"#,
                    #"      GrandTotal: {type: "decimal(15,2)"}"#,
                ], "\(rules)")
        }
    }
}
