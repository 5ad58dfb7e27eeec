import Foundation
import TestSupport
import Testing

/// Tests in which form values come back into the columns that programs of no known framework declare in SQLite.
@Suite(
    "transfer --into-existing: forms on the way back", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct IntoExistingFormsTests {
    @Test("booleans are 1 and 0 in a numeric column, and a refusal names the type as it is declared")
    func booleansAsNumbers() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE users (id int PRIMARY KEY, active boolean, score text);
                INSERT INTO users VALUES (1, true, '1.5'), (2, false, NULL), (3, NULL, NULL);
                """, on: source)
            let there = box("there.db")
            try execute(
                "CREATE TABLE users (id INTEGER PRIMARY KEY, active numeric, score numeric)", on: there, creating: true)
            let run = try await box.run(.tcMigrate, ["transfer", source, there, "--into-existing"])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT typeof(active) || ' ' || coalesce(active, '-') FROM users ORDER BY id", on: there)
                    == ["integer 1", "integer 0", "null -"])
            try execute("DELETE FROM users", on: there)
            try execute("UPDATE users SET score = '1.50' WHERE id = 1", on: source)
            let refused = try await box.run(.tcMigrate, ["transfer", source, there, "--into-existing"])
            #expect(
                refused.ending == .exit(2) && refused.error.contains("users.score (numeric): 1 value"), "\(refused)")
        }
    }

    @Test("booleans are true and false in a column of texts, and 1 and 0 there if a rule says boolean")
    func booleansAsTexts() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                "CREATE TABLE t (id int PRIMARY KEY, a boolean, b boolean, c boolean); INSERT INTO t VALUES (1, true, false, true)",
                on: source)
            let there = box("there.db")
            try execute(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b VARCHAR(5), c TEXT)", on: there, creating: true)
            let rules = try makeRules(box, "tables: {t: {columns: {c: {type: boolean}}}}")
            let options = ["--into-existing", "--rules", rules]
            let run = try await box.run(.tcMigrate, ["transfer", source, there] + options)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(try query("SELECT a || ' ' || b || ' ' || quote(c) FROM t", on: there) == ["true false '1'"])
            #expect(try await box.migrate("verify", source, there).ending == .exit(0))
            // A column without room for the word is refused for what it is.
            try execute(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a CHAR(1), b TEXT, c TEXT)", on: box("short.db"),
                creating: true)
            let short = try await box.run(.tcMigrate, ["transfer", source, box("short.db"), "--into-existing"])
            #expect(
                short.ending == .exit(2) && short.error.contains("t.a (CHAR(1)): 1 value: is longer than 1 characters"),
                "\(short)")
        }
    }

    @Test("a moment is written without a zero fraction into a column of texts that has no room for it")
    func briefMoments() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, a timestamp, b timestamp);
                INSERT INTO t VALUES (1, '2024-01-02 10:00:00', '2024-01-02 10:00:00');
                """, on: source)
            let there = box("there.db")
            try execute(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(19), b VARCHAR(26))", on: there, creating: true)
            let run = try await box.run(.tcMigrate, ["transfer", source, there, "--into-existing"])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT a || ' ' || b FROM t", on: there) == [
                    "2024-01-02 10:00:00 2024-01-02 10:00:00.000000"
                ])
            #expect(try await box.migrate("verify", source, there).ending == .exit(0))
        }
    }

    @Test("the report says that days are written in one form, whatever form the file held")
    func daysOfTexts() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                "CREATE TABLE t (id int PRIMARY KEY, d date); INSERT INTO t VALUES (1, '2024-01-02')", on: source)
            let there = box("there.db")
            try execute("CREATE TABLE t (id INTEGER PRIMARY KEY, d TEXT(8))", on: there, creating: true)
            try box.write("rules.yaml", "tables:\n  t:\n    columns:\n      d: {type: date, timestamp: iso}\n")
            let run = try await box.run(
                .tcMigrate, ["transfer", source, there, "--into-existing", "--rules", box("rules.yaml")])
            #expect(run.ending == .exit(0) && run.output.contains("t.d: days are written as 2024-01-02"), "\(run)")
        }
    }

    @Test("a SQLite table takes a text whole that is longer than its column is declared for, unless a check counts it")
    func longTexts() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TYPE st AS ENUM ('CANCELLED', 'CANCELLING');
                CREATE TABLE t (id int PRIMARY KEY, type st, v varchar(20), c character(4), u uuid);
                INSERT INTO t VALUES (1, 'CANCELLED', 'short', 'ab', 'f827bffd-bd9e-5441-be36-a92a51d0b79e'),
                    (2, 'CANCELLING', 'twenty letters of it', 'abcd', NULL);
                """, on: source)
            let there = box("there.db")
            let columns = "id INTEGER PRIMARY KEY, type VARCHAR(9), v VARCHAR(20), c CHAR(3), u CHAR(32)"
            try execute("CREATE TABLE t (\(columns))", on: there, creating: true)
            let options = ["transfer", source, there, "--into-existing"]
            for option in [["--dry-run"], []] {
                let run = try await box.run(.tcMigrate, options + option)
                #expect(run.ending == .exit(0), "\(run)")
                for remark in ["t.type (VARCHAR(9))", "t.c (CHAR(3))"] {
                    #expect(run.output.contains("\(remark): 1 text is longer and stays whole"), "\(run)")
                }
                #expect(!run.output.contains("t.v (") && !run.output.contains("t.u ("), "\(run)")
            }
            let row = "SELECT type || ' ' || v || ' ' || c || ' ' || coalesce(u, '-') FROM t ORDER BY id"
            #expect(
                try query(row, on: there) == [
                    "CANCELLED short ab f827bffdbd9e5441be36a92a51d0b79e", "CANCELLING twenty letters of it abcd -",
                ])
            #expect(try await box.migrate("verify", source, there).ending == .exit(0))

            try execute("DROP TABLE t; CREATE TABLE t (\(columns), CHECK (length(type) <= 9))", on: there)
            let checked = try await box.run(.tcMigrate, options + ["--dry-run"])
            #expect(
                checked.ending == .exit(2)
                    && checked.error.contains("t.type (VARCHAR(9)): 1 value: is longer than 9 characters"),
                "\(checked)")
        }
    }

    @Test("texts that show a double go into a column of doubles, but for -0.0, whose sign it drops")
    func textsAsDoubles() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                "CREATE TABLE t (id int PRIMARY KEY, r text); INSERT INTO t VALUES (1, '1.5'), (2, '1e+20'), (3, '-2')",
                on: source)
            let there = box("there.db")
            try execute("CREATE TABLE t (id INTEGER PRIMARY KEY, r REAL)", on: there, creating: true)
            let run = try await box.run(.tcMigrate, ["transfer", source, there, "--into-existing"])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(try query("SELECT quote(r) FROM t ORDER BY id", on: there) == ["1.5", "1.0e+20", "-2.0"])
            for text in ["-0", "-0.0", "1.50", "x"] {
                try execute("DELETE FROM t", on: there)
                try execute("UPDATE t SET r = '\(text)' WHERE id = 1", on: source)
                let refused = try await box.run(.tcMigrate, ["transfer", source, there, "--into-existing"])
                #expect(refused.ending == .exit(2) && refused.error.contains("t.r (REAL): 1 value"), "\(refused)")
            }
        }
    }

    @Test("moments and uuids in columns of texts get a remark on their form")
    func remarksOnTexts() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id uuid PRIMARY KEY, at timestamptz, local timestamp, n int);
                INSERT INTO t VALUES ('F827BFFD-BD9E-5441-BE36-A92A51D0B79E', '2024-01-02 10:00:00Z', '2024-01-02 10:00:00', 1);
                """, on: source)
            let there = box("there.db")
            try execute(
                "CREATE TABLE t (id TEXT PRIMARY KEY, at TEXT, local TEXT, n INTEGER)", on: there, creating: true)
            let run = try await box.run(.tcMigrate, ["transfer", source, there, "--into-existing"])
            #expect(run.ending == .exit(0), "\(run)")
            for remark in [
                "t.at: moments are written as 2024-01-02 10:00:00.000000Z:",
                "t.local: moments are written as 2024-01-02 10:00:00.000000:", "t.id: uuids are written in lower case:",
            ] {
                #expect(run.output.contains(remark), "\(run)")
            }
            #expect(
                try query("SELECT id || ' ' || at || ' ' || local FROM t", on: there) == [
                    "f827bffd-bd9e-5441-be36-a92a51d0b79e 2024-01-02 10:00:00.000000Z 2024-01-02 10:00:00.000000"
                ])
        }
    }

    @Test("bytes and texts stay as they are in a column declared for uuids, unless a rule says that they are uuids")
    func unreadUUIDs() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, g bytea, u text, n bytea);
                INSERT INTO t VALUES (1, '\\x3a1d1f8c1111114a9a11123456789abc', '3A1D1F8C-1111-114A-9A11-123456789ABC', '\\x00');
                """, on: source)
            let there = box("there.db")
            try execute(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, g GUID, u UUID, n UNIQUEIDENTIFIER)", on: there,
                creating: true)
            let options = ["transfer", source, there, "--into-existing"]
            let run = try await box.run(.tcMigrate, options)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT quote(g) || quote(u) || quote(n) FROM t", on: there)
                    == ["X'3A1D1F8C1111114A9A11123456789ABC''3A1D1F8C-1111-114A-9A11-123456789ABC'X'00'"])
            #expect(try await box.migrate("verify", source, there).ending == .exit(0))
            let rules = try makeRules(box, "tables: {t: {columns: {g: {type: uuid}, u: {type: uuid}}}}")
            let ruled = try await box.run(.tcMigrate, options + ["--replace-rows", "t", "--rules", rules])
            #expect(ruled.ending == .exit(0), "\(ruled)")
            let uuid = "3a1d1f8c-1111-114a-9a11-123456789abc"
            #expect(try query("SELECT g || u FROM t", on: there) == [uuid + uuid])
        }
    }

    @Test("fractions go into a column of integers by a proposed rule, and where no rule helps, none is advised")
    func fractions() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, a double precision, b numeric);
                INSERT INTO t VALUES (1, 0.975, 0.1), (2, 7, 12.00);
                """, on: source)
            let there = box("there.db")
            try execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INT)", on: there, creating: true)
            let options = ["transfer", source, there, "--into-existing"]
            let file = box("rules.yaml")
            let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", file])
            #expect(dry.ending == .exit(2) && dry.error.contains("\(file) was written, and proposes rules"), "\(dry)")
            let run = try await box.run(.tcMigrate, options + ["--rules", file])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT quote(a) || ' ' || quote(b) FROM t ORDER BY id", on: there) == ["0.975 0.1", "7 12"])
            #expect(try await box.migrate("verify", source, there).ending == .exit(0))

            try execute(
                "DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INT) STRICT", on: there)
            let held = try await box.run(.tcMigrate, options)
            #expect(held.ending == .exit(2) && held.error.contains("t.a (INTEGER): 1 value"), "\(held)")
            #expect(!held.error.contains("by a rule") && !held.error.contains("--write-rules"), "\(held)")
        }
    }
}
