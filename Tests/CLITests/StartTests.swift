import Foundation
import TestSupport
import Testing

/// Tests that sessions come up, or that `start` says why they don't.
struct StartTests {
    /// Ten sessions start at once, before there is a tmux server. Each one runs.
    @Test func sessionsThatStartAtOnceAllRun() async throws {
        try await withDaemon(.sqlite) { daemon in
            for _ in 0..<2 {
                let ids = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<10 { group.addTask { try await daemon.start("sh", "-c", "echo up; read x; echo $x") } }
                    return try await group.reduce(into: [String]()) { $0.append($1) }
                }
                for id in ids { try await daemon.waitForTranscript(of: id, toContain: "up") }
                for id in ids { #expect(isAlive(try daemon.box.command(of: id))) }
                // The last session to end takes the tmux server with it while the next ones start.
                for id in ids { #expect(try await daemon.telec("sessions", "send", id, "go").code == 0) }
            }
        }
    }

    /// A session starts while another one ends, and the tmux server with it.
    @Test func aSessionStartsWhileTheLastOneEnds() async throws {
        try await withDaemon(.sqlite) { daemon in
            for number in 0..<15 {
                let id = try await daemon.start("sh", "-c", "sleep 0.\(number % 10); echo done \(number)")
                if number.isMultiple(of: 3) { try await daemon.wait(for: id, toBe: "closed") }
                try await daemon.waitForTranscript(of: id, toContain: "done \(number)")
            }
        }
    }

    /// The host of an earlier run is still delivering. It ends that run, and not the next one.
    @Test func aSessionIsRevivedWhileItsLastHostDelivers() async throws {
        try await withSandbox { box in
            let variables = box.daemonVariables("sqlite:\(box("a.db"))")
            var daemon = try await box.startDaemon(variables)
            let id = try await daemon.start("sh", "-c", "echo first; read x")
            try await daemon.waitForTranscript(of: id, toContain: "first")
            #expect(try await daemon.stop().code == 0)
            // The command has ended, and no daemon is there to be told.
            #expect(kill(try box.command(of: id), SIGKILL) == 0)
            try waitUntil("the end is written down") {
                FileManager.default.fileExists(atPath: "\(box.home)/.teleclaude/hosts/\(id)/status")
            }
            daemon = try await box.startDaemon(variables)
            let revived = try await daemon.telec("sessions", "revive", id, "--", "sh", "-c", "echo second; read x")
            #expect(revived.code == 0, "\(revived)")
            try await daemon.waitForTranscript(of: id, toContain: "second")
            try await daemon.wait(for: id, toBe: "active")
            #expect(isAlive(try box.command(of: id)))
            #expect(try await daemon.telec("sessions", "end", id).code == 0)
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// A host is killed, and then everything on its tmux server ends. The server can't end completely: it accepts clients and sends
    /// them away. Sessions start nevertheless, including this one.
    @Test func aServerThatCanNotEndIsNotInTheWay() async throws {
        try await withDaemon(.sqlite) { daemon in
            for _ in 0..<6 {
                let id = try await daemon.start("sh", "-c", "echo begun; read x")
                try await daemon.waitForTranscript(of: id, toContain: "begun")
                #expect(kill(try daemon.box.host(of: id), SIGKILL) == 0)
                try await daemon.box.endSessions()
                let other = try await daemon.start("sh", "-c", "echo other; read x")
                try await daemon.waitForTranscript(of: other, toContain: "other")
                let revived = try await daemon.telec("sessions", "revive", id)
                #expect(revived.code == 0, "\(revived)")
                for session in [id, other] { #expect(try await daemon.telec("sessions", "end", session).code == 0) }
            }
        }
    }

    /// If tmux fails, `start` exits with 2, prints tmux's message, and keeps the log.
    @Test(
        arguments: [
            (
                "#!/bin/sh\necho 'open terminal failed: not a day for it'\nexit 1\n",
                "tmux: open terminal failed: not a day"
            ),
            ("#!/bin/sh\nexit 1\n", "tmux ended without a word"), (nil, "tmux can't be started"),
        ] as [(String?, String)])
    func startSaysWhyNothingRuns(tmux: String?, words: String) async throws {
        try await withDaemon(.sqlite) { daemon in
            try FileManager.default.createDirectory(atPath: daemon.box("bin"), withIntermediateDirectories: true)
            if let tmux { try await daemon.box.writeProgram("bin/tmux", tmux) }
            let path = tmux == nil ? daemon.box("bin") : "\(daemon.box("bin")):/usr/bin:/bin"
            let variables = daemon.variables.merging(["PATH": path]) { _, new in new }
            let run = try await daemon.box.run(
                .telec, ["sessions", "start", "--title", "x", "--", "sleep", "1000"], variables)
            #expect(run.code == 2 && run.output.isEmpty && run.error.contains(words), "\(run)")
            let log = try #require(run.error.split(separator: "; see ").last?.split(separator: "\n").first)
            let text = try String(contentsOfFile: String(log), encoding: .utf8)
            #expect(text.contains("the command was not started"), "\(text)")
            let sessions = try await daemon.json("sessions", "list")["sessions"] as? [[String: Any]]
            #expect(sessions?.first?["status"] as? String == "closed")
            let id = try #require(sessions?.first?["session_id"] as? String)
            try waitUntil("all but the log is gone") {
                let left = try FileManager.default.contentsOfDirectory(
                    atPath: "\(daemon.box.home)/.teleclaude/hosts/\(id)")
                return Set(left) == ["log", "failure"]
            }
            let shown = try await daemon.telec("transcript", id).output
            #expect(shown.contains(words), "\(shown)")
        }
    }

    /// Ctrl-C while a session starts: what was started is ended, and named.
    @Test(arguments: [SIGINT, SIGTERM]) func aStartThatIsInterruptedLeavesNothing(signal: Int32) async throws {
        try await withDaemon(.sqlite) { daemon in
            try FileManager.default.createDirectory(atPath: daemon.box("bin"), withIntermediateDirectories: true)
            // The start is held up until the signal has been sent.
            try await daemon.box.writeProgram(
                "bin/tmux",
                "#!/bin/sh\nwhile [ ! -e \(daemon.box("go")) ]; do sleep 0.05; done\nexec /usr/bin/tmux \"$@\"\n")
            let path = "\(daemon.box("bin")):/usr/bin:/bin"
            let start = try daemon.box.start(
                .telec, ["sessions", "start", "--title", "x", "--", "sleep", "1000"],
                daemon.variables.merging(["PATH": path]) { $1 })
            try await daemon.waitForASession()
            start.kill(signal)
            try "".write(toFile: daemon.box("go"), atomically: true, encoding: .utf8)
            let run = try await start.finish()
            let sessions = try await daemon.json("sessions", "list")["sessions"] as? [[String: Any]]
            let id = try #require(sessions?.first?["session_id"] as? String)
            #expect(
                run.code == 2 && run.output.isEmpty && run.error.contains("the session \(id) had just begun"), "\(run)")
            try await daemon.wait(for: id, toBe: "closed")
        }
    }

    /// A command that does not exist is a failed start, although tmux has run.
    @Test func aCommandThatCanNotBeStartedIsNamed() async throws {
        try await withDaemon(.sqlite) { daemon in
            for (command, words) in [
                ("/no/such/cmd", "/no/such/cmd can't be started: No such file or directory"),
                ("no-such-cmd", "no-such-cmd can't be started: No such file or directory"),
                ("/etc/passwd", "/etc/passwd can't be started: Permission denied"),
            ] {
                let run = try await daemon.telec("sessions", "start", "--title", "x", "--json", "--", command)
                #expect(run.code == 2 && run.output.contains("the command was not started: \(words)"), "\(run)")
                let sessions = try await daemon.json("sessions", "list")["sessions"] as? [[String: Any]]
                let id = try #require(sessions?.first?["session_id"] as? String)
                try await daemon.wait(for: id, toBe: "closed")
                let shown = try await daemon.telec("transcript", id, "--raw").output
                #expect(shown.contains(words) && shown.contains(#""x","127""#), "\(shown)")
                let got = try await daemon.telec("sessions", "get", id)
                #expect(got.code == 0 && got.error == "its command was not started: \(words)\n", "\(got)")
                let log = "\(daemon.box.home)/.teleclaude/hosts/\(id)/log"
                try waitUntil("the host's log says so") {
                    try String(contentsOfFile: log, encoding: .utf8).contains("the command was not started")
                }
            }
            // What ends by itself at once has been started.
            let quick = try await daemon.start("sh", "-c", "exit 127")
            try await daemon.wait(for: quick, toBe: "closed")
            for title in ["", " \t "] {
                let run = try await daemon.telec("sessions", "start", "--title", title, "--", "true")
                #expect(run.code == 64 && run.error.contains("the title is empty"), "\(run)")
            }
        }
    }

    /// A session has its own caller's mask and limits, not those of the user's first session, whose tmux server lives on.
    @Test func aSessionHasItsCallersMaskAndLimits() async throws {
        try await withDaemon(.sqlite) { daemon in
            let show = "echo mask $(umask) soft $(ulimit -S -n) hard $(ulimit -H -n) end; read x"
            for (mask, soft, hard) in [("0000", 300, 400), ("0077", 350, 400), ("0027", 400, 500)] {
                let caller = "umask \(mask); ulimit -S -n \(soft); ulimit -H -n \(hard); exec \"$@\""
                let start = [Program.telec.path, "sessions", "start", "--title", "x", "--", "sh", "-c", show]
                let run = try await daemon.box.run(
                    Program(path: "/bin/sh"), ["-c", caller, "sh"] + start, daemon.variables)
                #expect(run.code == 0, "\(run)")
                let id = run.output.trimmingCharacters(in: .newlines)
                try await daemon.waitForTranscript(of: id, toContain: "mask \(mask) soft \(soft) hard \(hard) end")
            }
            // Only other groups or hard limits take another server.
            #expect(daemon.box.tmuxSockets.count == 2)
        }
    }

    /// A file at tmux's default place for sockets does not get in the way.
    @Test func anOccupiedPlaceOfTmuxIsNotInTheWay() async throws {
        try await withDaemon(.sqlite) { daemon in
            try daemon.box.write("tmp/tmux-\(geteuid())/teleclaude", "occupied\n")
            let run = try await daemon.box.run(
                .telec, ["sessions", "start", "--title", "x", "--", "sh", "-c", "echo here; sleep 1000"],
                daemon.variables.merging(["TMUX_TMPDIR": daemon.box("tmp")]) { _, new in new })
            #expect(run.code == 0, "\(run)")
            try await daemon.waitForTranscript(of: run.output.trimmingCharacters(in: .newlines), toContain: "here")
            let facts = try FileManager.default.attributesOfItem(atPath: "\(daemon.box.home)/.teleclaude/tmux")
            #expect(facts[.posixPermissions] as? Int == 0o700)
        }
    }

    /// If the home's path is too long for a socket, the login's runtime folder is used. Without such a folder, the error says so.
    @Test func aLongHomeHasAPlaceForTheSocket() async throws {
        try await withDaemon(.sqlite) { daemon in
            let home = "\(daemon.box.folder)/" + String(repeating: "h", count: 100)
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: false)
            let runtime = "\(daemon.box.folder)/x"
            try FileManager.default.createDirectory(atPath: runtime, withIntermediateDirectories: false)
            var variables = daemon.variables.merging(["HOME": home]) { _, new in new }
            let arguments = [
                "sessions", "start", "--title", "x", "--project", "/", "--", "sh", "-c", "echo far; read x",
            ]
            let refused = try await daemon.box.run(.telec, arguments, variables)
            #expect(refused.code == 2 && refused.error.contains("set XDG_RUNTIME_DIR"), "\(refused)")
            variables["XDG_RUNTIME_DIR"] = runtime
            let run = try await daemon.box.run(.telec, arguments, variables)
            #expect(run.code == 0, "\(run)")
            let id = run.output.trimmingCharacters(in: .newlines)
            try await daemon.waitForTranscript(of: id, toContain: "far")
            let ended = try await daemon.box.run(.telec, ["sessions", "end", id], variables)
            #expect(ended.code == 0, "\(ended)")
        }
    }
}

extension TestDaemon {
    /// Waits until the daemon knows a session.
    fileprivate func waitForASession() async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let sessions = try await json("sessions", "list")["sessions"] as? [[String: Any]]
            if sessions?.isEmpty == false { return }
            try #require(ContinuousClock.now < deadline, "there is no session")
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
