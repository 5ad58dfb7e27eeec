import Dialects
import TestSupport
import Testing
import Transfer

/// Tests transfers of a schema whose objects use those of another schema.
@Suite(
    "What uses another schema of PostgreSQL's", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLOtherSchemaTests {
    @Test(
        "a view that reads another schema stays behind and is named: a copy would read its own table of that name",
        arguments: [false, true])
    func views(isSameEngine: Bool) async throws {
        let script = """
            CREATE SCHEMA audit; CREATE TABLE public.t (id int PRIMARY KEY, n text); CREATE TABLE audit.t (id int PRIMARY KEY, n text);
            INSERT INTO public.t VALUES (1, 'of public'); INSERT INTO audit.t VALUES (1, 'of audit');
            CREATE VIEW public.seen AS SELECT id FROM public.t;
            CREATE VIEW audit.joined AS SELECT a.id, p.n FROM audit.t a JOIN public.t p USING (id);
            CREATE VIEW audit.over_joined AS SELECT n FROM audit.joined; CREATE VIEW audit.over_view AS SELECT id FROM public.seen;
            CREATE VIEW audit.own AS SELECT n FROM audit.t;
            CREATE RULE writing AS ON INSERT TO audit.own DO INSTEAD INSERT INTO public.t VALUES (2, NEW.n);
            """
        try await PostgreSQLOddTablesTests.transferred(script, isSameEngine: isSameEngine, schema: "audit") {
            report, _, target in
            let left = report.omitted.filter { $0.kind == .view }.map { "\($0.name): \($0.reason)" }.sorted()
            #expect(
                left == [
                    "joined: it reads public.t, which is not transferred",
                    "over_joined: it reads joined, which is not transferred",
                    "over_view: it reads public.seen, which is not transferred",
                ])
            let rows = try target.values("SELECT n FROM own")
            #expect(rows == [["of audit"]])
        }
    }

    private static let caseless = """
        CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions; CREATE DOMAIN mail AS extensions.citext;
        CREATE TABLE person (id int PRIMARY KEY, name extensions.citext UNIQUE, mail mail UNIQUE, other text);
        INSERT INTO person VALUES (1, 'Ann', 'Ann@x', 'A');
        CREATE VIEW names AS SELECT id, other::extensions.citext AS other FROM person;
        """

    @Test("citext ignores case in a SQLite file, in whatever schema its extension is")
    func citext() async throws {
        try await PostgreSQLOddTablesTests.transferred(Self.caseless) { report, _, target in
            #expect(!report.omitted.contains { $0.kind == .view }, "\(report.omitted)")
            for repeated in ["(2, 'ANN', 'b@x', 'B')", "(2, 'Bob', 'ANN@X', 'B')"] {
                #expect(throws: DatabaseError.self) {
                    try target.execute("INSERT INTO person VALUES \(trusted: repeated)")
                }
            }
            let found = try target.queryValue("SELECT id FROM person WHERE name = 'ANN' AND mail = 'ANN@X'")
            #expect(found == 1)
        }
    }

    @Test("a column ignores case in a SQLite file if its collation does, and the report says what else was equal")
    func nondeterministic() async throws {
        let script = """
            CREATE COLLATION cases (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE COLLATION bases (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
            CREATE COLLATION accents (provider = icu, locale = 'und-u-ks-level1-kc-true', deterministic = false);
            CREATE COLLATION "nocase" (provider = icu, locale = 'und', deterministic = false);
            CREATE TABLE t (a text COLLATE cases UNIQUE, b text COLLATE bases UNIQUE, c text COLLATE accents UNIQUE,
                d text COLLATE "nocase" UNIQUE, CHECK (a COLLATE "C" <> 'x'), CHECK (c COLLATE cases <> 'z'));
            INSERT INTO t VALUES ('Ann', 'Ann', 'Ann', 'Ann'), ('Bob', 'Bob', 'ANN', 'ANN');
            """
        try await PostgreSQLOddTablesTests.transferred(script) { report, _, target in
            let start = "compares without regard to"
            #expect(
                report.types.map { "\($0.column) \($0.reason)" } == [
                    "a \(start) case; in the target only for the letters A to Z (NOCASE)",
                    "b \(start) case and accents; in the target accents count, and so does case beyond the letters A to Z (NOCASE)",
                    "c \(start) accents; in the target texts are equal only byte by byte",
                    "d \(start) some differences; in the target texts are equal only byte by byte",
                ])
            let reasons = report.omitted.map(\.reason)
            let bytes = "it gives a text that ignores case the collation C, under which citext alone still does so"
            #expect(reasons.contains { $0.contains(bytes) }, "\(reasons)")
            #expect(reasons.contains { $0.contains("the collation cases exists in PostgreSQL only") }, "\(reasons)")
            #expect(throws: DatabaseError.self) { try target.execute("INSERT INTO t VALUES ('ANN', 'c', 'c', 'c')") }
            try target.execute("INSERT INTO t VALUES ('Cid', 'Cid', 'ann', 'ann')")
        }
    }

    @Test("a key over citext is named in a copy, in whatever schema the extension is")
    func keysOverCitext() async throws {
        try await PostgreSQLOddTablesTests.transferred(Self.caseless, isSameEngine: true) { report, _, _ in
            let end = "without regard to case in the source: in the target texts are equal only byte by byte"
            let keys = report.omitted.filter { $0.kind == .constraint }.map { "\($0.name): \($0.reason)" }
            #expect(
                keys.sorted() == [
                    "person.person_mail_key: compares mail \(end)", "person.person_name_key: compares name \(end)",
                ])
        }
    }
}
