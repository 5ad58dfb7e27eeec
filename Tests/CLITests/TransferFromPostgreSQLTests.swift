import Dialects
import Foundation
import TestSupport
import Testing

/// Tests what a PostgreSQL database has that only later rows show, on its way into a SQLite file, with the real program.
@Suite("transfer: from PostgreSQL", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferFromPostgreSQLTests {
    /// Transfers a database that the script makes into a new file.
    private func withFile(_ script: String, _ body: (Run, String) throws -> Void) async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(script, on: source)
            let run = try await box.migrate("transfer", source, "sqlite:" + box("copy.db"))
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            try body(run, box("copy.db"))
        }
    }

    @Test("what belongs to a table that was not asked for is not listed")
    func otherTables() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE a (id int PRIMARY KEY);
                CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x int UNIQUE DEFERRABLE, r int4range,
                    CONSTRAINT apart EXCLUDE USING gist (r WITH &&));
                CREATE INDEX by_range ON b USING gist (r);
                ALTER TABLE b ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON b USING (true);
                CREATE RULE noted AS ON UPDATE TO b DO ALSO NOTHING;
                """, on: source)
            let names = ["b.id", "b.b_x_key", "b.apart", "by_range", "security on b", "policy mine on b", "b.noted"]
            let whole = try await box.migrate("transfer", source, "sqlite:" + box("whole.db"))
            for name in names { #expect(whole.output.contains(name), "\(name): \(whole)") }
            let part = try await box.migrate("transfer", source, "sqlite:" + box("part.db"), "--tables", "a")
            #expect(part.ending == .exit(0), "\(part)")
            for name in names { #expect(!part.output.contains(name), "\(name): \(part)") }
        }
    }

    @Test("a column that the role may not read is named before anything is copied, with the rule that leaves it out")
    func columnPrivileges() async throws {
        try await withDatabase(.postgresql) { box, owner in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, secret text); INSERT INTO t VALUES (1, 'x');
                GRANT SELECT (id) ON t TO pg_monitor;
                """, on: owner)
            let source = owner + (owner.contains("?") ? "&" : "?") + "options=-crole%3Dpg_monitor"
            let target = "sqlite:" + box("copy.db")
            for options in [["--dry-run"], []] {
                let refused = try await box.run(.tcMigrate, ["transfer", source, target] + options)
                #expect(refused.ending != .exit(0), "\(refused)")
                #expect(refused.error.contains("the table t can't be read: secret: "), "\(refused)")
                #expect(refused.error.contains("skip: true"), "\(refused)")
            }
            let rules = try makeRules(box, "tables: {t: {columns: {secret: {skip: true}}}}")
            let run = try await box.run(.tcMigrate, ["transfer", source, target, "--rules", rules])
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT id FROM t", on: box("copy.db")) == ["1"])
        }
    }

    @Test("a default of another schema's type comes along, and the current time as servers before version 10 wrote it")
    func otherDefaults() async throws {
        let script = """
            CREATE SCHEMA auth; CREATE TYPE auth.aal AS ENUM ('aal1', 'aal2');
            CREATE TABLE t (id int PRIMARY KEY, e auth.aal DEFAULT 'aal2' NOT NULL, d date DEFAULT ('now'::text)::date,
                z timestamptz DEFAULT ('now'::text)::timestamptz, h time DEFAULT ('now'::text)::time);
            """
        try await withFile(script) { run, copy in
            #expect(!run.output.contains("DEFAULT: the column has no default"), "\(run)")
            try execute("INSERT INTO t (id) VALUES (1)", on: copy)
            let held = """
                SELECT e FROM t WHERE d LIKE '____-__-__' AND z LIKE '____-__-__T__:__:__.______Z' AND h LIKE '__:__:__.______'
                """
            #expect(try query(held, on: copy) == ["aal2"])
        }
    }

    @Test("computed columns and indexes over parts of JSON come back out of a transfer's own words")
    func partsOfJSON() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE spans (id INTEGER PRIMARY KEY, attributes JSONB NOT NULL,
                    message_id VARCHAR GENERATED ALWAYS AS (CAST(JSON_EXTRACT(attributes, '$."id"') AS VARCHAR)) STORED,
                    n GENERATED ALWAYS AS (json_extract(attributes, '$.id')) STORED,
                    m TEXT GENERATED ALWAYS AS (CAST(json_extract(attributes, '$.user.id') AS TEXT)) STORED);
                CREATE INDEX ix_plain ON spans (json_extract(attributes, '$.user.id'));
                INSERT INTO spans (id, attributes) VALUES (1, '{"id": "x", "user": {"id": 5}}'), (2, '{"id": "y", "user": {"id": 1.5}}');
                """)
            let there = try await box.migrate("transfer", source, target)
            #expect(there.ending == .exit(0), "\(there)")
            let back = try await box.migrate("transfer", target, "sqlite:" + box("back.db"))
            #expect(back.ending == .exit(0) && !back.output.contains("no known counterpart"), "\(back)")
            let index = try query("SELECT sql FROM sqlite_schema WHERE name = 'ix_plain'", on: box("back.db"))
            #expect(index.first?.contains(#"json_extract("attributes", '$."user"."id"')"#) == true, "\(index)")
            try execute(
                #"INSERT INTO spans (id, attributes) VALUES (3, '{"id": true, "user": {"id": 1e20}}')"#,
                on: box("back.db"))
            #expect(
                try query("SELECT message_id || ' ' || n || ' ' || m FROM spans ORDER BY id", on: box("back.db")) == [
                    "x x 5", "y y 1.5", "1 1 1.0e+20",
                ])
        }
    }

    @Test("a number that is a default is stored as its column stores it, and one that does not fit stays behind")
    func numberDefaults() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, a numeric(10, 2) DEFAULT 0, b numeric(10, 2) DEFAULT 1.005, c int DEFAULT 2.5,
                d numeric DEFAULT 0, e numeric(10, 2) DEFAULT -0.5, f varchar(2) DEFAULT 'abc', g numeric(3, 1) DEFAULT 99.96,
                h numeric(30, 2) DEFAULT 12345678901234567890.12, i numeric(30, 3) DEFAULT 12345678901234567890.12);
            """
        try await withFile(script) { run, copy in
            try execute("INSERT INTO t (id) VALUES (1)", on: copy)
            #expect(
                try query("SELECT a || ' ' || b || ' ' || c || ' ' || d || ' ' || e || ' ' || h FROM t", on: copy) == [
                    "0.00 1.01 3 0 -0.50 12345678901234567890.12"
                ])
            #expect(
                run.output.contains("t.i DEFAULT: the column has no default: it has an exponent, or more digits"),
                "\(run)")
            #expect(
                run.output.contains("t.f DEFAULT: the column has no default: it has more than 2 characters"), "\(run)")
            #expect(
                run.output.contains("t.g DEFAULT: the column has no default: it does not fit decimal(3,1)"), "\(run)")
        }
    }

    @Test("a number that is the default of a column of texts is the text that PostgreSQL shows of it")
    func numbersAsTexts() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, v varchar(5) DEFAULT 0 NOT NULL, w text DEFAULT 1.50, x text DEFAULT -2,
                y varchar(1) DEFAULT 10);
            """
        try await withFile(script) { run, copy in
            try execute("INSERT INTO t (id) VALUES (1)", on: copy)
            #expect(
                try query("SELECT v || ' ' || w || ' ' || x || ' ' || coalesce(y, '-') FROM t", on: copy) == [
                    "0 1.50 -2 -"
                ])
            #expect(
                run.output.contains("t.y DEFAULT: the column has no default: it has more than 1 characters"), "\(run)")
            #expect(!run.output.contains("t.v DEFAULT") && !run.output.contains("t.w DEFAULT"), "\(run)")
        }
    }

    @Test("what is nested too deeply for SQLite, or doubles with each level, stays behind")
    func nested() async throws {
        let deep = String(repeating: "NOT (", count: 80) + "ok" + String(repeating: ")", count: 80)
        let greatest = String(repeating: "greatest(", count: 40) + "id" + String(repeating: ", 1)", count: 40)
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, ok boolean, CHECK (\(deep))); CREATE VIEW v AS SELECT \(greatest) AS g FROM t;
            """
        try await withFile(script) { run, copy in
            #expect(run.output.contains("it is nested too deeply for SQLite"), "\(run)")
            #expect(run.output.contains("view v: it grows too long in the target"), "\(run)")
            let views = try query("SELECT count(*) || '' FROM sqlite_master WHERE type = 'view'", on: copy)
            #expect(views == ["0"])
        }
    }

    @Test("citext ignores case, which only its comparisons can be told")
    func citext() async throws {
        let script = """
            CREATE EXTENSION IF NOT EXISTS citext;
            CREATE TABLE t (id int PRIMARY KEY, c citext, CHECK (c ~ '^a'), CHECK (strpos(c, 'A') > 0), CHECK (c COLLATE "C" = 'ABC'),
                CHECK (replace(c, 'a', 'b') <> ''));
            """
        try await withFile(script) { run, _ in
            #expect(run.output.components(separatedBy: "ignores case").count == 5, "\(run)")
        }
    }

    @Test("numbers go on where START, RESTART and setval have put them, before any was issued")
    func counters() async throws {
        let script = """
            CREATE TABLE a (id bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 1000) PRIMARY KEY, v int);
            CREATE TABLE b (id serial PRIMARY KEY, v int); ALTER SEQUENCE b_id_seq RESTART WITH 5000;
            CREATE TABLE c (id serial PRIMARY KEY, v int); DO $$ BEGIN PERFORM setval('c_id_seq', 7000, false); END $$;
            CREATE TABLE d (id serial PRIMARY KEY, v int);
            """
        try await withFile(script) { _, copy in
            for (table, next) in [("a", "1000"), ("b", "5000"), ("c", "7000"), ("d", "1")] {
                try execute("INSERT INTO \(table) (v) VALUES (1)", on: copy)
                #expect(try query("SELECT id || '' FROM \(table)", on: copy) == [next], "\(table)")
            }
        }
    }

    @Test(
        "decimals that SQLite compares as texts are named, and a rule makes numbers of those that doubles show exactly")
    func decimals() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE p (id int PRIMARY KEY, price numeric(10,2) UNIQUE CHECK (price >= 0), rate numeric);
                CREATE INDEX dear ON p (price) WHERE price > 9.5;
                INSERT INTO p VALUES (1, 10.50, 1e-7), (2, 9.00, -123456789.123456), (3, 0, 0.0), (4, NULL, NULL);
                """, on: source)
            let copy = box("copy.db")
            let texts = try await box.migrate("transfer", source, "sqlite:" + copy)
            #expect(
                texts.output.contains("  p: price, rate: a decimal is text in SQLite, so that it keeps all its digits"),
                "\(texts)")
            try FileManager.default.removeItem(atPath: copy)
            try "tables: {p: {columns: {price: {type: real}, rate: {type: real}}}}"
                .write(toFile: box("rules.yaml"), atomically: true, encoding: .utf8)
            let options = ["transfer", source, "sqlite:" + copy, "--rules", box("rules.yaml")]
            let run = try await box.run(.tcMigrate, options)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(!run.output.contains("a decimal is text"))
            #expect(
                try query("SELECT id || coalesce('|' || price || '|' || rate, '') FROM p ORDER BY price", on: copy)
                    == ["4", "3|0.0|0.0", "2|9.0|-123456789.123456", "1|10.5|1.0e-07"])
            #expect(throws: (any Error).self) { try execute("INSERT INTO p VALUES (5, 10.5, 0)", on: copy) }
            let compared = try await box.migrate("verify", source, "sqlite:" + copy)
            #expect(compared.ending == .exit(0), "\(compared)")

            try FileManager.default.removeItem(atPath: copy)
            for rate in ["0.1234567890123456789", "1e400", "'NaN'"] {
                try execute("UPDATE p SET rate = \(rate) WHERE id = 1", on: source)
                let refused = try await box.run(.tcMigrate, options)
                #expect(refused.ending == .exit(2) && refused.error.contains("is not exact as a double"), "\(refused)")
            }
        }
    }

    @Test("unique indexes with what only PostgreSQL has keep the same keys unique, and remarks name what they lack")
    func plainIndexes() async throws {
        let script = """
            CREATE TABLE u (a text, b text, c int);
            CREATE UNIQUE INDEX byA ON u (a) INCLUDE (b); CREATE UNIQUE INDEX byB ON u (b text_pattern_ops);
            CREATE UNIQUE INDEX byC ON u (c DESC NULLS LAST); CREATE UNIQUE INDEX byHash ON u (md5(a));
            INSERT INTO u VALUES ('a', 'a', 1), (NULL, NULL, NULL);
            """
        try await withFile(script) { run, copy in
            for row in ["('a', 'x', 2)", "('x', 'a', 2)", "('x', 'x', 1)"] {
                #expect(throws: (any Error).self) { try execute("INSERT INTO u VALUES \(row)", on: copy) }
            }
            try execute("INSERT INTO u VALUES (NULL, NULL, NULL), ('b', 'b', 2)", on: copy)
            #expect(run.output.contains("u: the index bya holds columns beside its key (INCLUDE)"), "\(run)")
            #expect(run.output.contains("byhash"), "\(run)")
        }
    }

    @Test("indexes that lack the same share one remark, which names them")
    func alikeIndexes() async throws {
        let indexes = (1...7).map { "CREATE INDEX like\($0) ON u (a varchar_pattern_ops, c);" }.joined()
        try await withFile("CREATE TABLE u (a varchar(9), c int); \(indexes)") { run, copy in
            let remarks = run.output.split(separator: "\n").filter { $0.contains("varchar_pattern_ops") }
            #expect(remarks.count == 1, "\(run)")
            let names = (1...7).map { "like\($0)" }.joined(separator: ", ")
            let words = "the indexes \(names): each uses the operator class varchar_pattern_ops"
            #expect(remarks.first?.contains(words) == true, "\(run)")
            let made = try query("SELECT name FROM sqlite_schema WHERE name LIKE 'like_'", on: copy)
            #expect(made.count == 7)
        }
    }

    @Test("what domains demand of a column, it demands itself")
    func domains() async throws {
        let script = """
            CREATE DOMAIN posint AS int NOT NULL DEFAULT 7 CHECK (value > 0); CREATE DOMAIN small AS posint CHECK (value < 100);
            CREATE DOMAIN email AS text CHECK (value LIKE '%@%');
            CREATE TABLE t (id int PRIMARY KEY, x posint, y small DEFAULT 3, e email, "Value" email);
            INSERT INTO t (id) VALUES (1);
            """
        try await withFile(script) { _, copy in
            try execute("INSERT INTO t (id, e) VALUES (2, 'a@b')", on: copy)
            #expect(try query("SELECT x || ' ' || y FROM t", on: copy) == ["7 3", "7 3"])
            for bad in ["x = -1", "x = NULL", "y = 100", "y = 0", "e = 'x'", "\"Value\" = 'x'"] {
                #expect(throws: (any Error).self) { try execute("UPDATE t SET \(bad)", on: copy) }
            }
        }
    }

    @Test("what only single partitions demand, and large objects, are listed")
    func partitionsAndLargeObjects() async throws {
        let script = """
            CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE INDEX ON p (b);
            CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
            CREATE UNIQUE INDEX only1 ON p1 (b); ALTER TABLE p2 ADD CHECK (b > 0), ALTER b SET NOT NULL;
            CREATE TABLE d (id int PRIMARY KEY, bytes oid);
            INSERT INTO d VALUES (1, lo_from_bytea(0, '\\x01'));
            """
        try await withFile(script) { run, _ in
            #expect(
                run.output.contains(
                    "p in single partitions: which count as one table: p1 UNIQUE INDEX only1; p2 CHECK (b > 0); p2 b NOT NULL"
                ), "\(run)")
            #expect(run.output.contains("large objects: stay behind: 1 in this database"), "\(run)")
        }
    }

    @Test("character(n) comes without its padding, so that later rows find it")
    func padding() async throws {
        let script = """
            CREATE TABLE c (code char(5) PRIMARY KEY, n char(3) UNIQUE);
            CREATE TABLE d (id int PRIMARY KEY, c char(5) REFERENCES c);
            CREATE VIEW short AS SELECT n FROM c WHERE code = 'ab';
            INSERT INTO c VALUES ('ab', 'x'), ('', NULL); INSERT INTO d VALUES (1, 'ab');
            """
        try await withFile(script) { _, copy in
            try execute("PRAGMA foreign_keys = ON; INSERT INTO d VALUES (2, 'ab')", on: copy)
            #expect(throws: (any Error).self) { try execute("INSERT INTO c VALUES ('z', 'x')", on: copy) }
            #expect(try query("SELECT code || '.' || n FROM c WHERE n IS NOT NULL", on: copy) == ["ab.x"])
            #expect(try query("SELECT n FROM short", on: copy) == ["x"])
        }
    }

    @Test("a default of infinity counts in no zone")
    func endlessDefaults() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, a timestamptz DEFAULT '-infinity'::timestamp, b timestamp DEFAULT 'infinity'::timestamptz,
                c timestamptz DEFAULT 'infinity'::date);
            """
        try await withFile(script) { run, copy in
            #expect(!run.output.contains("DEFAULT:") && !run.output.contains("counts days and hours"), "\(run)")
            try execute("INSERT INTO t (id) VALUES (1)", on: copy)
            #expect(try query("SELECT a || ' ' || b || ' ' || c FROM t", on: copy) == ["-infinity infinity infinity"])
        }
    }

    @Test("defaults of the time come along, and a remark says in which zone they count")
    func defaults() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, at timestamp DEFAULT now(), d date DEFAULT CURRENT_DATE, z timestamptz DEFAULT now() + interval '7 days',
                l time DEFAULT LOCALTIME, words text[] DEFAULT '{}', none text[] DEFAULT ARRAY[]::text[], b bytea DEFAULT '\\x00ff');
            """
        try await withFile(script) { run, copy in
            #expect(!run.output.contains("DEFAULT:"), "\(run)")
            try execute("INSERT INTO t (id) VALUES (1)", on: copy)
            let ages =
                "CAST(julianday(at) - julianday('now') AS INTEGER) || ' ' || round(julianday(z) - julianday('now'))"
            #expect(
                try query("SELECT \(ages) || ' ' || (d = date('now')) || length(l) FROM t", on: copy) == ["0 7.0 115"])
            #expect(
                try query("SELECT length(at) || length(z) || words || none || hex(b) FROM t", on: copy) == [
                    "2627{}{}00FF"
                ])
            #expect(run.output.contains("t.at: its default counts days and hours in UTC in SQLite"), "\(run)")
        }
    }

    @Test("defaults that a transfer from SQLite has written come back")
    func ownDefaults() async throws {
        let bytes = { (count: Int) in "substring(uuid_send(gen_random_uuid()) FROM \(17 - count))" }
        let (epoch, thousandths) = (
            "floor(extract(epoch FROM now()))::bigint", "floor(extract(epoch FROM now()) * 1000)::bigint"
        )
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, h text DEFAULT 'r' || encode(\(bytes(7)) || \(bytes(7)) || \(bytes(2)), 'hex'),
                u text DEFAULT upper(gen_random_uuid()::text), b bytea DEFAULT (\(bytes(7)) || \(bytes(2))),
                s bigint DEFAULT (\(epoch) * 1000), m bigint DEFAULT \(thousandths), z timestamptz DEFAULT to_timestamp((\(epoch))::double precision),
                y timestamptz DEFAULT to_timestamp((\(thousandths))::double precision / 1000),
                n timestamptz DEFAULT to_timestamp((0)::double precision));
            """
        try await withFile(script) { run, copy in
            #expect(!run.output.contains("DEFAULT:"), "\(run)")
            try execute("INSERT INTO t (id) VALUES (1), (2)", on: copy)
            let near = ["s / 1000", "m / 1000", "strftime('%s', z)", "strftime('%s', y)"].map {
                "abs(\($0) - strftime('%s', 'now')) < 600"
            }
            #expect(
                try query(
                    "SELECT length(h) || ' ' || length(u) || ' ' || (u = upper(u)) || ' ' || length(b) || ' ' || n FROM t",
                    on: copy)
                    == Array(repeating: "33 36 1 9 1970-01-01T00:00:00.000000Z", count: 2))
            #expect(
                try query("SELECT min(\(near.joined(separator: " AND "))) || count(DISTINCT h) FROM t", on: copy)
                    == ["12"])
        }
    }

    @Test("a view of an enumeration is compared, too")
    func enumeration() async throws {
        let script = """
            CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); CREATE TABLE h (m mood, n int);
            CREATE VIEW moods AS SELECT m FROM h; CREATE VIEW best AS SELECT max(m) AS m FROM h;
            INSERT INTO h VALUES ('sad', 1), ('happy', 2);
            """
        try await withFile(script) { run, copy in
            let moods = try query("SELECT group_concat(m) FROM moods", on: copy)
            #expect(moods == ["sad,happy"])
            #expect(run.output.contains("best"), "\(run)")
        }
    }

    @Test("a search path that names no usable schema is refused, and is no empty database", arguments: [true, false])
    func noSchema(_ isMissing: Bool) async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)", on: source)
            try execute("CREATE TABLE t (id INTEGER PRIMARY KEY)", on: box("s.db"), creating: true)
            let lost = source + (source.contains("?") ? "&" : "?") + "options=-csearch_path%3Dnosuch"
            let url = isMissing ? lost : source
            let commands = [
                ["transfer", url, box("copy.db")], ["verify", url, box("s.db")], ["inspect", url],
                ["status", "--database", url], ["drift", "--database", url],
                ["transfer", box("s.db"), url, "--dry-run"],
            ]
            for command in commands where isMissing || command[0] == "inspect" {
                let run = try await box.run(.tcMigrate, command)
                #expect(run.error.contains("names no schema that this role may use") == isMissing, "\(command) \(run)")
                #expect((run.ending == .exit(0)) == !isMissing, "\(command) \(run)")
            }
        }
    }

    @Test("where the role may open few connections, fewer streams do the work; none at all is said as what it is")
    func connectionLimit() async throws {
        try await withDatabase(.postgresql) { box, target in
            let role = "few_\(UInt32.random(in: 0 ... .max))"
            try execute(
                "CREATE ROLE \(role) LOGIN CONNECTION LIMIT 2; GRANT ALL ON SCHEMA public TO \(role)", on: target)
            let source = try makeSource(box, "CREATE TABLE t (a); INSERT INTO t VALUES (1); CREATE TABLE u (a);")
            let own = try #require(URLComponents(string: target))
            var limited = own
            limited.user = role
            let url = try #require(limited.string)
            let run = try await box.migrate("transfer", source, url, "--jobs", "4")
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            try execute("DROP OWNED BY \(role); ALTER ROLE \(role) CONNECTION LIMIT 0", on: target)
            let refused = try await box.migrate("transfer", source, url)
            #expect(refused.ending == .exit(2) && refused.error.contains("takes no more connections"), "\(refused)")
            try execute("DROP ROLE \(role)", on: target)
        }
    }

    @Test(
        "where a pooler has few sessions and would let others wait for ever, fewer streams do the work",
        .enabled(if: PgBouncer.isWanted, "pgbouncer is not installed"))
    func fewSessions() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, "CREATE TABLE t (a); INSERT INTO t VALUES (1); CREATE TABLE u (a);")
            let settings = "pool_mode = session\ndefault_pool_size = 2\nquery_wait_timeout = 0"
            try await PgBouncer.run(settings) { pooler in
                let url = try pooler.url(of: DatabaseURL(parsing: target))
                let run = try await box.migrate("transfer", source, "\(url)", "--jobs", "4")
                #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
                #expect(run.error.contains("takes no more connections: 1 of 4 streams"), "\(run)")
            }
        }
    }

    @Test(
        "columns of a file without a type, or of a type of its own, take the values as they are; what they change is no match"
    )
    func columnsWithoutTypes() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE m (id bigint PRIMARY KEY, t text, i bigint, d double precision, n numeric, z timestamptz, b boolean, s text);
                INSERT INTO m VALUES (1, 'abc', 2, 1.5, 1.25, '2024-01-02 03:04:05Z', true, 'x'), (2, '007', -1, 0.1, 2, NULL, false, NULL);
                """, on: source)
            let tables = "CREATE TABLE m (id INTEGER PRIMARY KEY, t, i, d, n, z, b, s STRING)"
            try execute(tables, on: box("into.db"), creating: true)
            let run = try await box.migrate("transfer", source, box("into.db"), "--into-existing")
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query(
                    "SELECT quote(t) || quote(i) || quote(d) || quote(n) || quote(b) || quote(s) FROM m",
                    on: box("into.db"))
                    == ["'abc'21.5'1.25'1'x'", "'007'-10.1'2'0NULL"])
            // SQLite makes a number of a text in a column of the affinity NUMERIC (https://www.sqlite.org/datatype3.html, section 3).
            try execute("UPDATE m SET s = '007' WHERE id = 2", on: source)
            try execute(tables, on: box("other.db"), creating: true)
            let changed = try await box.migrate("transfer", source, box("other.db"), "--into-existing")
            #expect(changed.ending == .exit(1) && changed.output.contains("verdict: mismatch"), "\(changed)")
            #expect(try query("SELECT count(*) || '' FROM m", on: box("other.db")) == ["0"])
        }
    }

    @Test("an empty partitioned table makes a target not empty")
    func partitionedTarget() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute("CREATE TABLE parted (a int) PARTITION BY LIST (a)", on: target)
            let run = try await box.migrate("transfer", makeSource(box, "CREATE TABLE t (a)"), target)
            #expect(run.ending == .exit(2) && run.error.contains("parted"), "\(run)")
        }
    }

    @Test("a transfer that is running is not called unfinished, nor to be resumed")
    func running() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE tc_transfers (source text, state text, started_at timestamptz);
                INSERT INTO tc_transfers VALUES ('a.db', 'loading', '2024-01-02 03:04:05Z');
                """, on: target)
            let connection = try connect(to: DatabaseURL(parsing: target))
            defer { connection.close() }
            let lock = try #require(try connection.hold(.schemaChange))
            let run = try await box.run(.tcMigrate, ["status", "--database", target])
            lock.release()
            let later = try await box.run(.tcMigrate, ["status", "--database", target])
            #expect(later.error.contains("holds an unfinished transfer from a.db"), "\(later)")
            #expect(run.error.contains("a transfer from a.db into the database is running"), "\(run)")
            #expect(run.error.contains("wait until it has finished"), "\(run)")
        }
    }

    @Test("status names a file's unfinished transfer, and makes no file")
    func unfinishedFile() async throws {
        try await withSandbox { box in
            let file = try makeSource(
                box,
                """
                CREATE TABLE tc_transfers (source text, state text, started_at text);
                INSERT INTO tc_transfers VALUES ('a.db', 'loading', '2024-01-02T03:04:05Z')
                """)
            let before = try box.contents()
            let run = try await box.migrate("status", "--database", file)
            #expect(run.error.contains("holds an unfinished transfer from a.db"), "\(run)")
            #expect(try box.contents() == before)
        }
    }
}
