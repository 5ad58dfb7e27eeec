import Foundation
import TestSupport
import Testing

/// Tests numbers that count from 1970 and go into columns of moments, days and times of day that are there already, with the real program.
@Suite("transfer --into-existing, numbers as moments", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct IntoExistingCountsTests {
    /// Returns the lines of a rules file that hold a rule, also as a comment.
    private func rules(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { $0.contains("{") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test("milliseconds of sqlite-jdbc become days, times of day and moments, also those before 1990")
    func java() async throws {
        try await withDatabase(.postgresql) { box, target in
            let table = "CREATE TABLE p (id INTEGER PRIMARY KEY, born date, created timestamp, t time);"
            let source = try makeSource(
                box,
                table + """
                    INSERT INTO p VALUES (1, 484099200000, 1704164645678, 45296000), (2, 1714867200000, -315521754322, 45296789);
                    """)
            try execute("CREATE TABLE p (id int PRIMARY KEY, born date, created timestamp, t time)", on: target)
            let options = ["transfer", source, target, "--into-existing"]
            let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", box("rules.yaml")])
            #expect(dry.ending == .exit(2) && dry.error.contains("rules.yaml was written"), "\(dry)")
            #expect(!dry.error.contains("no rule was proposed"), "\(dry)")
            #expect(
                try rules(box("rules.yaml")) == [
                    "born: {type: date, timestamp: unix_ms}", "created: {timestamp: unix_ms}",
                    "t: {type: time, timestamp: unix_ms}",
                ])
            let run = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT concat_ws('|', born, created, t) FROM p ORDER BY id", on: target) == [
                    "1985-05-05|2024-01-02 03:04:05.678|12:34:56", "2024-05-05|1960-01-02 03:04:05.678|12:34:56.789",
                ])

            // What is no midnight has no place in a date, and what is none of the first day none in a time.
            for change in ["born = born + 1", "t = t + 86400000"] {
                try execute("DELETE FROM p", on: target)
                try execute("UPDATE p SET \(change) WHERE id = 1", on: source)
                let refused = try await box.run(.tcMigrate, options + ["--rules", box("rules.yaml")])
                #expect(refused.ending == .exit(2) && refused.error.contains("p.\(change.prefix(1))"), "\(refused)")
                #expect(try query("SELECT count(*) FROM p", on: target) == ["0"])
                try execute("UPDATE p SET \(change.replacing("+", with: "-")) WHERE id = 1", on: source)
            }
        }
    }

    @Test("into tables that the transfer makes, the days are proposed, and what is far off is a comment")
    func javaIntoEmpty() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE p (id INTEGER PRIMARY KEY, born date, created timestamp);
                INSERT INTO p VALUES (1, 484099200000, 1704164645678), (2, 1714867200000, -315521754322);
                CREATE TABLE q (id INTEGER PRIMARY KEY, created timestamp);
                """)
            let file = box("rules.yaml")
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", file)
            #expect(dry.ending == .exit(0), "\(dry)")
            #expect(
                try rules(file) == ["born: {type: date, timestamp: unix_ms}", "# created: {timestamp: unix_ms}"])
            let run = try await box.migrate("transfer", source, target, "--rules", file)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT concat_ws('|', pg_typeof(born), born, created) FROM p ORDER BY id", on: target)
                    == ["date|1985-05-05|1704164645678", "date|2024-05-05|-315521754322"])
        }
    }

    @Test(
        "midnights of another zone in a column of dates are days of that zone, or moments, by a comment only",
        arguments: [
            (
                "(1, 1704063600000), (2, 1704150000000)",
                ["type: date, timestamp: unix_ms, zone: \"+01:00\"", "timestamp: unix_ms"]
            ),
            ("(1, 1704085200)", ["type: date, timestamp: unix, zone: \"-05:00\"", "timestamp: unix"]),
            // Midnights in Berlin, in winter and in summer: no one offset has both.
            ("(1, 1704063600000), (2, 1719784800000)", ["timestamp: unix_ms"]),
        ])
    func elsewhere(_ rows: String, _ expected: [String]) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box, "CREATE TABLE p (id INTEGER PRIMARY KEY, born DATE); INSERT INTO p VALUES \(rows)")
            let file = box("rules.yaml")
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", file)
            #expect(dry.ending == .exit(0), "\(dry)")
            #expect(try rules(file) == expected.map { "# born: {\($0)}" })
            guard let days = expected.first, days.contains("+01:00") else { return }
            let given = try makeRules(box, "tables: {p: {columns: {born: {\(days)}}}}")
            let run = try await box.migrate("transfer", source, target, "--rules", given)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(try query("SELECT born::text FROM p ORDER BY id", on: target) == ["2024-01-01", "2024-01-02"])
        }
    }

    @Test("days and times of day go back into a file as the milliseconds that they were, whatever the file declares")
    func back() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE p (id int PRIMARY KEY, born date, since date, t time, n time);
                INSERT INTO p VALUES (1, '1985-05-05', '1985-05-05', '12:34:56', '00:30:00.5');
                """, on: source)
            let target = box("back.db")
            try execute(
                "CREATE TABLE p (id INTEGER PRIMARY KEY, born date, since timestamp, t time, n INTEGER)", on: target,
                creating: true)
            let rules = try makeRules(
                box,
                """
                tables: {p: {columns: {born: {type: date, timestamp: unix_ms}, since: {type: date, timestamp: unix_ms},
                  t: {type: time, timestamp: unix_ms}, n: {type: time, timestamp: unix_ms, zone: "+01:00"}}}}
                """)
            let run = try await box.run(
                .tcMigrate, ["transfer", source, target, "--into-existing", "--rules", rules])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT quote(born) || '|' || quote(since) || '|' || quote(t) || '|' || n FROM p", on: target)
                    == ["484099200000|484099200000|45296000|-1799500"])
        }
    }

    @Test(
        "milliseconds among texts, and one that lies far off, spoil no proposal where the column is one of timestamps",
        arguments: [
            ("'2023-01-02 03:04:05'", "c: {timestamp: unix_ms, zone: UTC}", "2023-01-02 03:04:05"),
            ("0", "c: {timestamp: unix_ms}", "1970-01-01 00:00:00"),
            ("-2208988800000", "c: {timestamp: unix_ms}", "1900-01-01 00:00:00"),
            ("253402300799999", "c: {timestamp: unix_ms}", "9999-12-31 23:59:59.999"),
        ])
    func farOff(_ value: String, _ rule: String, _ moment: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY);
                CREATE TABLE t (id INTEGER PRIMARY KEY, c DATETIME DEFAULT CURRENT_TIMESTAMP);
                INSERT INTO t VALUES (1, 1700000000123), (2, 1700000000124), (3, \(value));
                """)
            try execute("CREATE TABLE t (id int PRIMARY KEY, c timestamp(3))", on: target)
            let options = ["transfer", source, target, "--into-existing", "--ignore-missing", "_prisma_migrations"]
            let file = box("rules.yaml")
            let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", file])
            #expect(dry.ending == .exit(2), "\(dry)")
            #expect(try rules(file) == [rule])
            let run = try await box.run(.tcMigrate, options + ["--rules", file])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(try query("SELECT c::text FROM t WHERE id = 3", on: target) == [moment])
        }
    }

    @Test(
        "numbers whose size says nothing, or that have those of two units, get them as comments, and the refusal says so",
        arguments: [
            ("(1, 0)", "unix"),
            (
                "(1, 1700000000123), (2, 1700000000124), (3, 1700000000125), (4, 1700000000), (5, 1700000001)",
                "unix_us"
            ),
        ])
    func undecided(_ rows: String, _ other: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box, "CREATE TABLE t (id INTEGER PRIMARY KEY, c DATETIME); INSERT INTO t VALUES \(rows)")
            try execute("CREATE TABLE t (id int PRIMARY KEY, c timestamptz)", on: target)
            let file = box("rules.yaml")
            let dry = try await box.migrate(
                "transfer", source, target, "--into-existing", "--dry-run", "--write-rules", file)
            #expect(dry.ending == .exit(2) && dry.error.contains("choose among the units"), "\(dry)")
            #expect(try rules(file) == ["# c: {timestamp: unix_ms}", "# c: {timestamp: \(other)}"])
        }
    }

    @Test(
        "numbers that may be no milliseconds since midnight, or those of another zone's, are times of day by a comment only",
        arguments: [
            ("INTEGER", "(1, 93000), (2, 123045)", ["unix", "unix_ms"]),
            ("INTEGER", "(1, 45296000)", ["unix_ms"]), ("TIME", "(1, -1800000), (2, 41696000)", ["unix_ms"]),
        ])
    func times(_ declared: String, _ rows: String, _ units: [String]) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box, "CREATE TABLE t (id INTEGER PRIMARY KEY, c \(declared)); INSERT INTO t VALUES \(rows)")
            try execute("CREATE TABLE t (id int PRIMARY KEY, c time)", on: target)
            let options = ["transfer", source, target, "--into-existing"]
            let file = box("rules.yaml")
            let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", file])
            #expect(dry.ending == .exit(2), "\(dry)")
            #expect(try rules(file) == units.map { "# c: {type: time, timestamp: \($0)}" })
            #expect(try String(contentsOfFile: file, encoding: .utf8).contains("zone of its JVM"))
            // What Java has written at 00:30 and 12:34:56 in Berlin.
            guard declared == "TIME" else { return }
            let given = try makeRules(
                box, "tables: {t: {columns: {c: {type: time, timestamp: unix_ms, zone: \"+01:00\"}}}}")
            let run = try await box.run(.tcMigrate, options + ["--rules", given])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(try query("SELECT c::text FROM t ORDER BY id", on: target) == ["00:30:00", "12:34:56"])
        }
    }
}
