import TestSupport
import Testing

/// Tests filling tables of a SQLite file that call functions and collations of their application, with the real program.
@Suite("transfer --into-existing: what only the target's application has")
struct IntoExistingApplicationTests {
    /// Makes a target with Python's SQLite, with a function and a collation that only that program has.
    private func makeTarget(_ script: String, in box: Sandbox) async throws -> String {
        let program = """
            import sqlite3, sys
            c = sqlite3.connect(sys.argv[1])
            c.create_collation("ci", lambda a, b: (a > b) - (a < b))
            c.create_function("mine", 1, lambda x: x, deterministic=True)
            c.executescript(sys.stdin.read()); c.commit()
            """
        let run = try await box.run(Program(inPath: "python3"), ["-c", program, box("there.db")], input: script)
        try #require(run.code == 0, "\(run)")
        return box("there.db")
    }

    /// Tables that no other program can write into.
    private static let strange = """
        CREATE TABLE p (id INTEGER PRIMARY KEY, d TEXT); CREATE INDEX yr ON p (mine(d));
        CREATE TABLE q (id INTEGER PRIMARY KEY, s TEXT CHECK (mine(s) <> 'x'));
        CREATE TABLE r (id INTEGER PRIMARY KEY, s TEXT COLLATE ci UNIQUE);
        CREATE TABLE g (id INTEGER PRIMARY KEY, a TEXT, b TEXT AS (mine(a)));
        """

    @Test("tables that get no rows may call what they want, and so may triggers, which stay")
    func others() async throws {
        try await withSandbox { box in
            let source = try makeSource(
                box,
                """
                CREATE TABLE o (id INTEGER PRIMARY KEY, s TEXT); INSERT INTO o VALUES (1, 'a');
                CREATE TABLE p (id INTEGER PRIMARY KEY, d TEXT);
                """)
            let target = try await makeTarget(
                """
                \(Self.strange) CREATE TABLE o (id INTEGER PRIMARY KEY, s TEXT COLLATE ci);
                CREATE TRIGGER t AFTER INSERT ON O BEGIN SELECT mine(1); END;
                """, in: box)
            for dry in [["--dry-run"], []] {
                let run = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing"] + dry)
                #expect(run.ending == .exit(0), "\(run)")
            }
            #expect(try query("SELECT s FROM o", on: target) == ["a"])
            #expect(try query("SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger'", on: target) == ["O"])
        }
    }

    @Test("a table that can't be written is refused before anything is, and by a dry run, with what is in the way")
    func refused() async throws {
        try await withSandbox { box in
            let source = try makeSource(
                box,
                """
                CREATE TABLE p (id INTEGER PRIMARY KEY, d TEXT); INSERT INTO p VALUES (1, 'a');
                CREATE TABLE q (id INTEGER PRIMARY KEY, s TEXT); INSERT INTO q VALUES (1, 'a');
                CREATE TABLE r (id INTEGER PRIMARY KEY, s TEXT); INSERT INTO r VALUES (1, 'a');
                CREATE TABLE g (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO g VALUES (1, 'a');
                """)
            let target = try await makeTarget(Self.strange, in: box)
            let options = ["transfer", source, target, "--into-existing"]
            for dry in [["--dry-run"], []] {
                let run = try await box.run(.tcMigrate, options + dry)
                #expect(run.ending == .exit(2), "\(run)")
                for words in [
                    "index p.yr (unknown function: mine())",
                    "column g.b (unknown function: mine())", "drop each of these indexes in the target",
                    "--ignore-missing ",
                ] {
                    #expect(run.error.contains(words), "\(words) in \(run)")
                }
                // For a file that is only read, every collation is known, and SQLite compiles no check.
                for words in ["column r.s (no such collation sequence: ci)", "constraint q.CHECK (mine(s) <> 'x')"] {
                    #expect(run.error.contains(words) == dry.isEmpty, "\(words) in \(run)")
                }
            }
            try execute(#"DROP INDEX "yr""#, on: target)
            let run = try await box.run(.tcMigrate, options + ["--ignore-missing", "q,r,g"])
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT d FROM p", on: target) == ["a"])
        }
    }
}
