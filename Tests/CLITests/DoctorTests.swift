import Foundation
import TestSupport
import Testing

@Suite("telec doctor")
struct DoctorTests {
    /// Returns the outcome of each check; the worst if a check has several.
    private func outcomes(_ run: Run) throws -> [String: String] {
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        let checks = try #require(object?["checks"] as? [[String: Any]], "\(run)")
        #expect(object?["ok"] as? Bool == (run.code == 0), "\(run)")
        let pairs = checks.map { ($0["check"] as? String ?? "", $0["outcome"] as? String ?? "") }
        for check in checks where check["outcome"] as? String == "failed" {
            #expect(check["advice"] is String, "what has failed comes with advice: \(check)")
        }
        return Dictionary(pairs) { a, b in
            ["failed", "not_checked", "ok"].first { [a, b].contains($0) } ?? a
        }
    }

    @Test(arguments: Backend.available)
    func aDaemonOfOnesOwnIsWell(backend: Backend) async throws {
        try await withDaemon(backend) { daemon in
            let run = try await daemon.telec("doctor", "--json")
            let found = try outcomes(run)
            #expect(run.code == 0 && run.error.isEmpty, "\(run)")
            for check in ["settings", "daemon", "database", "permissions", "clock", "tmux"] {
                #expect(found[check] == "ok", "\(check): \(run)")
            }
            // Things that can't be examined are reported as not checked.
            #expect(found["log"] == "not_checked" && found["installed"] != "ok", "\(run)")
            #expect(found["space"] == (backend == .sqlite ? "ok" : "not_checked"), "\(run)")
            let text = try await daemon.telec("doctor")
            #expect(text.code == 0 && text.output.hasSuffix(" not checked\n"), "\(text)")
            let quiet = try await daemon.telec("doctor", "--quiet")
            #expect(quiet.code == 0 && quiet.output.isEmpty && quiet.error.isEmpty, "\(quiet)")
        }
    }

    /// Without the head no audited action is possible, though the schema is current.
    @Test func anAuditLogThatTakesNothingIsFound() async throws {
        try await withDatabase(.sqlite) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            let name = "audit_head_no_delete"
            let trigger = try query("SELECT sql FROM sqlite_master WHERE name = '\(name)'", on: url)
            try execute("DROP TRIGGER \(name); DELETE FROM audit_head; \(trigger[0])", on: url)
            for isServed in [true, false] {
                let run = try await daemon.telec("doctor", "--json")
                #expect(try outcomes(run)["database"] == "failed", "\(run)")
                #expect(run.output.contains("audit_head has no row"), "\(run)")
                if isServed { #expect(try await daemon.stop().code == 0) }
            }
            let check = try await box.run(.teleclauded, ["--check"], daemon.variables)
            #expect(check.code != 0 && "\(check)".contains("audit_head has no row"), "\(check)")
        }
    }

