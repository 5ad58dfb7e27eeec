import Dialects
import TestSupport
import Testing
import Transfer

/// Tests copies from PostgreSQL into PostgreSQL of SQL that uses objects that somebody made in the source.
@Suite(
    "What uses objects of the source, in another PostgreSQL",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLOwnObjectsTests {
    private static let objects = """
        CREATE EXTENSION IF NOT EXISTS citext; CREATE TYPE prio AS ENUM ('low', 'high'); CREATE SEQUENCE sq;
        CREATE DOMAIN pos AS int CHECK (VALUE > 0); CREATE DOMAIN code AS varchar(5);
        CREATE TEXT SEARCH CONFIGURATION mycfg (COPY = english); CREATE COLLATION mycoll (provider = icu, locale = 'und');
        CREATE FUNCTION sum_of(int, int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + $2';
        CREATE OPERATOR ### (FUNCTION = sum_of, LEFTARG = int, RIGHTARG = int);
        CREATE DOMAIN words AS tsvector DEFAULT to_tsvector('mycfg', 'cats');
        """

    @Test("a default or computed column that uses one stays behind and is named, and its table comes")
    func defaults() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, labels text[] DEFAULT enum_range(NULL::prio)::text[], sum int DEFAULT (1 ### 2),
                config regconfig DEFAULT 'mycfg', counter regclass DEFAULT 'sq', itself regclass DEFAULT 't', found words,
                is_more boolean DEFAULT ('high'::prio > 'low'::prio), name text, big text DEFAULT upper('a' COLLATE mycoll),
                great text GENERATED ALWAYS AS (upper(name COLLATE mycoll)) STORED,
                parts tsvector GENERATED ALWAYS AS (to_tsvector('mycfg', name)) STORED);
            INSERT INTO t (id, name) VALUES (1, 'dogs'), (2, NULL);
            """
        try await PostgreSQLOddTablesTests.transferred(Self.objects + script, isSameEngine: true) { report, _, target in
            let left = report.omitted.filter { $0.name.hasSuffix(" DEFAULT") || $0.name.hasSuffix(" GENERATED") }
            let objects = left.map { "\($0.name): \($0.reason.split(separator: ", which")[0])" }
            #expect(
                objects == [
                    "t.labels DEFAULT: it uses prio", "t.sum DEFAULT: it uses operator public.###(integer,integer)",
                    "t.config DEFAULT: it uses text search configuration mycfg",
                    "t.counter DEFAULT: it uses sequence sq",
                    "t.itself DEFAULT: it uses table t", "t.found DEFAULT: it uses text search configuration mycfg",
                    "t.is_more DEFAULT: it uses prio", "t.big DEFAULT: it uses collation mycoll",
                    "t.great GENERATED: it uses collation mycoll",
                    "t.parts GENERATED: it uses text search configuration mycfg",
                ])
            let row = try target.values("SELECT labels::text, sum, great, parts::text FROM t WHERE id = 1")
            #expect(row == [["{low,high}", 3, "DOGS", "'dog':1"]])
        }
    }

    @Test("a default keeps a literal of such a type, as what stands under the type")
    func literals() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 5::pos, c varchar DEFAULT 'x'::varchar(5)::code,
                d text DEFAULT 'low'::prio::text, e text DEFAULT ('a'::citext || 'b')::text, f prio DEFAULT 'high',
                g prio[] DEFAULT ARRAY['low'::prio, 'high'], h pos DEFAULT 7,
                i prio GENERATED ALWAYS AS (CASE WHEN id > 1 THEN 'high'::prio ELSE 'low' END) STORED);
            INSERT INTO t (id) VALUES (1);
            """
        try await PostgreSQLOddTablesTests.transferred(Self.objects + script, isSameEngine: true) { report, _, target in
            #expect(!report.omitted.contains { $0.name.hasPrefix("t.") }, "\(report.omitted)")
            try target.execute("INSERT INTO t (id) VALUES (2)")
            let rows = try target.values("SELECT n, c, d, e, f, g, h, i FROM t ORDER BY id")
            #expect(
                rows == [
                    [5, "x", "low", "ab", "high", "{low,high}", 7, "low"],
                    [5, "x", "low", "ab", "high", "{low,high}", 7, "high"],
                ])
        }
    }

    @Test("a check that casts values to such a type stays behind and is named: without the cast it would take others")
    func checks() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, p prio, v text CONSTRAINT label CHECK (v::prio <> 'low'::prio),
                CONSTRAINT known CHECK (p <> 'low'));
            INSERT INTO t VALUES (1, 'high', 'high');
            """
        try await PostgreSQLOddTablesTests.transferred(Self.objects + script, isSameEngine: true) { report, _, target in
            let left = report.omitted.filter { $0.kind == .constraint }.map { "\($0.name): \($0.reason)" }
            #expect(left == ["t.label: it casts values to prio, which is defined in the source"])
            #expect(throws: DatabaseError.self) { try target.execute("INSERT INTO t VALUES (2, 'low', 'high')") }
        }
    }

    @Test(
        "a domain's check is asked of the value as what stands under the domain, and of nothing else",
        arguments: [false, true])
    func checksOfDomains(isSameEngine: Bool) async throws {
        let script = """
            CREATE TYPE mood AS ENUM ('ok', 'bad'); CREATE DOMAIN good AS mood CHECK (VALUE <> 'bad');
            CREATE TYPE pair AS (value int, t text); CREATE DOMAIN valued AS pair CHECK ((VALUE).value > 0);
            CREATE DOMAIN more AS valued CHECK ((VALUE).t <> 'VALUE');
            CREATE FUNCTION fine(value int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT value > 0';
            CREATE DOMAIN tested AS int CHECK (fine(value => VALUE)); CREATE DOMAIN many AS mood[] CHECK (VALUE[1] <> 'bad');
            CREATE TABLE t (id int PRIMARY KEY, a good, b more, c tested, d many);
            INSERT INTO t VALUES (1, 'ok', ROW(1, 'x'), 1, '{ok,bad}');
            """
        try await PostgreSQLOddTablesTests.transferred(script, isSameEngine: isSameEngine) { report, _, target in
            let row = try target.values("SELECT a, b, c, d FROM t")
            #expect(row == [["ok", "(1,x)", 1, "{ok,bad}"]])
            guard isSameEngine else { return }
            #expect(
                report.omitted.map(\.name).filter { $0.contains("CHECK") } == [
                    #"t.a CHECK (("a"::mood) <> 'bad'::mood)"#, #"t.b CHECK ((("b"::pair)).t <> 'VALUE'::text)"#,
                    #"t.b CHECK ((("b"::pair)).value > 0)"#, #"t.c CHECK (fine(value => "c"))"#,
                    #"t.d CHECK ((("d"::mood[]))[1] <> 'bad'::mood)"#,
                ])
        }
    }

    @Test("a key over texts that are equal without regard to case is named: in the copy it tells them apart")
    func caselessKeys() async throws {
        let script = """
            CREATE EXTENSION IF NOT EXISTS citext;
            CREATE COLLATION own (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE parent (mail citext PRIMARY KEY, name text COLLATE own UNIQUE, plain text UNIQUE);
            CREATE TABLE child (id int PRIMARY KEY, mail citext REFERENCES parent); CREATE UNIQUE INDEX one ON child (mail);
            INSERT INTO parent VALUES ('Ann@x', 'Ann', 'ann'); INSERT INTO child VALUES (1, 'Ann@x');
            """
        try await PostgreSQLOddTablesTests.transferred(script, isSameEngine: true) { report, _, _ in
            let end = "without regard to case in the source: in the target texts are equal only byte by byte"
            let keys = report.omitted.filter { [.constraint, .foreignKey, .index].contains($0.kind) }
            #expect(
                keys.map { "\($0.name): \($0.reason)" }.sorted() == [
                    "child.child_mail_fkey: compares mail \(end)", "one: compares mail \(end)",
                    "parent.parent_name_key: compares name \(end)", "parent.parent_pkey: compares mail \(end)",
                ])
            let reason = "is a type defined in the source, which compares without regard to case: "
            #expect(report.types.count == 2 && report.types.allSatisfy { $0.reason.hasPrefix(reason) })
        }
    }

    @Test("a function of a built-in one's name is no reason to leave behind what calls the built-in one")
    func functionsOfOneName() async throws {
        let script = """
            CREATE EXTENSION IF NOT EXISTS citext; CREATE FUNCTION own(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';
            CREATE FUNCTION gen_random_uuid(x int) RETURNS uuid LANGUAGE sql AS 'SELECT pg_catalog.gen_random_uuid()';
            CREATE FUNCTION abs(text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 0';
            CREATE DOMAIN checked AS int DEFAULT abs(-3) CHECK (abs(VALUE) > 0); CREATE DOMAIN tested AS int DEFAULT own(4) CHECK (own(VALUE) > 0);
            CREATE TABLE t (id int PRIMARY KEY, u uuid DEFAULT gen_random_uuid(), a text DEFAULT replace('ab', 'a', 'b'),
                b text GENERATED ALWAYS AS (split_part(a, 'b', 1)) STORED, c checked, d int DEFAULT own(1), e tested);
            INSERT INTO t (id) VALUES (1);
            """
        try await PostgreSQLOddTablesTests.transferred(script, isSameEngine: true) { report, _, target in
            let left = report.omitted.filter { $0.name.hasPrefix("t.") }.map { "\($0.name): \($0.reason)" }
            let calls = "it calls own(), which is defined in the source"
            #expect(left == ["t.d DEFAULT: \(calls)", "t.e DEFAULT: \(calls)", "t.e CHECK (own(\"e\") > 0): \(calls)"])
            try target.execute("INSERT INTO t (id) VALUES (2)")
            let row = try target.values("SELECT u IS NOT NULL, a, b, c FROM t WHERE id = 2")
            #expect(row == [[.boolean(true), "bb", "", 3]])
            #expect(throws: DatabaseError.self) { try target.execute("INSERT INTO t (id, c) VALUES (3, 0)") }
        }
    }

    @Test("the default of a domain comes along, whatever functions write the type under it, and wherever that is")
    func defaultsOfDomains() async throws {
        let script = """
            CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions; SET search_path = public, extensions;
            CREATE DOMAIN mail AS citext DEFAULT 'a@b'; CREATE DOMAIN inner_mail AS mail; RESET search_path;
            CREATE TABLE t (id int PRIMARY KEY, mail mail, other inner_mail); INSERT INTO t VALUES (1, 'x@y', 'z');
            """
        try await PostgreSQLOddTablesTests.transferred(script, isSameEngine: true) { report, _, target in
            #expect(!report.omitted.contains { $0.name.hasPrefix("t.") }, "\(report.omitted)")
            try target.execute("INSERT INTO t (id) VALUES (2)")
            let row = try target.values("SELECT mail, other FROM t WHERE id = 2")
            #expect(row == [["a@b", "a@b"]])
        }
    }

    @Test("a column keeps its domain's collation, and one that somebody made in the source is named")
    func collationsOfDomains() async throws {
        let script = """
            CREATE COLLATION own (provider = icu, locale = 'und'); CREATE DOMAIN plain AS text; CREATE DOMAIN bytes AS text COLLATE "C";
            CREATE DOMAIN inner_bytes AS bytes; CREATE DOMAIN named AS text COLLATE own;
            CREATE TABLE t (id int PRIMARY KEY, a bytes, b inner_bytes, c plain, d plain COLLATE "C", e bytes COLLATE "default", f named);
            INSERT INTO t VALUES (1, 'a', 'b', 'c', 'd', 'e', 'f');
            """
        try await PostgreSQLOddTablesTests.transferred(script, isSameEngine: true) { report, _, target in
            let collations = try target.values(
                """
                SELECT a.attname::text, c.collname::text FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
                WHERE a.attrelid = 't'::regclass AND a.attnum > 0 ORDER BY a.attnum
                """)
            #expect(
                collations == [
                    ["a", "C"], ["b", "C"], ["c", "default"], ["d", "C"], ["e", "default"], ["f", "default"],
                ])
            let left = report.omitted.map(\.name).filter { $0.contains("COLLATE") }
            #expect(left == ["t.f COLLATE own"])
        }
    }

    @Test("what stays behind of a table that was not asked for is not listed")
    func otherTables() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1);
            CREATE TABLE u (id int PRIMARY KEY, mail citext UNIQUE, plain text COLLATE mycoll, big text DEFAULT upper('a' COLLATE mycoll),
                v text CONSTRAINT label CHECK (v::prio <> 'low'::prio));
            """
        try await TestPostgreSQL.withFreshDatabase { source in
            let making = try connect(to: source)
            defer { making.close() }
            try making.executeScript(Self.objects + script)
            try await TestPostgreSQL.withFreshDatabase { target in
                let report = try await TransferPairTests.transfer(
                    source, target, options: TransferOptions(tables: ["t"]))
                #expect(report.verdict == .verified)
                #expect(report.omitted.allSatisfy { !$0.name.hasPrefix("u.") }, "\(report.omitted)")
            }
        }
    }
}
