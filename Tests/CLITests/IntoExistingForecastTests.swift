import TestSupport
import Testing

/// Tests what a dry run says of rows that existing tables refuse, with the real program.
@Suite("transfer --into-existing: dry runs")
struct IntoExistingForecastTests {
    @Test("a dry run refuses rows without a parent, as the transfer does", arguments: Backend.available)
    func orphans(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);
                CREATE TABLE c (id INTEGER PRIMARY KEY, p_id INTEGER); INSERT INTO c VALUES (1, 1), (2, 99), (3, NULL);
                """)
            try execute(
                """
                CREATE TABLE p (id INTEGER PRIMARY KEY);
                CREATE TABLE c (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id));
                """, on: target, creating: true)
            for dry in [["--dry-run"], []] {
                let run = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing"] + dry)
                #expect(run.ending == .exit(2), "\(run)")
                #expect(run.error.contains("1 row has no parent in p (p_id=99)"), "\(run)")
            }
        }
    }

    @Test("a dry run says so if a server can't compare what only the target's key compares")
    func incomparable() async throws {
        guard TestPostgreSQL.isWanted else { return }
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE p (id uuid PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p_id text);
                INSERT INTO p VALUES ('123e4567-e89b-12d3-a456-426614174000');
                INSERT INTO c VALUES (1, '123e4567-e89b-12d3-a456-426614174000');
                """, on: source)
            try execute(
                """
                CREATE TABLE p (id TEXT PRIMARY KEY NOT NULL);
                CREATE TABLE c (id INTEGER PRIMARY KEY, p_id TEXT REFERENCES p (id));
                """, on: box("there.db"), creating: true)
            let options = ["transfer", source, box("there.db"), "--into-existing"]
            let dry = try await box.run(.tcMigrate, options + ["--dry-run"])
            let words = "c (p_id): only the transfer itself looks for the rows of p that these refer to: "
            #expect(dry.ending == .exit(0) && dry.output.contains(words), "\(dry)")
            let run = try await box.run(.tcMigrate, options)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
        }
    }

    @Test("what the target's types may make one is listed and not refused, and so is what only the transfer tries")
    func remarks() async throws {
        guard TestPostgreSQL.isWanted else { return }
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE p (id TEXT PRIMARY KEY); INSERT INTO p VALUES ('2001:DB8::9'), ('2001:db8:0:0::9');
                CREATE TABLE c (id INTEGER PRIMARY KEY, p_id TEXT, k_id INTEGER);
                INSERT INTO c VALUES (1, '2001:db8::9', 1);
                CREATE TABLE k (id INTEGER PRIMARY KEY); INSERT INTO k VALUES (1);
                """)
            try execute(
                """
                CREATE TABLE p (id inet PRIMARY KEY); CREATE TABLE k (id int PRIMARY KEY); INSERT INTO k VALUES (1);
                CREATE TABLE c (id int PRIMARY KEY CHECK (id < 9), p_id inet REFERENCES p, k_id int REFERENCES k);
                """, on: target)
            let before = try fingerprint(box, target).server
            let options = ["transfer", source, target, "--into-existing", "--keep-rows", "k"]
            let dry = try await box.run(.tcMigrate, options + ["--dry-run"])
            #expect(dry.ending == .exit(0), "\(dry)")
            for words in [
                "1 row has no parent in p (p_id='2001:db8::9'): the transfer refuses such rows, unless",
                "p (id): 1 row repeats another: ", "they are one key in the target, which the transfer refuses",
                "c.k_id: parents in tables that the source does not fill", "c: checks (CHECK) of the target",
            ] {
                #expect(dry.output.contains(words), "\(words) in \(dry)")
            }
            #expect(try fingerprint(box, target).server == before)
            try execute("DELETE FROM p WHERE id GLOB '*DB8*'", on: source)
            let run = try await box.run(.tcMigrate, options)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
        }
    }

    @Test("a dry run names rows that repeat a key which only the target has", arguments: Backend.available)
    func newKeys(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c TEXT UNIQUE);
                INSERT INTO t VALUES (1, 7, 'x', 'k'), (2, 7, 'x', 'l'), (3, NULL, 'y', 'm'), (4, NULL, 'y', 'n');
                """)
            try execute(
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER UNIQUE, b TEXT, c TEXT, UNIQUE (c, b), UNIQUE (a, b));
                CREATE UNIQUE INDEX t_low ON t (lower(c)); CREATE UNIQUE INDEX t_some ON t (b) WHERE a > 7;
                """, on: target, creating: true)
            let run = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing", "--dry-run"])
            #expect(run.ending == .exit(0), "\(run)")
            for words in [
                "t (a): 2 rows with a=7: they are one key in the target, which the transfer refuses",
                "t (a, b): 2 rows with a=7, b='x': they are one key",
                "t.t_low, t.t_some: keys of the target over expressions",
            ] {
                #expect(run.output.contains(words), "\(words) in \(run)")
            }
            #expect(!run.output.contains("t (c, b)"), "\(run)")
        }
    }

    @Test("a dry run names the keys that only a server tries")
    func otherKeys() async throws {
        guard TestPostgreSQL.isWanted else { return }
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box, "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO t VALUES (1, NULL), (2, NULL);")
            try execute(
                "CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE NULLS NOT DISTINCT, EXCLUDE USING btree (a WITH =))",
                on: target)
            let run = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing", "--dry-run"])
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.contains("t.t_a_excl, t.t_a_key: keys of the target"), "\(run)")
        }
    }

    @Test("a dry run asks a server for no equal JSON texts, which it can't compare")
    func jsonTexts() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, j json, b jsonb);
                INSERT INTO t VALUES (1, '[1]', '[1]'), (2, '[2]', '[2]');
                """, on: source)
            let target = box("there.db")
            try execute(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, j TEXT UNIQUE, b JSON UNIQUE)", on: target, creating: true)
            let run = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing", "--dry-run"])
            #expect(run.ending == .exit(0) && !run.output.contains("one key"), "\(run)")
        }
    }

    @Test("a dry run names the keys of a file that ignore case where the source does not")
    func collatedKeys() async throws {
        try await withSandbox { box in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);
                INSERT INTO t VALUES (1, 'x', 'x'), (2, 'X', 'X');
                """)
            let target = box("there.db")
            try execute(
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b TEXT);
                CREATE UNIQUE INDEX t_a ON t (a); CREATE UNIQUE INDEX t_b ON t (b COLLATE NOCASE);
                """, on: target, creating: true)
            let run = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing", "--dry-run"])
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.contains("t.t_a, t.t_b: keys of the target"), "\(run)")
        }
    }
}
