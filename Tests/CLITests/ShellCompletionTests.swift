import Foundation
import TestSupport
import Testing

/// Tests shells that complete sessions, on a terminal, and `telec open`.
@Suite("telec on a terminal")
struct ShellCompletionTests {
    private func withShell(_ name: String, _ begin: String, _ body: (TestDaemon, TestTerminal) async throws -> Void)
        async throws
    {
        try await withDaemon(.sqlite) { daemon in
            let script = try await daemon.box.run(.telec, ["--generate-completion-script", name])
            try script.output.write(toFile: daemon.box("_telec"), atomically: true, encoding: .utf8)
            let folder = URL(fileURLWithPath: Program.telec.path).deletingLastPathComponent().path
            let prompt = name == "fish" ? "function fish_prompt; echo 'ready> '; end" : "PS1='ready> '"
            let start = "export PATH='\(folder)':$PATH; \(prompt); cd '\(daemon.box(""))'\n\(begin)\n"
            try start.write(toFile: daemon.box("begin"), atomically: true, encoding: .utf8)
            let terminal = TestTerminal(box: daemon.box, variables: daemon.variables)
            do {
                try await body(daemon, terminal)
            } catch {
                try await terminal.end()
                throw error
            }
            try await terminal.end()
        }
    }

    @Test(
        "bash, zsh and fish complete ids and titles, and run nothing of a title",
        arguments: [
            ("bash", ["bash", "--norc"], ". ./_telec"),
            ("fish", ["fish", "--no-config"], "source ./_telec"),
            ("zsh", ["zsh", "-f"], "fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D"),
        ])
    func sessions(_ shell: String, _ command: [String], _ begin: String) async throws {
        try await withShell(shell, begin) { daemon, terminal in
            let id = try await daemon.start("sleep", "1000", title: "Tidy up")
            _ = try await daemon.start("sleep", "1000", title: "Zz $(touch pwned) `touch pwned`")
            try await terminal.show(command)
            try await terminal.type(". '\(daemon.box("begin"))'", "Enter")
            try await terminal.wait(toShow: "ready>")
            try await terminal.clear()
            try await terminal.type("telec sessions get \(id.prefix(9))", "Tab")
            try await terminal.wait(toShow: "get \(id)")
            try await terminal.clear()
            try await terminal.type("telec transcript Ti", "Tab")
            try await terminal.wait(toShow: #"Tidy\ up"#)
            try await terminal.clear()
            try await terminal.type("telec transcript Z", "Tab", "Tab")
            try await terminal.clear()
            try await terminal.type("echo over", "Enter")
            try await terminal.wait(toShow: "\nover")
            #expect(!FileManager.default.fileExists(atPath: daemon.box("pwned")))
        }
    }

    /// The shell waits for the completion with every press of Tab, so it has to be quick.
    @Test("where no daemon answers nothing is offered, and nothing said")
    func nobody() async throws {
        try await withSandbox { box in
            let run = try await box.run(
                .telec,
                ["---completion", "sessions", "get", "--", "positional@0", "3", "0", "telec", "sessions", "get", ""],
                ["TELECLAUDE_SOCKET": box("none"), "SAP_SHELL": "bash"])
            #expect(run.code == 0 && run.error == "" && run.output.allSatisfy(\.isWhitespace), "\(run)")
        }
    }

    @Test("open goes into the newest session of the folder")
    func open() async throws {
        try await withDaemon(.sqlite) { daemon in
            let none = try await daemon.telec("open", "--project", "/")
            #expect(none.code == 64 && none.error.contains("telec sessions start"), "\(none)")
            let first = try await daemon.start("sh", "-c", "echo the first; sleep 1000")
            // The first session's last output is recorded before the second session prints anything.
            try await daemon.waitForTranscript(of: first, toContain: "first")
            let second = try await daemon.start("sh", "-c", "echo the second; sleep 1000")
            try await daemon.waitForTranscript(of: second, toContain: "second")
            let shown = try await daemon.telec("open", "--json")
            #expect(shown.code == 0 && shown.output.contains(second), "\(shown)")
            #expect(try await daemon.telec("sessions", "end", second).code == 0)
            try await daemon.wait(for: second, toBe: "closed")
            // However many closed ones are newer.
            try execute(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) \
                INSERT INTO sessions (session_id, computer_name, title, last_input_origin, created_at, last_activity, \
                closed_at, lifecycle_status, project_path, owner_person, owner_uid) SELECT 'new' || i, 'x', 'x', 'terminal', \
                created_at, '2099-01-01T00:00:00Z', created_at, 'closed', project_path, owner_person, owner_uid \
                FROM n, sessions WHERE session_id = '\(first)'
                """, on: try #require(daemon.variables["TELECLAUDE_DATABASE_URL"] ?? nil))
            let terminal = TestTerminal(box: daemon.box, variables: daemon.variables)
            try await terminal.show([Program.telec.path, "open", "--project", daemon.box.files])
            try await terminal.wait(toShow: "the first")
            try await terminal.end()
            let session = try await daemon.json("sessions", "get", first)["session"] as? [String: Any]
            #expect(session?["status"] as? String == "active")
        }
    }
}
