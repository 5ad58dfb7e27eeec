import Dialects
import Foundation
import TestSupport
import Testing

@Suite("telec backup and restore")
struct BackupTests {
    struct Pair: Sendable, CustomTestStringConvertible {
        var source: Backend
        var target: Backend
        var testDescription: String { "\(source) to \(target)" }

        static let all = Backend.available.flatMap { source in
            Backend.available.map { Pair(source: source, target: $0) }
        }
    }

    /// Returns environment variables for programs on a machine without any data: another home, another state, another database.
    private func freshMachine(_ box: Sandbox, _ url: String, _ name: String = "fresh") throws -> [String: String?] {
        let home = "\(box.folder)/\(name)"
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        return box.daemonVariables(url, ["HOME": home, "TELECLAUDE_SOCKET": "\(box.folder)/\(name).sock"])
    }

    private func withTarget(
        _ backend: Backend, _ box: Sandbox, _ body: (String) async throws -> Void
    ) async throws {
        switch backend {
        case .sqlite: try await body("sqlite:\(box.folder)/fresh.db")
        case .postgresql: try await backend.withURL { try await body("\($0)") }
        }
    }

    @Test("a running daemon's backup is restored on a fresh machine, and serves there", arguments: Pair.all)
    func restored(_ pair: Pair) async throws {
        try await withDaemon(pair.source) { daemon in
            let box = daemon.box
            let over = try await daemon.start("sh", "-c", "echo said-and-done", title: "Over")
            try await daemon.wait(for: over, toBe: "closed")
            // This session keeps printing while it is copied.
            let live = try await daemon.start(
                "sh", "-c", "while :; do echo still-here; sleep 0.01; done", title: "Live")
            try await daemon.wait(for: live, toBe: "active")
            let archive = try await daemon.telec("audit", "archive", "--reason", "a year is over")
            #expect(archive.code == 0, "\(archive)")
            let backup = try await daemon.json("backup", box("copy"))
            #expect(backup["recordings"] as? Int == 2 && backup["dry_run"] as? Bool == false, "\(backup)")
            let sums = try await box.run(
                Program(inPath: "sha256sum"), ["--check", "--quiet", "SHA256SUMS"], in: box("copy"))
            #expect(sums.code == 0, "\(sums)")
            try await withTarget(pair.target, box) { url in
                let fresh = try freshMachine(box, url)
                let dry = try await box.run(.telec, ["restore", box("copy"), "--dry-run"], fresh)
                #expect(dry.code == 0 && dry.output.contains("dry run"), "\(dry)")
                let restore = try await box.run(.telec, ["restore", box("copy")], fresh)
                #expect(restore.code == 0, "\(restore)")
                #expect(restore.output.contains("audit log: intact, 1 entry"), "\(restore)")
                try await expectSame(box, fresh, over)
                // The target holds data by then.
                let again = try await box.run(.telec, ["restore", box("copy"), "--json"], fresh)
                #expect(again.code == 2 && again.output.contains("\"not_empty\""), "\(again)")
            }
        }
    }

    private func expectSame(_ box: Sandbox, _ fresh: [String: String?], _ over: String) async throws {
        let other = try await box.startDaemon(fresh)
        let list = try await other.telec("sessions", "list")
        #expect(list.output.contains("Over") && list.output.contains("Live"), "\(list)")
        let transcript = try await other.telec("transcript", over)
        #expect(transcript.output.contains("said-and-done"), "\(transcript)")
        let audit = try await other.telec("audit", "verify")
        #expect(audit.code == 0 && audit.output.contains("intact"), "\(audit)")
        // The log continues where it ended.
        let next = try await other.telec("audit", "archive", "--reason", "on the new machine")
        #expect(next.code == 0, "\(next)")
        #expect(try await other.telec("audit", "verify").code == 0)
        let doctor = try await other.telec("doctor")
        #expect(doctor.code == 0, "\(doctor)")
        #expect(try await other.stop().code == 0)
    }

