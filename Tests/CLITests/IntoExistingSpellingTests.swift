import Foundation
import TestSupport
import Testing

/// Tests texts of dates and times as .NET, Go and Rust write them, into tables that are there already, with the real program.
@Suite("transfer --into-existing, spellings", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct IntoExistingSpellingTests {
    /// Returns the lines of a rules file that hold a rule, also as a comment.
    private func rules(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { $0.contains("{") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test("the seven digits of .NET are rounded under the rules that are proposed, and its last moment is cut")
    func dotNET() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, span TEXT, clock TEXT, until TEXT, plain TEXT);
                INSERT INTO t VALUES (1, '1.02:03:04.5000000', '12:34:56.1234567', '9999-12-31 23:59:59.9999999', '12:00:00'),
                    (2, '02:03:04.1234567', '23:59:59.9999999', '2024-12-31 00:00:00', '13:00:00.5');
                """)
            try execute(
                "CREATE TABLE t (id int PRIMARY KEY, span interval, clock time, until timestamp, plain time)",
                on: target)
            let options = ["transfer", source, target, "--into-existing"]
            let file = box("rules.yaml")
            let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", file])
            #expect(dry.ending == .exit(2) && dry.error.contains("\(file) was written"), "\(dry)")
            #expect(
                try rules(file) == [
                    "span: {type: interval}", "clock: {type: time}", "until: {timestamp: iso, zone: UTC}",
                ])
            #expect(try String(contentsOfFile: file, encoding: .utf8).contains(".NET's last moment, is cut"))
            let run = try await box.run(.tcMigrate, options + ["--rules", file])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            for column in ["clock", "until"] {
                #expect(run.output.contains("t.\(column): the last moment of .NET"), "\(run)")
            }
            #expect(
                try query("SELECT concat_ws('|', span, clock, until, plain) FROM t ORDER BY id", on: target) == [
                    "1 day 02:03:04.5|12:34:56.123457|9999-12-31 23:59:59.999999|12:00:00",
                    "02:03:04.123457|23:59:59.999999|2024-12-31 00:00:00|13:00:00.5",
                ])
        }
    }

    @Test("a rule that gives a type leaves the texts of a column of another type as they are")
    func otherTypes() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT); INSERT INTO t VALUES (1, '1.02:03:04', '12:34')"
            )
            try execute("CREATE TABLE t (id int PRIMARY KEY, a text, b text)", on: target)
            let rules = try makeRules(box, "tables: {t: {columns: {a: {type: interval}, b: {type: time}}}}")
            let run = try await box.migrate("transfer", source, target, "--into-existing", "--rules", rules)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT concat_ws('|', a, b) FROM t", on: target) == ["1.02:03:04|12:34"])
        }
    }

    @Test("a column of booleans takes the words that PostgreSQL reads, in any case, with a rule for it or without")
    func truth() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, f TEXT, g BOOLEAN);
                INSERT INTO t VALUES (1, 'yes', 'Y'), (2, 'NO', 'off'), (3, '1', 'on'), (4, '0', 0), (5, NULL, 'n');
                """)
            try execute("CREATE TABLE t (id int PRIMARY KEY, f boolean, g boolean)", on: target)
            let words = "SELECT concat_ws('|', f, g) FROM t ORDER BY id"
            let wanted = ["t|t", "f|f", "t|t", "f|f", "f"]
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(try query(words, on: target) == wanted)
            #expect(try await box.migrate("verify", source, target).ending == .exit(0))
            try execute("DROP TABLE t", on: target)
            let proposed = try await box.migrate(
                "transfer", source, target, "--dry-run", "--write-rules", box("proposed.yaml"))
            #expect(proposed.ending == .exit(0), "\(proposed)")
            #expect(try rules(box("proposed.yaml")) == ["g: {type: boolean}"])
            let file = try makeRules(box, "tables: {t: {columns: {f: {type: boolean}, g: {type: boolean}}}}")
            let ruled = try await box.migrate("transfer", source, target, "--rules", file)
            #expect(ruled.ending == .exit(0) && ruled.output.contains("verdict: verified"), "\(ruled)")
            #expect(try query(words, on: target) == wanted)
        }
    }

    @Test("a column of doubles takes the texts that show a double, whatever the source declares")
    func doubles() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, r TEXT, d VARCHAR(40), u);
                INSERT INTO t VALUES (1, '1.5', '0.1', '2.5'), (2, '7', '1e+20', '7.0'), (3, 'NaN', '-Infinity', 0.25);
                """)
            try execute("CREATE TABLE t (id int PRIMARY KEY, r real, d double precision, u float8)", on: target)
            let options = ["transfer", source, target, "--into-existing"]
            let run = try await box.run(.tcMigrate, options)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT concat_ws('|', r, d, u) FROM t ORDER BY id", on: target) == [
                    "1.5|0.1|2.5", "7|1e+20|7", "NaN|-Infinity|0.25",
                ])
            #expect(try await box.migrate("verify", source, target).ending == .exit(0))
            try execute("DELETE FROM t", on: target)
            for (text, reason) in [
                ("1.50", "is text that a column of numbers would give back as another text ("),
                ("007", "is text that a column of numbers would give back as another text ("),
                ("0.1", "is not a number that a real of 32 bits holds exactly; ALTER"),
                ("x", "is not a number that a double holds exactly ("),
            ] {
                try execute("UPDATE t SET r = '\(text)' WHERE id = 1", on: source)
                let refused = try await box.run(.tcMigrate, options)
                #expect(
                    refused.ending == .exit(2) && refused.error.contains("t.r (real): 1 value: \(reason)"),
                    "\(refused)")
            }
            try execute("UPDATE t SET r = '1.50' WHERE id = 1", on: source)
            let rules = try makeRules(box, "tables: {t: {columns: {r: {type: real}}}}")
            let ruled = try await box.run(.tcMigrate, options + ["--rules", rules])
            #expect(ruled.ending == .exit(0) && ruled.output.contains("verdict: verified"), "\(ruled)")
        }
    }

    @Test("a midnight of UTC is the day that gorm meant, with no rule; another time is refused")
    func days() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, day date);
                INSERT INTO t VALUES (1, '2000-01-01 00:00:00+00:00'), (2, '2000-01-02T00:00:00.000Z'), (3, '2000-01-03');
                """)
            try execute("CREATE TABLE t (id int PRIMARY KEY, day date)", on: target)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT day::text FROM t ORDER BY id", on: target) == [
                    "2000-01-01", "2000-01-02", "2000-01-03",
                ])
            try execute("DELETE FROM t", on: target)
            try execute("UPDATE t SET day = '2000-01-01 00:00:00+01:00' WHERE id = 1", on: source)
            let refused = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(refused.ending == .exit(2) && refused.error.contains("t.day"), "\(refused)")
        }
    }

    @Test("moments as Go and Rust write them are read under the proposed rule; in a column of texts it is a comment")
    func spelled() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, go DATETIME, rust TIMESTAMP, words TEXT, basic DATETIME);
                INSERT INTO t VALUES (1, '2024-01-02 03:04:05.123456 +0000 UTC', '2024-01-02 3:04:05.0 +00:00:00',
                        '2024-07-02 03:04:05 +0200 CEST', '2024-01-02 03:04:05 +0000'),
                    (2, '2024-07-02 03:04:05 +0200 CEST', NULL, NULL, NULL),
                    (3, '2024-01-02 03:04:05 +0000 UTC m=+0.01', NULL, NULL, NULL);
                """)
            let file = box("rules.yaml")
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", file)
            #expect(dry.ending == .exit(0), "\(dry)")
            #expect(
                try rules(file) == [
                    "go: {timestamp: iso}", "rust: {timestamp: iso}", "# words: {timestamp: iso}",
                    "basic: {timestamp: iso}",
                ])
            let run = try await box.migrate("transfer", source, target, "--rules", file)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query(
                    "SELECT concat_ws('|', go AT TIME ZONE 'UTC', rust AT TIME ZONE 'UTC', words) FROM t ORDER BY id",
                    on: target) == [
                        "2024-01-02 03:04:05.123456|2024-01-02 03:04:05|2024-07-02 03:04:05 +0200 CEST",
                        "2024-07-02 01:04:05", "2024-01-02 03:04:05",
                    ])
        }
    }
}
