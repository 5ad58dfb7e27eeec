import Dialects
import TestSupport
import Testing
import Transfer

/// Tests tables and types that only PostgreSQL has. Their rows are transferred nevertheless, and the report names what is not.
@Suite(
    "Transfers of what only PostgreSQL has", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLOddTablesTests {
    /// Transfers into a SQLite file, or into another database of the server if `isSameEngine`, and compares the databases once more
    /// by `verify`. The source's schema is the one that is named, or that of the server's own search path.
    static func transferred(
        _ script: String, isSameEngine: Bool = false, schema: String? = nil,
        _ look: (TransferReport, DatabaseURL, any Connection) async throws -> Void
    ) async throws {
        try await TestPostgreSQL.withFreshDatabase { database in
            let making = try connect(to: database)
            defer { making.close() }
            try making.executeScript(script)
            let source = try schema.map { try database.with(["options": "-csearch_path=\($0)"]) } ?? database
            func run(_ target: DatabaseURL) async throws {
                let report = try await TransferPairTests.transfer(source, target)
                #expect(report.verdict == .verified)
                let verification = try await Verification(
                    of: Database(source, options: ConnectionOptions(access: .readOnly)),
                    against: Database(target, options: ConnectionOptions(access: .readOnly))
                ).run()
                #expect(
                    verification.tables.allSatisfy(\.isEqual) && !verification.tables.isEmpty, "\(verification.tables)")
                let connection = try connect(to: target, ConnectionOptions(access: .readWrite))
                defer { connection.close() }
                try await look(report, target, connection)
            }
            if isSameEngine { return try await TestPostgreSQL.withFreshDatabase(run) }
            try await withTemporaryFolder { try await run(DatabaseURL(parsing: "sqlite:\($0)/copy.db")) }
        }
    }

    private static let partitions = """
        CREATE TABLE visit (id int, day date NOT NULL, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        CREATE TABLE visit_2023 PARTITION OF visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
        CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (id);
        CREATE TABLE visit_2024_1 PARTITION OF visit_2024 FOR VALUES IN (1);
        CREATE TABLE visit_2024_others PARTITION OF visit_2024 DEFAULT;
        CREATE INDEX visit_note ON visit (note);
        INSERT INTO visit SELECT n % 3, '2023-01-01'::date + n, 'note ' || n FROM generate_series(0, 700) n;
        CREATE TABLE step (id int PRIMARY KEY, visit int, day date, FOREIGN KEY (visit, day) REFERENCES visit ON DELETE CASCADE);
        INSERT INTO step SELECT n, n % 3, '2023-01-01'::date + n FROM generate_series(0, 700) n;
        CREATE TABLE log (at timestamp, line text) PARTITION BY HASH (line);
        CREATE TABLE log_0 PARTITION OF log FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE log_1 PARTITION OF log FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        INSERT INTO log SELECT '2024-01-01', 'line ' || n % 5 FROM generate_series(1, 50) n;
        """

    @Test("a partitioned table is one table with the rows of all its partitions", arguments: [false, true])
    func partitioned(isSameEngine: Bool) async throws {
        try await Self.transferred(Self.partitions, isSameEngine: isSameEngine) { report, _, target in
            #expect(
                Dictionary(uniqueKeysWithValues: report.tables.map { ($0.name, $0.targetRows) })
                    == ["visit": 701, "step": 701, "log": 50])
            #expect(
                report.omitted.map { "\($0.name): \($0.reason)" } == [
                    "log: is a partitioned table: it counts as one table, with the rows of its 2 partitions",
                    "visit: is a partitioned table: it counts as one table, with the rows of its 3 partitions",
                ])
            // The keys work: a row is deleted with the row to which it refers, and no key can occur twice.
            _ = try target.execute("DELETE FROM visit WHERE day = '2024-02-03'")
            let steps = try target.queryValue("SELECT count(*) FROM step")
            #expect(steps == 700)
            #expect(throws: DatabaseError.self) {
                try target.execute("INSERT INTO visit (id, day) VALUES (0, '2023-01-01')")
            }
        }
    }

    @Test(
        "a view of a table's own rows alone comes along, and one that would show others in the target is named",
        arguments: [false, true])
    func ownRowsAlone(isSameEngine: Bool) async throws {
        let script = """
            CREATE TABLE base (id int PRIMARY KEY, n int); CREATE TABLE heir (extra int) INHERITS (base);
            CREATE TABLE parts (id int) PARTITION BY LIST (id); CREATE TABLE part PARTITION OF parts FOR VALUES IN (1);
            INSERT INTO base VALUES (1, 1); INSERT INTO heir VALUES (2, 2, 2); INSERT INTO parts VALUES (1);
            CREATE VIEW own AS SELECT id FROM ONLY base; CREATE VIEW whole AS SELECT id FROM parts;
            CREATE VIEW joined AS SELECT b.id FROM heir h JOIN ONLY base b ON b.id < h.id;
            CREATE VIEW mixed AS SELECT (SELECT count(*) FROM base) AS a, (SELECT count(*) FROM ONLY base) AS b;
            CREATE VIEW hollow AS SELECT id FROM ONLY parts;
            """
        try await Self.transferred(script, isSameEngine: isSameEngine) { report, _, target in
            let left = report.omitted.filter { $0.kind == .view }.map { "\($0.name): \($0.reason)" }.sorted()
            #expect(
                left == [
                    "hollow: it reads ONLY parts, which has no rows beside those of its partitions, and holds these in the target",
                    "mixed: it reads base together with the rows of the tables that inherit from it, which become tables of their own",
                ])
            for view in ["own", "whole", "joined"] {
                let rows = try target.values("SELECT id FROM \(identifier: view)")
                #expect(rows == [[1]], "\(view)")
            }
        }
    }

    @Test("a view of what each server gives its rows itself is named, and not one of a table's name")
    func systemColumns() async throws {
        let script = """
            CREATE TABLE parts (id int) PARTITION BY LIST (id); CREATE TABLE part PARTITION OF parts FOR VALUES IN (1);
            CREATE TABLE t (id int PRIMARY KEY); INSERT INTO parts VALUES (1); INSERT INTO t VALUES (1);
            CREATE VIEW split AS SELECT tableoid::regclass::text AS part, id FROM parts; CREATE VIEW places AS SELECT ctid AS place FROM t;
            CREATE VIEW named AS SELECT tableoid::regclass::text AS name FROM t;
            """
        try await Self.transferred(script, isSameEngine: true) { report, _, target in
            let left = report.omitted.filter { $0.kind == .view }.map { "\($0.name): \($0.reason)" }.sorted()
            #expect(
                left == [
                    "places: it reads ctid of t, which is another one in the target",
                    "split: it reads tableoid of parts, which is another one in the target",
                ])
            let name = try target.queryValue("SELECT name FROM named")
            #expect(name == "t")
        }
    }

    @Test("a view of a table that gets another name in a file reads it by that name, and not its namesake")
    func namesakes() async throws {
        let script = """
            CREATE TABLE "T" (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO "T" VALUES (1); INSERT INTO t VALUES (2, 3);
            CREATE VIEW small AS SELECT n FROM t; CREATE VIEW capital AS SELECT id FROM "T";
            CREATE VIEW pair AS SELECT a.id, t.n FROM "T" AS a CROSS JOIN t
                WHERE EXISTS (SELECT 1 FROM t AS b WHERE b.id > a.id);
            """
        try await Self.transferred(script) { report, _, target in
            #expect(report.omitted.filter { $0.kind == .view } == [])
            let id = try target.queryValue("SELECT id FROM capital")
            #expect(id == 1)
            let n = try target.queryValue("SELECT n FROM small")
            #expect(n == 3)
            let pair = try target.values("SELECT id, n FROM pair")
            #expect(pair == [[1, 3]])
        }
    }

    @Test("a table that others inherit from holds its own rows, and is not counted with theirs")
    func inherited() async throws {
        let script = """
            CREATE TABLE animal (id int PRIMARY KEY, name text);
            CREATE TABLE dog (breed text) INHERITS (animal);
            INSERT INTO animal VALUES (1, 'generic');
            INSERT INTO dog VALUES (2, 'rex', 'lab'), (3, 'rex', 'lab');
            """
        try await Self.transferred(script) { report, _, target in
            #expect(report.tables.map { [$0.sourceRows, $0.targetRows] } == [[1, 1], [2, 2]])
            let own = try target.queryValue("SELECT group_concat(id) FROM animal")
            #expect(own == "1")
        }
    }

    @Test("a double keeps the sign of its zero in SQLite, and on the way back")
    func signedZero() async throws {
        let script = """
            CREATE TABLE m (id int PRIMARY KEY, v float8, w float8 NOT NULL, x float8);
            INSERT INTO m VALUES (1, '-0', 0, 'NaN'), (2, 0.1, 0, '-0'), (3, 'Infinity', 1e308, 2);
            """
        try await Self.transferred(script) { report, copy, target in
            let types = report.types.map { "\($0.column) \($0.type): \($0.reason)" }
            #expect(types == ["v ANY: 1 value is -0.0, whose sign REAL drops", "x TEXT: 1 value is NaN"])
            // The values are numbers nevertheless.
            let small = try target.queryValue("SELECT count(*) FROM m WHERE v < 1 AND typeof(v) = 'real'")
            #expect(small == 2)
            try await TestPostgreSQL.withFreshDatabase { back in
                #expect(try await TransferPairTests.transfer(copy, back).verdict == .verified)
                let connection = try connect(to: back)
                defer { connection.close() }
                #expect(
                    try connection.queryValue("SELECT string_agg(v::text, ' ' ORDER BY id) FROM m") == "-0 0.1 Infinity"
                )
            }
        }
    }

    @Test("a table without columns is left out and named; the others come")
    func withoutColumns() async throws {
        let script = """
            CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; CREATE TABLE t (v int); INSERT INTO t VALUES (1);
            """
        try await TestPostgreSQL.withFreshDatabase { source in
            let making = try connect(to: source)
            defer { making.close() }
            try making.executeScript(script)
            try await withTemporaryFolder { folder in
                let report = try await TransferPairTests.transfer(
                    source, DatabaseURL(parsing: "sqlite:\(folder)/copy.db"))
                #expect(report.verdict == .verified)
                #expect(report.tables.map(\.name) == ["t"])
                #expect(
                    report.omitted.map(\.reason) == [
                        "is a table of 1 row without columns, which the target does not have"
                    ])
            }
        }
    }

    @Test("keys that NULL repeats are no such keys elsewhere: that is said")
    func nullsNotDistinct() async throws {
        let version: Int64 = try await TestPostgreSQL.withFreshDatabase { url async throws in
            let connection = try connect(to: url)
            defer { connection.close() }
            return try connection.queryValue("SELECT current_setting('server_version_num')::int")?.integer ?? 0
        }
        // The script needs PostgreSQL 15.
        guard version >= 150_000 else { return }
        let script = """
            CREATE TABLE t (a int, b int, CONSTRAINT one UNIQUE NULLS NOT DISTINCT (a));
            CREATE UNIQUE INDEX other ON t (b) NULLS NOT DISTINCT;
            INSERT INTO t VALUES (NULL, 1), (1, NULL);
            """
        try await Self.transferred(script) { report, _, _ in
            #expect(
                report.omitted.map { "\($0.name): \($0.reason)" } == [
                    "t.one: is NULLS NOT DISTINCT: it is transferred as a key that treats NULLs as distinct",
                    "other: is NULLS NOT DISTINCT, which a schema can't declare",
                ])
        }
    }

    @Test("what lies in other schemas is not forgotten without a word", arguments: [false, true])
    func otherSchemas(isSameEngine: Bool) async throws {
        let script = """
            CREATE SCHEMA audit; CREATE TABLE audit.a (v int); CREATE TABLE audit.b (v int); CREATE SCHEMA empty;
            CREATE TABLE t (v int);
            """
        try await Self.transferred(script, isSameEngine: isSameEngine) { report, _, _ in
            #expect(
                report.remarks.contains {
                    $0.hasPrefix(
                        "other schemas of the source are not transferred: audit (2 tables); a URL with options=-csearch_path"
                    )
                }, "\(report.remarks)")
        }
    }

    @Test("two other schemas may have one name in two Unicode forms")
    func otherSchemasOfOneName() async throws {
        let script = """
            CREATE SCHEMA "caf\u{E9}"; CREATE TABLE "caf\u{E9}".a (v int);
            CREATE SCHEMA "cafe\u{301}"; CREATE TABLE "cafe\u{301}".b (v int);
            CREATE TABLE t (v int);
            """
        try await Self.transferred(script, isSameEngine: false) { report, _, _ in
            #expect(
                report.remarks.contains {
                    $0.hasPrefix("other schemas of the source") && $0.ranges(of: "(1 table)").count == 2
                }, "\(report.remarks)")
        }
    }

    @Test(
        "domains over domains, and over types that a server lacks, are what stands under them",
        arguments: [false, true])
    func domains(isSameEngine: Bool) async throws {
        let script = """
            CREATE TYPE mood AS ENUM ('ok', 'bad');
            CREATE DOMAIN plain AS int CHECK (VALUE > 0); CREATE DOMAIN nested AS plain;
            CREATE DOMAIN short AS varchar(7); CREATE DOMAIN shorter AS short;
            CREATE DOMAIN feeling AS mood; CREATE DOMAIN many AS mood[];
            CREATE TABLE t (id int PRIMARY KEY, a nested, b shorter, c feeling, d many, e nested[]);
            INSERT INTO t VALUES (1, 5, 'abc', 'ok', '{ok,bad}', '{1,NULL}'), (2, NULL, NULL, NULL, NULL, NULL);
            """
        try await Self.transferred(script, isSameEngine: isSameEngine) { report, _, target in
            let types = Dictionary(uniqueKeysWithValues: report.types.map { ($0.column, $0.type) })
            #expect(
                types
                    == (isSameEngine
                        ? ["a": "integer", "b": "character varying(7)", "c": "text", "d": "text", "e": "text"]
                        : ["a": "INTEGER", "b": "TEXT", "c": "TEXT", "d": "TEXT", "e": "TEXT"]))
            let rows = try target.values("SELECT a, b, c, d, e FROM t WHERE id = 1")
            #expect(rows == [[5, "abc", "ok", "{ok,bad}", "{1,NULL}"]])
        }
    }

    @Test("a domain over an enumeration takes its labels alone, as the enumeration does", arguments: [false, true])
    func labelsUnderDomains(isSameEngine: Bool) async throws {
        let script = """
            CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN felt AS mood; CREATE DOMAIN shown AS felt NOT NULL;
            CREATE TABLE t (id int PRIMARY KEY, a mood, b felt, c shown); INSERT INTO t VALUES (1, 'sad', NULL, 'ok');
            """
        try await Self.transferred(script, isSameEngine: isSameEngine) { report, _, target in
            try target.execute("INSERT INTO t VALUES (2, NULL, 'ok', 'sad')")
            for bad in ["a = 'x'", "b = 'x'", "c = 'x'", "c = NULL"] {
                #expect(throws: DatabaseError.self, "\(bad)") {
                    try target.execute("UPDATE t SET \(trusted: bad) WHERE id = 2")
                }
            }
            let reason = report.types.first { $0.column == "c" }?.reason
            #expect(
                reason
                    == (isSameEngine
                        ? "is a domain defined in the source"
                        : "is a domain over mood, which is an enumeration defined in the source"))
        }
    }

    @Test("what domains demand of a column, the column of a copy demands, and what can't be demanded there is named")
    func demandingDomains() async throws {
        let script = """
            CREATE FUNCTION fine(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'; CREATE TYPE mood AS ENUM ('ok', 'bad');
            CREATE DOMAIN posint AS int NOT NULL DEFAULT 7 CHECK (VALUE > 0); CREATE DOMAIN small AS posint CHECK (VALUE < 100);
            CREATE DOMAIN checked AS text CHECK (fine(VALUE)); CREATE DOMAIN good AS mood CHECK (VALUE < 'bad'::mood);
            CREATE TABLE t (id int PRIMARY KEY, x posint, y small DEFAULT 3, c checked, m good,
                CONSTRAINT t_x_posint_check CHECK (id > 0));
            INSERT INTO t (id) VALUES (1);
            """
        try await Self.transferred(script, isSameEngine: true) { report, _, target in
            try target.execute("INSERT INTO t (id) VALUES (2)")
            let rows = try target.values("SELECT x, y FROM t ORDER BY id")
            #expect(rows == [[7, 3], [7, 3]])
            for bad in ["x = -1", "x = NULL", "y = 100", "y = 0", "id = -1"] {
                #expect(throws: DatabaseError.self) { try target.execute("UPDATE t SET \(trusted: bad) WHERE id = 1") }
            }
            let left = report.omitted.filter { $0.name.contains("CHECK") }
            #expect(left.map(\.reason).sorted().map { $0.prefix(13) } == ["it calls fine", "it reads m, w"], "\(left)")
        }
    }

    @Test("the default of a domain over another one is its own, which it may have lost", arguments: [false, true])
    func defaultsOfInnerDomains(isSameEngine: Bool) async throws {
        let script = """
            CREATE DOMAIN base AS int DEFAULT 5; CREATE DOMAIN kept AS base; CREATE DOMAIN own AS base DEFAULT 7;
            CREATE DOMAIN lost AS base DEFAULT 9; ALTER DOMAIN lost DROP DEFAULT; CREATE DOMAIN over_lost AS lost;
            ALTER DOMAIN base SET DEFAULT 6;
            CREATE TABLE t (id int PRIMARY KEY, a base, b kept, c own, d lost, e over_lost, f base DEFAULT NULL, g lost DEFAULT 3);
            INSERT INTO t (id) VALUES (1);
            """
        try await Self.transferred(script, isSameEngine: isSameEngine) { _, _, target in
            try target.execute("INSERT INTO t (id) VALUES (2)")
            let rows = try target.values("SELECT a, b, c, d, e, f, g FROM t ORDER BY id")
            #expect(rows.count == 2 && rows[0] == rows[1], "\(rows)")
            #expect(rows[0] == [6, 5, 7, nil, nil, nil, 3], "\(rows)")
        }
    }

    @Test("a counter that counts in steps and has issued nothing begins where it would have")
    func counterInSteps() async throws {
        let script = """
            CREATE TABLE fresh (id int GENERATED BY DEFAULT AS IDENTITY (START 10 INCREMENT 5) PRIMARY KEY, v text);
            CREATE TABLE used (id int GENERATED BY DEFAULT AS IDENTITY (START 10 INCREMENT 5) PRIMARY KEY, v text);
            INSERT INTO used (v) VALUES ('a'), ('b');
            """
        try await Self.transferred(script, isSameEngine: true) { _, _, target in
            let next = try ["fresh", "used"].map {
                try target.queryValue("INSERT INTO \(identifier: $0) (v) VALUES ('next') RETURNING id")
            }
            #expect(next == [10, 20])
        }
    }

    @Test("a default that counts by a sequence of nobody's comes with it, or is named", arguments: [false, true])
    func looseSequence(isSameEngine: Bool) async throws {
        let script = """
            CREATE SEQUENCE hibernate_sequence START 100;
            CREATE TABLE t (id bigint PRIMARY KEY DEFAULT nextval('hibernate_sequence'), v text);
            INSERT INTO t (v) VALUES ('a'), ('b');
            """
        try await Self.transferred(script, isSameEngine: isSameEngine) { report, _, target in
            let left: Set<String> = isSameEngine ? [] : ["t.id DEFAULT", "hibernate_sequence"]
            #expect(Set(report.omitted.map(\.name)) == left)
            if isSameEngine { try target.execute("INSERT INTO t (v) VALUES ('c')") }
            let ids = try target.values("SELECT id FROM t ORDER BY id")
            let expected: [[Value]] = isSameEngine ? [[100], [101], [102]] : [[100], [101]]
            #expect(ids == expected)
        }
    }

    @Test("a default that computes with a sequence, or asks another column's, comes along to another PostgreSQL")
    func sequenceWithin() async throws {
        let script = """
            CREATE SEQUENCE ow;
            CREATE TABLE t (a int PRIMARY KEY DEFAULT nextval('ow'), b text DEFAULT 'T-' || nextval('ow'), c text DEFAULT 'nextval(');
            ALTER SEQUENCE ow OWNED BY t.a;
            CREATE SCHEMA other; CREATE SEQUENCE other.far;
            CREATE TABLE u (id int DEFAULT nextval('ow'), d int DEFAULT nextval('OW'::text), e int DEFAULT nextval('other.far'),
                f int DEFAULT currval(pg_get_serial_sequence('t', 'a')), g int);
            INSERT INTO t VALUES (1); INSERT INTO u (g, id, d, e, f) VALUES (7, 1, 1, 1, 1);
            """
        try await Self.transferred(script, isSameEngine: true) { report, _, target in
            let left = report.omitted.filter { $0.name.hasSuffix(" DEFAULT") }
            #expect(left.map(\.name) == ["u.e DEFAULT", "u.f DEFAULT"])
            #expect(left.allSatisfy { $0.reason.hasPrefix("it uses a sequence that is not transferred") }, "\(left)")
            try target.execute("INSERT INTO t DEFAULT VALUES")
            try target.execute("INSERT INTO u (g) VALUES (8)")
            let row = try target.values("SELECT b, c, d - u.id, e, f FROM t, u WHERE a <> 1 AND g = 8")
            #expect(row == [["T-3", "nextval(", 1, nil, nil]])
        }
    }

    @Test(
        "a default is the value that the server stores: a truth as text in a column of texts, a number in single precision"
    )
    func storedDefaults() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, v text DEFAULT true, w varchar(5) DEFAULT false, x name DEFAULT true,
                b boolean DEFAULT true, r real DEFAULT 0.1, s real DEFAULT -0.1, n real DEFAULT 16777217, d float8 DEFAULT '-0');
            INSERT INTO t (id, d) VALUES (1, 1);
            """
        try await Self.transferred(script) { report, _, target in
            #expect(report.omitted.map(\.name) == ["t.d DEFAULT"])
            #expect(report.omitted.allSatisfy { $0.reason.contains("-0.0") }, "\(report.omitted)")
            try target.execute("INSERT INTO t (id) VALUES (2)")
            let rows = try target.values("SELECT DISTINCT v, w, x, b, r, s, n FROM t")
            #expect(rows.map { Array($0.prefix(4)) } == [["true", "false", "t", 1]])
        }
    }

    @Test("JSON that is nested deeper than SQLite reads comes as text without a check, and its column is named")
    func deepJSON() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, deep jsonb, flat jsonb);
            INSERT INTO t VALUES (1, (repeat('[', 1500) || repeat(']', 1500))::jsonb, (SELECT jsonb_agg('[]'::jsonb) FROM generate_series(1, 3000)));
            """
        try await Self.transferred(script) { report, _, target in
            #expect(report.types.map(\.column) == ["deep"])
            #expect(report.types.map(\.reason) == ["1 value is nested deeper than the 1,000 levels that SQLite reads"])
            try target.execute("INSERT INTO t VALUES (2, 'no JSON', NULL)")
            #expect(throws: DatabaseError.self) { try target.execute("INSERT INTO t VALUES (3, NULL, 'no JSON')") }
        }
    }

    @Test("a default that asks who is connected is named as that")
    func session() async throws {
        let script =
            "CREATE TABLE t (v int, a text DEFAULT current_user, b text DEFAULT session_user); INSERT INTO t VALUES (1)"
        try await Self.transferred(script) { report, _, _ in
            #expect(
                report.omitted.map(\.reason)
                    == ["CURRENT_USER", "SESSION_USER"].map {
                        "the column has no default: \($0) depends on the session, which the target does not know"
                    })
        }
    }

    @Test("a table of as many columns as there can be is counted in several questions")
    func wide() async throws {
        let columns = (1...1_500).map { "c\($0) float8" }.joined(separator: ", ")
        let script =
            "CREATE TABLE t (id int PRIMARY KEY, \(columns)); INSERT INTO t (id, c1, c1500) VALUES (1, 'NaN', '-0')"
        try await Self.transferred(script) { report, _, _ in
            #expect(report.types.map { "\($0.column) \($0.type)" } == ["c1 TEXT", "c1500 ANY"])
        }
    }
}