    /// A new, empty file in its place would look like a daemon that nobody has used yet.
    @Test func aDatabaseThatVanishedIsNotMadeAnew() async throws {
        try await withDatabase(.sqlite) { box, url in
            func move(_ from: String, _ to: String) {
                for ending in ["", "-wal", "-shm"] { rename(box(from + ending), box(to + ending)) }
            }
            var daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("echo", "kept")
            try await daemon.wait(for: id, toBe: "closed")
            move("test.db", "moved.db")
            for _ in 0..<2 {
                let run = try await daemon.telec("doctor")
                #expect(run.code == 1 && run.output.contains("test.db has vanished"), "\(run)")
                #expect(run.output.contains("put the file back or restore a backup"), "\(run)")
            }
            #expect(try await daemon.stop().code == 0)
            #expect(!FileManager.default.fileExists(atPath: box("test.db")))

            let missing = try await box.run(.teleclauded, [], daemon.variables)
            #expect(missing.code == 2 && missing.error.contains("test.db does not exist"), "\(missing)")
            #expect(
                missing.error.contains("holds recordings (1)") && missing.error.contains("telec restore"), "\(missing)")
            #expect(!FileManager.default.fileExists(atPath: box("test.db")))
            let doctor = try await daemon.telec("doctor")
            #expect(doctor.code == 1 && doctor.output.contains("test.db has vanished"), "\(doctor)")

            #expect(FileManager.default.createFile(atPath: box("test.db"), contents: nil))
            let empty = try await box.run(.teleclauded, [], daemon.variables)
            #expect(empty.code == 2 && empty.error.contains("test.db is empty"), "\(empty)")
            for ending in ["", "-wal", "-shm"] { unlink(box("test.db\(ending)")) }
            move("moved.db", "test.db")
            daemon = try await box.startDaemon(daemon.variables)
            #expect(try await daemon.telec("transcript", id).output == "kept\n")
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// A state folder that is not mounted would look like one of a daemon that has never recorded anything. A recording that is missing
    /// alone would look like a session that said nothing.
    @Test(arguments: Backend.available) func recordingsThatVanishedAreMissed(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let folder = "\(box.home)/.teleclaude/transcripts"
            var daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("echo", "kept")
            try await daemon.wait(for: id, toBe: "closed")
            let deadline = ContinuousClock.now + .seconds(60)
            while try await !daemon.telec("search", "kept").output.contains(id) {
                try #require(ContinuousClock.now < deadline, "the index never held it")
                try await Task.sleep(for: .milliseconds(200))
            }
            rename("\(folder)/\(id).cast", box("one.cast"))
            for arguments in [["transcript", id], ["transcript", id, "--raw"], ["sessions", "tail", id]] {
                let run = try await box.run(.telec, arguments, daemon.variables)
                #expect(run.code == 2 && run.output == "", "\(run)")
                #expect(run.error.contains("the recording of this session is missing"), "\(run)")
            }
            #expect(try await daemon.stop().code == 0)

            rmdir(folder)
            for arguments in [[], ["--check"]] {
                let refused = try await box.run(.teleclauded, arguments, daemon.variables)
                #expect(refused.code == 2 && refused.error.contains("holds no recordings, but"), "\(refused)")
                #expect(refused.error.contains("telec restore") && !FileManager.default.fileExists(atPath: folder))
            }
            let doctor = try await daemon.telec("doctor")
            #expect(doctor.code == 1 && doctor.output.contains("\(folder) holds no recordings"), "\(doctor)")

            mkdir(folder, 0o700)
            rename(box("one.cast"), "\(folder)/\(id).cast")
            daemon = try await box.startDaemon(daemon.variables)
            #expect(try await daemon.telec("transcript", id).output == "kept\n")
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// Two daemons on two names of one file would not see each other's lock.
    @Test func aDatabaseWithASecondNameIsRefused() async throws {
        try await withDatabase(.sqlite) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            #expect(try await daemon.stop().code == 0)
            try FileManager.default.linkItem(atPath: box("test.db"), toPath: box("second.db"))
            let run = try await box.run(.teleclauded, [], box.daemonVariables("sqlite:\(box("second.db"))"))
            #expect(run.code == 2 && run.error.contains("has 2 names (hard links)"), "\(run)")
        }
    }

    /// At first nothing runs and nothing has ever run; then there is a database, which is read without a daemon.
    @Test(arguments: Backend.available)
    func withoutADaemonItLooksItself(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let variables = box.daemonVariables(url)
            let first = try await box.run(.telec, ["doctor", "--json"], variables)
            #expect(first.code == 1, "\(first)")
            #expect(try outcomes(first)["daemon"] == "failed", "\(first)")
            #expect(try outcomes(first)["database"] == (backend == .sqlite ? "not_checked" : "failed"), "\(first)")
            let daemon = try await box.startDaemon(variables)
            _ = try await daemon.stop()
            let before = try fingerprint(box, url)
            let second = try await box.run(.telec, ["doctor", "--json"], variables)
            #expect(second.code == 1 && second.error.isEmpty, "\(second)")
            #expect(try outcomes(second)["database"] == "ok", "\(second)")
            #expect(try fingerprint(box, url) == before)
            let quiet = try await box.run(.telec, ["doctor", "--quiet"], variables)
            #expect(quiet.code == 1 && quiet.output.isEmpty && quiet.error.isEmpty, "\(quiet)")
        }
    }

