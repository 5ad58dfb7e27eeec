import Dialects
import Foundation
import TestSupport
import Testing

/// Tests filling tables that an application's framework has made from a SQLite file, with the real program.
@Suite("transfer --into-existing", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct IntoExistingTests {
    /// A script with types that only a server has, two kinds of counters, a trigger that rejects rows, and a table that the source lacks.
    private static let application = """
        CREATE TYPE mood AS ENUM ('glad', 'sad');
        CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
        CREATE TABLE people (id serial PRIMARY KEY, name varchar(20) NOT NULL, small smallint, ratio real,
            seen timestamp(3) without time zone, due timestamptz, took interval, address inet, mood mood, n positive, key uuid,
            meta jsonb, raw json, extra text DEFAULT 'x', twice integer GENERATED ALWAYS AS (n * 2) STORED);
        CREATE TABLE visits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            person_id integer NOT NULL REFERENCES people ON DELETE CASCADE DEFERRABLE, day date);
        COMMENT ON CONSTRAINT visits_person_id_fkey ON visits IS 'whose';
        CREATE TABLE notes (person_id integer REFERENCES people ON DELETE CASCADE, words text);
        CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
        INSERT INTO people (name) VALUES ('seed');
        INSERT INTO notes VALUES (1, 'stay');
        CREATE TRIGGER guard BEFORE INSERT OR DELETE ON people FOR EACH ROW EXECUTE FUNCTION no();
        """

    private static let source = """
        CREATE TABLE People (ID INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, small INT, ratio REAL, seen DATETIME, due DATETIME,
            took TEXT, address TEXT, mood TEXT, n INT, key CHAR(32), meta TEXT, raw TEXT);
        INSERT INTO People VALUES (1, 'ada', 7, 0.5, '2024-01-02 03:04:05.678', '2024-01-02 03:04:05.678901', '1 day, 2:03:04',
            '192.0.2.1', 'glad', 3, '123e4567e89b12d3a456426614174000', '{"b": 1, "a": 2}', '{"b": 1, "a": 2}');
        INSERT INTO People (ID, name) VALUES (90, 'gone'); DELETE FROM People WHERE ID = 90;
        CREATE TABLE visits (id INTEGER PRIMARY KEY, person_id INT, day DATE); INSERT INTO visits VALUES (5, 1, '2024-02-29');
        """

    private func withSite(
        _ change: String = "", _ body: (Sandbox, _ source: String, _ target: String) async throws -> Void
    ) async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(Self.application, on: target)
            #expect(FileManager.default.createFile(atPath: box("site.db"), contents: nil))
            try execute(Self.source + change, on: box("site.db"))
            try await body(box, box("site.db"), target)
        }
    }

    @Test("rows that stay in the target and lose their parent are no fault of the source, and the remedy says so")
    func keptOrphans() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1), (2);
                CREATE TABLE o (a int REFERENCES a); INSERT INTO o VALUES (2);
                """, on: target)
            let source = try makeSource(box, "CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1);")
            let run = try await box.migrate("transfer", source, target, "--into-existing", "--replace-rows", "a")
            #expect(run.ending == .exit(2) && run.error.contains("rows that stay in the target refer to"), "\(run)")
            #expect(run.error.contains("o: o_a_fkey: 1 row has no parent in a (a=2)"), "\(run)")
            #expect(
                run.error.contains(
                    "delete or change these rows in the target, or let their parents stay with --keep-rows a"),
                "\(run)")
            #expect(!run.error.contains("repair the source"), "\(run)")
            #expect(try query("SELECT id::text FROM a ORDER BY id", on: target) == ["1", "2"])
        }
    }

    /// Returns everything that must stay: constraints with their comments, triggers, rows.
    private func everything(_ target: String) throws -> [String] {
        try query(
            """
            SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint'))
                FROM pg_constraint WHERE conrelid <> 0
            UNION ALL SELECT concat(tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT concat(relname, relkind) FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT people::text FROM people UNION ALL SELECT visits::text FROM visits
            UNION ALL SELECT notes::text FROM notes ORDER BY 1
            """, on: target)
    }

    private func expectRefusal(
        _ run: Run, _ code: String, _ words: String..., leaving before: [String], in target: String
    ) throws {
        #expect(run.ending == .exit(2), "\(run)")
        let error = try run.document(ErrorDocument.self).error
        #expect(error.code == code)
        for word in words { #expect(run.error.contains(word) || run.output.contains(word), "\(run)") }
        #expect(try everything(target) == before)
    }

    @Test("values become what the columns are, and nothing of the schema changes")
    func filled() async throws {
        try await withSite { box, source, target in
            let schema = try everything(target).filter { !$0.hasPrefix("(1,seed") }
            let run = try await box.migrate(
                "transfer", source, target, "--into-existing", "--replace-rows", "people", "--quiet")
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            let rows = ["(5,1,2024-02-29)"]
            let person = try query("SELECT people::text FROM people", on: target)
            #expect(
                person == [
                    #"(1,ada,7,0.5,"2024-01-02 03:04:05.678","2024-01-02 03:04:05.678901+00","1 day 02:03:04",192.0.2.1,glad,3,"#
                        + #"123e4567-e89b-12d3-a456-426614174000,"{""a"": 2, ""b"": 1}","{""b"": 1, ""a"": 2}",x,6)"#
                ])
            #expect(try everything(target) == (schema + person + rows).sorted())
            try execute("ALTER TABLE people DISABLE TRIGGER guard", on: target)
            #expect(try query("INSERT INTO people (name) VALUES ('b') RETURNING id::text", on: target) == ["91"])
            #expect(try query("INSERT INTO visits (person_id) VALUES (1) RETURNING id::text", on: target) == ["6"])
            #expect(throws: DatabaseError.self) { try execute("INSERT INTO visits (person_id) VALUES (7)", on: target) }
        }
    }

    @Test("a dry run changes nothing; rows that are there have to be spoken of")
    func rowsInTheWay() async throws {
        try await withSite { box, source, target in
            let before = try everything(target)
            for dry in [["--dry-run"], []] {
                let run = try await box.run(
                    .tcMigrate, ["transfer", source, target, "--into-existing", "--json"] + dry)
                try expectRefusal(
                    run, "target_rows_in_the_way", "--replace-rows people", leaving: before, in: target)
            }
            let options = ["transfer", source, target, "--into-existing", "--json"]
            let dry = try await box.run(.tcMigrate, options + ["--replace-rows", "people", "--dry-run"])
            #expect(dry.ending == .exit(0), "\(dry)")
            #expect(try everything(target) == before)
            let misspelled = try await box.run(.tcMigrate, options + ["--replace-rows", "persons"])
            try expectRefusal(misspelled, "no_such_rows", "persons", leaving: before, in: target)
            let near = try await box.run(.tcMigrate, options + ["--keep-rows", "poeple"])
            try expectRefusal(near, "no_such_rows", "did you mean people?", leaving: before, in: target)
            let kept = try await box.run(.tcMigrate, options + ["--keep-rows", "People", "--ignore-missing", "visits"])
            #expect(kept.ending == .exit(0) && kept.output.contains("the target keeps its own rows"), "\(kept)")
            let left = try kept.document(TransferDocument.self).omitted
            for name in ["People", "visits"] {
                #expect(left.filter { $0.name == name }.map(\.kind) == ["table"], "\(kept)")
            }
            #expect(try everything(target) == before)
        }
    }

    @Test(
        "what does not fit exactly is refused, and the target is as it was",
        arguments: [
            ("UPDATE People SET small = 40000", "misfits", "is not a whole number of 16 bits"),
            ("UPDATE People SET ratio = 0.1", "misfits", "is not a number that a real of 32 bits holds exactly"),
            (
                "UPDATE People SET seen = '2024-01-02 03:04:05.6789'", "misfits",
                "at most 3 digits of a second's fraction"
            ),
            ("UPDATE People SET took = 'long'", "misfits", "is neither a time span"),
            ("UPDATE People SET address = 'localhost'", "misfits", "is not an IPv4 or IPv6 address"),
            ("UPDATE People SET key = 'd41d8cd98f00b204'", "misfits", "is not a uuid"),
            ("UPDATE People SET raw = '{'", "misfits", "is not JSON"),
            ("UPDATE People SET name = NULL", "misfits", "is NULL where a value is required"),
            ("UPDATE People SET n = 0", "check", "positive_check"),
            ("UPDATE People SET mood = 'bored'", "misfits", "is not one of 'glad', 'sad'"),
            ("UPDATE People SET mood = 1", "misfits", "is not one of 'glad', 'sad'"),
            ("UPDATE visits SET person_id = 8", "orphans", "person_id=8"),
            ("UPDATE People SET ID = 2; UPDATE visits SET person_id = 2", "orphans", "notes"),
            ("ALTER TABLE People ADD COLUMN more TEXT", "no_place", "People.more"),
            ("CREATE TABLE others (a)", "no_place", "others"),
            ("ALTER TABLE People DROP COLUMN name", "no_source", "people.name"),
        ])
    func refused(_ change: String, _ code: String, _ words: String) async throws {
        try await withSite(change) { box, source, target in
            let before = try everything(target)
            let run = try await box.migrate(
                "transfer", source, target, "--into-existing", "--replace-rows", "people", "--json")
            try expectRefusal(run, code, words, leaving: before, in: target)
        }
    }

    @Test("values for a column that the target computes are compared with what it computes")
    func computed() async throws {
        let change = "ALTER TABLE People ADD COLUMN twice INT; UPDATE People SET twice = 7"
        try await withSite(change) { box, source, target in
            let options = ["transfer", source, target, "--into-existing", "--replace-rows", "people", "--json"]
            try expectRefusal(
                try await box.run(.tcMigrate, options), "computed_otherwise", "People.twice",
                "--ignore-missing People.twice", leaving: try everything(target), in: target)
            let plan = try await box.run(.tcMigrate, options + ["--dry-run"])
            #expect(
                plan.ending == .exit(0) && plan.output.contains("only the transfer itself compares them"), "\(plan)")
            let left = try await box.run(.tcMigrate, options + ["--ignore-missing", "People.twice"])
            #expect(left.ending == .exit(0), "\(left)")
            #expect(try query("SELECT twice::text FROM people", on: target) == ["6"])
            // A rule for another column leaves them comparable.
            let rules = box("rules.yaml")
            try "tables: {People: {columns: {seen: {timestamp: iso}}}}".write(
                toFile: rules, atomically: false, encoding: .utf8)
            try expectRefusal(
                try await box.run(.tcMigrate, options + ["--rules", rules, "--replace-rows", "visits"]),
                "computed_otherwise",
                "People.twice", leaving: try everything(target), in: target)
            try execute("UPDATE People SET twice = 6, key = NULL", on: source)
            let equal = try await box.run(.tcMigrate, options + ["--replace-rows", "visits"])
            #expect(equal.ending == .exit(0), "\(equal)")
        }
    }

    @Test("a column without values gives way to what the target computes, and one with others does if a rule says so")
    func computedAlone() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, words TEXT, tsv TEXT, size INTEGER);
                INSERT INTO t VALUES (1, 'a cat', NULL, 9);
                """)
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, words text, tsv tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED,
                    size int GENERATED ALWAYS AS (length(words)) STORED)
                """, on: target)
            let empty = "t.tsv: no values in the source; the target computes its own"
            let command = ["transfer", source, target, "--into-existing"]
            let plan = try await box.run(.tcMigrate, command + ["--dry-run"])
            #expect(plan.ending == .exit(0) && plan.output.contains(empty), "\(plan)")
            #expect(plan.output.contains("t.size: computed by the target; only the transfer itself"), "\(plan)")
            let refused = try await box.run(.tcMigrate, command)
            #expect(refused.ending == .exit(2) && refused.error.contains("than the source holds: t.size"), "\(refused)")
            #expect(refused.error.contains("skip: true in a rules file"), "\(refused)")
            let rules = box("rules.yaml")
            try "tables: {t: {columns: {size: {skip: true}}}}".write(toFile: rules, atomically: false, encoding: .utf8)
            for options in [["--dry-run"], []] {
                let run = try await box.run(.tcMigrate, command + ["--rules", rules] + options)
                #expect(run.ending == .exit(0) && run.output.contains(empty), "\(run)")
                #expect(
                    run.output.contains("it is left behind, as requested: the target computes its values"), "\(run)")
            }
            #expect(
                try query("SELECT concat_ws('|', id, words, tsv, size) FROM t", on: target)
                    == ["1|a cat|'a':1 'cat':2|5"])
        }
    }

    @Test(
        "text that a column of numbers would give back as another text, and numbers that count nobody knows what, are refused"
    )
    func wouldBeLost() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, zip TEXT, price TEXT, took TIME, "any");
                INSERT INTO t VALUES (1, '007', '1.50', 3600, 2.5), (2, '+5', '0.5', '01:00:00', NULL), (3, '70', '-3', NULL, NULL);
                """)
            try execute(
                #"CREATE TABLE t (id int PRIMARY KEY, zip numeric, price numeric(5,2), took interval, "any" interval)"#,
                on: target)
            let run = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing"])
            #expect(run.ending == .exit(2), "\(run)")
            for words in [
                "t.zip (numeric): 2 values", "('007' in row id=1, '+5' in row id=2)", "t.took (interval): 1 value",
                "no rule says what it counts (3600 in row id=1)", "t.any (interval): 1 value",
            ] {
                #expect(run.error.contains(words), "\(run)")
            }
            #expect(!run.error.contains("t.price"), "\(run)")
            let aside = try await box.run(
                .tcMigrate, ["transfer", source, target, "--into-existing", "--on-mismatch", "null"])
            #expect(aside.ending == .exit(0), "\(aside)")
            #expect(
                try query("SELECT concat_ws('|', id, zip, price, took) FROM t ORDER BY id", on: target)
                    == ["1|1.50", "2|0.50|01:00:00", "3|70|-3.00"])
        }
    }

    @Test("a rule for a table that is not there is named before what its absence leads to")
    func misspelledTable() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                "CREATE TABLE t (id int PRIMARY KEY, s interval); INSERT INTO t VALUES (1, '1 hour')", on: source)
            try "tables: {tt: {columns: {s: {span: seconds}}}}".write(
                toFile: box("rules.yaml"), atomically: false, encoding: .utf8)
            try execute("CREATE TABLE T (id INTEGER PRIMARY KEY, s INTEGER)", on: box("there.db"), creating: true)
            let run = try await box.run(
                .tcMigrate, ["transfer", source, box("there.db"), "--into-existing", "--rules", box("rules.yaml")])
            #expect(run.ending == .exit(64) && run.error.contains("no table tt; did you mean t?"), "\(run)")
        }
    }

    @Test("numbers become spans of time where a rule, or Django, says what they count")
    func spans() async throws {
        let change = """
            ALTER TABLE People DROP COLUMN took; ALTER TABLE People ADD COLUMN took BIGINT;
            UPDATE People SET took = 93600000001;
            """
        try await withSite(change) { box, source, target in
            let options = ["transfer", source, target, "--into-existing", "--replace-rows", "people", "--json"]
            try expectRefusal(
                try await box.run(.tcMigrate, options), "unitless", "People.took", leaving: try everything(target),
                in: target)
            try Data("tables: {People: {columns: {took: {type: interval}}}}".utf8).write(
                to: URL(fileURLWithPath: box("rules.yaml")))
            let ruled = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
            #expect(ruled.ending == .exit(0), "\(ruled)")
            #expect(try query("SELECT took::text FROM people", on: target) == ["26:00:00.000001"])

            try execute("CREATE TABLE django_migrations (id INTEGER PRIMARY KEY)", on: source)
            let known = try await box.migrate(
                "transfer", source, target, "--into-existing", "--replace-rows", "people,visits", "--ignore-missing",
                "django_migrations")
            #expect(known.ending == .exit(0), "\(known)")
        }
    }

    @Test("what numbers count is proposed for the columns that are there, and read as they are")
    func proposals() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE post (id integer PRIMARY KEY, "createdAt" timestamp(3), "updatedAt" timestamptz(3), n bigint, span interval)
                """, on: target)
            #expect(FileManager.default.createFile(atPath: box("dev.db"), contents: nil))
            try execute(
                """
                CREATE TABLE post (id INTEGER PRIMARY KEY, createdAt DATETIME, updatedAt DATETIME, n BIGINT, span BIGINT);
                INSERT INTO post VALUES (1, 1704164645678, 1704164645678, 1704164645678, 1);
                """, on: box("dev.db"))
            let options = ["transfer", box("dev.db"), target, "--into-existing"]
            let write = ["--dry-run", "--write-rules", box("rules.yaml"), "--json"]
            let refused = try await box.run(.tcMigrate, options + write)
            #expect(try refused.document(ErrorDocument.self).error.code == "unitless")
            let yaml = try String(contentsOfFile: box("rules.yaml"), encoding: .utf8)
            #expect(
                yaml.split(separator: "\n").filter { $0.contains("{") && !$0.contains("#") } == [
                    "      createdAt: {timestamp: unix_ms}", "      updatedAt: {timestamp: unix_ms}",
                ])
            // Microseconds and seconds are equally likely.
            try yaml.replacing("# span: {type: interval}", with: "span: {type: interval}")
                .write(toFile: box("rules.yaml"), atomically: true, encoding: .utf8)
            let run = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.error.contains("1 table, 1 row: every value examined"), "\(run)")
            #expect(
                try query("SELECT post::text FROM post", on: target) == [
                    #"(1,"2024-01-02 03:04:05.678","2024-01-02 03:04:05.678+00",1704164645678,00:00:00.000001)"#
                ])
        }
    }

    @Test(
        "timestamps with a zone go into a column without one by the proposed rule, as times in UTC")
    func zoned() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute("CREATE TABLE post (id integer PRIMARY KEY, made timestamp, kept timestamptz)", on: target)
            #expect(FileManager.default.createFile(atPath: box("dev.db"), contents: nil))
            try execute(
                """
                CREATE TABLE post (id INTEGER PRIMARY KEY, made DATETIME, kept DATETIME);
                INSERT INTO post VALUES (1, '2024-01-02 03:04:05.678+02:00', '2024-01-02 03:04:05.678 +02:00');
                """, on: box("dev.db"))
            let options = ["transfer", box("dev.db"), target, "--into-existing"]
            let refused = try await box.run(
                .tcMigrate, options + ["--dry-run", "--write-rules", box("rules.yaml"), "--json"])
            #expect(try refused.document(ErrorDocument.self).error.code == "misfits")
            let yaml = try String(contentsOfFile: box("rules.yaml"), encoding: .utf8)
            #expect(
                yaml.split(separator: "\n").filter { $0.contains("{") && !$0.contains("#") } == [
                    "      made: {timestamp: iso}"
                ])
            let run = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
            #expect(run.ending == .exit(0), "\(run)")
            #expect(
                try query("SELECT post::text FROM post", on: target) == [
                    #"(1,"2024-01-02 01:04:05.678","2024-01-02 01:04:05.678+00")"#
                ])
        }
    }

    @Test("what object-relational mappers keep otherwise in SQLite becomes what they have in PostgreSQL")
    func mappers() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE kept (id uuid PRIMARY KEY, code character(4), span interval, took interval day to second,
                    timeout interval, unused interval, clock timetz, words text[], doc json)
                """, on: target)
            #expect(FileManager.default.createFile(atPath: box("kept.db"), contents: nil))
            try execute(
                """
                CREATE TABLE kept (id UUID PRIMARY KEY, code CHAR(4), span DATETIME, took INTERVAL, timeout REAL, unused DATETIME,
                    clock TIME, words TEXT, doc JSON);
                INSERT INTO kept VALUES (x'123e4567e89b12d3a456426614174000', 'ab', '1969-12-30 00:00:05.000007', 1.5, 2.25, NULL, NULL,
                    NULL, '1.50');
                INSERT INTO kept VALUES (x'123e4567e89b12d3a456426614174001', 'abcd', '1970-01-04 02:00:00', -2, 1, NULL, NULL, NULL,
                    '"a"');
                """, on: box("kept.db"))
            let options = ["transfer", box("kept.db"), target, "--into-existing"]
            let dry = try await box.run(
                .tcMigrate, options + ["--dry-run", "--write-rules", box("rules.yaml"), "--json"])
            #expect(try dry.document(ErrorDocument.self).error.code == "unitless")
            #expect(dry.error.contains("kept.span, kept.took, kept.timeout;"), "\(dry)")
            let yaml = try String(contentsOfFile: box("rules.yaml"), encoding: .utf8)
            #expect(
                yaml.split(separator: "\n").filter { $0.contains("{") && !$0.contains("#") } == [
                    "      span: {span: since_1970}", "      took: {span: days}",
                ])
            try Data(yaml.replacing("# timeout: {span: seconds}", with: "timeout: {span: seconds}").utf8).write(
                to: URL(fileURLWithPath: box("rules.yaml")))
            let run = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query(
                    "SELECT concat_ws(' | ', id, code || '.', span, took, timeout, unused, doc) FROM kept ORDER BY id",
                    on: target) == [
                        "123e4567-e89b-12d3-a456-426614174000 | ab. | -47:59:54.999993 | 36:00:00 | 00:00:02.25 | 1.5",
                        #"123e4567-e89b-12d3-a456-426614174001 | abcd. | 74:00:00 | -48:00:00 | 00:00:01 | "a""#,
                    ])
        }
    }

    @Test("a SQLite file gets values in the forms that most programs write")
    func usualForms() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE t (id uuid PRIMARY KEY, at timestamp(0), zoned timestamptz, t time(0), raw uuid, price numeric, span interval);
                INSERT INTO t VALUES ('c93d8075-5fe4-522a-be64-34cc1d5d2596', '2024-02-29 23:59:59', '2024-07-01 14:00:00.5+02', '06:30',
                    '00112233-4455-6677-8899-aabbccddeeff', 12.50, '12:00');
                """, on: target)
            let table =
                "CREATE TABLE t (id TEXT PRIMARY KEY, at DATETIME, zoned DATETIME, t TIME, raw BLOB, price REAL, span INTERVAL);"
            let back = box("back.db")
            try execute(table, on: back, creating: true)
            let options = ["transfer", target, back, "--into-existing"]
            _ = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", box("found.yaml")])
            let found = try String(contentsOfFile: box("found.yaml"), encoding: .utf8)
            #expect(found.contains("      span: {span: days}\n"), "\(found)")
            try "tables: {t: {columns: {span: {span: days}}}}"
                .write(toFile: box("rules.yaml"), atomically: true, encoding: .utf8)
            let run = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(run.output.contains("  t.zoned: moments without a zone are those of UTC"), "\(run)")
            let row =
                "SELECT id || '|' || at || '|' || zoned || '|' || t || '|' || hex(raw) || '|' || price || '|' || span FROM t"
            #expect(
                try query(row, on: back) == [
                    "c93d8075-5fe4-522a-be64-34cc1d5d2596|2024-02-29 23:59:59|2024-07-01 12:00:00.500000|06:30:00|"
                        + "00112233445566778899AABBCCDDEEFF|12.5|0.5"
                ])
            // With SQLAlchemy, moments have six digits in any case.
            let alchemy = box("alchemy.db")
            try execute(table + "CREATE TABLE alembic_version (version_num TEXT)", on: alchemy, creating: true)
            let other = try await box.run(
                .tcMigrate, ["transfer", target, alchemy, "--into-existing", "--rules", box("rules.yaml")])
            #expect(other.ending == .exit(0), "\(other)")
            #expect(try query("SELECT at FROM t", on: alchemy) == ["2024-02-29 23:59:59.000000"])
            // 0.1 with twenty digits is no double's.
            try execute("UPDATE t SET price = 0.10000000000000000001", on: target)
            try execute("DELETE FROM t", on: back)
            let refused = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
            #expect(refused.ending == .exit(2) && refused.error.contains("t.price"), "\(refused)")
        }
    }

    @Test("blanks of which character(n) keeps no count are refused, and verify agrees with the transfer")
    func padding() async throws {
        try await withDatabase(.postgresql) { box, target in
            let file = box("own.db")
            try execute(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, c CHAR(5)); INSERT INTO t VALUES (1, 'ab'), (2, 'cd   ');",
                on: file,
                creating: true)
            try execute("CREATE TABLE t (id int PRIMARY KEY, c char(5))", on: target)
            let options = ["transfer", file, target, "--into-existing", "--replace-rows", "t"]
            let run = try await box.run(.tcMigrate, options)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try await box.migrate("verify", file, target).ending == .exit(0))
            try execute("UPDATE t SET c = 'ab ' WHERE id = 1", on: file)
            let refused = try await box.run(.tcMigrate, options)
            #expect(
                refused.ending == .exit(2)
                    && refused.error.contains(
                        "ends in blanks, of which character(5) keeps no count ('ab ' in row id=1)"),
                "\(refused)")
        }
    }

    @Test(
        "a row that a key, a check or a computed column refuses is refused with what to do, and nothing is changed",
        arguments: ["s text UNIQUE", "s text CHECK (s <> 'x')", "s text, n int GENERATED ALWAYS AS (s::int) STORED"])
    func refusedRows(columns: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let file = box("own.db")
            try execute(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT); INSERT INTO t VALUES (1, 'x'), (2, 'x');", on: file,
                creating: true)
            try execute("CREATE TABLE t (id int PRIMARY KEY, \(columns))", on: target)
            let run = try await box.migrate("transfer", file, target, "--into-existing")
            #expect(run.ending != .exit(0), "\(run)")
            #expect(run.error.contains("change such rows in the source, or leave the table or column out"), "\(run)")
            #expect(try query("SELECT count(*)::text FROM t", on: target) == ["0"])
        }
    }

    @Test("a column that is required and has no source is refused with all three ways on")
    func required() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE entry (id int PRIMARY KEY, title_text text NOT NULL, body_text text NOT NULL);
                CREATE TABLE page (id int PRIMARY KEY);
                """, on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE entry (id integer PRIMARY KEY); INSERT INTO entry VALUES (1);
                CREATE TABLE page (id integer PRIMARY KEY); INSERT INTO page VALUES (1);
                """)
            let options = ["transfer", source, target, "--into-existing"]
            let refused = try await box.run(.tcMigrate, options)
            #expect(refused.ending == .exit(2), "\(refused)")
            #expect(
                refused.error.contains("--ignore-missing entry, or skip: true in a rules file"), "\(refused)")
            let run = try await box.run(.tcMigrate, options + ["--ignore-missing", "entry"])
            #expect(run.ending == .exit(0), "\(run)")
        }
    }

    @Test("where no rule was proposed, the run that looked for one does not send its user for one")
    func noRuleFits() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute("CREATE TABLE t (id int PRIMARY KEY, at timestamp)", on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id integer PRIMARY KEY, at VARCHAR(30)); INSERT INTO t VALUES (1, '20240102030405.678');
                """)
            let dry = try await box.migrate(
                "transfer", source, target, "--into-existing", "--dry-run", "--write-rules", box("rules.yaml"))
            #expect(dry.ending == .exit(2) && dry.error.contains("no rule was proposed: make them NULL"), "\(dry)")
            #expect(!dry.error.contains("--write-rules"), "\(dry)")
            let run = try await box.migrate(
                "transfer", source, target, "--into-existing", "--rules", box("rules.yaml"))
            #expect(run.ending == .exit(2) && run.error.contains("read the values by a rule, make them NULL"), "\(run)")
            #expect(!run.error.contains("--write-rules"), "\(run)")
        }
    }

    @Test("a value that does not fit a required column is not to be made NULL, which the next run would refuse")
    func requiredMoments() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                "CREATE TABLE t (id int PRIMARY KEY, at timestamptz NOT NULL, seen timestamptz)", on: target)
            let source = try makeSource(
                box,
                "CREATE TABLE t (id INTEGER PRIMARY KEY, at DATETIME, seen DATETIME); INSERT INTO t VALUES (1, 'soon', 'late');"
            )
            let run = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing"])
            #expect(run.ending == .exit(2) && run.error.contains("t.at") && run.error.contains("t.seen"), "\(run)")
            #expect(!run.error.contains("NULL, or") && !run.error.contains("--on-mismatch null"), "\(run)")
            #expect(run.error.contains("set the rows aside: --on-mismatch quarantine;"), "\(run)")
        }
    }

    @Test("a NULL where a value is required is not to be made NULL")
    func requiredValues() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute("CREATE TABLE t (id int PRIMARY KEY, n text NOT NULL)", on: target)
            let source = try makeSource(
                box, "CREATE TABLE t (id integer PRIMARY KEY, n TEXT); INSERT INTO t VALUES (1, NULL), (2, 'x');")
            let options = ["transfer", source, target, "--into-existing"]
            let run = try await box.run(.tcMigrate, options)
            #expect(run.ending == .exit(2) && run.error.contains("is NULL where a value is required"), "\(run)")
            #expect(run.error.contains("set the rows aside: --on-mismatch quarantine;"), "\(run)")
            #expect(!run.error.contains("make them NULL") && !run.error.contains("by a rule"), "\(run)")
        }
    }

    @Test("a refusal names what the options named already, so that its own can take their place")
    func refusedAgain() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE b (id int); INSERT INTO b VALUES (1);
                """, on: target)
            let source = try makeSource(
                box, "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT, y TEXT); CREATE TABLE b (id INTEGER PRIMARY KEY);"
            )
            let options = ["transfer", source, target, "--into-existing"]
            let columns = try await box.run(.tcMigrate, options + ["--ignore-missing", "a.y"])
            #expect(columns.error.contains("pass --ignore-missing a.y,a.x"), "\(columns)")
            let rows = try await box.run(
                .tcMigrate, options + ["--ignore-missing", "a.x", "--ignore-missing", "a.y", "--replace-rows", "b"])
            #expect(rows.error.contains("pass --replace-rows b,a to replace"), "\(rows)")
        }
    }

    @Test("a required column that the target numbers itself can be left to it")
    func missingNumbers() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute("CREATE TABLE pool (id serial PRIMARY KEY, name text NOT NULL)", on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE pool (id int(11) PRIMARY KEY, name TEXT); INSERT INTO pool (name) VALUES ('a'), ('b');
                """)
            let options = ["transfer", source, target, "--into-existing"]
            let refused = try await box.run(.tcMigrate, options)
            #expect(
                refused.ending == .exit(2)
                    && refused.error.contains("leave pool.id to the target by skip: true in a rules file"), "\(refused)"
            )
            let rules = try makeRules(box, "tables: {pool: {columns: {id: {skip: true}}}}")
            let run = try await box.run(.tcMigrate, options + ["--rules", rules])
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT id || name FROM pool ORDER BY id", on: target) == ["1a", "2b"])
        }
    }

    @Test("a text that the server does not read is refused with its column and row; a dry run names such columns")
    func casts() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE t (id int, part text, a integer[], b varchar(3)[], PRIMARY KEY (part, id));
                CREATE TABLE keyless (span int4range);
                """, on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id integer, part text, a json, b json); CREATE TABLE keyless (span text);
                INSERT INTO t VALUES (1, 'x', '{1,2}', '{abc}'), (2, 'y', '{}', NULL);
                INSERT INTO keyless VALUES ('empty'), ('(3');
                """)
            let options = ["transfer", source, target, "--into-existing"]
            let dry = try await box.run(.tcMigrate, options + ["--dry-run"])
            #expect(dry.ending == .exit(0) && dry.output.contains(": read by the server; only the"), "\(dry)")
            #expect(dry.output.contains("keyless.span") && dry.output.contains("t.a, t.b"), "\(dry)")
            for (change, words) in [
                ("", "keyless.span, row number 2: malformed range literal"),
                (
                    "UPDATE keyless SET span = NULL; UPDATE t SET a = '[1, 2]' WHERE id = 2",
                    "t.a, row part=y, id=2: malformed array literal"
                ),
                ("UPDATE t SET a = NULL, b = '{a,bcde}'", "t.b, row part=x, id=1: value too long"),
            ] {
                try execute(change, on: source)
                let refused = try await box.run(.tcMigrate, options)
                #expect(refused.ending != .exit(0) && refused.error.contains(words), "\(refused)")
                #expect(try query("SELECT 'x' FROM t UNION ALL SELECT 'x' FROM keyless", on: target).isEmpty)
            }
        }
    }

    @Test("a target without tables, and options that exclude each other, are refused")
    func usage() async throws {
        try await withDatabase(.postgresql) { box, target in
            #expect(FileManager.default.createFile(atPath: box("site.db"), contents: nil))
            try execute(Self.source, on: box("site.db"))
            let empty = try await box.migrate("transfer", box("site.db"), target, "--into-existing", "--json")
            #expect(empty.ending == .exit(2))
            #expect(try empty.document(ErrorDocument.self).error.code == "nothing_to_fill")
            for options in [
                ["--into-existing", "--into-history"], ["--replace-rows", "a"], ["--into-existing", "--resume"],
                ["--into-existing", "--tables", "a"],
            ] {
                let run = try await box.run(.tcMigrate, ["transfer", box("site.db"), target] + options)
                #expect(run.ending == .exit(64), "\(run)")
            }
        }
    }

    @Test("a SQLite file that is there is filled, too")
    func sqlite() async throws {
        try await withDatabase(.sqlite) { box, target in
            try execute(
                """
                CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);
                CREATE TABLE visits (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES people (id), day DATE);
                CREATE TRIGGER guard BEFORE INSERT ON people BEGIN SELECT raise(ABORT, 'no'); END;
                """, on: target, creating: true)
            #expect(FileManager.default.createFile(atPath: box("site.db"), contents: nil))
            try execute(
                """
                CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT); INSERT INTO people VALUES (7, 'ada');
                CREATE TABLE visits (id INTEGER PRIMARY KEY, person_id INT, day DATE); INSERT INTO visits VALUES (5, 7, '2024-02-29');
                """, on: box("site.db"))
            let run = try await box.migrate("transfer", box("site.db"), target, "--into-existing", "--quiet")
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(try query("SELECT name FROM people JOIN visits ON person_id = people.id", on: target) == ["ada"])
            #expect(try query("SELECT name FROM sqlite_schema WHERE type = 'trigger'", on: target) == ["guard"])
        }
    }

    @Test("that moments without a zone are those of UTC is said of columns only that hold one")
    func zonesInTexts() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute("CREATE TABLE t (id bigint PRIMARY KEY, named timestamptz, bare timestamptz)", on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, named DATETIME, bare DATETIME);
                INSERT INTO t VALUES (1, '2024-01-02 03:04:05+00:00', '2024-01-02 03:04:05-01:00'),
                    (2, '2024-01-02T03:04:05Z', '2024-01-02 03:04:05'), (3, NULL, NULL);
                """)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.contains("  t.bare: moments without a zone are those of UTC"), "\(run)")
            #expect(run.output.contains(/\ntime: .* \(looking at values .*, verifying .*\)\n/), "\(run)")
        }
    }

    @Test("the rows of a table without columns come along")
    func rowsWithoutColumns() async throws {
        try await withDatabase(.postgresql) { box, target in
            let made = "CREATE TABLE nothing (); CREATE TABLE t (id int PRIMARY KEY);"
            try execute(made, on: target)
            try await TestPostgreSQL.withFreshDatabase { source in
                let row = "INSERT INTO nothing DEFAULT VALUES;"
                try execute(made + row + row + "INSERT INTO t VALUES (7)", on: "\(source)")
                let run = try await box.migrate("transfer", "\(source)", target, "--into-existing")
                #expect(run.ending == .exit(0), "\(run)")
                #expect(try query("SELECT count(*)::text FROM nothing", on: target) == ["2"])
                #expect(try query("SELECT id::text FROM t", on: target) == ["7"])
            }
        }
    }
}
