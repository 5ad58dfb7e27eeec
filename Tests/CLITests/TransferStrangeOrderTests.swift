import Foundation
import TestSupport
import Testing

@Suite("transfer: what only an application knows", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferStrangeOrderTests {
    /// Makes a database with Python's SQLite, with a collation and a function that only that program has.
    private func make(_ script: String, in box: Sandbox) async throws -> String {
        let program = """
            import sqlite3, sys
            c = sqlite3.connect(sys.argv[1])
            c.create_collation("backwards", lambda a, b: (a < b) - (a > b))
            fold = str.casefold
            c.create_collation("unicase", lambda a, b: (fold(a) > fold(b)) - (fold(a) < fold(b)))
            c.create_function("mine", 1, lambda x: x * 2, deterministic=True)
            c.executescript(sys.stdin.read()); c.commit()
            """
        let run = try await box.run(Program(inPath: "python3"), ["-c", program, box("s.db")], input: script)
        try #require(run.code == 0, "\(run)")
        return box("s.db")
    }

    @Test("a table that is kept in an order of its application's own comes over whole")
    func collations() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try await make(
                """
                CREATE TABLE w (k TEXT COLLATE backwards PRIMARY KEY, v INTEGER) WITHOUT ROWID;
                INSERT INTO w VALUES ('a', 1), ('c', 3), ('b', 2);
                CREATE TABLE r (k TEXT COLLATE backwards UNIQUE, v INTEGER CHECK (mine(v) > 0));
                INSERT INTO r VALUES ('x', 1), ('y', 2); CREATE INDEX ri ON r (k COLLATE backwards, v);
                """, in: box)
            let run = try await box.migrate("transfer", source, target)
            #expect(run.code == 0 && run.output.hasSuffix("verdict: verified\n"), "\(run)")
            #expect(
                run.output.contains("r: the unique key (k) compares by bytes in the target: the collation"),
                "\(run)")
            #expect(!run.output.contains("r UNIQUE (k)"), "what is made is not listed as left out: \(run)")
            #expect(try query("SELECT string_agg(k || v, ' ' ORDER BY v) FROM w", on: target) == ["a1 b2 c3"])
            #expect(try query("SELECT string_agg(k || v, ' ' ORDER BY v) FROM r", on: target) == ["x1 y2"])
        }
    }

    @Test("a unique index over an order of its application's own refuses equal texts, by their bytes")
    func uniqueIndexes() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try await make(
                """
                CREATE TABLE u (id INTEGER PRIMARY KEY, name TEXT COLLATE backwards NOT NULL, mail TEXT COLLATE NOCASE);
                CREATE UNIQUE INDEX u_name ON u (name);
                CREATE UNIQUE INDEX u_both ON u (mail, name DESC) WHERE id > 0;
                CREATE INDEX u_plain ON u (name);
                INSERT INTO u VALUES (1, 'admin', 'A'), (2, 'other', 'A');
                """, in: box)
            let run = try await box.migrate("transfer", source, target)
            #expect(run.code == 0 && run.output.hasSuffix("verdict: verified\n"), "\(run)")
            let reason = #"the collation "backwards" exists in SQLite only"#
            for name in ["u_name", "u_both"] {
                #expect(
                    run.output.contains("u: the unique index \(name) compares by bytes in the target: \(reason)"),
                    "\(run)")
                #expect(!run.output.contains("index \(name): "), "what is made is not listed as left out: \(run)")
            }
            #expect(run.output.contains("index u_plain: \(reason)"), "\(run)")
            #expect(throws: (any Error).self) {
                try execute("INSERT INTO u VALUES (3, 'admin', 'B')", on: target)
            }
            #expect(
                try query("SELECT indexname FROM pg_indexes WHERE tablename = 'u' ORDER BY 1", on: target)
                    == ["u_both", "u_name", "u_pkey"])
        }
    }

    @Test("a column that is computed by a function of its application's own is named, and can be left out")
    func functions() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try await make(
                """
                CREATE TABLE plain (a INTEGER); INSERT INTO plain VALUES (1);
                CREATE TABLE g (a INTEGER, b INTEGER GENERATED ALWAYS AS (mine(a)) VIRTUAL); INSERT INTO g (a) VALUES (3);
                """, in: box)
            let run = try await box.migrate("transfer", source, target)
            #expect(run.code == 2, "\(run)")
            #expect(run.error.contains("the table g can't be read: unknown function: mine()"), "\(run)")
            #expect(run.error.contains("skip: true"), "\(run)")
            let rules = try makeRules(box, "tables:\n  g:\n    columns:\n      b: {skip: true}\n")
            let without = try await box.migrate("transfer", source, target, "--rules", rules)
            #expect(without.code == 0 && without.output.hasSuffix("verdict: verified\n"), "\(without)")
            #expect(try query("SELECT a::text FROM g", on: target) == ["3"])
        }
    }

    @Test("columns whose collation the target doesn't have are named once for their table")
    func columns() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try await make(
                """
                CREATE TABLE t (name TEXT COLLATE unicase, r TEXT COLLATE rtrim, alias TEXT COLLATE unicase, b TEXT COLLATE BINARY,
                    n INTEGER COLLATE rtrim, nick TEXT COLLATE NOCASE);
                CREATE TABLE plain (name TEXT, nick TEXT COLLATE NOCASE);
                INSERT INTO t (name, r, n) VALUES ('A', 'a ', 1);
                """, in: box)
            let run = try await box.migrate("transfer", source, target)
            #expect(run.code == 0 && run.output.hasSuffix("verdict: verified\n"), "\(run)")
            let words = ": a program's own queries compare and sort such texts otherwise in the target: "
            let reasons = ["unicase", "rtrim"].map { "the collation \"\($0)\" exists in SQLite only" }
            let remark = "t: name, r, alias\(words)\(reasons.joined(separator: ", "))"
            #expect(run.output.contains(remark), "\(run)")
            #expect(run.output.split(separator: words).count == 2, "\(run)")
        }
    }

    private static let virtual = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE unicase, g INT AS (name = 'A'), h TEXT AS (nullif(name, 'A')),
            i TEXT AS (h || '!'), s INT AS (name = 'A') STORED, l INT AS (length(name)));
        INSERT INTO t (name) VALUES ('A'), ('a');
        """

    @Test("a virtual column that is computed by an order of its application's own is named, and can be left out")
    func virtualColumns() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try await make(Self.virtual, in: box)
            let run = try await box.migrate("transfer", source, target)
            let reason = #"computed by the collation "unicase", which only the application knows"#
            #expect(run.code == 2 && run.error.contains("the table t can't be read: g, h, i: \(reason)"), "\(run)")
            #expect(run.error.contains("skip: true"), "\(run)")
            let skipped = ["g", "h", "i"].map { "      \($0): {skip: true}\n" }.joined()
            let rules = try makeRules(box, "tables:\n  t:\n    columns:\n" + skipped)
            let without = try await box.migrate("transfer", source, target, "--rules", rules)
            #expect(without.code == 0 && without.output.hasSuffix("verdict: verified\n"), "\(without)")
            #expect(try query("SELECT name || s || l FROM t ORDER BY id", on: target) == ["A11", "a11"])
        }
    }

    @Test("existing tables do not get, and a comparison does not compare, what a stand-in for such an order computes")
    func virtualColumnsOfExistingTables() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try await make(
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE unicase, g INT AS (name = 'A'));
                INSERT INTO t (name) VALUES ('A'), ('a');
                """, in: box)
            try execute("CREATE TABLE t (id bigint PRIMARY KEY, name text, g bigint)", on: target)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            let reason = #"g: computed by the collation "unicase", which only the application knows"#
            #expect(run.code == 2 && run.error.contains("the table t can't be read: \(reason)"), "\(run)")
            #expect(try query("SELECT name FROM t", on: target).isEmpty)
            try execute("INSERT INTO t VALUES (1, 'A', 1), (2, 'a', 1)", on: target)
            let comparison = try await box.migrate("verify", source, target)
            #expect(comparison.code == 0 && comparison.output.contains("t.\(reason), in the source"), "\(comparison)")
        }
    }

    @Test("views, checks and indexes that compare by an order of its application's own stay behind, with the reason")
    func whatCompares() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try await make(
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE unicase, pad TEXT COLLATE RTRIM,
                    CONSTRAINT later CHECK (max(name, 'B') <> ''));
                INSERT INTO t (name) VALUES ('A'), ('a');
                CREATE UNIQUE INDEX part ON t (id) WHERE nullif(name, 'A') IS NOT NULL;
                CREATE VIEW grouped AS SELECT name, count(*) AS n FROM t GROUP BY name;
                CREATE VIEW padded AS SELECT DISTINCT pad FROM t;
                CREATE VIEW shown AS SELECT id, name, pad FROM t ORDER BY id;
                """, in: box)
            let run = try await box.migrate("transfer", source, target)
            #expect(run.code == 0 && run.output.hasSuffix("verdict: verified\n"), "\(run)")
            let reason = #"the collation "unicase" exists in SQLite only"#
            for line in [
                "t CHECK (max(name, 'B') <> ''): \(reason)", "index part: \(reason)", "view grouped: \(reason)",
                #"view padded: the collation "RTRIM" exists in SQLite only"#,
            ] {
                #expect(run.output.contains(line), "\(line): \(run)")
            }
            #expect(try query("SELECT viewname FROM pg_views WHERE schemaname = 'public'", on: target) == ["shown"])
        }
    }

    @Test("a copy into another file names, in a dry run too, the tables that only their application can make")
    func copies() async throws {
        try await withDatabase(.sqlite) { box, target in
            let source = try await make(
                """
                CREATE TABLE decks (id INTEGER PRIMARY KEY, name TEXT COLLATE backwards);
                CREATE TABLE books (v INTEGER CHECK (mine(v) > 0));
                CREATE TABLE u (n TEXT); CREATE UNIQUE INDEX un ON u (n COLLATE backwards);
                CREATE TABLE plain (n TEXT); INSERT INTO plain VALUES ('b'), ('a');
                CREATE INDEX plain_mine ON plain (mine(n)); CREATE VIEW shown AS SELECT mine(n) AS m FROM plain;
                """, in: box)
            for options in [["--dry-run"], []] {
                let run = try await box.run(.tcMigrate, ["transfer", source, target] + options)
                #expect(run.ending == .exit(2), "\(run)")
                for object in [
                    "decks: no such collation sequence: backwards", "books: no such function: mine",
                    "u.un: no such collation sequence: backwards",
                ] { #expect(run.error.contains(object), "\(object) \(run)") }
                #expect(run.error.contains("--exclude books,decks,u"), "\(run)")
                let rest = try await box.run(
                    .tcMigrate, ["transfer", source, target, "--exclude", "books,decks,u"] + options)
                #expect(rest.ending == .exit(0), "\(rest)")
                #expect(rest.output.contains("index plain_mine: no such function: mine"), "\(rest)")
            }
            #expect(try query("SELECT group_concat(n) FROM plain", on: target) == ["b,a"])
            #expect(try query("SELECT name FROM sqlite_master WHERE name = 'shown'", on: target) == ["shown"])
        }
    }
}
