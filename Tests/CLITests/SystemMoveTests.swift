import Foundation
import TCPOSIX
import TestSupport
import Testing

/// Tests `telec system migrate` and `rollback` as a whole, with real OS users and both databases. The numbers are those of the
/// acceptance list, Tests/Fixtures/legacy/ACCEPTANCE.md. `AdoptTests` tests the data alone.
@Suite("an existing install moves to the system-wide one")
struct SystemMoveTests {
    static let needsRoot: Comment = "owners can be set by root only: run ci/test as root"

    @Test(
        "the whole story: plan, migrate, use, already migrated, roll back (checks 3–12, 31–42, 46, 47, 49)",
        .enabled(if: TestUser.areWanted, TestUser.skipReason), arguments: Backend.available)
    func story(_ backend: Backend) async throws {
        try await withMove(backend) { move in
            let sources = try await move.box.legacySources(move.home)
            let (originals, before) = (try Originals(move.home), try move.rootTree())

            let dry = try await move.migrate("--dry-run", "--quiet")
            #expect(dry.code == 0 && dry.error.isEmpty && dry.output.hasSuffix("nothing was changed\n"), "\(dry)")
            try move.expectInventory(dry.output)
            #expect(try Originals(move.home) == originals)
            #expect(try move.rootTree() == before)

            let run = try await move.migrate("--quiet", "--report", move.box("report.html"))
            #expect(run.code == 0 && run.output.contains("migrated: the originals are unchanged"), "\(run)")
            #expect(try Originals(move.home) == originals)
            try await move.box.expectLegacyData(in: move.url, as: sources)
            #expect(
                try query("SELECT DISTINCT owner_person || ' ' || owner_uid FROM sessions", on: move.url)
                    == ["Alex Smith \(move.alex.uid)"])
            try move.expectSettings()
            try move.expectNoSecret(in: [dry.output, run.output, run.error])
            try move.expectDocuments(run.output + dry.output)
            #expect(!FileManager.default.fileExists(atPath: move.unitLink))

            try await move.withDaemon {
                try await expectAccess(move)
                let served = try await move.telec("system", "rollback", "--root", move.root, "--discard-new")
                expectRefusal(served, saying: "a daemon is using the new database")
            }

            let after = try move.rootTree()
            let again = try await move.migrate()
            #expect(again.code == 0 && again.output.hasPrefix("already migrated: from \(move.home)"), "\(again)")
            #expect(try move.rootTree() == after)

            let used = try await move.telec("system", "rollback", "--root", move.root)
            #expect(used.code == 2 && used.error.contains("--discard-new"), "\(used)")
            #expect(try move.rootTree() == after)
            let back = try await move.telec("system", "rollback", "--root", move.root, "--discard-new")
            #expect(back.code == 0 && back.output.contains("rolled back"), "\(back)")
            // The daemon has created folders in its state folder, so that one is not compared.
            #expect(try move.rootTree(withoutDatabase: true) == before.filter { !$0.key.hasPrefix(Move.state) })
            #expect(try Originals(move.home) == originals)
            switch backend {
            case .sqlite: #expect(!FileManager.default.fileExists(atPath: String(move.url.dropFirst(7))))
            case .postgresql: #expect(try tables(move.url) == [])
            }
            let nothing = try await move.telec("system", "rollback", "--root", move.root)
            #expect(nothing.code == 0 && nothing.output.hasPrefix("nothing was migrated"), "\(nothing)")
        }
    }

    /// Expects that the real daemon grants the real users access to the moved data (check 33), and that the daemon starts and a
    /// second one is refused (check 47).
    private func expectAccess(_ move: Move) async throws {
        let list = try await move.client(move.alex, "sessions", "list", "--json", "--limit", "500")
        #expect(list.code == 0 && list.output.contains("changed only in the WAL"), "\(list.error)")
        let id = try #require(
            try query("SELECT session_id FROM sessions WHERE visibility = 'private' ORDER BY 1 LIMIT 1", on: move.url)
                .first)
        let member = try await move.client(move.bea, "sessions", "list", "--json", "--limit", "500")
        #expect(member.code == 0 && !member.output.contains(id), "\(member.error)")
        let refused = try await move.client(move.bea, "transcript", id, "--reason", "curious")
        #expect(refused.code != 0 && refused.error.contains("no session"), "\(refused)")
        let entries = "SELECT count(*) FROM audit_log WHERE session_id = '\(id)' AND outcome = 'allowed'"
        let count = try #require(Int(try query(entries, on: move.url)[0]))
        _ = try await move.client(move.admin, "transcript", id, "--reason", "a look at what came over")
        #expect(try query(entries, on: move.url) == ["\(count + 1)"])
        let second = try await move.daemon(as: "second")
        let ended = try await second.finish(timeout: 20)
        #expect(ended.code == 2 && ended.error.contains("another daemon works on this database"), "\(ended)")
    }

    @Test(
        "sessions go to whose e-mail address they name, wall clocks are read in their zone (checks 13, 31, 32)",
        .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func ownersAndZone() async throws {
        try await withMove(.sqlite) { move in
            let database = "sqlite:\(move.home)/teleclaude/teleclaude.db"
            try execute(
                """
                UPDATE sessions SET human_email = ' BEA@example.ORG ' WHERE rowid <= 10;
                UPDATE sessions SET human_email = 'stranger@example.org', human_role = 'admin' WHERE rowid > 10;
                UPDATE sessions SET last_activity = '2026-01-09T19:59:59.999999', closed_at = '2026-07-01T00:30:00',
                    last_output_at = '2026-07-01T00:30:00Z' WHERE rowid = 1;
                UPDATE sessions SET last_activity = '2026-02-31T10:00:00', closed_at = '2026-03-29T02:30:00.5',
                    last_output_at = '1970-01-01T00:59:59' WHERE rowid = 2;
                UPDATE sessions SET last_activity = '2026-01-09T24:00:00', closed_at = '2026-01-09T10:61:00',
                    last_output_at = '0099-01-09T10:00:00' WHERE rowid = 3;
                DROP TABLE agent_availability;
                CREATE TABLE agent_availability (agent TEXT NOT NULL, reason TEXT NOT NULL, available INTEGER,
                    unavailable_until TEXT, degraded_until TEXT, PRIMARY KEY (reason, agent)) WITHOUT ROWID;
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
                INSERT INTO agent_availability
                    SELECT 'a' || i, 'r' || (i % 7), 1, '2026-07-01T00:30:00', '2026-02-31T00:30:00' FROM n;
                """, on: database)
            try move.own()
            let run = try await move.migrate("--by-email", "--zone", "Europe/Amsterdam", "--quiet", "--json")
            #expect(run.code == 0, "\(run)")
            let shares = try query(
                "SELECT owner_uid || ' ' || count(*) FROM sessions GROUP BY owner_uid ORDER BY count(*)", on: move.url)
            #expect(shares == ["\(move.bea.uid) 10", "\(move.alex.uid) 190"])
            let times = try query(
                """
                SELECT last_activity || '|' || closed_at || '|' || last_output_at FROM sessions
                WHERE closed_at LIKE '2026-06-30%'
                """, on: move.url)
            #expect(times.count == 1 && times[0].hasPrefix("2026-01-09"), "\(times)")
            #expect(times.first?.contains("18:59:59.999999") == true && times.first?.contains("22:30:00") == true)
            #expect(
                times.first?.hasSuffix("00:30:00") == true || times.first?.contains("2026-07-01") == true, "\(times)")
            #expect(run.output.contains("times without a zone were read in Europe/Amsterdam"), "\(run)")
            #expect(run.output.contains("agent_availability: 2500 times without a zone"), "\(run)")
            let agents = try query(
                """
                SELECT count(*) FROM agent_availability
                WHERE unavailable_until LIKE '2026-06-30%22:30:00%' AND degraded_until IS NULL
                """, on: move.url)
            #expect(agents == ["2500"])
            // A time that the change of the clocks left out counts by the offset before it.
            let odd = try query(
                "SELECT closed_at || '|' || last_output_at FROM sessions WHERE closed_at LIKE '2026-03-29%'",
                on: move.url)
            #expect(odd.count == 1 && odd.first?.contains("01:30:00.5") == true, "\(odd)")
            #expect(odd.first?.contains("1969-12-31") == true && odd.first?.contains("23:59:59") == true, "\(odd)")
            // A date or a time that does not exist is not made into another one.
            let kept = try query("SELECT record FROM import_quarantine WHERE source_table = 'sessions'", on: move.url)
            for text in ["2026-02-31T10:00:00", "2026-01-09T24:00:00", "2026-01-09T10:61:00"] {
                #expect(kept.contains("\"\(text)\""), "\(text) in \(kept)")
            }
            let early = try query("SELECT last_output_at FROM sessions WHERE last_output_at LIKE '0099%'", on: move.url)
            #expect(early.count == 1, "\(early)")
        }
    }

    @Test(
        "whatever moment it is killed at, --resume reaches the same end (check 44)",
        .enabled(if: TestUser.areWanted, TestUser.skipReason), arguments: Backend.available)
    func kill(_ backend: Backend) async throws {
        try await withMove(backend) { move in
            let (originals, before) = (try Originals(move.home), try move.rootTree())
            #expect(try await move.migrate("--quiet").code == 0)
            let expected = try move.rootTree(withoutDatabase: true)
            #expect(try await move.telec("system", "rollback", "--root", move.root).code == 0)
            #expect(try move.rootTree() == before)
            for milliseconds in [20, 60, 120, 180, 240, 300, 360, 420, 500] {
                let victim = try move.start("system", "migrate", "--resume", "--quiet")
                try await Task.sleep(for: .milliseconds(milliseconds))
                victim.kill(SIGKILL)
                _ = try await victim.finish()
                #expect(try Originals(move.home) == originals)
            }
            let last = try await move.migrate("--resume", "--quiet")
            #expect(last.code == 0, "\(last)")
            #expect(try move.rootTree(withoutDatabase: true) == expected)
            #expect(try query("SELECT CAST(count(*) AS TEXT) FROM sessions", on: move.url) == ["200"])
            #expect(try query("SELECT CAST(count(*) AS TEXT) FROM imports", on: move.url) == ["1"])
            let back = try await move.telec("system", "rollback", "--root", move.root)
            #expect(back.code == 0, "\(back)")
            #expect(try move.rootTree() == before)
        }
    }

    @Test(
        "a write that was killed between its steps leaves nothing that a resumed run or a rollback keeps (check 44)",
        .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func leftovers() async throws {
        try await withMove(.sqlite) { move in
            let before = try move.rootTree()
            #expect(try await move.migrate("--quiet").code == 0)
            let expected = try move.rootTree(withoutDatabase: true)
            let manifest = "\(move.root)/etc/teleclaude/migration/manifest.json"
            let docs = "\(move.root)/usr/local/share/teleclaude/docs"
            let copy = "\(move.root)/\(Move.state)teleclaude-import-killed"
            let settings = "\(move.root)/etc/teleclaude"
            let preferences = "\(settings)/users/alex"
            func breakOff() throws {
                let text = try String(contentsOfFile: manifest, encoding: .utf8)
                try text.replacing("\"done\"", with: "\"begun\"").write(
                    toFile: manifest, atomically: false, encoding: .utf8)
                // The file has its name already, and its temporary name still.
                let policy = "\(docs)/policy"
                #expect(Foundation.link("\(policy)/commits.md", "\(policy)/.commits.md.teleclaude-new") == 0)
                // The settings of the installation have a temporary file beside them.
                let half = "\(settings)/.config.yml.teleclaude-new"
                try "half a fi".write(toFile: half, atomically: false, encoding: .utf8)
                // The file has its temporary name only.
                #expect(rename("\(preferences)/config.yml", "\(preferences)/.config.yml.teleclaude-new") == 0)
                // The folder does not have its rights yet.
                unlink("\(docs)/principle/one.md")
                chmod("\(docs)/principle", 0o700)
                // The working copy holds people's data.
                try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
                try "x".write(toFile: "\(copy)/teleclaude.db", atomically: false, encoding: .utf8)
            }
            try breakOff()
            let resumed = try await move.migrate("--resume", "--quiet")
            #expect(resumed.code == 0, "\(resumed)")
            #expect(try move.rootTree(withoutDatabase: true) == expected)
            #expect(!FileManager.default.fileExists(atPath: copy))
            try breakOff()
            let back = try await move.telec("system", "rollback", "--root", move.root)
            #expect(back.code == 0, "\(back)")
            #expect(try move.rootTree() == before)
        }
    }

    @Test(
        "sessions that were used or replaced since, and the first ones of all, are not lost without a word",
        .enabled(if: TestUser.areWanted, TestUser.skipReason), arguments: Backend.available)
    func usedSince(_ backend: Backend) async throws {
        try await withMove(backend) { move in
            let free = """
                SELECT session_id FROM sessions WHERE session_id NOT IN (SELECT session_id FROM session_tokens) \
                AND session_id NOT IN (SELECT session_id FROM pending_message_deletions) ORDER BY session_id LIMIT 1
                """
            let own = "INSERT INTO sessions (session_id, computer_name) VALUES ('own', 'here');"
            for change in [
                "UPDATE sessions SET last_activity = '2030-01-02T03:04:05.000000Z' WHERE session_id = (\(free));",
                "DELETE FROM sessions WHERE session_id = (\(free)); \(own)",
            ] {
                #expect(try await move.migrate("--quiet").code == 0)
                try await expectLoss("sessions: as many rows as were transferred", move, change)
            }
            // A manifest of an earlier version has no digest, and is compared by the numbers of rows alone.
            #expect(try await move.migrate("--quiet").code == 0)
            let manifest = "\(move.root)/etc/teleclaude/migration/manifest.json"
            let text = try String(contentsOfFile: manifest, encoding: .utf8)
            let lines = text.split(separator: "\n")
            let older = lines.filter { !$0.contains("\"sessions\"") || $0.count < 64 }
            #expect(older.count == lines.count - 1)
            try older.joined(separator: "\n").write(toFile: manifest, atomically: false, encoding: .utf8)
            #expect(try await move.telec("system", "rollback", "--root", move.root).code == 0)

            try execute("DELETE FROM sessions", on: "sqlite:\(move.home)/teleclaude/teleclaude.db")
            try move.own()
            #expect(try await move.migrate("--quiet").code == 0)
            try await expectLoss("sessions: 0 rows were transferred, and now there are 1", move, own)
        }
    }

    /// Changes the new database, expects that a rollback refuses to lose that, and carries it out.
    private func expectLoss(_ words: String, _ move: Move, _ change: String) async throws {
        try execute(change, on: move.url)
        let before = try move.rootTree(withoutDatabase: true)
        let refused = try await move.telec("system", "rollback", "--root", move.root)
        #expect(refused.code == 2 && refused.error.contains("--discard-new"), "\(refused)")
        #expect(refused.error.contains(words), "\(refused)")
        #expect(try move.rootTree(withoutDatabase: true) == before)
        let back = try await move.telec("system", "rollback", "--root", move.root, "--discard-new")
        #expect(back.code == 0, "\(back)")
    }

    @Test(
        "a run that broke off is neither begun anew nor gone on with as another one",
        .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func brokenOff() async throws {
        try await withMove(.sqlite) { move in
            let before = try move.rootTree()
            #expect(try await move.migrate("--quiet").code == 0)
            let manifest = "\(move.root)/etc/teleclaude/migration/manifest.json"
            let text = try String(contentsOfFile: manifest, encoding: .utf8)
            for more in [["--dry-run"], ["--from", "\(move.home)/../home"]] {
                let done = try await move.migrate(more + ["--quiet"])
                #expect(done.code == 0 && done.output.hasPrefix("already migrated: from \(move.home)"), "\(done)")
            }
            try text.replacing("\"done\"", with: "\"begun\"").write(toFile: manifest, atomically: true, encoding: .utf8)
            for more in [[], ["--dry-run"]] {
                expectRefusal(
                    try await move.migrate(more + ["--quiet"]), saying: "did not finish", "--resume",
                    "telec system rollback")
            }
            let left = try await move.migrate("--dry-run", "--resume", "--quiet")
            #expect(left.code == 0 && left.output.hasSuffix("nothing was changed\n"), "\(left)")
            #expect(left.output.contains("an earlier run broke off: the data are there, 0 of "), "\(left)")
            try "changed\n".write(toFile: "\(move.home)/.teleclaude/docs/new.md", atomically: true, encoding: .utf8)
            try move.own()
            expectRefusal(try await move.migrate("--resume", "--quiet"), saying: "have changed since the run began")
            unlink("\(move.home)/.teleclaude/docs/new.md")
            let config = "\(move.root)/etc/teleclaude/config.yml"
            let settings = try String(contentsOfFile: config, encoding: .utf8)
            try (settings + "# mine\n").write(toFile: config, atomically: false, encoding: .utf8)
            let recordings = "\(move.root)/\(Move.state)transcripts"
            try FileManager.default.createDirectory(atPath: recordings, withIntermediateDirectories: true)
            try "x".write(toFile: "\(recordings)/x.cast", atomically: true, encoding: .utf8)
            let back = try await move.telec("system", "rollback", "--root", move.root)
            #expect(back.error.contains("the recordings of sessions in /\(Move.state)transcripts stay"), "\(back)")
            try FileManager.default.removeItem(atPath: recordings)
            #expect(
                back.code == 0 && back.error.contains("\(config.dropFirst(move.root.count)) has changed"), "\(back)")
            let kept = try String(contentsOfFile: config + ".before-migration", encoding: .utf8)
            #expect(kept.contains("# TeleClaude's settings for everybody"))
            unlink(config)
            rename(config + ".before-migration", config)
            #expect(try move.rootTree() == before)
        }
    }
}

