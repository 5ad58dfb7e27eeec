import Foundation
import TestSupport
import Testing

/// Sessions from outside: the real daemon, the real tmux, the real client.
struct SessionTests {
    @Test(arguments: Backend.available)
    func aCommandRunsIsTypedToAndIsRecorded(backend: Backend) async throws {
        try await withDaemon(backend) { daemon in
            let id = try await daemon.start(
                "sh", "-c", "printf 'ready \\303\\251\\n'; read line; echo \"got $line\"; exit 3", title: "First")
            try await daemon.wait(for: id, toBe: "active")
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

    @Test(arguments: Backend.available)
    func endingASessionEndsItsCommand(backend: Backend) async throws {
        try await withDaemon(backend) { daemon in
            let id = try await daemon.start("sh", "-c", "echo $$; exec sleep 1000")
            let ended = try await daemon.telec("sessions", "end", id)
            #expect(ended.code == 0, "\(ended)")
            try await daemon.wait(for: id, toBe: "closed")
            let again = try await daemon.telec("sessions", "send", id, "x")
            #expect(again.code == 2 && again.error.contains("the session ended at"), "\(again)")
            let pid = try await daemon.telec("transcript", id).output.trimmingCharacters(in: .newlines)
            try waitUntil("the command \(pid) is gone") { kill(try #require(pid_t(pid)), 0) != 0 }
        }
    }

    /// What the session finds in its environment: what a login gives, and what it was given.
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
            // Standard streams, and the folder that `ls` reads.
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

    /// The daemon is killed while a session writes: everything that the session wrote is in the recording, once.
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

    @Test func aMissingCommandIsRecorded() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("no-such-program")
            try await daemon.wait(for: id, toBe: "closed")
            let shown = try await daemon.telec("transcript", id, "--raw").output
            #expect(shown.contains("no-such-program can't be started") && shown.contains(#""x","127""#))
        }
    }

    @Test func whatIsAskedWronglyIsUsage() async throws {
        try await withDaemon(.sqlite) { daemon in
            for (arguments, text) in [
                (["sessions", "get", "no-such-session"], "there is no session no-such-session"),
                (["sessions", "list", "--state", "asleep"], "say one of initializing, active"),
                (["sessions", "list", "--after", "x"], "after is no place of a list"),
                (["sessions", "start", "--title", "x", "--agent", "nobody"], "the settings know no agent nobody"),
                (["sessions", "start", "--title", "x", "--agent", "a", "--", "b"], "an agent or a command, not both"),
                (["sessions", "start", "--title", "x", "--env", "A=secret", "--", "b"], "--env takes a name alone"),
                (["sessions", "start", "--title", "x", "--project", "/no/such", "--", "b"], "name a folder"),
            ] {
                let run = try await daemon.box.run(.telec, arguments, daemon.variables)
                #expect(run.code == 64 && run.error.contains(text), "\(arguments) \(run)")
                #expect(!run.error.contains("secret"))
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
