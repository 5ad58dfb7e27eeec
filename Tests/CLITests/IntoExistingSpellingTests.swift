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

    @Test("no rule is proposed for timestamps that need none, whatever the source's column is declared")
    func needlessRules() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, a NUMERIC, b TEXT, c, zoned TEXT, mixed TEXT);
                INSERT INTO t VALUES
                    (1, '2024-01-02 03:04:05', '2024-01-02T03:04:05.5', '2024-01-02 03:04', '2024-01-02T03:04:05Z', '2024-01-02 03:04:05Z'),
                    (2, '2024-01-02 03:04:05', '2024-01-02 03:04:05', '2024-01-02 03:04', '2024-01-02 05:04:05+02', '2024-01-02 03:04:05');
                """)
            try execute(
                "CREATE TABLE t (id int PRIMARY KEY, a timestamp, b timestamp, c timestamptz, zoned timestamp, mixed timestamp)",
                on: target)
            let options = ["transfer", source, target, "--into-existing"]
            let file = box("rules.yaml")
            let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", file])
            #expect(dry.ending == .exit(2), "\(dry)")
            #expect(try rules(file) == ["zoned: {timestamp: iso}", "mixed: {timestamp: iso, zone: UTC}"])
            let run = try await box.run(.tcMigrate, options + ["--rules", file])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT DISTINCT concat_ws('|', a, c, zoned, mixed) FROM t", on: target) == [
                    "2024-01-02 03:04:05|2024-01-02 03:04:00+00|2024-01-02 03:04:05|2024-01-02 03:04:05"
                ])
        }
    }

    @Test("texts that became addresses and spans of time are verified as what they are")
    func addresses() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, ip varchar(40), took TEXT);
                INSERT INTO t VALUES (1, '2001:DB8:0::9', '1 day, 2:03:04'), (2, '192.0.2.1/32', '26:03:04');
                """)
            try execute("CREATE TABLE t (id int PRIMARY KEY, ip inet, took interval day to second)", on: target)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0) && run.output.contains("t.ip: addresses lose their spelling"), "\(run)")
            let same = try await box.migrate("verify", source, target)
            #expect(same.ending == .exit(0), "\(same)")
            try execute("UPDATE t SET ip = '192.0.2.2' WHERE id = 2", on: target)
            let other = try await box.migrate("verify", source, target)
            #expect(other.ending == .exit(1) && other.output.contains("ip"), "\(other)")
        }
    }

    @Test("addresses that one schema keeps as texts are verified against those of another")
    func addressesOfServers() async throws {
        try await withDatabase(.postgresql) { box, source in
            let target = source + (source.contains("?") ? "&" : "?") + "options=-csearch_path%3Dthere"
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, ip text); INSERT INTO t VALUES (1, '::FFFF');
                CREATE SCHEMA there; CREATE TABLE there.t (id int PRIMARY KEY, ip inet);
                """, on: source)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0), "\(run)")
            let same = try await box.migrate("verify", source, target)
            #expect(same.ending == .exit(0), "\(same)")
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

    @Test("days and moments in ISO 8601's basic form are read under the proposed rules")
    func basicForm() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                "CREATE TABLE t (id int PRIMARY KEY, day date, seen timestamptz, made timestamp, other timestamp)",
                on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, day TEXT, seen TEXT, made TEXT, other TEXT);
                INSERT INTO t VALUES (1, '20240229', '20261130160828', '20240131T235959Z', '20240131'),
                    (2, '00010101', '20240101000000', NULL, NULL);
                """)
            let options = ["transfer", source, target, "--into-existing"]
            let file = box("rules.yaml")
            let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", file])
            #expect(dry.ending == .exit(2) && dry.error.contains("\(file) was written"), "\(dry)")
            #expect(
                try rules(file) == [
                    "day: {type: date, timestamp: iso}", "seen: {timestamp: iso, zone: UTC}",
                    "made: {timestamp: iso, zone: UTC}", "other: {timestamp: iso, zone: UTC}",
                ])
            let run = try await box.run(.tcMigrate, options + ["--rules", file])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query(
                    "SELECT concat_ws('|', day, seen AT TIME ZONE 'UTC', made, other) FROM t ORDER BY id", on: target)
                    == [
                        "2024-02-29|2026-11-30 16:08:28|2024-01-31 23:59:59|2024-01-31 00:00:00",
                        "0001-01-01|2024-01-01 00:00:00",
                    ])
        }
    }

    @Test("what computes with the digits of a day in the basic form stays behind")
    func computedFromBasicForm() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, day TEXT); INSERT INTO t VALUES (1, '20240229');
                CREATE INDEX t_february ON t (id) WHERE substr(day, 5, 2) = '02';
                """)
            let rules = try makeRules(box, "tables: {t: {columns: {day: {type: date, timestamp: iso}}}}")
            let run = try await box.migrate("transfer", source, target, "--rules", rules)
            #expect(run.ending == .exit(0) && run.output.contains("index t_february: "), "\(run)")
            #expect(try query("SELECT day::text FROM t", on: target) == ["2024-02-29"])
            #expect(try query("SELECT indexname FROM pg_indexes WHERE tablename = 't'", on: target) == ["t_pkey"])
        }
    }

    @Test("rules that are proposed for other columns are no way out for the values that are refused")
    func rulesForOthers() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute("CREATE TABLE t (id int PRIMARY KEY, day date, moment timestamp)", on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, day TEXT, moment TEXT);
                INSERT INTO t VALUES (1, '20240230', '2024-01-02 03:04:05');
                """)
            let dry = try await box.migrate(
                "transfer", source, target, "--into-existing", "--dry-run", "--write-rules", box("rules.yaml"))
            #expect(dry.ending == .exit(2) && dry.error.contains("t.day"), "\(dry)")
            #expect(dry.error.contains("no rule was proposed: make them NULL"), "\(dry)")
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
