import Foundation
import TestSupport
import Testing

/// Tests spans of time between columns of numbers and of intervals that are there already, with the real program.
@Suite("transfer --into-existing, spans of time", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct IntoExistingSpanTests {
    @Test("a transfer into an empty database proposes what columns declared INTERVAL count, too")
    func proposedForNewTables() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE x (id INTEGER PRIMARY KEY, td INTERVAL, whole INTERVAL, gone INTERVAL);
                INSERT INTO x VALUES (1, 1.5, 2, NULL), (2, 0, NULL, NULL);
                """)
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", box("rules.yaml"))
            #expect(dry.ending == .exit(0), "\(dry)")
            let yaml = try String(contentsOfFile: box("rules.yaml"), encoding: .utf8)
            #expect(
                yaml.split(separator: "\n").filter { $0.contains("{") } == [
                    "      td: {span: days}", "      # whole: {span: days}", "      # whole: {span: seconds}",
                ])
            let run = try await box.migrate("transfer", source, target, "--rules", box("rules.yaml"))
            #expect(run.ending == .exit(0), "\(run)")
            let seconds = "SELECT extract(epoch FROM td)::int::text FROM x ORDER BY id"
            #expect(try query(seconds, on: target) == ["129600", "0"])
        }
    }

    /// Returns the lines of a rules file that hold a rule, also as a comment.
    private func rules(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { $0.contains("{") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test("on the way back a column of a type that SQLite does not know takes numbers, and asks for their unit")
    func unknownWords() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, a interval, b interval, c interval, d interval, e interval, n interval);
                INSERT INTO t SELECT 1, i, i, i, i, i, i FROM (SELECT interval '1 day 00:00:05' AS i) s;
                """, on: source)
            let table =
                "CREATE TABLE t (id integer PRIMARY KEY, a bigint, b SECONDS, c REAL, d INTERVAL, e TEXT, n)"
            let target = box("back.db")
            try execute(table, on: target, creating: true)
            let options = ["transfer", source, target, "--into-existing"]
            let refused = try await box.run(.tcMigrate, options)
            #expect(refused.ending == .exit(2) && refused.error.contains("t.a, t.b, t.c, t.d;"), "\(refused)")

            let columns = ["a", "b", "c", "d", "e"].map { "\($0): {span: seconds}" }.joined(separator: ", ")
            let rules = try makeRules(box, "tables: {t: {columns: {\(columns)}}}")
            let run = try await box.run(.tcMigrate, options + ["--rules", rules])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            let row =
                "SELECT quote(a) || '|' || quote(b) || '|' || quote(c) || '|' || quote(d) || '|' || quote(e) || '|' || quote(n) FROM t"
            #expect(try query(row, on: target) == ["86405|86405|86405.0|86405|'86405'|'1 day 00:00:05'"])

            // The rule of the way there, for numbers that are microseconds.
            try execute("DELETE FROM t", on: target)
            let there = try makeRules(
                box,
                "tables: {t: {columns: {a: {type: interval}, b: {type: interval}, c: {span: days}, d: {span: days}}}}")
            let back = try await box.run(.tcMigrate, options + ["--rules", there])
            #expect(back.ending == .exit(0) && back.output.contains("verdict: verified"), "\(back)")
            #expect(try query("SELECT quote(a) || '|' || quote(b) FROM t", on: target) == ["86405000000|86405000000"])

            try execute("DELETE FROM t", on: target)
            let columnsOfTexts = ["a", "b", "c", "d"].map { "\($0): {type: text}" }.joined(separator: ", ")
            let texts = try makeRules(box, "tables: {t: {columns: {\(columnsOfTexts)}}}")
            let asTexts = try await box.run(.tcMigrate, options + ["--rules", texts])
            #expect(asTexts.ending == .exit(0) && asTexts.output.contains("verdict: verified"), "\(asTexts)")
            let kinds = "SELECT d || '|' || typeof(a) || typeof(b) || typeof(c) || typeof(d) FROM t"
            #expect(try query(kinds, on: target) == ["1 day 00:00:05|texttexttexttext"])
        }
    }

    @Test("a declared type that names the unit decides; of two units that are equally likely, none is a rule")
    func units() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE band (id integer PRIMARY KEY, iv SECONDS, ms MilliSeconds, whole INTERVAL, part INTERVAL, rest REAL);
                INSERT INTO band VALUES (1, 86400.000005, 5, 3, 1.5, 2.25), (2, 0, 1500, 4, NULL, NULL);
                CREATE TABLE other (id integer PRIMARY KEY, took BIGINT); INSERT INTO other VALUES (1, 5000000);
                """)
            let made = """
                CREATE TABLE band (id int PRIMARY KEY, iv interval, ms interval, whole interval, part interval, rest interval);
                CREATE TABLE other (id int PRIMARY KEY, took interval);
                """
            try execute(made, on: target)
            let file = box("rules.yaml")
            let options = ["transfer", source, target, "--into-existing"]
            let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", file])
            #expect(dry.ending == .exit(2), "\(dry)")
            #expect(dry.error.contains("\(file) was written, and proposes rules: choose among the units"), "\(dry)")
            #expect(dry.error.contains("pass it with --rules \(file)") && !dry.error.contains("FILE"), "\(dry)")
            #expect(
                try Set(rules(file)) == [
                    "iv: {span: seconds}", "ms: {span: milliseconds}", "# whole: {span: days}",
                    "# whole: {span: seconds}", "part: {span: days}", "# rest: {span: days}",
                    "# rest: {span: seconds}", "# took: {type: interval}", "# took: {span: seconds}",
                ])
            // A table whose rules are all comments has none.
            let undecided = try await box.run(.tcMigrate, options + ["--rules", file])
            #expect(undecided.ending == .exit(2), "\(undecided)")
            for name in ["band.whole, band.rest", "other.took"] {
                #expect(undecided.error.contains(name), "\(undecided)")
            }
            var yaml = try String(contentsOfFile: file, encoding: .utf8)
            for line in ["whole: {span: days}", "rest: {span: seconds}", "took: {type: interval}"] {
                yaml = yaml.replacing("# " + line, with: line)
            }
            try yaml.write(toFile: file, atomically: true, encoding: .utf8)
            let run = try await box.run(.tcMigrate, options + ["--rules", file])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT concat_ws('|', iv, ms, whole, part, rest) FROM band ORDER BY id", on: target) == [
                    "24:00:00.000005|00:00:00.005|72:00:00|36:00:00|00:00:02.25", "00:00:00|00:00:01.5|96:00:00",
                ])

            let back = box("back.db")
            try execute("CREATE TABLE band (iv SECONDS, ms MILLISECONDS)", on: back, creating: true)
            let returned = try await box.run(
                .tcMigrate,
                [
                    "transfer", target, back, "--into-existing", "--dry-run", "--write-rules", box("back.yaml"),
                    "--ignore-missing", "other,band.id,band.whole,band.part,band.rest",
                ])
            #expect(try rules(box("back.yaml")) == ["iv: {span: seconds}", "ms: {span: milliseconds}"], "\(returned)")
        }
    }

    @Test("zeros beside SQLAlchemy's moments after 1970 are no numbers of a unit, and a refusal has the rule's words")
    func zerosBesideMoments() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE alembic_version (version_num VARCHAR(32));
                CREATE TABLE run (id INTEGER PRIMARY KEY, took DATETIME DEFAULT '0' NOT NULL);
                INSERT INTO run VALUES (1, '1970-01-01 00:00:05.500000'), (2, 0), (3, '1970-01-02 00:00:00.000000');
                """)
            let empty = try await box.migrate(
                "transfer", source, target, "--dry-run", "--write-rules", box("new.yaml"))
            #expect(try rules(box("new.yaml")) == ["took: {span: since_1970}"], "\(empty)")

            try execute(
                """
                CREATE TABLE alembic_version (version_num varchar(32));
                CREATE TABLE run (id int PRIMARY KEY, took interval NOT NULL);
                """, on: target)
            let options = ["transfer", source, target, "--into-existing"]
            let file = box("spans.yaml")
            let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", file])
            #expect(try rules(file) == ["took: {span: since_1970}"], "\(dry)")
            let run = try await box.run(.tcMigrate, options + ["--rules", file])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            let spans = "SELECT took::text FROM run ORDER BY id"
            #expect(try query(spans, on: target) == ["00:00:05.5", "00:00:00", "24:00:00"])

            try execute("DELETE FROM run", on: target)
            let seconds = try makeRules(box, "tables: {run: {columns: {took: {span: seconds}}}}")
            let refused = try await box.run(.tcMigrate, options + ["--rules", seconds])
            #expect(refused.ending == .exit(2), "\(refused)")
            #expect(
                refused.error.contains("run.took (interval): 2 values: is neither a time span nor a number of seconds"),
                "\(refused)")
            try execute("UPDATE run SET took = 7 WHERE id = 2", on: source)
            let moments = try await box.run(.tcMigrate, options + ["--rules", file])
            #expect(
                moments.error.contains("run.took (interval): 1 value: is neither a time span nor a moment (7 in"),
                "\(moments)")
        }
    }

    @Test("a column that a rule skips does not lend its values to the next one's proposal")
    func besideASkippedColumn() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE run (id INTEGER PRIMARY KEY, note TEXT, took DATETIME, n INTEGER);
                INSERT INTO run VALUES (1, 'a', '1970-01-01 00:00:05.500000', 7);
                """)
            try execute("CREATE TABLE run (id int PRIMARY KEY, took interval, n bigint)", on: target)
            let skipping = try makeRules(box, "tables: {run: {columns: {note: {skip: true}}}}")
            let file = box("spans.yaml")
            let dry = try await box.migrate(
                "transfer", source, target, "--into-existing", "--dry-run", "--rules", skipping, "--write-rules", file)
            #expect(try rules(file) == ["took: {span: since_1970}"], "\(dry)")
        }
    }

    @Test("a unit that is missing and rows in the way are said at once, with the remedies of both")
    func reasonsAtOnce() async throws {
        try await withDatabase(.postgresql) { box, target in
            let record = """
                CREATE TABLE alembic_version (version_num varchar(32)); INSERT INTO alembic_version VALUES ('a');
                """
            let source = try makeSource(
                box, record + "CREATE TABLE run (id INTEGER PRIMARY KEY, took REAL); INSERT INTO run VALUES (1, 1.5);")
            try execute(record + "CREATE TABLE run (id int PRIMARY KEY, took interval)", on: target)
            let options = ["transfer", source, target, "--into-existing"]
            let refused = try await box.run(.tcMigrate, options + ["--json"])
            #expect(refused.ending == .exit(2), "\(refused)")
            #expect(try refused.document(ErrorDocument.self).error.code == "unitless")
            let file = box("spans.yaml")
            let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", file])
            let reasons =
                "no rule gives their unit: run.took; and the target's tables already hold rows: alembic_version"
            for (run, unit) in [(refused, "give their unit by a rule"), (dry, "\(file) was written, and proposes")] {
                for words in [reasons, unit, "; and pass --keep-rows alembic_version"] {
                    #expect(run.error.contains(words), "\(run)")
                }
            }
        }
    }

    @Test("what Django counts is known, so that its durations need no rule, and none is proposed")
    func django() async throws {
        let migrations = "CREATE TABLE django_migrations (id integer PRIMARY KEY);"
        try await withDatabase(.postgresql) { box, target in
            let table = "CREATE TABLE t (id integer PRIMARY KEY, duration bigint);"
            let source = try makeSource(box, migrations + table + "INSERT INTO t VALUES (1, 3661000005)")
            try execute(migrations + "CREATE TABLE t (id int PRIMARY KEY, duration interval)", on: target)
            let back = box("back.db")
            try execute(migrations + table, on: back, creating: true)
            for (from, to, file) in [(source, target, box("there.yaml")), (target, back, box("back.yaml"))] {
                let options = ["transfer", from, to, "--into-existing"]
                let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", file])
                #expect(dry.ending == .exit(0), "\(dry)")
                let yaml = try String(contentsOfFile: file, encoding: .utf8)
                #expect(yaml.hasPrefix("# The data suggests no rules."), "\(yaml)")
                let run = try await box.run(.tcMigrate, options)
                #expect(run.ending == .exit(0), "\(run)")
            }
            #expect(try query("SELECT duration::text FROM t", on: target) == ["01:01:01.000005"])
            #expect(try query("SELECT quote(duration) FROM t", on: back) == ["3661000005"])
        }
    }
}