    /// A start fails without these rights, or records no session, so nothing may call that right. Root has all rights, so an ordinary user
    /// runs the daemon.
    @Test(.enabled(if: TestUser.areWanted, TestUser.skipReason))
    func whatTheDaemonCanNotWriteIsNamed() async throws {
        try await withSandbox { box in
            try await box.withUsers(["svc"]) { users in
                let (user, home) = (users[0], users[0].home)
                let (daemon, client) = (try await box.published(.teleclauded), try await box.published(.telec))
                let variables: [String: String?] = [
                    "TELECLAUDE_SOCKET": "\(home)/d.sock", "TELECLAUDE_DATABASE_URL": "sqlite:\(home)/db/d.db",
                    "TELECLAUDE_STATE_PATH": "\(home)/state",
                ]
                let served = try box.start(as: user, daemon, [], variables)
                try waitUntil("it serves") { try served.errorText().contains("ready") }
                served.kill(SIGTERM)
                #expect(try await served.finish().code == 0)
                let right = try await box.run(as: user, daemon, ["--check"], variables)
                #expect(right.code == 0, "\(right)")
                for (path, mode) in [
                    ("db/d.db", 0o400), ("db", 0o500), ("state", 0o500), ("state/transcripts", 0o500),
                ] as [(String, mode_t)] {
                    chmod("\(home)/\(path)", mode)
                    for (program, argument, code) in [(daemon, "--check", Int32(2)), (client, "doctor", 1)] {
                        let run = try await box.run(as: user, program, [argument], variables)
                        let lines = (run.output + run.error).split(separator: "\n")
                        let isNamed = lines.contains { $0.contains("can't write") && $0.contains("\(home)/\(path)") }
                        #expect(run.code == code && isNamed, "\(path) \(run)")
                    }
                    chmod("\(home)/\(path)", path == "db/d.db" ? 0o600 : 0o700)
                }
                // In system mode root asks, and the state folder tells which account the daemon has.
                try FileManager.default.createDirectory(atPath: "\(box.folder)/etc", withIntermediateDirectories: false)
                for file in ["config.yml", "secrets.yml"] {
                    try "{}\n".write(toFile: "\(box.folder)/etc/\(file)", atomically: false, encoding: .utf8)
                    chmod("\(box.folder)/etc/\(file)", file == "secrets.yml" ? 0o600 : 0o644)
                }
                chown("\(home)/db/d.db", 0, 0)
                let config: [String: String?] = ["TELECLAUDE_CONFIG_PATH": "\(box.folder)/etc/config.yml"]
                let root = try await box.run(.telec, ["doctor"], variables.merging(config) { $1 })
                #expect(root.output.contains("chown \(user.uid) \(home)/db/d.db"), "\(root)")
            }
        }
    }