    // MARK: - What is refused

    private func withBackup(_ body: (Sandbox, _ variables: [String: String?]) async throws -> Void) async throws {
        try await withDatabase(.sqlite) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("sh", "-c", "echo one")
            try await daemon.wait(for: id, toBe: "closed")
            try await box.endSessions()
            _ = try await daemon.stop()
            let run = try await box.run(.telec, ["backup", box("copy")], daemon.variables)
            #expect(run.code == 0, "\(run)")
            try await body(box, daemon.variables)
        }
    }

    private func refused(
        _ box: Sandbox, _ arguments: [String], _ variables: [String: String?], _ code: String
    ) async throws {
        let before = try box.contents()
        let run = try await box.run(.telec, arguments + ["--json"], variables)
        #expect(run.code == 2 && run.output.contains("\"code\": \"\(code)\""), "\(run)")
        #expect(try box.contents() == before, "\(arguments) changed something")
    }

    @Test func whatIsInTheWayStays() async throws {
        try await withBackup { box, variables in
            try await refused(box, ["backup", box("copy")], variables, "not_empty")
            try await refused(box, ["backup", box("test.db")], variables, "file")
            try await refused(box, ["backup", box("no/such/folder")], variables, "file")
            try await refused(box, ["restore", box("copy")], variables, "not_empty")
            try await refused(box, ["restore", box("nowhere")], variables, "no_backup")
            let never = box.daemonVariables("sqlite:\(box("never.db"))")
            try await refused(box, ["backup", box("other")], never, "no_database")
            // An empty database beside recordings of another installation.
            let fresh = try freshMachine(box, "sqlite:\(box("fresh.db"))", "files/taken")
            try box.write("taken/.teleclaude/transcripts/other.cast", "[0,\"o\",\"x\"]\n")
            try await refused(box, ["restore", box("copy")], fresh, "not_empty")
            // A link that the state folder's owner has put in the recordings' place leads nowhere, whatever is behind it.
            let planted = try freshMachine(box, "sqlite:\(box("planted.db"))", "files/planted")
            try FileManager.default.createDirectory(atPath: box("outside"), withIntermediateDirectories: false)
            try FileManager.default.createDirectory(
                atPath: box("planted/.teleclaude"), withIntermediateDirectories: true)
            symlink(box("outside"), box("planted/.teleclaude/transcripts"))
            try await refused(box, ["restore", box("copy")], planted, "file")
        }
    }

    /// Changes one byte of a file in the backup: the one after `part`, or the middle one if `part` is `nil`. In the manifest, only parts
    /// that are compared with the files are changed.
    @Test(
        "not a byte may differ",
        arguments: [
            ("backup.json", "0001-single"), ("backup.json", #""rows" : "#), ("backup.json", #""sums" : ""#),
            ("backup.json", #""name" : ""#), ("SHA256SUMS", nil), ("database.db", nil), ("transcripts", nil),
        ] as [(String, String?)])
    func damaged(_ what: String, behind part: String?) async throws {
        try await withBackup { box, _ in
            let fresh = try freshMachine(box, "sqlite:\(box("fresh.db"))", "files/fresh")
            var path = "\(box("copy"))/\(what)"
            if what == "transcripts" { path += "/" + (try FileManager.default.contentsOfDirectory(atPath: path)[0]) }
            var bytes = try #require(FileManager.default.contents(atPath: path))
            let place = try part.map { try #require(bytes.firstRange(of: Data($0.utf8))).upperBound } ?? bytes.count / 2
            bytes[place] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
            let before = try box.contents()
            let run = try await box.run(.telec, ["restore", box("copy")], fresh)
            #expect(run.code == 2 && run.error.hasPrefix("error: "), "\(run)")
            #expect(try box.contents() == before)
        }
    }

    /// Tests a list of files that leads out of the folder, and one that lacks a file.
    @Test func aListThatLiesIsRefused() async throws {
        try await withBackup { box, _ in
            let fresh = try freshMachine(box, "sqlite:\(box("fresh.db"))", "files/fresh")
            let sums = try String(contentsOfFile: box("copy/SHA256SUMS"), encoding: .utf8)
            let lines = sums.split(separator: "\n").map { "\($0)\n" }
            let digest = String(repeating: "0", count: 64)
            let texts: [String] = [
                lines[0], lines[1], sums + "\(digest)  ../../etc/passwd\n", sums + "\(digest)  transcripts/../x.cast\n",
                sums + "nonsense\n", sums + String(repeating: "x", count: 70_000),
            ]
            for text in texts {
                try text.write(toFile: box("copy/SHA256SUMS"), atomically: false, encoding: .utf8)
                try await writeSumsDigest(box)
                try await refused(box, ["restore", box("copy")], fresh, "damaged")
            }
        }
    }

    /// Writes the changed list's digest into the manifest, as a forger would.
    private func writeSumsDigest(_ box: Sandbox) async throws {
        let run = try await box.run(Program(inPath: "sha256sum"), [box("copy/SHA256SUMS")])
        let manifest = try String(contentsOfFile: box("copy/backup.json"), encoding: .utf8)
        let forged = manifest.replacing(/"sums" : "[0-9a-f]*"/, with: "\"sums\" : \"\(run.output.prefix(64))\"")
        try forged.write(toFile: box("copy/backup.json"), atomically: false, encoding: .utf8)
    }

    // MARK: - In the middle

    @Test func aTornRecordingIsCutAtItsLastWholeEvent() async throws {
        try await withBackup { box, variables in
            let folder = "\(box.home)/.teleclaude/transcripts"
            let name = try FileManager.default.contentsOfDirectory(atPath: folder)[0]
            let whole = try #require(FileManager.default.contents(atPath: "\(folder)/\(name)"))
            let torn = whole + Data("[0.1,\"o\",\"never acknow".utf8)
            try torn.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            let run = try await box.run(.telec, ["backup", box("second")], variables)
            #expect(run.code == 0, "\(run)")
            #expect(FileManager.default.contents(atPath: box("second/transcripts/\(name)")) == whole)
            // The daemon's own file is not touched.
            #expect(FileManager.default.contents(atPath: "\(folder)/\(name)") == torn)
        }
    }

    @Test("without the recordings that the database knows, no backup is made") func recordingsAreAway() async throws {
        try await withBackup { box, variables in
            let folder = "\(box.home)/.teleclaude/transcripts"
            try execute(
                """
                INSERT OR IGNORE INTO transcript_readings (session_id, read_to, clock, parser, scope, passages)
                SELECT session_id, 10, '2026-01-01T00:00:00.000000Z', 'plain', '', 0 FROM sessions
                """, on: "sqlite:\(box("test.db"))")
            #expect(rename(folder, "\(folder).away") == 0)
            try await refused(box, ["backup", box("second")], variables, "no_recordings")
            try await refused(box, ["backup", box("second"), "--dry-run"], variables, "no_recordings")
            #expect(mkdir(folder, 0o700) == 0)
            try await refused(box, ["backup", box("second")], variables, "no_recordings")
        }
    }

    /// Inserts enough rows for a kill to come in the middle of the work.
    private func fill(_ url: String) throws {
        try execute(
            """
            INSERT INTO sessions (session_id, computer_name, title, created_at, last_activity, closed_at, lifecycle_status)
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
            SELECT 's' || i, 'here', 'Session ' || i, '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z',
                '2026-01-02T00:00:00.000000Z', 'closed' FROM n
            """, on: url)
    }

    @Test("of several backups into one folder one is made, and no other touches it")
    func severalAtOnce() async throws {
        try await withBackup { box, variables in
            for number in 1...5 {
                let copy = box("at-once\(number)")
                let backups = try (1...4).map { _ in try box.start(.telec, ["backup", copy, "--json"], variables) }
                var made = 0
                for backup in backups {
                    let run = try await backup.finish()
                    #expect(run.code == 0 || run.output.contains("\"not_empty\""), "\(run)")
                    if run.code == 0 { made += 1 }
                }
                #expect(made == 1)
                let fresh = try freshMachine(box, "sqlite:\(box("fresh\(number).db"))", "fresh\(number)")
                let restore = try await box.run(.telec, ["restore", copy, "--dry-run"], fresh)
                #expect(restore.code == 0, "\(restore)")
            }
        }
    }

    @Test("an audit log that was changed is restored as it is, and the last line says so")
    func brokenAuditLog() async throws {
        try await withDatabase(.sqlite) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            #expect(try await daemon.telec("audit", "archive", "--reason", "a year is over").code == 0)
            #expect(try await daemon.stop().code == 0)
            let guards = try query("SELECT sql FROM sqlite_schema WHERE name = 'audit_log_no_update'", on: url)
            let trigger = try #require(guards.first)
            try execute(
                """
                DROP TRIGGER audit_log_no_update;
                UPDATE audit_log SET reason = 'another' WHERE seq = (SELECT max(seq) FROM audit_log);
                \(trigger)
                """, on: url)
            let backup = try await box.run(.telec, ["backup", box("copy")], daemon.variables)
            #expect(backup.code == 0, "\(backup)")
            let target = "sqlite:\(box.folder)/fresh.db"
            let restore = try await box.run(.telec, ["restore", box("copy")], freshMachine(box, target))
            #expect(restore.code == 1 && restore.output.contains("audit log: broken at row "), "\(restore)")
            #expect(restore.output.hasSuffix("; its audit log is not as it was written\n"), "\(restore)")
            #expect(!restore.output.contains("and verified"), "\(restore)")
        }
    }

    @Test func killedInTheMiddleNothingLooksWhole() async throws {
        try await withBackup { box, variables in
            try fill(box("test.db"))
            for (number, milliseconds) in [5, 60, 150, 300, 600, 1_000].enumerated() {
                let copy = box("killed\(number)")
                let backup = try box.start(.telec, ["backup", copy], variables)
                usleep(UInt32(milliseconds) * 1_000)
                backup.kill(SIGKILL)
                _ = try await backup.finish()
                let fresh = try freshMachine(box, "sqlite:\(box("fresh\(number).db"))", "fresh\(number)")
                let restore = try await box.run(.telec, ["restore", copy, "--dry-run", "--json"], fresh)
                let isWhole = access("\(copy)/backup.json", F_OK) == 0
                #expect(restore.code == (isWhole ? 0 : 2), "\(restore)")
                #expect(isWhole || restore.output.contains("\"no_backup\""), "\(restore)")
            }
        }
    }

    @Test("a restore that was killed is run again, and is whole", arguments: Backend.available)
    func killedRestore(_ backend: Backend) async throws {
        try await withBackup { box, variables in
            try fill(box("test.db"))
            let backup = try await box.run(.telec, ["backup", box("large")], variables)
            #expect(backup.code == 0, "\(backup)")
            for milliseconds in [5, 100, 250, 500, 900] {
                let name = "fresh\(milliseconds)"
                try await withTarget(backend, box) { url in
                    let url = backend == .sqlite ? "sqlite:\(box("\(name).db"))" : url
                    let fresh = try freshMachine(box, url, name)
                    let restore = try box.start(.telec, ["restore", box("large")], fresh)
                    usleep(UInt32(milliseconds) * 1_000)
                    restore.kill(SIGKILL)
                    let first = try await restore.finish()
                    let again = try await box.run(.telec, ["restore", box("large"), "--json"], fresh)
                    let isRestored = again.code == 0 || again.output.contains("\"not_empty\"")
                    #expect(isRestored, "\(first)\n\(again)")
                    #expect(try query("SELECT count(*) FROM sessions", on: url) == ["30001"])
                }
            }
        }
    }

    /// A restore begins with the migrations, each in a transaction of its own, so it may be killed between any two of them.
    @Test("what a killed restore has migrated so far is taken up again", arguments: Backend.available)
    func killedWhileMigrating(_ backend: Backend) async throws {
        try await withBackup { box, variables in
            try fill(box("test.db"))
            let backup = try await box.run(.telec, ["backup", box("large")], variables)
            #expect(backup.code == 0, "\(backup)")
            for (number, last) in ["0001-single-user-tables", "0004-daemon-lease", "0008-imports"].enumerated() {
                try await withTarget(backend, box) { url in
                    let url = backend == .sqlite ? "sqlite:\(box("part\(number).db"))" : url
                    let up = try await box.migrate("up", "--to", last, "--database", url)
                    #expect(up.ending == .exit(0), "\(up)")
                    let restore = try await box.run(
                        .telec, ["restore", box("large"), "--json"], freshMachine(box, url, "part\(number)"))
                    #expect(restore.code == 0, "\(restore)")
                    #expect(try query("SELECT count(*) FROM sessions", on: url) == ["30001"])
                }
            }
        }
    }

    @Test("what others have made beside the tables of an empty installation stays", arguments: Backend.available)
    func othersBeside(_ backend: Backend) async throws {
        try await withBackup { box, _ in
            try await withTarget(backend, box) { url in
                let fresh = try freshMachine(box, url)
                #expect(try await box.migrate("up", "--database", url).code == 0)
                try execute(
                    """
                    CREATE TABLE notes (a text); INSERT INTO notes VALUES ('mine');
                    CREATE VIEW report AS SELECT session_id FROM sessions
                    """, on: url)
                for more in [["--dry-run"], []] {
                    let restore = try await box.run(.telec, ["restore", box("copy")] + more, fresh)
                    #expect(restore.code == 0 && !restore.output.contains("target is empty"), "\(restore)")
                }
                #expect(try query("SELECT a FROM notes", on: url) == ["mine"])
                #expect(try query("SELECT count(*) || '' FROM report", on: url) == ["1"])
                // A refusal names what is in the way, and not what is only beside it.
                let again = try await box.run(.telec, ["restore", box("copy"), "--json"], fresh)
                #expect(again.output.contains("not_empty") && !again.output.contains("notes"), "\(again)")
            }
        }
    }

    /// The tables of an installation have been given a check that the backup's rows break.
    @Test(
        "a restore that fails leaves no rows, and says which migrations it leaves",
        arguments: Backend.available.filter { $0 == .postgresql },
        [("0009-retention", true), ("0011-project-pages", false)])
    func failed(_ backend: Backend, _ position: (last: String, isMoved: Bool)) async throws {
        try await withBackup { box, _ in
            try await withTarget(backend, box) { url in
                let fresh = try freshMachine(box, url)
                #expect(try await box.migrate("up", "--to", position.last, "--database", url).code == 0)
                try execute("ALTER TABLE sessions ADD CONSTRAINT never CHECK (session_id = '')", on: url)
                let restore = try await box.run(.telec, ["restore", box("copy")], fresh)
                #expect(restore.code == 2 && restore.error.contains("tc-migrate drift"), "\(restore)")
                let remains =
                    "; the database was at migration 0009-retention, is at 0011-project-pages now, and holds no row"
                #expect(restore.error.contains(remains) == position.isMoved, "\(restore)")
                #expect(try query("SELECT count(*) || '' FROM sessions", on: url) == ["0"])
                try execute("ALTER TABLE sessions DROP CONSTRAINT never", on: url)
                let again = try await box.run(.telec, ["restore", box("copy")], fresh)
                #expect(again.code == 0, "\(again)")
            }
        }
    }

    /// SQLite keeps texts that PostgreSQL does not.
    @Test(
        "values that the target does not take are named by a dry run too, with a remedy of telec's own",
        arguments: Backend.available.filter { $0 == .postgresql })
    func valuesThatDoNotFit(_ backend: Backend) async throws {
        try await withBackup { box, variables in
            try execute("UPDATE sessions SET title = CAST(x'610062' AS TEXT)", on: "sqlite:\(box("test.db"))")
            #expect(try await box.run(.telec, ["backup", box("nul")], variables).code == 0)
            try await withTarget(backend, box) { url in
                let fresh = try freshMachine(box, url)
                try await refused(box, ["restore", box("nul"), "--dry-run"], fresh, "does_not_fit")
                for more in [["--dry-run"], []] {
                    let run = try await box.run(.telec, ["restore", box("nul")] + more, fresh)
                    #expect(run.code == 2 && run.error.contains("restore the backup into SQLite"), "\(run)")
                    #expect(run.error.contains("sessions.title") && run.error.contains("NUL character"), "\(run)")
                }
            }
        }
    }

    @Test(
        "a disk that is full leaves nothing", .enabled(if: FullDiskTests.canMount, "only root may mount a small disk"))
    func fullDisk() async throws {
        try await withBackup { box, variables in
            try fill(box("test.db"))
            let script = """
                mkdir disk && mount -t tmpfs -o size=512k tmpfs disk || exit 99
                "$0" backup disk/copy --json
                code=$?
                ls -A disk
                exit $code
                """
            let run = try await box.run(
                try Program(inPath: "unshare"), ["--mount", "--", "/bin/sh", "-c", script, Program.telec.path],
                variables)
            #expect(run.code == 2 && run.output.hasSuffix("}\n"), "what is left on the disk is listed: \(run)")
            #expect(run.error.contains("no space is left") || run.error.contains("disk"), "\(run)")
        }
    }

    // MARK: - Versions and settings

    @Test func aBackupOfAnEarlierSchemaIsRestoredAsItWasAndMigrated() async throws {
        try await withDatabase(.sqlite) { box, url in
            let up = try await box.migrate("up", "--to", "0007-search", "-d", url)
            #expect(up.code == 0, "\(up)")
            let backup = try await box.run(.telec, ["backup", box("copy")], box.daemonVariables(url))
            #expect(backup.code == 0, "\(backup)")
            let fresh = try freshMachine(box, "sqlite:\(box("fresh.db"))")
            let restore = try await box.run(.telec, ["restore", box("copy")], fresh)
            #expect(restore.code == 0, "\(restore)")
            let daemon = try await box.startDaemon(fresh)
            #expect(try await daemon.telec("audit", "verify").code == 0)
            #expect(try await daemon.stop().code == 0)
        }
    }

    @Test func secretsComeAlongWhenTheyAreWanted() async throws {
        try await withDatabase(.sqlite) { box, url in
            let folder = "\(box.home)/.teleclaude"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            try "agents: {default: claude}\n".write(toFile: "\(folder)/config.yml", atomically: false, encoding: .utf8)
            try "OPENAI_API_KEY=sk-canary-4711\n".write(toFile: "\(folder)/.env", atomically: false, encoding: .utf8)
            chmod("\(folder)/.env", 0o600)
            let variables = box.daemonVariables(url)
            let daemon = try await box.startDaemon(variables)
            let without = try await daemon.telec("backup", box("without"))
            #expect(without.code == 0 && without.error.contains("--with-secrets"), "\(without)")
            let with = try await daemon.telec("backup", box("with"), "--with-secrets")
            #expect(with.code == 0 && !with.error.contains("--with-secrets"), "\(with)")
            #expect(with.error.contains(".env contains a secret: let nobody else read the backup"), "\(with)")
            _ = try await daemon.stop()
            let names = { (copy: String) in
                try FileManager.default.contentsOfDirectory(atPath: box("\(copy)/settings")).sorted()
            }
            #expect(try names("without") == ["config.yml"] && names("with") == [".env", "config.yml"])
            let grep = try await box.run(Program(inPath: "grep"), ["-rl", "canary-4711", box("without")])
            #expect(grep.code == 1, "\(grep)")
            for entry in try box.contents() where entry.key.hasPrefix(box("with/")) {
                #expect((entry.value.mode ?? 0) & 0o077 == 0, "\(entry.key)")
            }
        }
    }

    @Test func aSettingsFileThatIsALinkIsCopiedUnderItsName() async throws {
        try await withDatabase(.sqlite) { box, url in
            for folder in ["dot", ".teleclaude"] {
                try FileManager.default.createDirectory(
                    atPath: "\(box.home)/\(folder)", withIntermediateDirectories: false)
            }
            let text = "agents: {default: claude}\n"
            try text.write(toFile: "\(box.home)/dot/config.yml", atomically: false, encoding: .utf8)
            let link = "\(box.home)/.teleclaude/config.yml"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../dot/config.yml")
            #expect(try await box.migrate("up", "-d", url).code == 0)
            for more in [["--dry-run"], []] {
                let run = try await box.run(.telec, ["backup", box("copy")] + more, box.daemonVariables(url))
                #expect(run.code == 0, "\(run)")
            }
            #expect(try String(contentsOfFile: box("copy/settings/config.yml"), encoding: .utf8) == text)
        }
    }

    @Test func dryRunsWriteNothing() async throws {
        try await withBackup { box, variables in
            let before = try box.contents()
            let run = try await box.run(.telec, ["backup", box("second"), "--dry-run"], variables)
            #expect(run.code == 0 && run.output.contains("recordings: 1,"), "\(run)")
            #expect(try box.contents() == before)
            let fresh = try freshMachine(box, "sqlite:\(box("fresh.db"))", "files/fresh")
            #expect(try await box.migrate("up", "--database", "sqlite:\(box("fresh.db"))").code == 0)
            let migrated = try box.contents()
            let restore = try await box.run(.telec, ["restore", box("copy"), "--dry-run"], fresh)
            #expect(restore.code == 0 && restore.output.contains("nobody's data is in the target"), "\(restore)")
            #expect(try box.contents() == migrated)
        }
    }

    /// Root restores a backup for the daemon's user.
    @Test(.enabled(if: TestUser.areWanted, TestUser.skipReason))
    func ownersAreThoseOfTheStateFolder() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let box = machine.box
            let id = try await machine.start(machine.alice, title: "Hers")
            func variables(_ state: String) -> [String: String?] {
                [
                    "TELECLAUDE_CONFIG_PATH": "\(box.folder)/etc/config.yml", "TELECLAUDE_STATE_PATH": state,
                    "TELECLAUDE_DATABASE_URL": "sqlite:\(state)/teleclaude.db",
                ]
            }
            let backup = try await box.run(.telec, ["backup", box("copy")], variables(machine.state))
            #expect(backup.code == 0, "\(backup)")
            let state = "\(machine.service.home)/other"
            mkdir(state, 0o700)
            chown(state, machine.service.uid, machine.service.uid)
            let restore = try await box.run(.telec, ["restore", box("copy")], variables(state))
            #expect(restore.code == 0, "\(restore)")
            // Where a database is already, root asks who holds the daemon's lock, and leaves none of its own.
            let empty = "\(machine.service.home)/empty"
            mkdir(empty, 0o700)
            chown(empty, machine.service.uid, machine.service.uid)
            let made = try await box.migrate("up", "-d", "sqlite:\(empty)/teleclaude.db")
            #expect(made.code == 0, "\(made)")
            chown("\(empty)/teleclaude.db", machine.service.uid, machine.service.uid)
            #expect(try await box.run(.telec, ["restore", box("copy")], variables(empty)).code == 0)
            #expect(access("\(empty)/teleclaude.db.daemon", F_OK) != 0)
            for path in ["teleclaude.db", "transcripts", "transcripts/\(id).cast"] {
                let facts = try FileManager.default.attributesOfItem(atPath: "\(state)/\(path)")
                #expect(facts[.ownerAccountID] as? UInt32 == machine.service.uid, "\(path)")
            }
            // The daemon's user leads root to no other folder.
            let led = "\(machine.service.home)/led"
            mkdir(led, 0o700)
            chown(led, machine.service.uid, machine.service.uid)
            symlink(box("elsewhere.db"), "\(led)/teleclaude.db")
            #expect(try await box.run(.telec, ["restore", box("copy")], variables(led)).code == 2)
            #expect(access(box("elsewhere.db"), F_OK) != 0)
            // Neither does a folder of its own on the way to a folder of root's.
            let (own, rootsOwn) = ("\(machine.service.home)/own", box("roots"))
            for folder in [own, "\(own)/state", rootsOwn] { mkdir(folder, 0o700) }
            chown(own, machine.service.uid, machine.service.uid)
            chown("\(own)/state", machine.service.uid, machine.service.uid)
            symlink(rootsOwn, "\(own)/way")
            lchown("\(own)/way", machine.service.uid, machine.service.uid)
            for (folder, database) in [("state", "way"), ("way", "state")] {
                let places: [String: String?] = [
                    "TELECLAUDE_STATE_PATH": "\(own)/\(folder)",
                    "TELECLAUDE_DATABASE_URL": "sqlite:\(own)/\(database)/teleclaude.db",
                ]
                let run = try await box.run(.telec, ["restore", box("copy")], variables(own).merging(places) { $1 })
                #expect(run.code == 2 && run.error.contains(": this belongs to uid \(machine.service.uid)"), "\(run)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: rootsOwn).isEmpty, "\(run)")
            }
            let nobody = try await box.run(
                as: machine.bob, machine.client, ["backup", "/tmp/tc-no"], variables(machine.state))
            #expect(nobody.code == 2, "\(nobody)")
        }
    }

    /// A server that asks everybody for a password, and prints its port.
    private static let askingServer = #"""
        import socket
        server, clients = socket.create_server(("127.0.0.1", 0)), []
        print(server.getsockname()[1], flush=True)
        while True:
            client, _ = server.accept()
            client.recv(9000)
            client.sendall(b"R\0\0\0\x08\0\0\0\x03")
            clients.append(client)
        """#

    /// The daemon's user gets the secrets from systemd, and can't read them where they are.
    @Test(.enabled(if: TestUser.areWanted, TestUser.skipReason))
    func whoMayNotReadThePasswordIsTold() async throws {
        try await withSandbox { box in
            try await box.withUsers(["svc"]) { users in
                let server = try box.start(try Program(inPath: "python3"), ["-c", Self.askingServer])
                defer { server.kill(SIGKILL) }
                try waitUntil("the server has a port") { try server.outputText().contains("\n") }
                let port = try server.outputText().trimmingCharacters(in: .newlines)
                let url = "postgresql://app@127.0.0.1:\(port)/d?sslmode=disable&gssencmode=disable"
                try box.write("etc/config.yml", "mode: system\ndatabase: {url: '\(url)'}\n")
                try box.write("etc/secrets.yml", "database: {password: not-this-one}\n", mode: 0o600)
                chmod(box("etc"), 0o755)
                let run = try await box.run(
                    as: users[0], try await box.published(.telec), ["backup", "\(users[0].home)/copy"],
                    [
                        "TELECLAUDE_CONFIG_PATH": box("etc/config.yml"),
                        "TELECLAUDE_STATE_PATH": "\(users[0].home)/state",
                    ])
                #expect(run.code == 2 && run.error.contains("the server requires a password"), "\(run)")
                #expect(run.error.contains("is in secrets.yml") && run.error.contains("run this as root"), "\(run)")
            }
        }
    }
}
