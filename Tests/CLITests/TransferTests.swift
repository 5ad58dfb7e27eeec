import Foundation
import TestSupport
import Testing

@Suite("transfer", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferTests {
    @Test("moves a legacy database over, verifies it, and leaves the source as it was")
    func transfer() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try copyLegacy(to: box)
            let before = try box.contents()
            let run = try await box.migrate("transfer", source, target, "--json")
            #expect(run.ending == .exit(0) && run.error.isEmpty, "\(run)")
            #expect(try run.keys().isSuperset(of: ["version", "verdict", "tables", "not_carried"]))
            let document = try run.document(TransferDocument.self)
            #expect(document.version == 1 && document.verdict == "verified", "\(run)")
            #expect(document.tables.contains { $0.name == "sessions" && $0.sourceRows > 0 })
            for table in document.tables {
                #expect(table.sourceRows == table.targetRows)
                let count = try query("SELECT count(*) FROM \"\(table.name)\"", on: target)
                #expect(count == ["\(table.targetRows)"], "\(table.name)")
            }
            #expect(try box.contents() == before)
        }
    }

    @Test("tells people the same as a table, with progress on standard error")
    func text() async throws {
        try await withDatabase(.postgresql) { box, target in
            let run = try await box.migrate("transfer", try copyLegacy(to: box), target)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.contains(/TABLE +SOURCE ROWS +TARGET ROWS +VERDICT\n/))
            #expect(
                run.output.contains(
                    /\ntime: .* \(looking at values .*, loading .*, building .*, analyzing .*, verifying .*\)\n/))
            #expect(run.output.hasSuffix("\nverdict: verified\n"))
            #expect(
                run.error.contains(
                    /21 tables examined in [\d.]+ s, of 3 only a sample: the rest during the load\n/))
            #expect(run.error.contains(/[\d,]+ rows loaded in [\d.]+ s\n/))
            #expect(!run.error.contains("\u{1B}"))
        }
    }

    @Test("--quiet shows no progress")
    func quiet() async throws {
        try await withDatabase(.postgresql) { box, target in
            let run = try await box.migrate(
                "transfer", try copyLegacy(to: box), target, "--quiet", "--tables", "sessions")
            #expect(run.ending == .exit(0) && run.error.isEmpty, "\(run)")
            #expect(try tables(target).contains("sessions"))
            #expect(try !tables(target).contains("hook_outbox"))
        }
    }

    @Test(
        "another program's table with a name of this program's is named, and not called equal",
        arguments: Backend.available)
    func foreignNames(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, target in
            let source = box("source.db")
            try execute(
                """
                CREATE TABLE tc_transfers (id INTEGER PRIMARY KEY, amount INT); INSERT INTO tc_transfers VALUES (1, 5);
                CREATE TABLE tc_quarantine (a INT); INSERT INTO tc_quarantine VALUES (1);
                CREATE TABLE t (id INTEGER PRIMARY KEY)
                """, on: source, creating: true)
            let run = try await box.migrate("transfer", source, target, "-q")
            #expect(run.ending == .exit(0), "\(run)")
            for name in ["tc_transfers", "tc_quarantine"] {
                #expect(run.output.contains("  table \(name): another program's table has the name"), "\(run)")
            }
            #expect(!run.output.contains("set aside"), "\(run)")
            let verified = try await box.migrate("verify", source, target)
            #expect(verified.output.contains("not compared: table tc_transfers: another program's"), "\(verified)")
            #expect(verified.output.hasSuffix("verdict: equal, apart from what was not compared\n"), "\(verified)")
        }
    }

    @Test("a file that can't be written is an error after the report of the transfer, which is complete")
    func unwritableFile() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY);
                CREATE TRIGGER clean AFTER INSERT ON t BEGIN DELETE FROM t WHERE id = 0; END
                """, on: box("source.db"), creating: true)
            let run = try await box.migrate(
                "transfer", box("source.db"), target, "--write-triggers", "/proc/nowhere.sql")
            #expect(run.ending == .exit(2) && run.error.contains("/proc/nowhere.sql"), "\(run)")
            #expect(run.output.contains("verdict: verified"), "\(run)")
        }
    }

    @Test("a report that standard output does not take is an error, which says that the transfer is complete")
    func lostOutput() async throws {
        try await withSandbox { box in
            try execute("CREATE TABLE t (id INTEGER PRIMARY KEY)", on: box("source.db"), creating: true)
            for (streams, reason) in [(">&-", "Bad file descriptor"), ("> /dev/full", "No space left on device")] {
                for option in ["-q", "--json"] {
                    let target = box("copy\(reason.count)\(option).db")
                    let script = "\"$0\" transfer '\(box("source.db"))' '\(target)' \(option) \(streams)"
                    let run = try await box.run(Program(path: "/bin/sh"), ["-c", script, Program.tcMigrate.path])
                    let words = "standard output can't be written: \(reason); the transfer itself is complete; compare"
                    #expect(run.ending == .exit(2) && run.error.contains(words), "\(run)")
                    #expect(try await box.migrate("verify", box("source.db"), target).ending == .exit(0))
                }
            }
        }
    }

    @Test("files that can't be written keep none of the others away, and the last line says what is complete")
    func someUnwritableFiles() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY);
                CREATE TRIGGER clean AFTER INSERT ON t BEGIN DELETE FROM t WHERE id = 0; END
                """, on: box("source.db"), creating: true)
            let triggers = ["--write-triggers", box("triggers.sql"), "--write-rules", "/proc/nowhere.yaml"]
            let planned = try await box.run(
                .tcMigrate, ["transfer", box("source.db"), target, "-q", "--dry-run"] + triggers)
            expectRefusal(planned, saying: "/proc/nowhere.yaml can't be written")
            #expect(!planned.error.contains("complete"), "\(planned)")
            try FileManager.default.removeItem(atPath: box("triggers.sql"))
            let run = try await box.run(
                .tcMigrate,
                ["transfer", box("source.db"), target, "-q", "--report", "/dev/full"] + triggers
                    + ["--certificate", box("certificate.json")])
            expectRefusal(
                run, saying: "/dev/full was not written: No space left on device; /proc/nowhere.yaml can't be written",
                "; the transfer itself is complete; compare the two databases with verify")
            #expect(run.output.contains("verdict: verified"), "\(run)")
            for file in ["certificate.json", "triggers.sql"] {
                #expect(FileManager.default.fileExists(atPath: box(file)), "\(file): \(run)")
            }
        }
    }

    @Test("a report on filled tables that can't be written advises no other target")
    func unwritableReportOnFilledTables() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)", on: box("source.db"),
                creating: true)
            try execute("CREATE TABLE t (id bigint PRIMARY KEY)", on: target)
            let run = try await box.migrate(
                "transfer", box("source.db"), target, "--into-existing", "--report", "/dev/full")
            #expect(run.ending == .exit(2) && run.error.contains("the transfer itself is complete"), "\(run)")
            #expect(run.error.contains("a transfer into the tables as they were writes the files"), "\(run)")
        }
    }

    @Test("a list that is given several times is all that it named")
    func listsAddUp() async throws {
        try await withDatabase(.postgresql) { box, target in
            let run = try await box.migrate(
                "transfer", try copyLegacy(to: box), target, "--quiet", "--exclude", "sessions", "--exclude",
                "hook_outbox,mirrors", "--exclude", "memory_observations")
            #expect(run.ending == .exit(0), "\(run)")
            let made = try tables(target)
            #expect(!made.isEmpty)
            for left in ["sessions", "hook_outbox", "mirrors", "memory_observations"] { #expect(!made.contains(left)) }
        }
    }

    @Test("a dry run shows the plan and changes neither side")
    func dryRun() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try copyLegacy(to: box)
            let before = try fingerprint(box, target)
            let text = try await box.migrate("transfer", source, target, "--dry-run")
            #expect(text.ending == .exit(0), "\(text)")
            #expect(text.output.hasSuffix("dry run: nothing was changed\n"))
            // The statements are in the order in which they run: an index comes after its table.
            #expect(
                text.output.contains(
                    /\nCREATE TABLE "sessions" \([\s\S]*\);\n[\s\S]*CREATE (UNIQUE )?INDEX .* ON "sessions"/))
            let json = try await box.migrate("transfer", source, target, "--dry-run", "--json")
            #expect(json.ending == .exit(0), "\(json)")
            #expect(try json.keys().isSuperset(of: ["version", "dry_run", "tables", "statements", "not_carried"]))
            #expect(try fingerprint(box, target) == before)
        }
    }

    /// A script after which PostgreSQL puts a trigger on each new table. The trigger changes one row and drops another.
    private static let meddler = """
        CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF NEW.id = 2 THEN NEW.v := upper(NEW.v); ELSIF NEW.id = 3 THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
          IF to_regclass('t') IS NOT NULL AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'meddler') THEN
            CREATE TRIGGER meddler BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION meddle(); END IF; END $$;
        CREATE EVENT TRIGGER watcher ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION watch()
        """

    @Test("a target that changes rows is found out, with exit 1, the rows' names, and nothing left behind")
    func mismatch() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = box("s.db")
            #expect(FileManager.default.createFile(atPath: source, contents: nil))
            try execute(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
                on: source)
            try execute(Self.meddler, on: target)
            let run = try await box.migrate(
                "transfer", source, target, "--verify", "full", "--report", box("report.html"), "--certificate",
                box("certificate.json"))
            #expect(run.ending == .exit(1), "\(run)")
            let page = try String(contentsOfFile: box("report.html"), encoding: .utf8)
            #expect(page.contains("<li>t, row id=2: differs in v</li>"))
            #expect(!FileManager.default.fileExists(atPath: box("certificate.json")))
            #expect(
                run.output.contains("t, row id=2: differs in v")
                    && run.output.contains("t, row id=3: only in the source"))
            #expect(run.output.hasSuffix("\nverdict: mismatch\n"))
            try expectTables(target, [])
            let counted = try await box.migrate("transfer", source, target, "--verify", "count", "--json")
            #expect(counted.ending == .exit(1) && counted.output.contains(#""differences": []"#), "\(counted)")
            try expectTables(target, [])
        }
    }

    @Test("the report is also a page that needs nothing else, in which names are text")
    func htmlReport() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = box("s.db")
            #expect(FileManager.default.createFile(atPath: source, contents: nil))
            try execute(
                "CREATE TABLE \"a<b>&<\u{301}i\" (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO \"a<b>&<\u{301}i\" VALUES (1, '<s>')",
                on: source)
            let run = try await box.migrate("transfer", source, target, "--report", box("report.html"))
            #expect(run.ending == .exit(0), "\(run)")
            let page = try String(contentsOfFile: box("report.html"), encoding: .utf8)
            #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
            for part in ["<title>Transfer: verified</title>", "a&lt;b&gt;&amp;&lt;\u{301}i", "/s.db (SQLite "] {
                #expect(page.contains(part), "\(part) in \(page)")
            }
            #expect(
                !page.contains("<b>") && !page.contains("<s>") && !page.contains("<script") && !page.contains("http:")
                    && !page.contains("https:"))

            // A refusal leaves no page, and a missing folder is found out before the work begins.
            let again = try await box.migrate("transfer", source, target, "--report", box("again.html"))
            #expect(again.ending == .exit(2) && !FileManager.default.fileExists(atPath: box("again.html")), "\(again)")
            let nowhere = try await box.migrate("transfer", source, target, "--report", box("no/where.html"))
            expectRefusal(nowhere, saying: "where.html", "a folder that you may write to")
        }
    }

    @Test("a report goes where the user's own link leads, and into standard output")
    func ownLinks() async throws {
        try await withSandbox { box in
            let source = try makeSource(box, "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
            try "old".write(toFile: box("mine"), atomically: true, encoding: .utf8)
            symlink("mine", box("link"))
            symlink(box("new"), box("dangling"))
            for (name, place) in [("link", "mine"), ("dangling", "new")] {
                let run = try await box.migrate("transfer", source, box("\(name).db"), "--report", box(name))
                #expect(run.ending == .exit(0), "\(run)")
                #expect(try String(contentsOfFile: box(place), encoding: .utf8).hasSuffix("</html>\n"))
                #expect(try FileManager.default.destinationOfSymbolicLink(atPath: box(name)).hasSuffix(place))
            }
            let run = try await box.migrate("transfer", source, box("out.db"), "-q", "--report", "/dev/stdout")
            #expect(run.ending == .exit(0) && run.output.contains("<!DOCTYPE html>"), "\(run)")
            #expect(run.output.hasSuffix("</html>\n"))
            // A pipe that nobody reads does not hold a transfer up.
            #expect(mkfifo(box("pipe"), 0o600) == 0)
            let unread = try await box.migrate("transfer", source, box("pipe.db"), "--report", box("pipe"))
            expectRefusal(unread, saying: "pipe can't be written", "somebody reads")
        }
    }

    @Test("the files of a transfer follow no link of others, and replace only a file, which nobody else may read")
    func filesAndLinks() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = box("s.db")
            #expect(FileManager.default.createFile(atPath: source, contents: nil))
            try execute("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)", on: source)
            try "mine".write(toFile: box("mine"), atomically: true, encoding: .utf8)
            // Everybody could have made a link in this folder.
            #expect(mkdir(box("shared"), 0o700) == 0 && chmod(box("shared"), 0o1777) == 0)
            symlink(box("mine"), box("shared/link"))
            symlink(box("nowhere"), box("dangling"))
            symlink(box("shared/link"), box("link"))
            for option in ["--report", "--certificate"] {
                for link in ["shared/link", "link"] {
                    let run = try await box.migrate("transfer", source, target, option, box(link))
                    expectRefusal(run, saying: "shared/link is not a file")
                }
            }
            for option in ["--write-rules", "--write-triggers"] {
                let run = try await box.migrate("transfer", source, target, option, box("dangling"))
                expectRefusal(run, saying: "dangling exists")
            }
            try expectTables(target, [])
            #expect(try String(contentsOfFile: box("mine"), encoding: .utf8) == "mine")
            #expect(!FileManager.default.fileExists(atPath: box("nowhere")))

            try "old".write(toFile: box("report.html"), atomically: true, encoding: .utf8)
            let run = try await box.migrate(
                "transfer", source, target, "--report", box("report.html"), "--certificate", box("certificate.json"))
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try String(contentsOfFile: box("report.html"), encoding: .utf8).hasSuffix("</html>\n"))
            for name in ["report.html", "certificate.json"] {
                let facts = try FileManager.default.attributesOfItem(atPath: box(name))
                #expect(facts[.posixPermissions] as? Int == 0o600, "\(name)")
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: box.files)
            #expect(names.allSatisfy { !$0.hasSuffix(".part") }, "\(names)")
        }
    }

    @Test("the record of a completed transfer may be dropped, in the order that the report gives")
    func droppedRecord() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
            let run = try await box.migrate("transfer", source, target)
            #expect(run.output.contains("tc_transfer_chunks and then tc_transfers may be dropped"), "\(run)")
            try execute("DROP TABLE tc_transfer_chunks; DROP TABLE tc_transfers", on: target)
            #expect(try await box.migrate("verify", source, target).ending == .exit(0))
            let again = try await box.migrate("transfer", source, target, "--resume", "--json")
            #expect(try again.document(ErrorDocument.self).error.code == "target_not_empty", "\(again)")
            #expect(try query("SELECT id::text FROM t", on: target) == ["1"])
        }
    }

    @Test("of tables that were asked to stay behind, the report names no virtual table, shadow table or trigger")
    func excludedWords() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE docs (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO docs VALUES (1, 'a');
                CREATE TABLE log (id INTEGER PRIMARY KEY, n INT);
                CREATE VIRTUAL TABLE hits USING fts5(body); INSERT INTO hits VALUES ('a');
                CREATE TRIGGER log_ai AFTER INSERT ON log BEGIN UPDATE log SET n = 1; END;
                CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN UPDATE docs SET body = 'x'; END;
                """)
            let run = try await box.migrate(
                "transfer", source, target, "--exclude", "hits,log", "--write-triggers", box("triggers.sql"))
            #expect(run.ending == .exit(0), "\(run)")
            for word in ["hits", "fts5", "log_ai"] { #expect(!run.output.contains(word), "\(word) \(run)") }
            #expect(run.output.contains("docs_ai"), "\(run)")
            let triggers = try String(contentsOfFile: box("triggers.sql"), encoding: .utf8)
            #expect(triggers.contains("docs_ai") && !triggers.contains("log_ai"), "\(triggers)")
        }
    }

    @Test("a source without any table is said, because its name is most likely mistyped")
    func nothing() async throws {
        try await withDatabase(.postgresql) { box, target in
            let (source, words) = (box("empty.db"), "the source holds no table")
            #expect(FileManager.default.createFile(atPath: source, contents: nil))
            for other in [target, "sqlite:" + box("copy.db")] {
                for options in [["--dry-run"], []] {
                    let run = try await box.run(.tcMigrate, ["transfer", source, other] + options)
                    #expect(run.ending == .exit(0) && run.output.contains(words), "\(run)")
                }
            }
            try execute("CREATE TABLE t (n)", on: source)
            let run = try await box.migrate("transfer", source, box("other.db"))
            #expect(run.ending == .exit(0) && !run.output.contains(words), "\(run)")
        }
    }

    @Test("a target that is not empty is refused and stays as it is")
    func targetNotEmpty() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try copyLegacy(to: box)
            try execute("CREATE TABLE mine (a int); INSERT INTO mine VALUES (1)", on: target)
            let before = try fingerprint(box, target)
            for extra in [[], ["--dry-run"]] {
                let run = try await box.run(.tcMigrate, ["transfer", source, target, "--json"] + extra)
                expectRefusal(run, saying: "not empty", "mine", "empty database", "--into-existing")
                #expect(try run.document(ErrorDocument.self).error.code == "target_not_empty")
            }
            #expect(try fingerprint(box, target) == before)
        }
    }

    @Test("sides that can't be are refused")
    func wrongSides() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try copyLegacy(to: box)
            let before = try fingerprint(box, target)
            expectRefusal(try await box.migrate("transfer", target, target), saying: "the same database")
            expectRefusal(try await box.migrate("transfer", source, source), saying: "the same database")
            expectRefusal(try await box.migrate("transfer", source, box("none/other.db")), saying: "no folder")
            expectRefusal(try await box.migrate("transfer", box("missing.db"), target), saying: "missing.db")
            expectRefusal(
                try await box.migrate("transfer", source, target, "--tables", "sesions"), 64,
                saying: "no table sesions; did you mean sessions?")
            #expect(try fingerprint(box, target) == before)
        }
    }
}

@Suite("transfer into a SQLite file")
struct TransferToFileTests {
    @Test("makes the file, for its user alone, and what came along is equal")
    func copy() async throws {
        try await withSandbox { box in
            let source = try copyLegacy(to: box)
            let run = try await box.migrate("transfer", source, box("copy.db"), "--quiet")
            #expect(run.ending == .exit(0) && run.output.hasSuffix("\nverdict: verified\n"), "\(run)")
            #expect(try await box.migrate("verify", source, box("copy.db"), "--quiet").ending == .exit(0))
            let names = try box.contents().keys.filter { $0.contains("copy.db") }
            #expect(names.count == 1, "\(names)")
            #expect(try box.contents()[box("copy.db")]?.mode == 0o600)
        }
    }

    @Test("--into-history says what has no place and what does not fit, and then does as it is told")
    func intoHistory() async throws {
        try await withSandbox { box in
            let source = try copyLegacy(to: box)
            let before = try box.contents()
            expectRefusal(
                try await box.migrate("transfer", source, box("app.db"), "--into-history"), saying: "no place",
                "--ignore-missing schema_migrations")
            let left = ["--into-history", "--ignore-missing", "schema_migrations"]
            let incompatible = try await box.run(
                .tcMigrate, ["transfer", source, box("app.db"), "--quiet", "--json"] + left)
            #expect(incompatible.ending == .exit(2) && incompatible.output.contains("hook_outbox"), "\(incompatible)")
            let usage = try await box.migrate("transfer", source, box("app.db"), "--ignore-missing", "a")
            #expect(usage.ending == .exit(64) && usage.error.contains("needs --into-history"), "\(usage)")
            #expect(try box.contents() == before)
            let run = try await box.run(
                .tcMigrate, ["transfer", source, box("app.db"), "--quiet", "--on-mismatch", "quarantine"] + left)
            #expect(run.ending == .exit(0) && run.output.hasSuffix("\nverdict: verified\n"), "\(run)")
            let status = try await box.migrate("status", "--database", box("app.db"))
            #expect(status.ending == .exit(0) && status.output.hasSuffix("position: current\n"), "\(status)")
            expectRefusal(
                try await box.run(
                    .tcMigrate,
                    ["transfer", source, box("app.db"), "--resume", "--quiet", "--on-mismatch", "quarantine"] + left),
                saying: "if the two databases are the same, the transfer was completed: tc-migrate verify ")
        }
    }

    @Test("--into-history names the target in the commands that go on, be it behind or half filled by another transfer")
    func waysOnIntoHistory() async throws {
        try await withSandbox { box in
            let source = try makeSource(box, "CREATE TABLE sessions (session_id TEXT PRIMARY KEY)")
            let app = box("the app.db")
            #expect(try await box.migrate("up", "--to", "0003-audit-log", "-d", app).ending == .exit(0))
            let command = ["transfer", source, app, "--into-history", "--ignore-missing", "sessions"]
            expectRefusal(try await box.run(.tcMigrate, command), saying: "apply them with tc-migrate up -d '\(app)'")
            #expect(try await box.migrate("up", "-d", app).ending == .exit(0))
            try execute(
                """
                CREATE TABLE tc_transfers (id text, source text, fingerprint text, plan text, state text,
                    started_at text DEFAULT '2026-03-01T10:00:00Z', finished_at text);
                INSERT INTO tc_transfers (id, source, fingerprint, plan, state) VALUES ('a', 'b', 'c', 'd', 'loading')
                """, on: app)
            expectRefusal(
                try await box.run(.tcMigrate, command),
                saying: "continue it with the command that began it, and --resume", "tc-migrate transfer abandon ")
        }
    }

    @Test("a dry run shows the plan and makes no file")
    func dryRun() async throws {
        try await withSandbox { box in
            let source = try copyLegacy(to: box)
            let before = try box.contents()
            let run = try await box.migrate("transfer", source, box("copy.db"), "--dry-run")
            #expect(run.ending == .exit(0) && run.output.hasSuffix("dry run: nothing was changed\n"), "\(run)")
            #expect(try box.contents() == before)
        }
    }

    @Test("lists of tables name at least one, and leave at least one to transfer")
    func selections() async throws {
        try await withSandbox { box in
            let source = try makeSource(box, "CREATE TABLE a (n INT); CREATE TABLE orders (n INT)")
            let before = try box.contents()
            for list in ["", ",", " , "] {
                for options in [
                    ["--tables", list], ["--exclude", list], ["--into-existing", "--keep-rows", list],
                    ["--into-existing", "--replace-rows", list], ["--into-existing", "--ignore-missing", list],
                ] {
                    let run = try await box.run(.tcMigrate, ["transfer", source, box("copy.db")] + options)
                    #expect(run.ending == .exit(64) && run.error.contains(options[options.count - 2]), "\(run)")
                }
                let verify = try await box.migrate("verify", source, source, "--exclude", list)
                #expect(verify.ending == .exit(64) && verify.error.contains("--exclude"), "\(verify)")
            }
            for options in [["--exclude", "a,orders"], ["--tables", "a", "--exclude", "a"]] {
                for mode in [["--dry-run"], []] {
                    let run = try await box.run(
                        .tcMigrate, ["transfer", source, box("copy.db"), "--json"] + options + mode)
                    expectRefusal(run, 64, saying: "every table of the source is left out", "--exclude")
                    #expect(try run.document(ErrorDocument.self).error.code == "nothing_selected")
                }
            }
            expectRefusal(
                try await box.migrate("verify", source, source, "--exclude", "Orders"), 64,
                saying: "neither database has a table Orders; did you mean orders?")
            #expect(try box.contents() == before)
            let run = try await box.migrate("transfer", source, box("copy.db"), "--tables", " orders , a")
            #expect(run.ending == .exit(0), "\(run)")
            try expectTables("sqlite:" + box("copy.db"), ["a", "orders", "tc_transfer_chunks", "tc_transfers"])
        }
    }

    @Test("what is refused leaves no file behind, and none changed")
    func refusals() async throws {
        try await withSandbox { box in
            let source = try copyLegacy(to: box)
            try execute("CREATE TABLE mine (a)", on: "sqlite:" + box("full.db"), creating: true)
            try execute("SELECT 1", on: "sqlite:" + box("locked.db"), creating: true)
            chmod(box("locked.db"), 0o400)
            let before = try box.contents()
            expectRefusal(
                try await box.migrate("transfer", source, box("none/copy.db")), saying: "there is no folder", "none")
            expectRefusal(try await box.migrate("transfer", source, box("full.db")), saying: "not empty", "mine")
            expectRefusal(try await box.migrate("transfer", source, source), saying: "are the same database")
            expectRefusal(
                try await box.migrate("transfer", box("missing.db"), box("copy.db")), saying: "missing.db")
            expectRefusal(
                try await box.migrate("transfer", source, box("copy.db"), "--tables", "sesions"), 64,
                saying: "no table sesions; did you mean sessions?")
            if geteuid() != 0 {
                expectRefusal(try await box.migrate("transfer", source, box("locked.db")), saying: "may not be written")
            }
            #expect(try box.contents() == before)
        }
    }
}

@Suite("verify", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct VerifyTests {
    @Test("a transferred database is equal, and a value changed afterwards is found")
    func verify() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try copyLegacy(to: box)
            let before = try box.contents()
            #expect(try await box.migrate("transfer", source, target, "--quiet").ending == .exit(0))
            let equal = try await box.migrate("verify", source, target)
            #expect(equal.ending == .exit(0), "\(equal)")
            #expect(equal.output.hasSuffix("\nverdict: equal\n"))
            #expect(equal.error.contains("comparing sessions\n"))

            try execute(
                "UPDATE system_settings SET value = value || '!' WHERE key = (SELECT min(key) FROM system_settings)",
                on: target)
            let changed = try await box.migrate("verify", source, target, "--json")
            #expect(changed.ending == .exit(1), "\(changed)")
            #expect(changed.output.contains(#""verdict": "mismatch""#) && changed.error.isEmpty)
            #expect(changed.output.contains(#""kind": "differs""#) && changed.output.contains("\"value\""))
            #expect(try box.contents() == before)
        }
    }
}

/// Copies the fixture, because the tests share it.
private func copyLegacy(to box: Sandbox) throws -> String {
    let original = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/legacy/small.db")
    try FileManager.default.copyItem(atPath: original.path, toPath: box("legacy.db"))
    return box("legacy.db")
}
