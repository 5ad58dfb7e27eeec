import Foundation
import TestSupport
import Testing

/// Tests entering a session's terminal from another terminal, which belongs to a separate tmux server.
struct AttachTests {
    private func outer(_ daemon: TestDaemon, _ arguments: [String]) async throws -> Run {
        try await daemon.box.run(
            Program(inPath: "tmux"), ["-L", "outer", "-f", "/dev/null"] + arguments, daemon.variables)
    }

    @Test func theOwnerSeesAndTypes() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sh", "-c", "echo welcome; read line; echo \"typed $line\"; sleep 1000")
            try await daemon.waitForTranscript(of: id, toContain: "welcome")
            let attached = try await outer(
                daemon, ["new-session", "-d", "-x", "80", "-y", "24", Program.telec.path, "sessions", "attach", id])
            #expect(attached.code == 0, "\(attached)")
            try await wait(daemon, toShow: "welcome")
            _ = try await outer(daemon, ["send-keys", "by hand", "Enter"])
            try await wait(daemon, toShow: "typed by hand")
            try await daemon.waitForTranscript(of: id, toContain: "typed by hand")
            _ = try await outer(daemon, ["kill-server"])
            // The session keeps running after the user has left its terminal.
            let session = try await daemon.json("sessions", "get", id)["session"] as? [String: Any]
            #expect(session?["status"] as? String == "active")
        }
    }

    /// tmux itself would say that sessions should be nested with care.
    @Test func noSessionOpensInAnother() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sleep", "1000")
            let place = daemon.variables.merging(["TMUX": "\(daemon.box.tmuxSocket),1,0"]) { $1 }
            let run = try await daemon.box.run(.telec, ["sessions", "attach", id], place)
            #expect(run.code == 2 && run.error.contains("leave this one first, with Ctrl-B d"), "\(run)")
        }
    }

    @Test func whatIsNoTerminalIsRefused() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sleep", "1000")
            for arguments in [["sessions", "attach", id], ["open", "--project", daemon.box.files]] {
                let run = try await daemon.box.run(.telec, arguments, daemon.variables)
                expectRefusal(run, saying: "standard input is none", "telec sessions send")
            }
            let document = try await daemon.telec("sessions", "attach", id, "--json")
            #expect(document.code == 2, "\(document)")
            #expect(try document.document(ErrorDocument.self).error.code == "failed")
            for (terminal, why) in [
                ("no-such-terminal", "does not know the terminal type in TERM"), ("dumb", "can't position the cursor"),
            ] {
                try await withWindow(TerminalWindow(daemon.box, daemon.variables)) { window in
                    try await window.open("'\(Program.telec.path)' sessions attach \(id)", terminal: terminal)
                    let screen = try await window.wait(toShow: "ended with 2")
                    #expect(screen.contains(why) && !screen.contains("--plain"), "\(screen)")
                }
            }
        }
    }

    private func inner(_ daemon: TestDaemon, _ arguments: [String]) async throws {
        let run = try await daemon.box.run(Program(inPath: "tmux"), ["-S", daemon.box.tmuxSocket] + arguments)
        #expect(run.code == 0, "\(run)")
    }

    /// The user has left the terminal in a mode of tmux's own, or in front of another window. What is sent reaches the command.
    @Test(arguments: [["copy-mode"], ["choose-tree"], ["clock-mode"], ["new-window", "cat"], ["split-window", "cat"]])
    func whatIsSentReachesTheCommand(words: [String]) async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sh", "-c", "while read x; do echo got $x; done")
            try await inner(daemon, words)
            for text in ["once", "q and more"] {
                let sent = try await daemon.telec("sessions", "send", id, text)
                #expect(sent.code == 0, "\(sent)")
                try await daemon.waitForTranscript(of: id, toContain: "got \(text)")
            }
        }
    }

    /// The user has opened another window or pane. Readers see nothing of it, and no character of the command's is torn by it.
    @Test(arguments: ["new-window", "split-window"]) func whatIsShownElsewhereIsNotRecorded(word: String) async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start(
                "sh", "-c", #"stty -echo; printf 'one \303'; read x; printf '\251 two\n'; read y; echo got $y; read z"#)
            try await daemon.waitForTranscript(of: id, toContain: "one")
            let shown = daemon.box("shown")
            try await inner(daemon, [word, "echo private; touch \(shown); sleep 1000"])
            try waitUntil("the other one has shown it") { FileManager.default.fileExists(atPath: shown) }
            for text in ["go", "end"] { #expect(try await daemon.telec("sessions", "send", id, text).code == 0) }
            try await daemon.waitForTranscript(of: id, toContain: "got end")
            let raw = try await daemon.telec("transcript", id, "--raw").output
            #expect(!raw.contains("private") && raw.contains("\u{e9} two"), "\(raw)")
            let sizes = raw.split(separator: "\n").filter { $0.contains(#","r","#) }
            #expect(sizes.map { $0.hasSuffix(#""80x12"]"#) } == (word == "split-window" ? [true] : []), "\(raw)")
        }
    }

    /// A host of an older version did not note the command's pane. The next one records that pane, and not whichever it hears first.
    @Test func theCommandIsRecordedThoughItsPaneWasNotNoted() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sh", "-c", "echo ready; while read x; do echo got $x; done")
            try await daemon.waitForTranscript(of: id, toContain: "ready")
            try await inner(daemon, ["new-window", "while :; do echo private; sleep 0.05; done"])
            try FileManager.default.removeItem(atPath: "\(daemon.box.home)/.teleclaude/hosts/\(id)/pane")
            #expect(kill(try daemon.box.host(of: id), SIGKILL) == 0)
            try waitUntil("the daemon has noticed") { try daemon.process.errorText().contains("a host is gone") }
            let revived = try await daemon.telec("sessions", "revive", id)
            #expect(revived.code == 0, "\(revived)")
            #expect(try await daemon.telec("sessions", "send", id, "there").code == 0)
            try await daemon.waitForTranscript(of: id, toContain: "got there")
            let raw = try await daemon.telec("transcript", id, "--raw").output
            #expect(!raw.contains("private"), "\(raw)")
        }
    }

    /// The command has ended, and another window holds the terminal open. Nothing is typed there, and the sender hears of it.
    @Test func whatNobodyTakesIsAnError() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sh", "-c", "read x")
            try await inner(daemon, ["new-window", "cat"])
            #expect(try await daemon.telec("sessions", "send", id, "end").code == 0)
            let deadline = ContinuousClock.now + .seconds(30)
            var last = try await daemon.telec("sessions", "send", id, "lost")
            while last.code == 0 {
                try #require(ContinuousClock.now < deadline, "the text is said to be sent, and nobody has it")
                try await Task.sleep(for: .milliseconds(200))
                last = try await daemon.telec("sessions", "send", id, "lost")
            }
            #expect(last.code == 2 && last.error.contains("the session's terminal did not take this"), "\(last)")
        }
    }

    private func wait(_ daemon: TestDaemon, toShow text: String) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let shown = try await outer(daemon, ["capture-pane", "-p"])
            if shown.output.contains(text) { return }
            try #require(ContinuousClock.now < deadline, "the terminal never showed \(text)\n\(shown)")
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