// MARK: - What is refused

extension SystemMoveTests {
    @Test(
        "what can't be brought over is refused in one sentence, and nothing is changed (checks 1, 2, 5, 32)",
        .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func refused() async throws {
        try await withMove(.sqlite) { move in
            let before = try move.rootTree()
            let checkout = "\(move.home)/teleclaude"
            for (arguments, words) in [
                (["--owner", "Alix Smith"], "did you mean Alex Smith?"),
                (["--map", "\(move.bea.name)=Nobody"], "no person Nobody"),
                (["--map", "nobody-here=Alex Smith"], "the account nobody-here"),
                (["--zone", "Mars/Olympus"], "no time zone"),
                (["--zone", "America/Argentina"], "no time zone America/Argentina"),
                (["--zone", "zone.tab"], "no time zone zone.tab"),
                (["--from", move.box("nowhere")], "there is no teleclaude.db"),
            ] { expectRefusal(try await move.migrate(arguments + ["--quiet"]), saying: words) }
            let argument = try await move.migrate("--map", "alex", "--quiet")
            #expect(argument.code == 64 && argument.error.contains("ACCOUNT=PERSON"), "\(argument)")
            let password = try await move.migrate("--database", "postgresql://a:FAKE@h/d", "--quiet")
            #expect(password.code == 64 && !password.error.contains("FAKE"), "\(password)")

            let descriptor = open("\(checkout)/teleclaude.pid", O_RDWR | O_CLOEXEC)
            #expect(flock(descriptor, LOCK_EX) == 0)
            for more in [[], ["--dry-run"]] {
                expectRefusal(
                    try await move.migrate(more + ["--quiet"]),
                    saying: "the existing daemon or another adoption is running")
            }
            close(descriptor)

            try await move.changing("\(checkout)/config.yml", to: "a: [") {
                expectRefusal(try await move.migrate("--quiet"), saying: "config.yml")
            }
            for bytes in ["no database", "SQLite format 3\0" + String(repeating: "x", count: 500)] {
                try await move.changing("\(checkout)/teleclaude.db", to: bytes) {
                    expectRefusal(try await move.migrate("--quiet"), saying: "teleclaude.db")
                }
            }
            try execute("CREATE TABLE mine (a)", on: "sqlite:\(move.box("full.db"))", creating: true)
            chmod(move.box("full.db"), 0o666)
            #expect(try move.rootTree() == before)

            // A file of another origin is in the documents' place.
            let place = "\(move.root)/usr/local/share/teleclaude/docs/policy"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try "mine\n".write(toFile: "\(place)/commits.md", atomically: true, encoding: .utf8)
            for more in [[], ["--dry-run"]] {
                expectRefusal(
                    try await move.migrate(more + ["--quiet"]), saying: "commits.md already exists",
                    "nothing was changed")
            }
            try FileManager.default.removeItem(atPath: "\(move.root)/usr/local/share/teleclaude/docs")
            #expect(try move.rootTree() == before)

            // A link to another user's database does not give that user's sessions to the owner of the link.
            try FileManager.default.moveItem(atPath: "\(checkout)/teleclaude.db", toPath: move.box("bea.db"))
            chown(move.box("bea.db"), move.bea.uid, move.bea.uid)
            try FileManager.default.createSymbolicLink(
                atPath: "\(checkout)/teleclaude.db", withDestinationPath: move.box("bea.db"))
            expectRefusal(
                try await move.migrate("--quiet"), saying: "teleclaude.db is a symbolic link, and not followed")
            unlink("\(checkout)/teleclaude.db")
            expectRefusal(try await move.migrate("--quiet"), saying: "there is no teleclaude.db")
            #expect(try move.rootTree() == before)
        }
    }

    @Test(
        "without an installation, without rights and with a daemon on the database nothing is done",
        .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func notReady() async throws {
        try await withMove(.sqlite) { move in
            let bare = try await move.box.run(
                move.program, ["system", "migrate", "--from", move.home, "--root", move.bareRoot()])
            expectRefusal(bare, saying: "not correctly installed", "telec system install")
            let user = try await move.box.run(
                as: move.alex, move.program, ["system", "migrate", "--from", move.home, "--root", move.root])
            #expect(user.code == 2 && user.error == "error: only root can do this; use sudo\n", "\(user)")
            let rollback = try await move.box.run(
                as: move.alex, move.program, ["system", "rollback", "--root", move.root, "--dry-run"])
            #expect(rollback.code == 2 && rollback.error == "error: only root can do this; use sudo\n", "\(rollback)")

            try await move.withDaemon {
                expectRefusal(try await move.migrate("--quiet"), saying: "a daemon is using the new database")
            }
            // The database that the daemon has created is filled. A rollback removes the rows and keeps the database.
            let tree = try move.rootTree(withoutDatabase: true)
            let run = try await move.migrate("--quiet")
            #expect(run.code == 0, "\(run)")
            #expect(try query("SELECT CAST(count(*) AS TEXT) FROM sessions", on: move.url) == ["200"])
            let back = try await move.telec("system", "rollback", "--root", move.root)
            #expect(back.code == 0, "\(back)")
            #expect(try move.rootTree(withoutDatabase: true) == tree)
            #expect(try query("SELECT CAST(count(*) AS TEXT) FROM sessions", on: move.url) == ["0"])
            #expect(try query("SELECT CAST(count(*) AS TEXT) FROM imports", on: move.url) == ["0"])
            #expect(try await move.box.migrate("drift", "-d", move.url).output == "no drift\n")
        }
    }

    @Test(
        "a full disk: one sentence, nothing brought over (check 45)",
        .enabled(if: FullDiskTests.canMount, "only root may mount a small disk"))
    func fullDisk() async throws {
        try await withMove(.sqlite) { move in
            let script = """
                mount -t tmpfs -o size=1500k,mode=700,uid=$(stat -c %u "$2"),gid=$(stat -c %g "$2") tmpfs "$2" || exit 99
                "$1" system migrate --root "$3" --from "$4" --owner 'Alex Smith' --quiet
                code=$?; ls "$2" | sed 's/^/left: /'; exit $code
                """
            let run = try await move.box.run(
                Program(inPath: "unshare"),
                [
                    "--mount", "--", "bash", "-c", script, "bash", move.program.path, "\(move.root)/var/lib/teleclaude",
                    move.root, move.home,
                ])
            #expect(run.code == 2 && !run.output.contains("migrated"), "\(run)")
            // Neither a database nor a working copy remains on the disk.
            #expect(!run.output.contains("left: "), "\(run)")
            #expect(run.error.contains("MB free, and this needs about"), "\(run)")
            #expect(!FileManager.default.fileExists(atPath: "\(move.root)/etc/teleclaude/migration"))
        }
    }

    @Test(
        "what can't be written in the middle leaves nothing behind (check 45)",
        .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func writeFails() async throws {
        try await withMove(.sqlite) { move in
            let before = try move.rootTree()
            // The limit is in blocks of 1024 bytes: the copy fits, but the new database does not.
            let script = """
                trap '' XFSZ; ulimit -f 1700
                exec "$1" system migrate --root "$2" --from "$3" --owner 'Alex Smith' --quiet
                """
            let run = try await move.box.run(
                Program(inPath: "bash"), ["-c", script, "bash", move.program.path, move.root, move.home])
            #expect(run.code == 2 && !run.error.isEmpty && !run.output.contains("migrated"), "\(run)")
            #expect(try move.rootTree() == before)
            #expect(try await move.migrate("--quiet").code == 0)
        }
    }
}

extension SystemMoveTests {
    /// The run is stopped once the target is being filled, which begins when the copy was proven.
    @Test(
        "what is written to the old database after it was copied keeps the old daemon in service",
        .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func writtenLater() async throws {
        try await withMove(.sqlite) { move in
            let run = try move.start("system", "migrate", "--quiet")
            try waitUntil("the target is being filled") {
                FileManager.default.fileExists(atPath: String(move.url.dropFirst(7)))
            }
            run.kill(SIGSTOP)
            try execute(
                "INSERT INTO system_settings (key, value) VALUES ('late', 'x')",
                on: "sqlite:\(move.home)/teleclaude/teleclaude.db")
            run.kill(SIGCONT)
            let ended = try await run.finish(timeout: 60)
            #expect(ended.code == 1 && ended.output.contains("wrong: the old database"), "\(ended)")
            #expect(!ended.output.contains("--resume"), "\(ended)")
            #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: move.unitLink)) != nil)
            let again = try await move.migrate("--quiet", "--resume")
            #expect(!again.output.contains("--resume"), "\(again)")
            #expect(again.code == 1 && again.output.contains("undo the run with telec system rollback"), "\(again)")
            let back = try await move.telec("system", "rollback", "--root", move.root)
            #expect(back.code == 0, "\(back)")
        }
    }

    @Test(
        "a checkout alone, without settings, documents or a home around it; the events are in its owner's home",
        .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func bareCheckout() async throws {
        try await withMove(.sqlite) { move in
            let checkout = "\(move.alex.home)/src/alone"
            let events = "\(move.alex.home)/.teleclaude/events.db"
            for folder in [checkout, "\(move.alex.home)/.teleclaude"] {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
            try FileManager.default.copyItem(atPath: "\(move.home)/.teleclaude/events.db", toPath: events)
            for name in ["teleclaude.db", "teleclaude.db-wal"] {
                try FileManager.default.copyItem(
                    atPath: "\(move.home)/teleclaude/\(name)", toPath: "\(checkout)/\(name)")
            }
            for path in [checkout, events, "\(checkout)/teleclaude.db", "\(checkout)/teleclaude.db-wal"] {
                chown(path, move.alex.uid, move.alex.uid)
            }
            let config = "\(move.root)/etc/teleclaude/config.yml"
            let settings = try String(contentsOfFile: config, encoding: .utf8)
            try (settings + "people: [{name: Alex Smith, os_username: \(move.alex.name), role: admin}]\n").write(
                toFile: config, atomically: false, encoding: .utf8)
            let run = try await move.telec(
                "system", "migrate", "--root", move.root, "--from", checkout, "--quiet")
            #expect(run.code == 0 && run.output.contains("200 sessions are Alex Smith's"), "\(run)")
            #expect(run.output.contains("absent") && run.output.contains("events: \(events)"), "\(run)")
            #expect(try String(contentsOfFile: config, encoding: .utf8).contains("os_username: \(move.alex.name)"))
        }
    }
}

extension SystemMoveTests {
    @Test(
        "a home whose path has a space and a line break, and what is no document in its documents",
        .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func strangeNames() async throws {
        try await withMove(.sqlite) { move in
            let home = "\(move.alex.home)/a home\nof two lines"
            try FileManager.default.moveItem(atPath: move.home, toPath: home)
            let documents = "\(home)/.teleclaude/docs"
            try "y\n".write(toFile: "\(documents)/sp ace\nline.md", atomically: false, encoding: .utf8)
            try "x\n".write(toFile: "\(documents)/closed.md", atomically: false, encoding: .utf8)
            chmod("\(documents)/closed.md", 0)
            mkfifo("\(documents)/pipe", 0o644)
            symlink("/etc", "\(documents)/etc")
            let fromElsewhere = ["---", "id: general/elsewhere", "---", "", "see ~/.teleclaude/docs/none.md", "and on"]
            try fromElsewhere.joined(separator: "\r\n").write(
                toFile: "\(documents)/elsewhere.md", atomically: false, encoding: .utf8)
            for name in ["sp ace\nline.md", "closed.md", "elsewhere.md"] {
                chown("\(documents)/\(name)", move.alex.uid, move.alex.uid)
            }
            let before = try move.rootTree()
            let run = try await move.migrate("--from", home, "--quiet")
            #expect(run.code == 0, "\(run)")
            for words in [
                "docs/pipe is neither a file nor a folder", "docs/etc is a symbolic link to /etc: not followed",
                "/elsewhere.md:5 refers to ~/.teleclaude/docs/none.md",
            ] {
                #expect(run.output.contains(words), "\(run)")
            }
            let shared = "\(move.root)/usr/local/share/teleclaude/docs"
            let names = Set(try FileManager.default.contentsOfDirectory(atPath: shared))
            #expect(names.isSuperset(of: ["sp ace\nline.md", "closed.md"]) && names.isDisjoint(with: ["pipe", "etc"]))
            let index = try String(
                contentsOfFile: "\(move.root)/usr/local/share/teleclaude/index.yaml", encoding: .utf8)
            #expect(index.contains("general/elsewhere"), "\(index)")
            #expect(try await move.telec("system", "rollback", "--root", move.root).code == 0)
            #expect(try move.rootTree() == before)
        }
    }
}
