import Foundation
import TestSupport
import Testing

/// Tests the actions of `telec tui`, typed as keys and checked on the screen.
struct FullScreenStoryTests {
    private let program = FullScreenTests.program

    private func withSession(_ body: (TestDaemon, String, TerminalWindow) async throws -> Void) async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start(
                "sh", "-c", "echo welcome; while read line; do echo \"typed $line\"; done", title: "Mine")
            try await daemon.waitForTranscript(of: id, toContain: "welcome")
            try await withWindow(TerminalWindow(daemon.box, daemon.variables)) { window in
                try await window.open(program)
                try await window.wait(toShow: "Mine")
                try await body(daemon, id, window)
            }
        }
    }

    @Test func oneSendsSharesAndEnds() async throws {
        try await withSession { daemon, id, window in
            try await window.keys("s")
            try await window.wait(toShow: "Type into")
            try await window.type("hello; echo 'x' é")
            try await window.keys("Enter")
            try await window.wait(toShow: " sent")
            try await daemon.waitForTranscript(of: id, toContain: "typed hello; echo 'x' é")
            try await window.keys("x")
            try await window.wait(toShow: "(y/n)")
            try await window.keys("n")
            try await window.wait(toShow: "not done")
            try await window.keys("x")
            try await window.wait(toShow: "(y/n)")
            try await window.keys("y")
            try await window.wait(toShow: " * Mine")
            try await window.keys("e")
            try await window.wait(toShow: "End")
            try await window.keys("y")
            try await window.wait(toShow: ". closed")
            try await daemon.wait(for: id, toBe: "closed")
        }
    }

    @Test func oneStartsAndAttachesAndComesBack() async throws {
        try await withSession { daemon, _, window in
            try await window.keys("n")
            try await window.wait(toShow: "Title of the new session:")
            try await window.type("Made here")
            try await window.keys("Enter")
            try await window.wait(toShow: "Folder to work in:")
            try await window.keys("Enter")
            try await window.wait(toShow: "Agent, or !command")
            try await window.type("!echo made; read x; echo got $x; cat")
            try await window.keys("Enter")
            try await window.wait(toShow: "started: Made here")
            try await window.wait(toShow: "title   Made here")
            try await window.keys("A")
            try await window.wait(toShow: "made\n")
            try await window.wait(toShow: "Mine", false)
            try await window.type("by hand")
            try await window.keys("Enter")
            try await window.wait(toShow: "got by hand")
            try await window.keys("C-b", "d")
            try await window.wait(toShow: "title   Made here")
            // The list shows sessions that start and end elsewhere, without a key press.
            let other = try await daemon.start("sleep", "1000", title: "From elsewhere")
            try await window.wait(toShow: "From elsewhere")
            _ = try await daemon.telec("sessions", "end", other)
            try await window.wait(toShow: ". closed")
            // If a session does not start, the screen says why.
            try await window.keys("n")
            try await window.type("No folder")
            try await window.keys("Enter", "C-u")
            try await window.type("/no/such/folder")
            try await window.keys("Enter", "Enter")
            try await window.wait(toShow: "/no/such/folder: No such file")
        }
    }

    @Test func aDaemonThatIsAwayComesBack() async throws {
        try await withSandbox { box in
            let variables = box.daemonVariables("sqlite:\(box("a.db"))")
            var daemon = try await box.startDaemon(variables)
            _ = try await daemon.start("sleep", "1000", title: "Lasting")
            try await withWindow(TerminalWindow(box, variables)) { window in
                try await window.open(program)
                try await window.wait(toShow: "Lasting")
                daemon.process.kill(SIGKILL)
                _ = try await daemon.process.finish()
                let screen = try await window.wait(toShow: "The daemon is not reachable, trying again")
                #expect(screen.contains("Lasting"), "\(screen)")
                // An action fails meanwhile, and the screen says why.
                try await window.keys("s")
                try await window.type("x")
                try await window.keys("Enter")
                try await window.wait(toShow: "no daemon")
                daemon = try await box.startDaemon(variables)
                try await window.wait(toShow: "is away", false)
                try await window.wait(toShow: "live")
                // A suspended daemon keeps its connections, but counts as away.
                daemon.process.suspend()
                try await window.wait(toShow: "it has not answered")
                daemon.process.kill(SIGCONT)
                try await window.wait(toShow: "is away", false)
                try await window.keys("q")
                try await window.wait(toShow: "ended with 0")
            }
            #expect(try await daemon.stop().code == 0)
        }
    }

    @Test func theAuditLogIsAskedForWhileOneTypes() async throws {
        try await withSession { daemon, _, window in
            try await window.keys("a")
            try await window.wait(toShow: "nobody looked at anything")
            // An attempt on a session that does not exist is logged.
            let asked = try await daemon.telec("sessions", "end", "nobodys-session")
            #expect(asked.code == 64, "\(asked)")
            let deadline = ContinuousClock.now + .seconds(30)
            while try await !window.shown().contains("nobodys-session") {
                try #require(ContinuousClock.now < deadline, "the log was never asked for")
                try await window.keys("g")
                try await Task.sleep(for: .milliseconds(300))
            }
        }
    }

    /// However the program ends, the terminal has its earlier settings.
    @Test(arguments: ["q", "INT", "TERM", "HUP", "QUIT", "SEGV"])
    func theTerminalIsLeftAsItWasFound(way: String) async throws {
        try await withSession { daemon, _, window in
            switch way {
            case "q": try await window.keys(way)
            default:
                let run = try await daemon.box.run(
                    Program(inPath: "sh"),
                    ["-c", "kill -\(way) $(cat /proc/$0/task/$0/children)", "\(try await pane(window))"])
                #expect(run.code == 0, "\(run)")
            }
            let codes = ["q": 0, "INT": 130, "TERM": 143, "HUP": 129, "QUIT": 131, "SEGV": 139]
            let screen = try await window.wait(toShow: "settled")
            #expect(screen.contains("ended with \(try #require(codes[way]))"), "\(screen)")
            #expect(!screen.contains("Mine"), "\(screen)")
            #expect(try window.isAsItWasFound())
            let modes = try await window.tmux(
                ["display", "-p", "#{alternate_on}#{cursor_flag}#{mouse_any_flag}#{keypad_cursor_flag}"])
            #expect(modes.output == "0100\n", "\(modes)")
        }
    }

    private func pane(_ window: TerminalWindow) async throws -> pid_t {
        let pid = try await window.tmux(["display", "-p", "#{pane_pid}"]).output
        return try #require(pid_t(pid.trimmingCharacters(in: .newlines)))
    }

    @Test func itStopsForTheShellAndGoesOn() async throws {
        try await withDaemon(.sqlite) { daemon in
            _ = try await daemon.start("sleep", "1000", title: "Mine")
            try await withWindow(TerminalWindow(daemon.box, daemon.variables)) { window in
                try await window.open("PS1='shell> ' bash --norc -i")
                try await window.wait(toShow: "shell>")
                try await window.type(program)
                try await window.keys("Enter")
                try await window.wait(toShow: "Mine")
                try await window.keys("C-z")
                let screen = try await window.wait(toShow: "Stopped")
                #expect(!screen.contains("Mine"), "\(screen)")
                try await window.resize(100, 30)
                try await window.type("fg")
                try await window.keys("Enter")
                let again = try await window.wait(toShow: "Mine")
                #expect(again.split(separator: "\n", omittingEmptySubsequences: false)[0].count > 90, "\(again)")
                // Ctrl-C closes a question if one is open, and otherwise quits.
                try await window.keys("s")
                try await window.wait(toShow: "Type into")
                try await window.keys("C-c")
                try await window.wait(toShow: "not done")
                try await window.keys("C-c")
                try await window.wait(toShow: "Mine", false)
                try await window.type("echo it was $?")
                try await window.keys("Enter")
                try await window.wait(toShow: "it was 130")
            }
        }
    }

    /// Ctrl-B Ctrl-Z in a session's terminal stops `telec` as well, so that the shell gets the terminal. Both go on with `fg`.
    @Test(arguments: ["", " --plain"]) func itStopsWithTheSessionsTerminal(face: String) async throws {
        try await withDaemon(.sqlite) { daemon in
            let script = "echo welcome; while read x; do echo got $x; done"
            let id = try await daemon.start("sh", "-c", script, title: "Mine")
            try await daemon.waitForTranscript(of: id, toContain: "welcome")
            try await withWindow(TerminalWindow(daemon.box, daemon.variables)) { window in
                func enter(_ text: String, until shown: String) async throws {
                    try await window.type(text)
                    try await window.keys("Enter")
                    try await window.wait(toShow: shown)
                }
                try await window.open("PS1='shell> ' bash --norc -i")
                try await window.wait(toShow: "shell>")
                try await enter(program + face, until: "Mine")
                if face.isEmpty { try await window.keys("A") } else { try await enter("attach 1", until: "welcome") }
                try await window.wait(toShow: "welcome")
                try await window.keys("C-b", "C-z")
                try await window.wait(toShow: "Stopped")
                try await enter("echo $((6 * 7)) here", until: "42 here")
                try await enter("fg", until: "welcome")
                try await enter("more", until: "got more")
                try await window.keys("C-b", "d")
                try await window.wait(toShow: face.isEmpty ? "title   Mine" : "Back from Mine.")
            }
        }
    }

    /// The program ends when its window is closed.
    @Test func aTerminalThatIsGoneEndsIt() async throws {
        try await withDaemon(.sqlite) { daemon in
            let window = TerminalWindow(daemon.box, daemon.variables)
            try await window.open(program)
            try await window.wait(toShow: "no sessions")
            let shell = try await pane(window)
            let children = try String(contentsOfFile: "/proc/\(shell)/task/\(shell)/children", encoding: .utf8)
            let pid = try #require(pid_t(children.trimmingCharacters(in: .whitespacesAndNewlines)))
            try await window.close()
            try waitUntil("the program \(pid) is gone") { !isAlive(pid) }
        }
    }

    /// A click selects a row, and pasted text is not taken for commands.
    @Test func theMouseAndPastedText() async throws {
        try await withSession { daemon, _, window in
            _ = try await daemon.start("sleep", "1000", title: "Other")
            try await window.wait(toShow: "Other")
            try await window.wait(toShow: "title   Mine")
            // Button, column and row in xterm's encoding: the first session is in the third row of the screen.
            try await window.type("\u{1B}[M %#")
            try await window.wait(toShow: "title   Other")
            _ = try await window.tmux(["set-buffer", "q\ne\ny\n"])
            _ = try await window.tmux(["paste-buffer", "-p"])
            try await window.keys("s")
            try await window.wait(toShow: "Type into \u{201C}Other\u{201D}:")
            _ = try await window.tmux(["paste-buffer", "-p"])
            let screen = try await window.wait(toShow: "Other\u{201D}: q e y")
            #expect(screen.contains("title   Other"), "\(screen)")
        }
    }

    @Test func aSearchAFilterAndAnOrder() async throws {
        try await withSession { daemon, _, window in
            let other = try await daemon.start("true", title: "Other")
            try await daemon.wait(for: other, toBe: "closed")
            try await window.wait(toShow: "Other")
            try await window.keys("/")
            try await window.type("oth")
            try await window.keys("Enter")
            try await window.wait(toShow: "[oth]")
            try await window.wait(toShow: "Mine", false)
            try await window.keys("Escape")
            try await window.wait(toShow: "Mine")
            try await window.keys("f")
            try await window.wait(toShow: "[state:active]")
            try await window.wait(toShow: "Other", false)
            try await window.keys("Escape")
            try await window.keys("o", "o")
            try await window.wait(toShow: "by all, newest first")
            try await window.wait(toShow: " - /", false)
            try await window.keys("/")
            try await window.type("state:asleep")
            try await window.keys("Enter")
            try await window.wait(toShow: "state is one of active")
        }
    }

    @Test func coloursAreWhatTheTerminalHas() async throws {
        try await withDaemon(.sqlite) { daemon in
            for (terminal, more, wanted, unwanted) in [
                ("tmux-256color", "", "48;5;24", "\u{1B}[44m"), ("screen", "", "44m", "48;5;24"),
                ("tmux-256color", "NO_COLOR=1 ", "\u{1B}[7m", "48;5"), ("vt100", "", "telec", "48;5"),
            ] {
                try await withWindow(TerminalWindow(daemon.box, daemon.variables)) { window in
                    try await window.open(more + program, terminal: terminal)
                    try await window.wait(toShow: "no sessions")
                    let screen = try await window.shownWithColours()
                    #expect(screen.contains(wanted) && !screen.contains(unwanted), "\(terminal) \(more)\n\(screen)")
                }
            }
        }
    }

    @Test func whatIsNoTerminalIsRefused() async throws {
        try await withDaemon(.sqlite) { daemon in
            let piped = try await daemon.telec("tui")
            #expect(piped.code == 64 && piped.error.contains("telec tui needs a terminal"), "\(piped)")
            for (terminal, why) in [
                ("no-such-terminal", "does not know the terminal type in TERM"), ("dumb", "can't position the cursor"),
            ] {
                try await withWindow(TerminalWindow(daemon.box, daemon.variables)) { window in
                    try await window.open(program, terminal: terminal)
                    let screen = try await window.wait(toShow: "ended with 2")
                    #expect(screen.contains(why), "\(screen)")
                }
            }
        }
    }

    /// Control sequences in a title and in a transcript do not reach the terminal.
    @Test func nothingOfASessionSpeaksToTheTerminal() async throws {
        try await withDaemon(.sqlite) { daemon in
            let evil =
                #"printf 'a\033]52;c;cGFzdGU=\007b\033[6n\033]0;owned\007c\033P$qm\033\\d\342\200\256e\033]8;;http://x\033\\link\n'; sleep 1000"#
            let id = try await daemon.start("sh", "-c", evil, title: "T \u{202E}evil\u{2066} 🙂")
            try await daemon.waitForTranscript(of: id, toContain: "link")
            try await withWindow(TerminalWindow(daemon.box, daemon.variables)) { window in
                try await window.open(program)
                try await window.wait(toShow: "T evil 🙂")
                try await window.keys("t")
                try await window.wait(toShow: "abcdelink")
                let title = try await window.tmux(["display", "-p", "#{pane_title}"]).output
                #expect(!title.contains("owned"))
                let buffers = try await window.tmux(["list-buffers"]).output
                #expect(buffers.isEmpty, "\(buffers)")
            }
        }
    }

    /// Checks every byte that the program sends to its terminal while it shows all sequences of `HostileText`.
    @Test func nothingHostileIsSent() async throws {
        try await withDaemon(.sqlite) { daemon in
            let script = daemon.box("hostile")
            try (HostileText.script + "\nsleep 1000").write(toFile: script, atomically: true, encoding: .utf8)
            let id = try await daemon.start("sh", script, title: "T \u{202E}evil\u{2066}")
            let last = "end\(HostileText.sequences.count - 1)"
            try await daemon.waitForTranscript(of: id, toContain: last)
            try await withWindow(TerminalWindow(daemon.box, daemon.variables)) { window in
                let sent = daemon.box("sent")
                try await window.open("read begin; \(program)", columns: 120, rows: 60)
                _ = try await window.tmux(["pipe-pane", "-o", "cat > '\(sent)'"])
                try await window.keys("Enter")
                try await window.wait(toShow: "T evil")
                try await window.keys("t")
                let screen = try await window.wait(toShow: last)
                for at in HostileText.sequences.indices { #expect(screen.contains("end\(at)"), "\(at)\n\(screen)") }
                let bytes = try Data(contentsOf: URL(fileURLWithPath: sent))
                let text = try #require(String(data: bytes, encoding: .utf8))
                #expect(text.contains("\u{1B}[") && text.contains(last))
                for word in HostileText.unheard { #expect(!text.contains(word), "\(word.debugDescription)") }
            }
        }
    }

    /// The daemon is gone when a session is ended, which is said.
    @Test func howTheEndWentIsSaid() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sleep", "1000", title: "Mine")
            let lines = #"(until [ -e go ]; do sleep 0.1; done; printf 'end 1\ny\n') | exec "$0" tui --plain"#
            let face = try daemon.box.start(
                Program(path: "/bin/sh"), ["-c", lines, Program.telec.path], daemon.variables)
            try waitUntil("the list is there") { try face.outputText().contains("1. Mine") }
            #expect(try await daemon.stop().code == 0)
            try daemon.box.write("go", "")
            let run = try await face.finish()
            #expect(run.code == 0 && run.output.contains("; what ran here was ended\n"), "\(run)")
            #expect(run.output.contains("Ended."), "\(run)")
            try FileManager.default.removeItem(atPath: "\(daemon.box.home)/.teleclaude/hosts/\(id)")
        }
    }

    @Test func linesAloneDoTheSame() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start(
                "sh", "-c", "printf 'wel\\033]0;x\\007come\\n'; while read line; do echo \"typed $line\"; done",
                title: "Mine")
            try await daemon.waitForTranscript(of: id, toContain: "welcome")
            let run = try await daemon.telec(
                "tui", "--plain",
                input:
                    "1\nsend 1 by line\nshare 1\nend 1\nn\nstart\nFrom lines\n\n!sleep 1000\nlist from\naudit\ndance\nread 9\nquit\n"
            )
            // The input is no terminal: a script has its results apart from the refusals.
            #expect(
                run.code == 64
                    && run.error
                        == "dance is not a command. Type help for the commands.\nNo session has the number 9 here.\n",
                "\(run)")
            for text in [
                "1. Mine, active, in ", "session: \(id)", "Sent.", "Shared: everybody", "Not ended.",
                "Started: From lines",
                "1. From lines, active", "Nobody looked",
            ] { #expect(run.output.contains(text), "\(text)\n\(run)") }
            try await daemon.waitForTranscript(of: id, toContain: "typed by line")
            let read = try await daemon.telec("tui", "--plain", input: "list mine\nread 1\nend 1\ny\n")
            #expect(read.output.contains("\nwelcome\n") && read.output.contains("Ended."), "\(read)")
            #expect(read.code == 0 && read.error.isEmpty, "\(read)")
            for output in [run.output, read.output] { #expect(!output.contains("\u{1B}")) }
            try await daemon.wait(for: id, toBe: "closed")
            let late = try await daemon.telec("tui", "--plain", input: "list mine\nsend 1 late\n\ndance\n1\n")
            #expect(late.code == 2 && late.error.hasPrefix("Error: ") && late.error.contains("\ndance is"), "\(late)")
            #expect(late.output.contains("session: \(id)") && !late.output.contains("Sent."), "\(late)")
            #expect(try await daemon.stop().code == 0)
            let alone = try await daemon.telec("tui", "--plain", input: "")
            #expect(alone.code == 2 && alone.error.contains("no daemon"), "\(alone)")
        }
    }
}
