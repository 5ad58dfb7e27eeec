import Dialects
import Foundation
import TestSupport
import Testing

/// Tables that an application's own framework has made, filled from a SQLite file, by the real program.
@Suite("transfer --into-existing", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct IntoExistingTests {
    /// Types that only a server has, two kinds of counters, a trigger that lets nothing in, and a table that the source does not know.
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

    /// All that is to stay: constraints with their comments, triggers, rows.
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
            let kept = try await box.run(.tcMigrate, options + ["--keep-rows", "People", "--ignore-missing", "visits"])
            #expect(kept.ending == .exit(0) && kept.output.contains("the target keeps its own rows"), "\(kept)")
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
            ("UPDATE People SET took = 'long'", "misfits", "is not a span of time"),
            ("UPDATE People SET address = 'localhost'", "misfits", "is not an IPv4 or IPv6 address"),
            ("UPDATE People SET key = 'd41d8cd98f00b204'", "misfits", "is not a uuid"),
            ("UPDATE People SET raw = '{'", "misfits", "is not JSON"),
            ("UPDATE People SET name = NULL", "misfits", "is NULL where a value is required"),
            ("UPDATE People SET n = 0", "check", "positive_check"),
            ("UPDATE People SET mood = 'bored'", "other", "bored"),
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
                yaml.split(separator: "\n").filter { $0.contains("{") } == [
                    "      createdAt: {timestamp: unix_ms}", "      updatedAt: {timestamp: unix_ms}",
                    "      span: {type: interval}",
                ])
            let run = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.error.contains("1 table, 1 row: every value looked at"), "\(run)")
            #expect(
                try query("SELECT post::text FROM post", on: target) == [
                    #"(1,"2024-01-02 03:04:05.678","2024-01-02 03:04:05.678+00",1704164645678,00:00:00.000001)"#
                ])
        }
    }

    @Test("a type that no value can be written as is named, and can be left out")
    func unwritable() async throws {
        try await withSite("ALTER TABLE People ADD COLUMN words TEXT") { box, source, target in
            try execute("ALTER TABLE people ADD COLUMN words text[]", on: target)
            let options = ["transfer", source, target, "--into-existing", "--replace-rows", "people", "--json"]
            try expectRefusal(
                try await box.run(.tcMigrate, options), "unwritable_type", "people.words (text[])",
                leaving: try everything(target),
                in: target)
            let left = try await box.run(.tcMigrate, options + ["--ignore-missing", "People.words"])
            #expect(left.ending == .exit(0), "\(left)")
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
}
