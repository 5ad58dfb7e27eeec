import Foundation
import TCTerminal
import TestSupport
import Testing

@Suite("telec sessions list")
struct SessionListTests {
    private static let wide = "Größe 東京 déploiement 🚀 of the whole thing, and of much more than that"

    @Test("fits its terminal, from 40 columns on", arguments: [40, 60, 80, 100, 132])
    func width(_ columns: Int) async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sleep", "1000", title: Self.wide)
            for chosen in [
                "id,title,state,agent,activity", "title,state", "id", "title,project,computer,owner,visibility,started",
            ] {
                let run = try await daemon.box.run(
                    onTerminalOf: columns, [Program.telec.path, "sessions", "list", "--columns", chosen],
                    daemon.variables)
                #expect(run.code == 0, "\(run)")
                let lines = run.output.split(separator: "\n").map(String.init)
                #expect(lines.allSatisfy { DisplayWidth.of($0) <= columns }, "\(columns) \(run)")
                #expect(!chosen.hasPrefix("id") || run.output.contains(id), "\(columns) \(run)")
                #expect(!chosen.contains("title") || run.output.contains("Größe 東京"), "\(columns) \(run)")
            }
            // If the output is not a terminal, the table is as wide as its content.
            let whole = try await daemon.telec("sessions", "list")
            #expect(whole.output.contains("\(id)  \(Self.wide)  active  -      just now\n"), "\(whole)")
        }
    }

    @Test(
        "the audit log fits its terminal, too, whatever text an attempt named as a session", arguments: [40, 100, 132])
    func auditWidth(_ columns: Int) async throws {
        try await withDaemon(.sqlite) { daemon in
            let name = String(repeating: "x", count: 190)
            let asked = try await daemon.box.run(
                Program(inPath: "curl"),
                ["-s", "--unix-socket", "\(daemon.box.folder)/d.sock", "http://x/sessions/\(name)/transcript"])
            #expect(asked.output.contains("not_found"), "\(asked)")
            let run = try await daemon.box.run(
                onTerminalOf: columns, [Program.telec.path, "audit", "list"], daemon.variables)
            let lines = run.output.split(separator: "\n").map(String.init)
            #expect(run.code == 0 && lines.count == 2, "\(run)")
            #expect(lines.allSatisfy { DisplayWidth.of($0) <= columns }, "\(columns) \(run)")
            #expect(columns < 132 || run.output.contains("xxx"), "\(run)")
            #expect(try await daemon.telec("audit", "list").output.contains(name))
        }
    }

    @Test("and the page of one session say in which zone their times are")
    func zone() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sleep", "1000")
            let page = try await daemon.telec("sessions", "get", id)
            let isSaid = page.output.contains(#/started {8}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n/#)
            #expect(isSaid && page.output.hasSuffix("ended          -\n"), "\(page)")
        }
    }

    @Test("shows what was asked for")
    func filters() async throws {
        try await withDaemon(.sqlite) { daemon in
            _ = try await daemon.start("sleep", "1000", title: "Here")
            func list(_ arguments: String...) async throws -> Run {
                try await daemon.box.run(
                    .telec, ["sessions", "list", "--columns", "title"] + arguments, daemon.variables)
            }
            let here = try await list("--project", ".", "--since", "2h", "--state", "active")
            #expect(here.output == "TITLE\nHere\n", "\(here)")
            for arguments in [
                ["--since", "2999-01-01"], ["--project", "/"], ["--project", "/no/more"], ["--state", "lost"],
            ] {
                let run = try await daemon.box.run(.telec, ["sessions", "list"] + arguments, daemon.variables)
                #expect(run.code == 0 && run.output == "no sessions\n", "\(run)")
            }
            for range in [["--from", "2999-01-01"], ["--to", "2000-01-01"], ["--from", "0s", "--to", "7d"]] {
                let log = try await daemon.box.run(.telec, ["audit", "list"] + range, daemon.variables)
                #expect(log.code == 0 && log.output == "no entries\n", "\(log)")
            }
            // The session is closed here as well, because the daemon does not change the last activity of a closed session.
            try execute(
                """
                UPDATE sessions SET last_activity = '2026-01-02T03:04:05.000000Z', closed_at = '2026-01-02T03:04:05.000000Z'
                """,
                on: try #require(daemon.variables["TELECLAUDE_DATABASE_URL"] ?? nil))
            #expect(try await list("--since", "1d").output == "no sessions\n")
            let old = try await daemon.telec("sessions", "list", "--columns", "activity,title")
            #expect(old.output == "LAST ACTIVITY  TITLE\n2026-01-02     Here\n", "\(old)")
            for (arguments, words) in [
                (["--columns", "id,nope"], "id, title, state"), (["--columns", ""], "--columns"),
                (["--columns", "id,id"], "--columns"), (["--since", "yesterday"], "--since"),
                (["--since", "-1d"], "--since"),
                (["--since", "99999999999999999999d"], "--since"), (["--watch", "--json"], "not both"),
                (["--project", "nowhere"], "name a folder"), (["--state", "asleep"], "initializing"),
            ] {
                let run = try await daemon.box.run(.telec, ["sessions", "list"] + arguments, daemon.variables)
                #expect(run.code == 64 && run.error.contains(words), "\(arguments) \(run)")
                #expect(run.output.isEmpty == !arguments.contains("--json"), "\(arguments) \(run)")
            }
        }
    }

    @Test("--watch says how many sessions have no room, and moves no cursor where that is not possible")
    func watchOnATerminal() async throws {
        try await withDaemon(.sqlite) { daemon in
            for at in 1...8 { _ = try await daemon.start("sleep", "1000", title: "Number \(at)") }
            let watch = "'\(Program.telec.path)' sessions list --watch --columns "
            for (columns, names, rest) in [(80, "title,state", 3), (40, "id,title,owner,project", 5)] {
                try await withWindow(TerminalWindow(daemon.box, daemon.variables)) { window in
                    try await window.open(watch + names, columns: columns, rows: 8)
                    let screen = try await window.wait(toShow: "… and \(rest) more")
                    #expect(screen.contains("Number 8") && !screen.contains("Number \(rest)"), "\(screen)")
                }
            }
            try await withWindow(TerminalWindow(daemon.box, daemon.variables)) { window in
                let sent = daemon.box("sent")
                try await window.open("read begin; TERM=dumb \(watch) title", rows: 40)
                _ = try await window.tmux(["pipe-pane", "-o", "cat > '\(sent)'"])
                try await window.keys("Enter")
                try await window.wait(toShow: "Number 1")
                _ = try await daemon.start("sleep", "1000", title: "Another")
                let screen = try await window.wait(toShow: "Another")
                #expect(screen.split(separator: "\n").count { $0.hasPrefix("TITLE") } >= 2, "\(screen)")
                let bytes = try Data(contentsOf: URL(fileURLWithPath: sent))
                #expect(!bytes.contains(0x1B))
            }
        }
    }

    @Test("--watch shows each change, and outlives its daemon")
    func watch() async throws {
        try await withDatabase(.sqlite) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("sleep", "1000", title: "Watched")
            let watch = try box.start(
                .telec, ["sessions", "list", "--watch", "--columns", "title,state"], daemon.variables)
            try waitUntil("it is shown") { try watch.outputText().contains("Watched  active") }
            #expect(try await daemon.telec("sessions", "end", id).code == 0)
            try waitUntil("its end is shown") { try watch.outputText().contains("Watched  closed") }
            try await box.endSessions()
            #expect(try await daemon.stop().code == 0)
            try waitUntil("it says so") { try watch.errorText().contains("; trying again\n") }
            let next = try await box.startDaemon(box.daemonVariables(url))
            let other = try await next.start("sleep", "1000", title: "Later")
            try waitUntil("it goes on") { try watch.outputText().contains("Later    ") }
            watch.kill(SIGINT)
            #expect(try await watch.finish().ending == .signal(SIGINT))
            #expect(try await next.telec("sessions", "end", other).code == 0)
            try await box.endSessions()
            #expect(try await next.stop().code == 0)
        }
    }
}
