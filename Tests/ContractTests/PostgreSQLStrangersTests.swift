import Dialects
import Migrator
import TestSupport
import Testing
import Transfer

/// Tests the cases that `ci/soak strangers` has found in applications' PostgreSQL databases.
@Suite(
    "Transfers of PostgreSQL databases of strangers", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLStrangersTests {
    private static func transferred(
        _ script: String, isSameEngine: Bool = false,
        _ look: (TransferReport, DatabaseURL, any Connection) async throws -> Void
    ) async throws {
        try await PostgreSQLOddTablesTests.transferred(script, isSameEngine: isSameEngine, look)
    }

    private static func lines(_ report: TransferReport) -> [String] {
        report.omitted.map { "\($0.kind.words) \($0.name): \($0.reason)" }
    }

    @Test("numbers without a sign stay what they are", arguments: [false, true])
    func oids(isSameEngine: Bool) async throws {
        let script = "CREATE TABLE t (id int PRIMARY KEY, o oid); INSERT INTO t VALUES (1, 4294967295), (2, 2147483648)"
        try await Self.transferred(script, isSameEngine: isSameEngine) { _, _, target in
            let oids = try target.values("SELECT CAST(o AS text) FROM t ORDER BY id")
            #expect(oids == [["4294967295"], ["2147483648"]])
        }
    }

    @Test("what names a table by its number is written as text, since that number is another table's elsewhere")
    func objectNames() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, c regclass, many regclass[], a aclitem);
            INSERT INTO t VALUES (1, 't', '{t,pg_class}', NULL);
            """
        try await Self.transferred(script, isSameEngine: true) { report, _, target in
            #expect(report.types.map { "\($0.column) \($0.type)" } == ["c text", "many text", "a text"])
            let row = try target.values("SELECT c, many FROM t")
            #expect(row == [["t", "{t,pg_class}"]])
        }
    }

    @Test("an empty query of words comes along, whose binary form no server takes, and a domain over names of objects")
    func emptyQueries() async throws {
        let script = """
            CREATE DOMAIN asked AS tsquery; CREATE DOMAIN place AS regclass;
            CREATE TABLE t (id int PRIMARY KEY, q tsquery, many tsquery[], d asked, p place, j jsonb);
            INSERT INTO t VALUES (1, '', ARRAY['', 'a & b:*']::tsquery[], '', 't', '{}'), (2, 'a | !b', NULL, 'c', NULL, NULL);
            """
        try await Self.transferred(script, isSameEngine: true) { report, _, target in
            #expect(report.types.map { "\($0.column) \($0.type)" } == ["d tsquery", "p text"])
            let rows = try target.values(
                "SELECT q::text, many::text, d::text, p, j::text, pg_typeof(many)::text FROM t ORDER BY id")
            #expect(
                rows == [
                    ["", #"{"","'a' & 'b':*"}"#, "", "t", "{}", "tsquery[]"],
                    ["'a' | !'b'", nil, "'c'", nil, nil, "tsquery[]"],
                ])
        }
    }

    @Test("empty vectors of numbers come along, whose binary form no server takes, and the declaration of an XML text")
    func lossyInBinary() async throws {
        let xml = #"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a>ä</a>"#
        let script = """
            CREATE DOMAIN page AS xml;
            CREATE TABLE t (id int PRIMARY KEY, x xml, many xml[], p page, v int2vector, o oidvector, vs int2vector[]);
            INSERT INTO t VALUES (1, '\(xml)', ARRAY['<b/>'::xml, NULL], '<?xml version="1.0"?><c/>', '', '', ARRAY['', '1 2']::int2vector[]),
                (2, 'text &amp; more', '{}', '', '3 -4', '5', NULL);
            """
        try await Self.transferred(script, isSameEngine: true) { _, _, target in
            let rows = try target.values(
                "SELECT x::text, many::text, p::text, v::text, o::text, vs::text, pg_typeof(p)::text FROM t ORDER BY id"
            )
            #expect(
                rows == [
                    [.text(xml), "{<b/>,NULL}", #"<?xml version="1.0"?><c/>"#, "", "", #"{"","1 2"}"#, "xml"],
                    ["text &amp; more", "{}", "", "3 -4", "5", nil, "xml"],
                ])
        }
    }

    @Test("a table, an index and a view by names that SQLite keeps for itself get others, and are found again")
    func reservedNames() async throws {
        let script = """
            CREATE TABLE sqlite_x (id int PRIMARY KEY, sqlite_y text); CREATE TABLE "SQLite_Z" (id int REFERENCES sqlite_x);
            CREATE INDEX sqlite_i ON sqlite_x (sqlite_y); CREATE VIEW sqlite_v AS SELECT 1 AS id;
            INSERT INTO sqlite_x VALUES (1, 'a'); INSERT INTO "SQLite_Z" VALUES (1);
            """
        try await Self.transferred(script) { report, copy, target in
            #expect(
                Set(report.renames.map { "\($0.kind) \($0.from) \($0.to)" }) == [
                    "table sqlite_x _sqlite_x", "table SQLite_Z _SQLite_Z", "index sqlite_i _sqlite_i",
                    "view sqlite_v _sqlite_v", "constraint sqlite_x_pkey _sqlite_x_pkey",
                ])
            let text = try target.queryValue("SELECT sqlite_y FROM _sqlite_x JOIN _sqlite_v USING (id)")
            #expect(text == "a")
            try await TestPostgreSQL.withFreshDatabase { back in
                let again = try await TransferPairTests.transfer(copy, back)
                #expect(again.verdict == .verified)
            }
        }
    }

    @Test("an enumeration's check has a name that the table's own checks leave free", arguments: [false, true])
    func labelNames(isSameEngine: Bool) async throws {
        let script = """
            CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (m mood CHECK (m IS NOT NULL)); INSERT INTO t VALUES ('ok');
            """
        try await Self.transferred(script, isSameEngine: isSameEngine) { _, _, target in
            for wrong in ["NULL", "'bad'"] {
                #expect(throws: DatabaseError.self) {
                    try target.execute(SQL(trusted: "INSERT INTO t VALUES (\(wrong))"))
                }
            }
        }
    }

    @Test("a table without columns is no difference to SQLite, and is named by verify")
    func withoutColumns() async throws {
        let script = "CREATE TABLE nothing (); CREATE TABLE t (v int); INSERT INTO t VALUES (1)"
        try await TestPostgreSQL.withFreshDatabase { source in
            let making = try connect(to: source)
            defer { making.close() }
            try making.executeScript(script)
            try await withTemporaryFolder { folder in
                let copy = try DatabaseURL(parsing: "sqlite:\(folder)/copy.db")
                _ = try await TransferPairTests.transfer(source, copy)
                for (one, other, side) in [(source, copy, "source"), (copy, source, "target")] {
                    let verification = try await Verification(
                        of: Database(one, options: ConnectionOptions(access: .readOnly)),
                        against: Database(other, options: ConnectionOptions(access: .readOnly))
                    ).run()
                    #expect(verification.isEqual && verification.missing == [], "\(verification)")
                    #expect(verification.notCompared == ["table nothing: has no columns, in the \(side)"])
                }
            }
        }
    }

    private static let odds = """
        CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY (START 10 INCREMENT 5) PRIMARY KEY, v int);
        CREATE TABLE down (id int GENERATED BY DEFAULT AS IDENTITY (INCREMENT -1) PRIMARY KEY, v int);
        INSERT INTO t (v) VALUES (1), (2); INSERT INTO down (v) VALUES (1), (2);
        COMMENT ON TABLE t IS 'a table'; COMMENT ON COLUMN down.v IS 'a column'; GRANT SELECT ON t TO PUBLIC;
        GRANT SELECT (v) ON down TO PUBLIC; CREATE STATISTICS together ON id, v FROM t; CREATE POLICY idle ON t USING (true);
        CREATE TYPE spans AS RANGE (subtype = float8);
        """

    @Test("options, replica identities, unlogged tables and defaults of views are named where they stay behind")
    func options() async throws {
        let made = """
            CREATE UNLOGGED TABLE cache (id int PRIMARY KEY WITH (fillfactor = 60), v int) WITH (fillfactor = 70);
            CREATE INDEX by_v ON cache (v) WITH (fillfactor = 50);
            CREATE TABLE t (id int PRIMARY KEY, v int);
            ALTER TABLE t REPLICA IDENTITY FULL;
            CREATE VIEW few WITH (security_barrier) AS SELECT id, v FROM t WHERE v < 10 WITH LOCAL CHECK OPTION;
            ALTER VIEW few ALTER COLUMN v SET DEFAULT 3;
            """
        for isSameEngine in [false, true] {
            // A copy makes views and indexes by the server's own words, which hold their options.
            let copied = [
                "other options of indexes (WITH …): stay behind, of by_v",
                "other options of views (WITH …): stay behind, of few",
            ]
            try await Self.transferred(made, isSameEngine: isSameEngine) { report, _, target in
                #expect(
                    Self.lines(report) == [
                        "other defaults of view columns: stay behind, of few",
                        "other options (WITH …): stay behind, of cache, cache_pkey",
                        "other replica identities: stay behind, of t",
                        "other unlogged tables: become ordinary tables: cache",
                    ] + (isSameEngine ? [] : copied))
                guard isSameEngine else { return }
                let options = try target.values(
                    """
                    SELECT relname, reloptions::text FROM pg_class
                    WHERE reloptions IS NOT NULL AND relnamespace = 'public'::regnamespace ORDER BY 1
                    """)
                #expect(
                    options == [
                        ["by_v", "{fillfactor=50}"], ["few", "{security_barrier=true,check_option=local}"],
                    ])
            }
        }
    }

    private static let beside = """
        CREATE TABLE t (id int PRIMARY KEY, v text);
        CREATE TEXT SEARCH CONFIGURATION words (COPY = english); CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = simple);
        CREATE TYPE mood AS ENUM ('ok'); CREATE TYPE spans AS RANGE (subtype = float8);
        CREATE FUNCTION number(mood) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
        CREATE CAST (mood AS int) WITH FUNCTION number(mood);
        CREATE FUNCTION plus(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2';
        CREATE OPERATOR ### (FUNCTION = plus, LEFTARG = int, RIGHTARG = int);
        ALTER TABLE t ALTER v SET STORAGE EXTERNAL, ALTER id SET STATISTICS 10; ALTER TABLE t CLUSTER ON t_pkey;
        CREATE PUBLICATION news FOR TABLE t;
        """

    @Test("what belongs to no table, and settings of columns, are named where they stay behind")
    func besideTables() async throws {
        for isSameEngine in [false, true] {
            try await Self.transferred(Self.beside, isSameEngine: isSameEngine) { report, _, _ in
                let lines = Self.lines(report).filter { $0.contains(": stay behind") || $0.contains(": stays behind") }
                #expect(
                    lines == [
                        "other casts: stay behind: mood AS integer",
                        "other clustering (CLUSTER ON): stays behind, of t",
                        "other operators: stay behind: ###(integer,integer)", "other publications: stay behind: news",
                        "other settings of columns (STORAGE, STATISTICS, n_distinct): stay behind, of t.id, t.v",
                        "other text search configurations: stay behind: words",
                        "other text search dictionaries: stay behind: stems",
                    ])
            }
        }
    }

    @Test("drift leaves them to whoever administers the database")
    func driftWithoutThem() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("v", .text)
                }
            }
            try await test.run(
                """
                CREATE TEXT SEARCH CONFIGURATION words (COPY = english); CREATE PUBLICATION news FOR TABLE t;
                ALTER TABLE t ALTER v SET STORAGE EXTERNAL, ALTER id SET STATISTICS 10
                """)
            #expect(try await test.drift() == [])
        }
    }

    @Test("drift names a policy and row level security that somebody has made")
    func driftNamesPolicies() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate { CreateTable("t") { Column("id", .bigint).primaryKey() } }
            try await test.run("ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON t USING (true)")
            #expect(
                try await test.drift() == [
                    "policy own on t exists only in the database",
                    "row level security on t exists only in the database",
                ])
        }
    }

    @Test("comments, privileges, statistics, policies and steps of counters are named where they stay behind")
    func around() async throws {
        try await Self.transferred(Self.odds) { report, _, _ in
            #expect(
                Self.lines(report) == [
                    "other down.id: counts by INCREMENT BY -1 MINVALUE -2147483648 MAXVALUE -1 START WITH -1: "
                        + "the target continues from the last number in steps of one",
                    "other t.id: counts by INCREMENT BY 5 MINVALUE 1 MAXVALUE 2147483647 START WITH 10: "
                        + "the target continues from the last number in steps of one",
                    "other policy idle on t: stays behind", "other spans: is a range type",
                    "other comments: stay behind, of down, t", "other extended statistics: stay behind: together",
                    "other privileges: that others were granted stay behind, of down, t",
                ])
        }
    }

    @Test(
        "comments on constraints, event triggers and the defaults of single partitions are named where they stay behind",
        arguments: [false, true])
    func hidden(isSameEngine: Bool) async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, n int CONSTRAINT positive CHECK (n > 0)); COMMENT ON CONSTRAINT positive ON t IS 'why';
            CREATE TABLE p (id int, a text DEFAULT 'x', b text) PARTITION BY LIST (id);
            CREATE TABLE p1 PARTITION OF p (a DEFAULT 'y', b DEFAULT 'z') FOR VALUES IN (1);
            CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2); INSERT INTO t VALUES (1, 1); INSERT INTO p VALUES (1);
            CREATE FUNCTION seen() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
            CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION seen();
            """
        try await Self.transferred(script, isSameEngine: isSameEngine) { report, _, _ in
            let lines = Self.lines(report)
            for line in [
                "other comments on constraints: stay behind, of t.positive", "other event triggers: stay behind: watch",
                "constraint p in single partitions: which count as one table: p1 a DEFAULT 'y'::text; p1 b DEFAULT 'z'::text",
            ] {
                #expect(lines.contains(line), "\(lines)")
            }
        }
    }

    @Test("every counter of a table goes on by its own steps in another PostgreSQL")
    func counters() async throws {
        let several = """
            CREATE TABLE several (a serial PRIMARY KEY, b serial, c bigint GENERATED BY DEFAULT AS IDENTITY);
            SELECT setval('several_b_seq', 6); INSERT INTO several SELECT FROM generate_series(1, 2);
            """
        try await Self.transferred(Self.odds + several, isSameEngine: true) { report, _, target in
            #expect(!Self.lines(report).contains { $0.contains("counts by") })
            _ = try target.execute("INSERT INTO t (v) VALUES (3)")
            _ = try target.execute("INSERT INTO down (v) VALUES (3)")
            let ids = try target.values("SELECT (SELECT max(id) FROM t), (SELECT min(id) FROM down)")
            #expect(ids == [[20, -3]])
            _ = try target.execute("INSERT INTO several DEFAULT VALUES")
            let numbers = try target.values("SELECT * FROM several ORDER BY 1")
            #expect(numbers == [[1, 7, 1], [2, 8, 2], [3, 9, 3]])
        }
    }

    private static let keys = """
        CREATE TABLE p (a int, b int, PRIMARY KEY (a, b)); INSERT INTO p VALUES (1, 1);
        CREATE TABLE c (a int, b int, CONSTRAINT part FOREIGN KEY (a, b) REFERENCES p ON DELETE SET NULL (b),
            CONSTRAINT late FOREIGN KEY (a, b) REFERENCES p DEFERRABLE,
            CONSTRAINT whole FOREIGN KEY (b, a) REFERENCES p (a, b) MATCH FULL);
        INSERT INTO c VALUES (1, 1);
        """

    @Test("a foreign key that sets some of its columns is another one in SQLite, which is said")
    func partialActions() async throws {
        try await Self.transferred(Self.keys) { report, _, _ in
            #expect(
                Self.lines(report) == [
                    "foreign key c.part: sets only some of its columns: it is transferred as setting all of them",
                    "foreign key c.late: is deferrable: it is transferred as checked immediately",
                    "foreign key c.whole: is MATCH FULL: it is transferred as MATCH SIMPLE",
                ])
        }
    }

    @Test("foreign keys keep every word in another PostgreSQL")
    func foreignKeys() async throws {
        try await Self.transferred(Self.keys, isSameEngine: true) { report, _, target in
            #expect(Self.lines(report) == [])
            let keys = try target.values(
                """
                SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint
                WHERE contype = 'f' AND conname NOT LIKE 'tc%' ORDER BY conname
                """)
            #expect(
                keys == [
                    ["late", "FOREIGN KEY (a, b) REFERENCES p(a, b) DEFERRABLE"],
                    ["part", "FOREIGN KEY (a, b) REFERENCES p(a, b) ON DELETE SET NULL (b)"],
                    ["whole", "FOREIGN KEY (b, a) REFERENCES p(a, b) MATCH FULL"],
                ])
        }
    }

    @Test("a foreign key into another schema is named where it stays behind", arguments: [false, true])
    func parentElsewhere(isSameEngine: Bool) async throws {
        let script = """
            CREATE SCHEMA far; CREATE TABLE far.p (id int PRIMARY KEY); INSERT INTO far.p VALUES (1);
            CREATE TABLE c (id int PRIMARY KEY, p int CONSTRAINT to_far REFERENCES far.p); INSERT INTO c VALUES (1, 1);
            """
        try await Self.transferred(script, isSameEngine: isSameEngine) { report, _, _ in
            #expect(
                Self.lines(report) == [
                    "foreign key c.to_far: refers to far.p, which is not an ordinary table of this schema"
                ])
        }
    }

    @Test("a collation of the source's own is no reason to refuse its table")
    func ownCollation() async throws {
        let script = """
            CREATE COLLATION own (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE t (v text COLLATE own); INSERT INTO t VALUES ('a'), ('B');
            """
        try await Self.transferred(script, isSameEngine: true) { report, _, _ in
            #expect(
                Self.lines(report) == [
                    "other t.v COLLATE own: is a collation defined in the source: in the target the column uses "
                        + "the database's collation, where texts are equal only byte by byte"
                ])
        }
    }

    /// `(,)` is NULL as a row value, but not as a text.
    @Test("a column that is computed by what is another type there keeps its values")
    func computedByOwnTypes() async throws {
        let script = """
            CREATE TYPE pair AS (a int, b text); CREATE TYPE mood AS ENUM ('sad', 'glad');
            CREATE FUNCTION twice(n int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 2 * n';
            CREATE TABLE t (id int PRIMARY KEY, p pair, m mood, is_empty bool GENERATED ALWAYS AS (p IS NULL) STORED,
                is_low bool GENERATED ALWAYS AS (m < 'glad') STORED, doubled int GENERATED ALWAYS AS (twice(id)) STORED,
                same int GENERATED ALWAYS AS (id + 1) STORED);
            INSERT INTO t VALUES (1, ROW(NULL, NULL), 'sad'), (2, ROW(1, 'x'), 'glad'), (3, NULL, NULL);
            """
        try await Self.transferred(script, isSameEngine: true) { report, url, target in
            #expect(
                Self.lines(report).filter { $0.contains("GENERATED") } == [
                    "other t.is_empty GENERATED: it reads p, which becomes text in the target: its values are copied",
                    "other t.is_low GENERATED: it reads m, which becomes text in the target: its values are copied",
                    "other t.doubled GENERATED: it calls twice(), which is defined in the source",
                ])
            let rows = try target.values("SELECT id, is_empty, is_low, doubled, same FROM t ORDER BY id")
            #expect(
                rows == [
                    [1, .boolean(true), .boolean(true), 2, 2], [2, .boolean(false), .boolean(false), 4, 3],
                    [3, .boolean(true), .null, 6, 4],
                ])
        }
    }

    @Test("a number that the server makes money of is no default of a text")
    func money() async throws {
        let script = "CREATE TABLE t (v money DEFAULT 1.5, w int); INSERT INTO t (w) VALUES (1)"
        try await Self.transferred(script) { report, _, _ in
            #expect(report.omitted.map(\.name) == ["t.v DEFAULT"])
        }
    }

    @Test("an index that takes some texts for one is named, and not made as one that takes none")
    func indexCollation() async throws {
        let script = """
            CREATE COLLATION own (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE t (v text); CREATE UNIQUE INDEX one ON t (v COLLATE own); INSERT INTO t VALUES ('a');
            """
        try await Self.transferred(script) { report, _, _ in
            #expect(
                Self.lines(report) == [
                    "index one: compares by the collation own, which treats some different texts as equal and can't be declared in a schema"
                ])
        }
    }

    @Test("a check is counted by its own column, where another one differs in case only")
    func columnsByCase() async throws {
        let script = """
            CREATE TABLE t (value tsquery CHECK (length(value::text) < 100), "Value" text); INSERT INTO t VALUES ('a', 'b');
            """
        try await Self.transferred(script) { report, _, _ in
            #expect(report.tables.map(\.targetRows) == [1])
        }
    }
}
