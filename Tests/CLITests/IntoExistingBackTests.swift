import Dialects
import Foundation
import TestSupport
import Testing

/// Tests filling existing tables of a SQLite file from PostgreSQL, and the way there and back, with the real program.
@Suite("transfer --into-existing: the way back", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct IntoExistingBackTests {
    @Test("the way back: what SQLite's columns of numbers would change is refused")
    func wouldBeLostBack() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, zip text, price numeric, ratio float8);
                INSERT INTO t VALUES (1, '05', 1.50, '-0'), (2, '1.50', 12345678901234567890.12, 0), (3, '1.5', 100, 1);
                """, on: source)
            let target = box("there.db")
            #expect(FileManager.default.createFile(atPath: target, contents: nil))
            try execute(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, zip NUMERIC, price DECIMAL(30,2), ratio REAL)", on: target)
            let run = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing"])
            #expect(run.ending == .exit(2), "\(run)")
            for words in [
                "t.zip (NUMERIC): 2 values", "t.price (DECIMAL(30,2)): 1 value: has more digits than a double holds",
                "t.ratio (REAL): 1 value: is -0.0",
            ] {
                #expect(run.error.contains(words), "\(run)")
            }
            try execute("DELETE FROM t WHERE id < 3", on: source)
            let rest = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing"])
            #expect(rest.ending == .exit(0), "\(rest)")
            #expect(try await box.migrate("verify", source, target).ending == .exit(0))
        }
    }

    @Test("the way back: names that the transfer itself has changed find their place, and a rule that renames is named")
    func ownNames() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE "Order" (id int PRIMARY KEY, "Name" text, name text, "é" text, "É" text);
                INSERT INTO "Order" VALUES (1, 'a', 'b', 'c', 'd');
                CREATE TABLE sqlite_log (line text); INSERT INTO sqlite_log VALUES ('x');
                """, on: target)
            let there = "sqlite:" + box("there.db")
            let run = try await box.run(.tcMigrate, ["transfer", target, there])
            #expect(run.ending == .exit(0), "\(run)")
            let row = "SELECT concat_ws('|', id, \"Name\", name, \"é\", \"É\") FROM \"Order\""
            let held = "SELECT \"Name\" || name_2 || \"é\" || \"É\" FROM \"Order\""
            #expect(try query(held, on: box("there.db")) == ["abcd"])
            try execute("TRUNCATE \"Order\", sqlite_log", on: target)
            let rules = try makeRules(box, "tables: {Order: {columns: {name_2: {rename: name}}}}")
            let options = ["transfer", there, target, "--into-existing"]
            let refused = try await box.run(.tcMigrate, options + ["--rules", rules])
            #expect(refused.ending != .exit(0) && refused.error.contains("Order.name_2"), "\(refused)")
            #expect(!refused.error.contains("no place"), "\(refused)")
            let back = try await box.run(.tcMigrate, options)
            #expect(back.ending == .exit(0) && back.output.contains("verdict: verified"), "\(back)")
            #expect(
                back.output.contains("matched under another name: ") && back.output.contains("Order.name_2 as name"),
                "\(back)")
            #expect(!back.output.contains("as Order"), "\(back)")
            #expect(try query(row, on: target) == ["1|a|b|c|d"])
            #expect(try query("SELECT line FROM sqlite_log", on: target) == ["x"])
        }
    }

    @Test("on the way back, a program of no known framework is told in which form moments are written")
    func writtenMoments() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                "CREATE TABLE t (id int PRIMARY KEY, at timestamptz); INSERT INTO t VALUES (1, '2024-01-02 10:00:00Z')",
                on: source)
            let target = box("there.db")
            #expect(FileManager.default.createFile(atPath: target, contents: nil))
            try execute("CREATE TABLE t (id INTEGER PRIMARY KEY, at TIMESTAMP)", on: target)
            let run = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing"])
            #expect(
                run.ending == .exit(0)
                    && run.output.contains("t.at: moments are written as 2024-01-02 10:00:00, in UTC;"), "\(run)")
            #expect(try query("SELECT at FROM t", on: target) == ["2024-01-02 10:00:00"])
        }
    }

    @Test(
        "on the way back, a rule gives the type that the program wants in a column which holds any: a uuid as its bytes"
    )
    func givenTypeBack() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                "CREATE TABLE t (id int PRIMARY KEY, u uuid); INSERT INTO t VALUES (1, 'f827bffd-bd9e-5441-be36-a92a51d0b79e')",
                on: source)
            try "tables: {t: {columns: {u: {type: bytes}}}}".write(
                toFile: box("rules.yaml"), atomically: false, encoding: .utf8)
            try execute("CREATE TABLE t (id INTEGER PRIMARY KEY, u UUID)", on: box("there.db"), creating: true)
            let run = try await box.run(
                .tcMigrate, ["transfer", source, box("there.db"), "--into-existing", "--rules", box("rules.yaml")])
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT quote(u) FROM t", on: box("there.db")) == ["X'F827BFFDBD9E5441BE36A92A51D0B79E'"])
        }
    }

    @Test("in a new file, too, such a rule writes bytes, on both sides of a foreign key, and no text as the default")
    func givenTypeInNewFile() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE DOMAIN named AS uuid; CREATE TABLE p (u named PRIMARY KEY DEFAULT gen_random_uuid());
                CREATE TABLE c (id int PRIMARY KEY, u uuid REFERENCES p (u));
                INSERT INTO p VALUES ('f827bffd-bd9e-5441-be36-a92a51d0b79e'); INSERT INTO c SELECT 1, u FROM p;
                """, on: source)
            try "tables: {p: {columns: {u: {type: bytes}}}}".write(
                toFile: box("rules.yaml"), atomically: false, encoding: .utf8)
            let target = box("new.db")
            let run = try await box.run(.tcMigrate, ["transfer", source, target, "--rules", box("rules.yaml")])
            #expect(run.ending == .exit(0) && run.output.contains("p.u DEFAULT: the column has no default"), "\(run)")
            #expect(
                try query("SELECT quote(u) FROM p JOIN c USING (u)", on: target)
                    == ["X'F827BFFDBD9E5441BE36A92A51D0B79E'"])
            let verified = try await box.run(.tcMigrate, ["verify", source, target])
            #expect(verified.ending == .exit(0), "\(verified)")
        }
    }

    @Test("the way back: SQLite's tables get what a mapper keeps there, and a table of migrations says whose they are")
    func mappersBack() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
                CREATE TABLE kept (id uuid PRIMARY KEY, made timestamptz, span interval, counted interval, part interval, code character(4));
                INSERT INTO kept VALUES ('123e4567-e89b-12d3-a456-426614174000', '2024-01-02 03:04:05.000006+02', '-2 days 00:00:05',
                    '1.5 seconds', '1 day 12:00', 'ab');
                """, on: source)
            let target = box("kept.db")
            #expect(FileManager.default.createFile(atPath: target, contents: nil))
            try execute(
                """
                CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);
                CREATE TABLE kept (id CHAR(32) PRIMARY KEY, made DATETIME, span DATETIME, counted BIGINT, part REAL, code CHAR(4));
                """, on: target)
            let options = ["transfer", source, target, "--into-existing"]
            let dry = try await box.run(
                .tcMigrate, options + ["--dry-run", "--write-rules", box("rules.yaml"), "--json"])
            #expect(try dry.document(ErrorDocument.self).error.code == "unitless", "\(dry)")
            let yaml = try String(contentsOfFile: box("rules.yaml"), encoding: .utf8)
            #expect(
                yaml.split(separator: "\n").filter { $0.contains("{") } == [
                    "      span: {span: since_1970}", "      counted: {span: microseconds}", "      part: {span: days}",
                ])
            let run = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            let row =
                "SELECT id || ' | ' || made || ' | ' || span || ' | ' || counted || ' | ' || part || ' | ' || code FROM kept"
            #expect(
                try query(row, on: target) == [
                    "123e4567e89b12d3a456426614174000 | 2024-01-02 01:04:05.000006 | 1969-12-30 00:00:05.000000 | 1500000 | 1.5 | ab"
                ])
            let copied = try await box.migrate("transfer", source, "sqlite:" + box("copy.db"))
            #expect(
                copied.output.contains("alembic_version shows that an application creates these tables with Alembic"))
        }
    }

    @Test("the rules of the way there serve on the way back: a column keeps what its program writes there")
    func sameRulesBack() async throws {
        try await withDatabase(.postgresql) { box, target in
            let table = "CREATE TABLE t (id INTEGER PRIMARY KEY, took BIGINT, key CHAR(32), note TEXT)"
            let row = "INSERT INTO t VALUES (1, 3661000005, '123e4567e89b12d3a456426614174000', '{}')"
            try execute("\(table); \(row)", on: box("there.db"), creating: true)
            try execute(table, on: box("back.db"), creating: true)
            try execute("CREATE TABLE t (id bigint PRIMARY KEY, took interval, key uuid, note jsonb)", on: target)
            try "tables: {t: {columns: {took: {type: interval}, key: {type: uuid}, note: {type: jsonb}}}}"
                .write(toFile: box("rules.yaml"), atomically: true, encoding: .utf8)
            let options = ["--into-existing", "--rules", box("rules.yaml")]
            let there = try await box.run(.tcMigrate, ["transfer", box("there.db"), target] + options)
            #expect(there.ending == .exit(0), "\(there)")
            let back = try await box.run(.tcMigrate, ["transfer", target, box("back.db")] + options)
            #expect(back.ending == .exit(0) && back.output.contains("verdict: verified"), "\(back)")
            let values = "SELECT quote(id) || quote(took) || quote(key) || quote(note) FROM t"
            #expect(try query(values, on: box("back.db")) == query(values, on: box("there.db")))
        }
    }

    @Test("moments that a file's program counts return as the numbers they were")
    func countedMoments() async throws {
        try await withDatabase(.postgresql) { box, target in
            let table =
                "CREATE TABLE t (id INTEGER PRIMARY KEY, made INTEGER, seen REAL, day REAL, stamp DATETIME, text TEXT);"
            let file = box("own.db")
            try execute(
                table + """
                    INSERT INTO t VALUES (1, 1704164645, 1704164645.25, 2460311.62320602, 1704164645123, '2024-01-02 03:04:05'),
                        (2, -1, 0.5, 2451545, 0, NULL), (3, NULL, NULL, NULL, NULL, NULL);
                    """, on: file, creating: true)
            try """
            tables: {t: {columns: {made: {timestamp: unix}, seen: {timestamp: unix}, day: {timestamp: julian},
              stamp: {timestamp: unix_ms}, text: {timestamp: iso}}}}
            """.write(toFile: box("rules.yaml"), atomically: true, encoding: .utf8)
            let out = try await box.migrate("transfer", file, target, "--rules", box("rules.yaml"))
            #expect(out.ending == .exit(0), "\(out)")
            #expect(try query("SELECT seen::text FROM t WHERE id = 1", on: target) == ["2024-01-02 03:04:05.25+00"])

            let back = box("back.db")
            try execute(table, on: back, creating: true)
            let options = ["transfer", target, back, "--into-existing"]
            let proposed = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", box("found.yaml")])
            #expect(proposed.ending != .exit(0), "\(proposed)")
            let found = try String(contentsOfFile: box("found.yaml"), encoding: .utf8)
            #expect(
                found.contains("made: {timestamp: unix}\n      # or, equally likely: made: {timestamp: unix_ms}"),
                "\(found)")
            let run = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
            #expect(run.ending == .exit(0), "\(run)")
            let rows = "SELECT id || '|' || quote(made) || '|' || quote(seen) || '|' || quote(stamp) FROM t ORDER BY id"
            #expect(try query(rows, on: back) == query(rows, on: file))
            // SQLite reads Julian days to the millisecond, and so writes them.
            let days = "SELECT quote(julianday(day)) FROM t ORDER BY id"
            #expect(try query(days, on: back) == query(days, on: file))

            // A fraction has no place among whole numbers.
            try execute("UPDATE t SET made = '2024-01-02 03:04:05.5Z' WHERE id = 1", on: target)
            try execute("DELETE FROM t", on: back)
            let refused = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
            #expect(refused.ending != .exit(0) && refused.error.contains("t.made"), "\(refused)")
            #expect(try query("SELECT count(*) FROM t", on: back) == ["0"])
        }
    }

    @Test("values of PostgreSQL's own types return from a file that a transfer has made")
    func ownTypes() async throws {
        let schema = """
            CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TYPE place AS (x int, name text);
            CREATE DOMAIN tags AS text[] CHECK (cardinality(VALUE) < 5);
            CREATE TABLE own (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, numbers int[], words varchar(3)[], moods mood[],
                span int4range, spans datemultirange, at timetz, cash money, number oid, doc xml, words_of tsvector, place place,
                corner point, flags bit(3), more bit varying(5), labels tags, card macaddr, net cidr, short interval(0));
            """
        try await withDatabase(.postgresql) { box, target in
            try execute(
                schema + """
                    INSERT INTO own (numbers, words, moods, span, spans, at, cash, number, doc, words_of, place, corner, flags, more, labels,
                        card, net, short)
                    VALUES ('{1,NULL,3}', '{abc,"a,b"}', '{sad}', '[1,5)', '{[2024-01-01,2024-02-01)}', '10:00:00+02', '12.50', 7,
                        '<a>b</a>', 'a fat cat', '(1,"b c")', '(1,2)', B'101', B'10', '{x,y}', '08:00:2b:01:02:03', '10.0.0.0/8',
                        '1 day 2 hours'),
                    ('{}', '{}', '{}', 'empty', '{}', NULL, NULL, NULL, NULL, '', '(,)', NULL, NULL, '', '{}', NULL, NULL, NULL);
                    """, on: target)
            let before = try query("SELECT own::text FROM own ORDER BY id", on: target)
            let file = box("own.db")
            let out = try await box.migrate("transfer", target, file)
            #expect(out.ending == .exit(0), "\(out)")
            let options = ["transfer", file, target, "--into-existing", "--replace-rows", "own", "--json"]
            let back = try await box.run(.tcMigrate, options)
            #expect(back.ending == .exit(0), "\(back)")
            #expect(try query("SELECT own::text FROM own ORDER BY id", on: target) == before)
            #expect(try query("INSERT INTO own DEFAULT VALUES RETURNING id::text", on: target) == ["3"])

            for wrong in ["numbers = 'a'", "words = '{abcd}'", "flags = '1011'"] {
                try execute("UPDATE own SET \(wrong) WHERE id = 1", on: file)
                let everything = try query("SELECT own::text FROM own ORDER BY id", on: target)
                let refused = try await box.run(.tcMigrate, options)
                #expect(refused.ending != .exit(0), "\(wrong): \(refused)")
                #expect(try query("SELECT own::text FROM own ORDER BY id", on: target) == everything, "\(wrong)")
                try execute("UPDATE own SET numbers = '{}', words = '{}', flags = NULL WHERE id = 1", on: file)
            }
        }
    }

    @Test("moments, days and times of day go into columns of decimals as texts, by the rules that are proposed")
    func momentsAmongDecimals() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, at timestamptz, local timestamp, day date, clock time, n numeric, never date);
                INSERT INTO t VALUES (1, '2024-01-02 03:04:05+00', '2024-01-02 03:04:05.5', '2024-01-02', '03:04:05', 1.5);
                """, on: source)
            try execute(
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, at NUMERIC, local NUMERIC, day DECIMAL(10,2), clock NUMERIC, n NUMERIC,
                    never NUMERIC)
                """, on: box("there.db"), creating: true)
            let options = ["transfer", source, box("there.db"), "--into-existing"]
            let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", box("rules.yaml")])
            #expect(dry.ending == .exit(2) && dry.error.contains("rules.yaml was written"), "\(dry)")
            let yaml = try String(contentsOfFile: box("rules.yaml"), encoding: .utf8)
            #expect(
                yaml.split(separator: "\n").filter { $0.contains("{") } == [
                    "      at: {type: timestamp}", "      local: {type: datetime}", "      day: {type: date}",
                    "      clock: {type: time}",
                ])
            // Nothing is proposed for columns that have a rule by now.
            let ruled = ["--dry-run", "--rules", box("rules.yaml"), "--write-rules", box("again.yaml")]
            let again = try await box.run(.tcMigrate, options + ruled)
            #expect(again.ending == .exit(0), "\(again)")
            #expect(try String(contentsOfFile: box("again.yaml"), encoding: .utf8).contains("suggests no rules"))
            let run = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            let row = "SELECT at || '|' || local || '|' || day || '|' || clock || '|' || n FROM t"
            #expect(
                try query(row, on: box("there.db"))
                    == ["2024-01-02 03:04:05|2024-01-02 03:04:05.500000|2024-01-02|03:04:05|1.5"])
        }
    }

    @Test("infinities, NaN and the years before Christ and after 9999 go from server to server, and return from a file")
    func specialValues() async throws {
        let columns = """
            (id int PRIMARY KEY, at timestamptz, whole timestamptz(0), local timestamp, day date, clock time, n numeric,
                price numeric(5,2), ratio real, big float8)
            """
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t \(columns); CREATE SCHEMA other; CREATE TABLE other.t \(columns);
                INSERT INTO t VALUES (1, 'infinity', '-infinity', 'infinity', '-infinity', '24:00', 'Infinity', 'NaN', 'NaN', 'NaN'),
                    (2, '0044-03-15 12:00:00+00 BC', '20000-01-01 00:00:00+00', '4713-01-01 00:00:00 BC', '5874897-12-31',
                        '23:59:59.999999', '-Infinity', 1.50, 'Infinity', '-Infinity'),
                    (3, '294276-12-31 23:59:59.999999+00', 'infinity', '10000-01-01 00:00:00', '4713-01-01 BC', '00:00', 'NaN', 2, 0.1, 1e20),
                    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2, 7);
                """, on: source)
            let other = source + (source.contains("?") ? "&" : "?") + "options=-csearch_path%3Dother"
            let rows = "SELECT t::text FROM t ORDER BY id"
            let there = try await box.migrate("transfer", source, other, "--into-existing")
            #expect(there.ending == .exit(0) && there.output.contains("verdict: verified"), "\(there)")
            #expect(try query(rows, on: other) == query(rows, on: source))
            let file = box("special.db")
            let out = try await box.migrate("transfer", source, file)
            #expect(out.ending == .exit(0), "\(out)")
            let back = try await box.migrate("transfer", file, other, "--into-existing", "--replace-rows", "t")
            #expect(back.ending == .exit(0) && back.output.contains("verdict: verified"), "\(back)")
            #expect(try query(rows, on: other) == query(rows, on: source))
        }
    }

    @Test("rules and lists find names that differ in case alone, so a file of the way there serves on the way back")
    func rulesInAnotherCase() async throws {
        try await withDatabase(.postgresql) { box, target in
            let table = "CREATE TABLE X (ID INTEGER PRIMARY KEY, td REAL); CREATE TABLE Kept (n INTEGER)"
            try execute("\(table); INSERT INTO X VALUES (1, 1.5)", on: box("there.db"), creating: true)
            try execute("\(table); INSERT INTO Kept VALUES (1)", on: box("back.db"), creating: true)
            try execute("CREATE TABLE x (id bigint PRIMARY KEY, TD interval); CREATE TABLE kept (n bigint)", on: target)
            try "tables: {X: {columns: {td: {span: days}}}}"
                .write(toFile: box("rules.yaml"), atomically: true, encoding: .utf8)
            let options = ["--into-existing", "--rules", box("rules.yaml")]
            let there = try await box.run(.tcMigrate, ["transfer", box("there.db"), target] + options)
            #expect(there.ending == .exit(0), "\(there)")
            let back = try await box.run(
                .tcMigrate, ["transfer", target, box("back.db")] + options + ["--keep-rows", "Kept"])
            #expect(back.ending == .exit(0), "\(back)")
            #expect(try query("SELECT ID || ' ' || td FROM X", on: box("back.db")) == ["1 1.5"])
        }
    }

    @Test("a table whose rows are replaced or kept is named as either database spells it")
    func spellingsOfTables() async throws {
        try await withDatabase(.postgresql) { box, target in
            let long = String(repeating: "long", count: 20)
            let cut = String(long.prefix(63))
            try execute(
                """
                CREATE TABLE auth_User (id INTEGER PRIMARY KEY); INSERT INTO auth_User VALUES (1);
                CREATE TABLE \(long) (id INTEGER PRIMARY KEY); INSERT INTO \(long) VALUES (2);
                """, on: box("a.db"), creating: true)
            try execute(
                """
                CREATE TABLE auth_user (id bigint PRIMARY KEY); CREATE TABLE \(cut) (id bigint PRIMARY KEY);
                """, on: target)
            let options = ["transfer", box("a.db"), target, "--into-existing"]
            for (user, other) in [("auth_User", cut), ("auth_user", long), ("AUTH_USER", cut)] {
                try execute(
                    "TRUNCATE auth_user, \(cut); INSERT INTO auth_user VALUES (7); INSERT INTO \(cut) VALUES (8)",
                    on: target)
                let run = try await box.run(.tcMigrate, options + ["--replace-rows", user, "--keep-rows", other])
                #expect(run.ending == .exit(0), "\(run)")
                #expect(try query("SELECT id::text FROM auth_user", on: target) == ["1"], "\(run)")
                #expect(try query("SELECT id::text FROM \(cut)", on: target) == ["8"], "\(run)")
            }
            let both = try await box.run(
                .tcMigrate, options + ["--replace-rows", "auth_user", "--keep-rows", "auth_User,\(long)"])
            expectRefusal(both, saying: "auth_User can't both keep its rows and have them replaced")
        }
    }
}
