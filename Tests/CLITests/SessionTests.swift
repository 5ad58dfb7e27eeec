import Dialects
import Foundation
import TestSupport
import Testing

/// Tests sessions from outside, with the real daemon, tmux and client.
struct SessionTests {
    @Test(arguments: Backend.available)
    func aCommandRunsIsTypedToAndIsRecorded(backend: Backend) async throws {
        try await withDaemon(backend) { daemon in
            let id = try await daemon.start(
                "sh", "-c", "printf 'ready \\303\\251\\n'; read line; echo \"got $line\"; exit 3", title: "First")
            try await daemon.waitForTranscript(of: id, toContain: "ready")
            let sent = try await daemon.telec("sessions", "send", id, "some; 'text' é")
            #expect(sent.code == 0 && sent.output == "sent\n", "\(sent)")
            try await daemon.wait(for: id, toBe: "closed")
            let transcript = try await daemon.telec("transcript", id)
            #expect(transcript.output == "ready é\nsome; 'text' é\ngot some; 'text' é\n", "\(transcript)")
            let recording = try await daemon.telec("transcript", id, "--raw")
            let lines = recording.output.split(separator: "\n")
            #expect(lines.first?.contains(#""version":3"#) == true)
            #expect(lines.last?.hasSuffix(#""x","3"]"#) == true)
        }
    }

