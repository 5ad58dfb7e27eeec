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