    /// A suspended daemon keeps its socket, and the kernel still accepts connections for it.
    @Test(arguments: Backend.available)
    func aStoppedDaemonIsNotWaitedForForEver(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            daemon.process.suspend()
            let run = try await daemon.telec("doctor", "--json", timeout: 40)
            #expect(run.code == 1, "\(run)")
            #expect(try outcomes(run)["daemon"] == "failed" && run.output.contains("did not answer within"), "\(run)")
            daemon.process.kill(SIGKILL)
            _ = try await daemon.process.finish()
        }
    }

    @Test func pathsInCommandsAreQuoted() async throws {
        try await withDatabase(.sqlite) { box, url in
            let state = box("the state")
            try FileManager.default.createDirectory(
                atPath: "\(state)/transcripts", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755])
            let variables = box.daemonVariables(url, ["TELECLAUDE_STATE_PATH": state])
            let run = try await box.run(.telec, ["doctor"], variables)
            #expect(run.output.contains("chmod 700 '\(state)/transcripts'"), "\(run)")
        }
    }

    @Test func whatIsWrongIsSaidWithWhatToDo() async throws {
        try await withDatabase(.sqlite) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            // A newer program has migrated the database.
            try execute(
                """
                INSERT INTO tc_migrations SELECT 9999, '9999-later', 'x', operations, applied_at, 1, applied_by, version \
                FROM tc_migrations LIMIT 1
                """, on: url)
            chmod("\(box.home)/.teleclaude/transcripts", 0o755)
            try FileManager.default.createDirectory(atPath: "\(box.folder)/empty", withIntermediateDirectories: false)
            var variables = daemon.variables
            variables["PATH"] = "\(box.folder)/empty"
            let run = try await box.run(.telec, ["doctor"], variables)
            #expect(run.code == 1, "\(run)")
            for words in ["its schema is newer", "chmod 700 \(box.home)/.teleclaude/transcripts", "install tmux"] {
                #expect(run.output.contains(words), "\(run)")
            }
            daemon.process.kill(SIGKILL)
            _ = try await daemon.process.finish()
        }
    }

    @Test func settingsThatDoNotLoadAreAFinding() async throws {
        try await withSandbox { box in
            try box.write("config.yml", "people: [")
            let run = try await box.run(.telec, ["doctor", "--json"], ["TELECLAUDE_CONFIG_PATH": box("config.yml")])
            #expect(run.code == 1, "\(run)")
            #expect(try outcomes(run)["settings"] == "failed", "\(run)")
        }
    }

    /// An ordinary user sees only what the policy allows, an admin more, root everything. Nobody is shown anything false.
    @Test(.enabled(if: TestUser.areWanted, TestUser.skipReason), arguments: Backend.available)
    func onASharedMachine(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let settings: [String: String?] = ["TELECLAUDE_CONFIG_PATH": "\(machine.box.folder)/etc/config.yml"]
            let variables = machine.variables.merging(settings) { _, new in new }
            func doctor(_ user: TestUser) async throws -> [String: String] {
                try outcomes(try await machine.box.run(as: user, machine.client, ["doctor", "--json"], variables))
            }
            for user in [machine.alice, machine.stranger] {
                let found = try await doctor(user)
                #expect(found["daemon"] == "ok" && found["settings"] == "ok", "\(found)")
                #expect(found["database"] == "not_checked" && found["clock"] == "not_checked", "\(found)")
            }
            let admin = try await doctor(machine.admin)
            #expect(admin["database"] == "ok" && admin["clock"] == "ok", "\(admin)")
            // The daemon does not know root, so `telec` examines the database itself. Root starts no sessions and needs no tmux.
            let own: [String: String?] = [
                "TELECLAUDE_STATE_PATH": machine.state, "PATH": "/nowhere",
                "TELECLAUDE_DATABASE_URL": machine.database,
            ]
            let root = try outcomes(
                try await machine.box.run(.telec, ["doctor", "--json"], variables.merging(own) { _, new in new }))
            #expect(root["database"] == "ok" && root["clock"] == "ok" && root["tmux"] == "not_checked", "\(root)")
            #expect(root["permissions"] == "ok", "\(root)")
            if machine.service.uid != 0 {
                chown("\(machine.state)/transcripts", 0, 0)
                let run = try await machine.box.run(.telec, ["doctor"], variables.merging(own) { _, new in new })
                #expect(run.code == 1, "\(run)")
                #expect(run.output.contains("can't write \(machine.state)/transcripts, so it records"), "\(run)")
                chown("\(machine.state)/transcripts", machine.service.uid, machine.service.uid)
            }
            machine.daemon.suspend()
            let stopped = try await doctor(machine.alice)
            #expect(stopped["daemon"] == "failed" && stopped["database"] == "not_checked", "\(stopped)")
            machine.daemon.kill(SIGCONT)
        }
    }
}
