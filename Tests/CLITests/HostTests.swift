import Foundation
import TestSupport
import Testing

/// Tests sessions whose daemon does not know them, refuses them, sends nonsense, or is another program.
struct HostTests {
    /// Waits until the host has recorded why it waits.
    private func wait(_ box: Sandbox, for session: String, toHear code: String) throws {
        let file = "\(box.home)/.teleclaude/hosts/\(session)/standing"
        try waitUntil("the host hears \(code)") {
            (try? String(contentsOfFile: file, encoding: .utf8))?.contains("\"\(code)\"") == true
        }
    }

    /// Returns the variables of a daemon with a database and a state of its own, at the same socket.
    private func anotherInstallation(_ box: Sandbox, at url: String) -> [String: String?] {
        box.daemonVariables(url, ["TELECLAUDE_STATE_PATH": box("other-state")])
    }

    /// A database restored from a copy does not know the session. The session's command goes on, and so does its recording.
    @Test(arguments: Backend.available)
    func aHostOutlivesADaemonThatDoesNotKnowItsSession(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let other = "sqlite:\(box("other.db"))"
            var daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("sh", "-c", "while read x; do echo got $x; done")
            #expect(try await daemon.telec("sessions", "send", id, "one").code == 0)
            try await daemon.waitForTranscript(of: id, toContain: "got one")
            #expect(try await daemon.stop().code == 0)

            daemon = try await box.startDaemon(anotherInstallation(box, at: other))
            try wait(box, for: id, toHear: "not_found")
            #expect(isAlive(try box.command(of: id)))
            let list = try await daemon.telec("sessions", "list")
            #expect(list.code == 0 && list.error.contains("\(id) runs; its host has waited since"), "\(list)")
            #expect(list.error.contains("there is no session \(id)"), "\(list)")
            let typed = try await box.run(
                Program(inPath: "tmux"), ["-S", box.tmuxSocket, "send-keys", "two", "Enter"])
            #expect(typed.code == 0, "\(typed)")
            #expect(try await daemon.stop().code == 0)

            daemon = try await box.startDaemon(box.daemonVariables(url))
            try await daemon.waitForTranscript(of: id, toContain: "got two")
            #expect(try await daemon.telec("sessions", "send", id, "three").code == 0)
            try await daemon.waitForTranscript(of: id, toContain: "got three")
            let shown = try await daemon.telec("transcript", id).output
            #expect(shown == "one\ngot one\ntwo\ngot two\nthree\ngot three\n", "\(shown)")
            #expect(try await daemon.telec("sessions", "list").error.isEmpty)
            #expect(try await daemon.telec("sessions", "end", id).code == 0)
            try await daemon.wait(for: id, toBe: "closed")
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// The settings lack a person for a moment. The person is told so, the sessions go on, and the daemon takes them up again when the
    /// settings are corrected.
    @Test func aHostOutlivesSettingsThatLostItsPerson() async throws {
        try await withSandbox { box in
            let user = try #require(getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) })
            func settings(_ account: String) throws {
                let person = "{name: Me, email: me@example.org, os_username: \(account), role: member}"
                try box.write("config.yml", "mode: system\npeople:\n  - \(person)\n")
            }
            try settings(user)
            let variables = box.daemonVariables(
                "sqlite:\(box("a.db"))",
                ["TELECLAUDE_CONFIG_PATH": box("config.yml"), "TELECLAUDE_STATE_PATH": box("state")])
            var daemon = try await box.startDaemon(variables)
            let id = try await daemon.start("sh", "-c", "while read x; do echo got $x; done")
            #expect(try await daemon.stop().code == 0)
            try settings("nobody")
            daemon = try await box.startDaemon(variables)
            try wait(box, for: id, toHear: "not_allowed")
            let list = try await daemon.telec("sessions", "list")
            #expect(list.code == 2 && list.error.contains("\(id) runs; its host has waited since"), "\(list)")
            #expect(isAlive(try box.command(of: id)))
            try settings(user)
            daemon.process.kill(SIGHUP)
            try await daemon.waitUntilSent(id, "again")
            try await daemon.waitForTranscript(of: id, toContain: "got again")
            let shown = try await daemon.telec("transcript", id).output
            #expect(!shown.contains("gap"), "\(shown)")
            try await box.endSessions()
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// The owner ends a session that the daemon does not know. Its recording stays, and removing the folder lets the host end.
    @Test func theOwnerEndsWhatTheDaemonDoesNotKnow() async throws {
        try await withSandbox { box in
            var daemon = try await box.startDaemon(box.daemonVariables("sqlite:\(box("a.db"))"))
            let id = try await daemon.start("sh", "-c", "echo kept; sleep 1000")
            #expect(try await daemon.stop().code == 0)
            daemon = try await box.startDaemon(anotherInstallation(box, at: "sqlite:\(box("b.db"))"))
            try wait(box, for: id, toHear: "not_found")
            let (host, command) = (try box.host(of: id), try box.command(of: id))
            let ended = try await daemon.telec("sessions", "end", id)
            #expect(ended.code == 0 && ended.error.contains("what ran here was ended"), "\(ended)")
            try waitUntil("the command is gone") { !isAlive(command) }
            let folder = "\(box.home)/.teleclaude/hosts/\(id)"
            try waitUntil("the end is recorded") {
                let spool = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/spool")
                return try spool.contains { name in
                    try String(contentsOfFile: "\(folder)/spool/\(name)", encoding: .utf8).contains("\"x\"")
                }
            }
            let list = try await daemon.telec("sessions", "list")
            #expect(list.error.contains("\(id) has ended, and its recording waits"), "\(list)")
            let again = try await daemon.telec("sessions", "end", id)
            #expect(again.code == 64 && again.error.contains("there is no session"), "\(again)")
            try FileManager.default.removeItem(atPath: folder)
            try waitUntil("the host has gone") { !isAlive(host) }
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// Another program listens at the daemon's socket and sends any text. The command goes on, and the real daemon finds it.
    @Test(arguments: [
        "hello\\n", "HTTP/1.1 200 OK\\r\\ncontent-length: 3\\r\\n\\r\\nno\\n", "HTTP/1.1 200 OK\\r\\n\\r\\n",
        "HTTP/1.1 200 OK\\r\\n\\r\\nack 18446744073709551615\\n",
        "HTTP/1.1 200 OK\\r\\n\\r\\nnext 18446744073709551615\\n", "HTTP/1.1 401 No\\r\\ncontent-length: 0\\r\\n\\r\\n",
        "HTTP/1.1 403 No\\r\\ncontent-length: 2\\r\\n\\r\\n{}", "HTTP/1.1 404 No\\r\\ncontent-length: 0\\r\\n\\r\\n",
        "HTTP/1.1 409 No\\r\\n\\r\\n{\\\"code\\\":\\\"session_ended\\\"}", "HTTP/1.1 410 Gone\\r\\n\\r\\n",
        "HTTP/1.1 500 No\\r\\n\\r\\n", "",
    ])
    func aHostOutlivesWhateverAnswers(answer: String) async throws {
        try await withSandbox { box in
            let variables = box.daemonVariables("sqlite:\(box("a.db"))")
            var daemon = try await box.startDaemon(variables)
            let id = try await daemon.start("sh", "-c", "read x; echo got $x; read y")
            #expect(try await daemon.stop().code == 0)
            let stranger = """
                import socket, time
                s = socket.socket(socket.AF_UNIX); s.bind("\(box.folder)/d.sock"); s.listen()
                for _ in range(3):
                    c, _ = s.accept(); c.recv(65536); c.sendall(b"\(answer)"); c.close()
                open("\(box("done"))", "w")
                """
            let process = try box.start(Program(inPath: "python3"), ["-c", stranger])
            try waitUntil("it was called three times") { FileManager.default.fileExists(atPath: box("done")) }
            _ = try await process.finish()
            #expect(isAlive(try box.command(of: id)))
            try FileManager.default.removeItem(atPath: "\(box.folder)/d.sock")
            daemon = try await box.startDaemon(variables)
            try await daemon.waitUntilSent(id, "on")
            try await daemon.waitForTranscript(of: id, toContain: "got on")
            try await box.endSessions()
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// The tmux socket is moved away, and the tmux client by which the host records the terminal is detached. The command goes on, and
    /// is neither started a second time nor killed, whatever its environment is. Its output is not recorded meanwhile, which a marker says,
    /// but its end is.
    @Test(arguments: ["sh", "env -i sh"]) func aTerminalThatCanNotBeReachedIsLeftAlone(shell: String) async throws {
        try await withDaemon(.sqlite) { daemon in
            let go = daemon.box("go")
            let script = "trap : HUP; echo run >> runs; until [ -e \(go) ]; do sleep 0.1; done; exit 7"
            let id = try await daemon.start("sh", "-c", #"exec \#(shell) -c "$0""#, script)
            let (host, command) = (try daemon.box.host(of: id), try daemon.box.command(of: id))
            try FileManager.default.moveItem(atPath: daemon.box.tmuxSocket, toPath: daemon.box("socket"))
            let detached = try await daemon.box.run(
                Program(inPath: "tmux"),
                ["-S", daemon.box("socket"), "detach-client", "-s", "=\(try await name(daemon, id))"])
            #expect(detached.code == 0, "\(detached)")
            let log = "\(daemon.box.home)/.teleclaude/hosts/\(id)/log"
            try waitUntil("the host misses the terminal") {
                try String(contentsOfFile: log, encoding: .utf8).contains("there is no way to the terminal")
            }
            try await Task.sleep(for: .seconds(3))
            #expect(isAlive(host) && isAlive(command))
            try daemon.box.write("go", "")
            try await daemon.wait(for: id, toBe: "closed")
            #expect(try String(contentsOfFile: daemon.box("runs"), encoding: .utf8) == "run\n")
            let raw = try await daemon.telec("transcript", id, "--raw").output
            #expect(raw.contains("\"x\",\"7\"") && raw.contains(Self.unheard), "\(raw)")
        }
    }

    private static let unheard = "gap: the terminal was not heard for a while"

    /// The tmux client by which the host records the terminal is detached, and attaches again. A marker says that output may be missing.
    @Test func aTerminalThatWasNotHeardLeavesAMarker() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sh", "-c", "while read x; do echo got $x; done")
            try await daemon.waitUntilSent(id, "one")
            try await daemon.waitForTranscript(of: id, toContain: "got one")
            let detached = try await daemon.box.run(
                Program(inPath: "tmux"),
                ["-S", daemon.box.tmuxSocket, "detach-client", "-s", "=\(try await name(daemon, id))"])
            #expect(detached.code == 0, "\(detached)")
            var raw = ""
            let deadline = ContinuousClock.now + .seconds(30)
            while !raw.contains(Self.unheard) {
                try #require(ContinuousClock.now < deadline, "there is no marker: \(raw)")
                try await Task.sleep(for: .milliseconds(100))
                raw = try await daemon.telec("transcript", id, "--raw").output
            }
            try await daemon.waitUntilSent(id, "two")
            try await daemon.waitForTranscript(of: id, toContain: "got two")
            raw = try await daemon.telec("transcript", id, "--raw").output
            #expect(raw.components(separatedBy: Self.unheard).count == 2, "\(raw)")
        }
    }

    private func name(_ daemon: TestDaemon, _ session: String) async throws -> String {
        let document = try await daemon.json("sessions", "get", session)["session"] as? [String: Any]
        return try #require(document?["tmux_session_name"] as? String)
    }

    /// A host leaves a suspended daemon and calls the daemon that has taken the socket.
    @Test func aHostLeavesADaemonThatSaysNothing() async throws {
        try await withSandbox { box in
            let variables = box.daemonVariables("sqlite:\(box("a.db"))")
            let first = try await box.startDaemon(variables)
            let id = try await first.start("sh", "-c", "while read x; do echo got $x; done")
            first.process.suspend()
            try FileManager.default.removeItem(atPath: "\(box.folder)/d.sock")
            let other = try await box.startDaemon(anotherInstallation(box, at: "sqlite:\(box("b.db"))"))
            let file = "\(box.home)/.teleclaude/hosts/\(id)/standing"
            try waitUntil("the host calls the other one", seconds: 90) {
                (try? String(contentsOfFile: file, encoding: .utf8))?.contains("not_found") == true
            }
            first.process.kill(SIGKILL)
            #expect(try await other.stop().code == 0)
            try await box.endSessions()
        }
    }

    /// An id that is read from standard input does not appear in the list of processes.
    @Test func anIdIsReadFromStandardInput() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sh", "-c", "read x; echo got $x; read y")
            let got = try await daemon.telec("sessions", "get", "-", "--json", input: "\(id)\n")
            #expect(got.code == 0 && got.output.contains(id), "\(got)")
            let sent = try await daemon.telec("sessions", "send", "-", input: "\(id)\nhello")
            #expect(sent.code == 0, "\(sent)")
            try await daemon.waitForTranscript(of: id, toContain: "got hello")
            let none = try await daemon.telec("sessions", "end", "-", input: "")
            #expect(none.code == 64, "\(none)")
        }
    }

    /// A program that prints the mark that a pane prints at its end loses nothing of its own output.
    @Test func aProgramThatPrintsOurMarkLosesNothing() async throws {
        try await withDaemon(.sqlite) { daemon in
            let marks =
                #"printf '\033]7117;%s\007\033]7117;0123456789abcdef0123456789abcdef\007' $TELECLAUDE_SESSION_ID"#
            for end in ["", "printf '\\033]7117;0123'; ", "printf '\\033'; "] {
                let id = try await daemon.start("sh", "-c", "\(marks); sleep 0.3; seq 30000; \(end)exit 0")
                try await daemon.wait(for: id, toBe: "closed")
                let shown = try await daemon.telec("transcript", id).output
                #expect(shown == (1...30_000).map { "\($0)\n" }.joined(), "\(shown.suffix(100))")
            }
        }
    }

    /// Control sequences in a recording, which are meant for the reader's terminal, do not reach a terminal.
    @Test func aRawRecordingIsNotForATerminal() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("printf", "a\\302\\233c")
            try await daemon.wait(for: id, toBe: "closed")
            let terminal = "import pty, sys, os; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
            func inTerminal(_ arguments: String...) async throws -> Run {
                try await daemon.box.run(
                    Program(inPath: "python3"), ["-c", terminal, Program.telec.path] + arguments, daemon.variables)
            }
            let refused = try await inTerminal("transcript", id, "--raw")
            #expect(refused.code == 64 && refused.output.contains("commands for your terminal"), "\(refused)")
            let shown = try await inTerminal("transcript", id)
            #expect(shown.code == 0 && !shown.output.unicodeScalars.contains("\u{9B}"), "\(shown)")
            let piped = try await daemon.telec("transcript", id, "--raw")
            #expect(piped.code == 0 && piped.output.unicodeScalars.contains("\u{9B}"), "\(piped)")
        }
    }
}

extension TestDaemon {
    /// Types a text into a session as soon as its host has called the daemon.
    func waitUntilSent(_ session: String, _ text: String) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await telec("sessions", "send", session, text).code != 0 {
            try #require(ContinuousClock.now < deadline, "nothing could be sent")
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