    /// What is no text, or longer than a message, is refused as a whole. Nothing else is typed in its place.
    @Test func whatIsNoTextIsNotTyped() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sh", "-c", "echo ready; while read line; do echo \"got $line\"; done")
            func pipe(_ source: String, _ words: String) async throws -> Run {
                try await daemon.box.run(
                    Program(path: "/bin/sh"), ["-c", "\(source) | \"$0\" sessions send \(words)", Program.telec.path],
                    daemon.variables)
            }
            for (source, words) in [
                (#"printf 'caf\351'"#, "not valid UTF-8"), ("head -c 65537 /dev/zero | tr '\\0' a", "at most 64 KiB"),
            ] {
                let refused = try await pipe(source, id)
                #expect(refused.code == 64 && refused.error.contains(words), "\(refused)")
            }
            #expect(try await pipe(#"printf '%s\ncaf\303\251' \#(id)"#, "-").code == 0)
            try await daemon.waitForTranscript(of: id, toContain: "got café")
            #expect(try await daemon.telec("transcript", id).output == "ready\ncafé\ngot café\n")
        }
    }

    /// A host that was stopped may obey an order to start a session after the start was given up. The session stays closed then.
    @Test(arguments: Backend.available)
    func aStartThatWasGivenUpDoesNotHappenLater(backend: Backend) async throws {
        try await withDaemon(backend) { daemon in
            let id = try await daemon.start("true")
            try await daemon.wait(for: id, toBe: "closed")
            try await expectNoLateStart(of: id, daemon)
            #expect(try await daemon.telec("sessions", "revive", id, "--", "true").code == 0)
        }
    }

    /// The start may be given up while the token is being issued, which a trigger does here.
    @Test func aStartThatIsGivenUpMeanwhileDoesNotHappen() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("true")
            try await daemon.wait(for: id, toBe: "closed")
            try waitUntil("its host has gone") {
                !FileManager.default.fileExists(atPath: "\(daemon.box.home)/.teleclaude/hosts/\(id)")
            }
            let url = try #require(daemon.variables["TELECLAUDE_DATABASE_URL"] ?? nil)
            try execute(
                """
                CREATE TRIGGER giving_up AFTER INSERT ON session_tokens BEGIN
                UPDATE sessions SET lifecycle_status = 'closed', closed_at = last_activity
                WHERE session_id = new.session_id; END;
                UPDATE sessions SET lifecycle_status = 'initializing', closed_at = NULL WHERE session_id = '\(id)'
                """, on: url)
            try await expectNoLateStart(of: id, daemon)
            let valid = "SELECT count(*) FROM session_tokens WHERE session_id = '\(id)' AND revoked_at IS NULL"
            #expect(try query(valid, on: url) == ["0"])
        }
    }

    private func expectNoLateStart(of id: String, _ daemon: TestDaemon) async throws {
        let order: [String: String?] = ["TELECLAUDE_ORDERED": "1"]
        let late = try await daemon.box.run(
            .telec, ["sessions", "revive", id, "--", "true"], daemon.variables.merging(order) { $1 })
        #expect(late.code == 2 && late.error.contains("does not wait for its start any more"), "\(late)")
        let session = try await daemon.json("sessions", "get", id)["session"] as? [String: Any]
        #expect(session?["status"] as? String == "closed")
    }

    @Test(arguments: Backend.available)
    func endingASessionEndsItsCommand(backend: Backend) async throws {
        try await withDaemon(backend) { daemon in
            let id = try await daemon.start("sh", "-c", "echo pid $$; exec sleep 1000")
            try await daemon.waitForTranscript(of: id, toContain: "pid")
            let ended = try await daemon.telec("sessions", "end", id)
            #expect(ended.code == 0, "\(ended)")
            try await daemon.wait(for: id, toBe: "closed")
            let again = try await daemon.telec("sessions", "send", id, "x")
            #expect(again.code == 2 && again.error.contains("the session ended at"), "\(again)")
            let shown = try await daemon.telec("transcript", id).output
            let pid = try #require(shown.split(whereSeparator: \.isWhitespace).last)
            try waitUntil("the command \(pid) is gone") { kill(try #require(pid_t(pid)), 0) != 0 }
        }
    }

    /// The command outlives its terminal for as long as its host lets it.
    @Test func anEndIsReportedWhenItHasCome() async throws {
        try await withDaemon(.sqlite) { daemon in
            let script = "trap '' HUP TERM; echo pid $$; while true; do sleep 0.1; done"
            let id = try await daemon.start("sh", "-c", script)
            try await daemon.waitForTranscript(of: id, toContain: "pid")
            let command = try daemon.box.command(of: id)
            let ended = try await daemon.telec("sessions", "end", id)
            #expect(ended.code == 0 && ended.output == "ended\n", "\(ended)")
            #expect(!isAlive(command))
            let session = try await daemon.json("sessions", "get", id)["session"] as? [String: Any]
            #expect(session?["status"] as? String == "closed")
            // Nothing waits, and so nothing is said.
            #expect(try await daemon.telec("sessions", "list").error == "")
        }
    }

    /// A session's environment has only the variables of a login and those that were passed to it.
    @Test func theEnvironmentIsClean() async throws {
        let more = ["SECRET_OF_MINE": "cAnArY", "WANTED": "yes"]
        try await withDaemon(.sqlite, more) { daemon in
            let run = try await daemon.telec(
                "sessions", "start", "--title", "env", "--env", "WANTED", "--", "sh", "-c", "env; ls -1 /proc/self/fd")
            let id = run.output.trimmingCharacters(in: .newlines)
            try await daemon.wait(for: id, toBe: "closed")
            let shown = try await daemon.telec("transcript", id).output
            #expect(!shown.contains("cAnArY"))
            #expect(shown.contains("WANTED=yes\n") && shown.contains("TELECLAUDE_SESSION_ID=\(id)\n"))
            // The only descriptors are the standard streams, and the folder that `ls` reads.
            #expect(shown.contains("\n0\n1\n2\n3\n") && !shown.contains("\n4\n"))
        }
    }

    @Test func anAgentInsideActsAsItsSession() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sh", "-c", "\(Program.telec.path) whoami --json; sleep 1000")
            try await daemon.waitForTranscript(of: id, toContain: "\"session_id\":\"\(id)\"")
            _ = try await daemon.telec("sessions", "end", id)
        }
    }

    /// The daemon is killed while a session writes. The recording has the session's whole output exactly once.
    @Test(arguments: Backend.available)
    func nothingIsLostWhenTheDaemonIsKilled(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let variables = box.daemonVariables(url)
            var daemon = try await box.startDaemon(variables)
            let id = try await daemon.start(
                "sh", "-c", "i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); sleep 0.01; done")
            for _ in 0..<3 {
                try await Task.sleep(for: .milliseconds(700))
                daemon.process.kill(SIGKILL)
                _ = try await daemon.process.finish()
                daemon = try await box.startDaemon(variables)
            }
            try await daemon.wait(for: id, toBe: "closed")
            let shown = try await daemon.telec("transcript", id).output
            #expect(shown == (0..<400).map { "line \($0)\n" }.joined())
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// A session ends while the daemon is away. Its host delivers the recording to the next daemon, even if that one is being stopped.
    @Test func whatEndsWhileTheDaemonIsAwayIsDelivered() async throws {
        try await withSandbox { box in
            let variables = box.daemonVariables("sqlite:\(box("a.db"))")
            var daemon = try await box.startDaemon(variables)
            let id = try await daemon.start("sh", "-c", "read x; seq 20000; exit 7")
            #expect(try await daemon.telec("sessions", "send", id, "go").code == 0)
            #expect(try await daemon.stop().code == 0)
            try await Task.sleep(for: .seconds(1))
            for _ in 0..<2 {
                daemon = try await box.startDaemon(variables)
                try await Task.sleep(for: .milliseconds(100))
                #expect(try await daemon.stop().code == 0)
            }
            daemon = try await box.startDaemon(variables)
            try await daemon.wait(for: id, toBe: "closed")
            let shown = try await daemon.telec("transcript", id).output
            #expect(shown == "go\n" + (1...20_000).map { "\($0)\n" }.joined())
            try waitUntil("the host removes its folder once everything is delivered") {
                !FileManager.default.fileExists(atPath: "\(box.home)/.teleclaude/hosts/\(id)")
            }
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// The host is killed. The earlier recording is kept, the output that nobody recorded is a gap, and the command does not notice.
    @Test func aKilledHostIsTakenUpAgain() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start(
                "sh", "-c",
                "for i in $(seq 20); do echo line $i; sleep 0.1; done; read x; seq -f 'line %g' 21 40; echo the end $x")
            try await daemon.waitForTranscript(of: id, toContain: "line 9")
            #expect(kill(try daemon.box.host(of: id), SIGKILL) == 0)
            try waitUntil("the daemon has noticed") {
                try daemon.process.errorText().contains("a host is gone")
            }
            let lost = try await daemon.telec("sessions", "send", id, "x")
            #expect(lost.code == 2 && lost.error.contains("telec sessions revive"), "\(lost)")
            let back = Timestamp.now.text
            let revived = try await daemon.telec("sessions", "revive", id)
            #expect(revived.code == 0, "\(revived)")
            #expect(try await daemon.telec("sessions", "send", id, "now").code == 0)
            try await daemon.wait(for: id, toBe: "closed")
            let shown = try await daemon.telec("transcript", id).output
            #expect(
                shown.contains("-- gap: the host was started again\n") && shown.contains("the end now\n"), "\(shown)")
            let lines = shown.split(separator: "\n").filter { $0.hasPrefix("line ") }
            #expect(lines.count == Set(lines).count && lines.count > 10)
            // The times go on with the clock, and not where the killed host stopped.
            let documents = try await daemon.telec("transcript", id, "--format", "jsonl").output.split(separator: "\n")
                .map {
                    try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String] ?? [:]
                }
            let after = documents.drop { $0["text"]?.hasPrefix("gap: it went on at ") != true }
            #expect(after.count > 1 && after.allSatisfy { $0["at"] ?? "" >= back }, "\(back) \(documents)")
        }
    }

    /// A revived session continues the same recording.
    @Test func anEndedSessionIsRunAgain() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("echo", "one")
            try await daemon.wait(for: id, toBe: "closed")
            try waitUntil("its host has gone, with what it ran") {
                !FileManager.default.fileExists(atPath: "\(daemon.box.home)/.teleclaude/hosts/\(id)")
            }
            let forgotten = try await daemon.telec("sessions", "revive", id)
            #expect(forgotten.code == 64 && forgotten.error.contains("is not kept; give it after --"), "\(forgotten)")
            let revived = try await daemon.telec("sessions", "revive", id, "--", "echo", "two")
            #expect(revived.code == 0, "\(revived)")
            try await daemon.wait(for: id, toBe: "closed")
            let shown = try await daemon.telec("transcript", id).output
            let timeless = shown.replacing(#/ at \S+Z\n/#, with: "\n")
            #expect(timeless == "one\n\n-- gap: the host was started again\n\n-- gap: it went on\ntwo\n", "\(shown)")
        }
    }

    /// A session that can't be run again has ended when it ended.
    @Test func aRevivalWithoutItsFolderChangesNothing() async throws {
        try await withDaemon(.sqlite) { daemon in
            let place = daemon.box("work")
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
            let start = ["sessions", "start", "--title", "x", "--project", place, "--", "true"]
            let run = try await daemon.box.run(.telec, start, daemon.variables)
            #expect(run.code == 0, "\(run)")
            let id = run.output.trimmingCharacters(in: .newlines)
            try await daemon.wait(for: id, toBe: "closed")
            let row = "SELECT lifecycle_status || ' ' || closed_at || ' ' || last_activity FROM sessions"
            let url = try #require(daemon.variables["TELECLAUDE_DATABASE_URL"] ?? nil)
            let before = try query(row, on: url)
            try FileManager.default.removeItem(atPath: place)
            let refused = try await daemon.telec("sessions", "revive", id, "--", "true")
            #expect(refused.code == 2, "\(refused)")
            #expect(refused.error.contains("the command was not started: \(place): No such file"), "\(refused)")
            #expect(try query(row, on: url) == before)
        }
    }

    /// Whoever may write to these places could choose what runs as the caller.
    @Test(arguments: ["", "/hosts", "/hosts/ID", "/hosts/ID/spec.json"])
    func whatOthersMayChangeIsNotRun(place: String) async throws {
        try await withDaemon(.sqlite) { daemon in
            // A command that can't be delivered keeps its spec, even once its host is gone.
            let id = try await daemon.start("sh", "-c", "echo once >> '\(daemon.box("ran"))'; sleep 1000")
            let folder = "\(daemon.box.home)/.teleclaude"
            let path = folder + place.replacing("ID", with: id)
            #expect(kill(try daemon.box.host(of: id), SIGKILL) == 0)
            try await daemon.box.endSessions()
            let mode = try #require(
                try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
            chmod(path, mode_t(mode | 0o022))
            let doctor = try await daemon.telec("doctor")
            if !place.contains("ID") {
                #expect(
                    doctor.code == 1 && doctor.output.contains("could change what runs in your sessions"), "\(doctor)")
            }
            for words in [["--"], ["--", "true"]] {
                let run = try await daemon.box.run(.telec, ["sessions", "revive", id] + words, daemon.variables)
                #expect(run.code == 2 && run.error.contains("others may write to this"), "\(run)")
            }
            if !place.contains("ID") {
                let run = try await daemon.box.run(
                    .telec, ["sessions", "start", "--title", "New", "--", "true"], daemon.variables)
                #expect(run.code == 2 && run.error.contains("others may write to this"), "\(run)")
            }
            chmod(path, mode_t(mode))
            let run = try await daemon.telec("sessions", "revive", id)
            #expect(run.code == 0, "\(run)")
            try waitUntil("it runs again") {
                try String(contentsOfFile: daemon.box("ran"), encoding: .utf8) == "once\nonce\n"
            }
        }
    }

    /// Events report sessions that begin, change and end, at the time when they do.
    @Test func eventsTellWhatChanged() async throws {
        try await withDaemon(.sqlite) { daemon in
            let socket = "\(daemon.box.folder)/d.sock"
            let listener = try daemon.box.start(
                Program(inPath: "curl"), ["-sN", "--unix-socket", socket, "http://x/events"])
            try waitUntil("somebody listens") { try listener.outputText().contains(": listening") }
            let id = try await daemon.start("sh", "-c", "exit 0")
            try await daemon.wait(for: id, toBe: "closed")
            try waitUntil("all is told") { try listener.outputText().contains("session_closed") }
            let events = try listener.outputText().split(separator: "\n").filter { $0.hasPrefix("event: ") }
            #expect(events == ["event: session_started", "event: session_changed", "event: session_closed"])
            #expect(try listener.outputText().contains(id))
            listener.kill(SIGKILL)
        }
    }

    /// An archive that a full disk has truncated does not count as an archive.
    @Test func aFullDiskIsNoPlaceForAnArchive() async throws {
        try await withDaemon(.sqlite) { daemon in
            let first = try await daemon.telec("audit", "archive")
            #expect(first.code == 0 && first.output.isEmpty, "\(first)")
            for (program, words, text) in [
                (Program.telec, "audit archive", "not all entries were printed"),
                (.telec, "audit list", "No space left on device"),
                (.telec, "doctor", "No space left on device"),
                (.teleclauded, "--check", "No space left on device"),
                (.tcMigrate, "plan --dialect sqlite", "No space left on device"),
            ] {
                let run = try await daemon.box.run(
                    try Program(inPath: "sh"), ["-c", "\"$0\" \(words) > /dev/full", program.path], daemon.variables)
                #expect(run.code == 2 && run.error.contains("error: standard output can't be written: "), "\(run)")
                #expect(run.error.contains(text) && !run.error.contains("checkpoint"), "\(run)")
            }
            let whole = try await daemon.telec("audit", "archive")
            #expect(whole.code == 0 && whole.output.split(separator: "\n").count == 2, "\(whole)")
        }
    }

    @Test func whatIsAskedWronglyIsUsage() async throws {
        try await withDaemon(.sqlite) { daemon in
            for (arguments, text) in [
                (["sessions", "get", "no-such-session"], "there is no session no-such-session"),
                (["sessions", "list", "--state", "asleep"], "name one of initializing, active"),
                (["sessions", "list", "--after", "x"], "after is not a place in a list"),
                (["sessions", "start", "--title", "x", "--agent", "nobody"], "the settings have no agent nobody"),
                (["sessions", "start", "--title", "x", "--agent", "a", "--", "b"], "an agent or a command, not both"),
                (["sessions", "start", "--title", "x", "--env", "A=secret", "--", "b"], "--env takes only a name"),
                (["sessions", "start", "--title", "x", "--project", "/no/such", "--", "b"], "name a folder"),
                (["sessions", "start", "--title", "a\tb", "--", "b"], "title holds a control character"),
                (["sessions", "send", "x", "text", "--key", "Enter"], "a text or keys, not both"),
                (["sessions", "list", "--limit", "501"], "give a number from 1 to 500"),
                (["audit", "verify", "--checkpoint", "7:0"], "a checkpoint must be a seq and 64 hexadecimal digits"),
            ] {
                let run = try await daemon.box.run(.telec, arguments, daemon.variables)
                #expect(run.code == 64 && run.error.contains(text), "\(arguments) \(run)")
                #expect(!run.error.contains("secret"))
            }
            // These are requests that `telec` itself would not send.
            for path in [
                "sessions?limit=+5", "sessions?limit=05", "sessions?text=%00", "audit/verify?seq=1",
                "projects?limit=2001", "projects?state=x", "sessions?title=%ff", "sessions?title=%zz", "sessions?%z=x",
            ] {
                let run = try await daemon.box.run(
                    try Program(inPath: "curl"),
                    ["-s", "--unix-socket", "\(daemon.box.folder)/d.sock", "http://x/\(path)"])
                #expect(run.output.contains("\"code\":\"bad_request\""), "\(path) \(run)")
            }
        }
    }
}

extension TestDaemon {
    func waitForTranscript(of session: String, toContain text: String) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await !telec("transcript", session).output.replacing("\n", with: "").contains(text) {
            try #require(ContinuousClock.now < deadline, "the transcript never held \(text)")
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
