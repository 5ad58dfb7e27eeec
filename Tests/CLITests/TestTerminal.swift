import Foundation
import TestSupport
import Testing

/// A terminal for one test, with a program in it, on a tmux server apart from that of the sessions.
struct TestTerminal: Sendable {
    let box: Sandbox
    let variables: [String: String?]

    private func tmux(_ arguments: [String]) async throws -> Run {
        try await box.run(Program(inPath: "tmux"), ["-L", "terminal", "-f", "/dev/null"] + arguments, variables)
    }

    func show(_ words: [String], columns: Int = 100, rows: Int = 30) async throws {
        let size = ["-x", String(columns), "-y", String(rows)]
        let run = try await tmux(["new-session", "-d"] + size + words)
        #expect(run.code == 0, "\(run)")
    }

    /// Types keys, by tmux's names for them.
    func type(_ keys: String...) async throws { _ = try await tmux(["send-keys"] + keys) }

    /// Clears the shell's line and screen. The shell takes a moment to react to keys, and nothing shows when it has.
    func clear() async throws {
        for keys in [["C-c"], ["clear", "Enter"]] {
            try await Task.sleep(for: .milliseconds(500))
            _ = try await tmux(["send-keys"] + keys)
        }
        try await Task.sleep(for: .milliseconds(500))
    }

    var screen: String {
        get async throws { try await tmux(["capture-pane", "-p"]).output }
    }

    func wait(toShow text: String) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let shown = try await screen
            if shown.contains(text) { return }
            try #require(ContinuousClock.now < deadline, "the terminal never showed \(text)\n\(shown)")
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    func end() async throws { _ = try await tmux(["kill-server"]) }
}

extension Sandbox {
    /// Runs a command on a terminal of this width into which `input` is typed. The output of the run is the terminal's content.
    func run(
        onTerminalOf columns: Int, _ words: [String], _ variables: [String: String?], input: String = ""
    ) async throws -> Run {
        let quoted = words.map { "'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'" }.joined(separator: " ")
        var run = try await run(
            Program(inPath: "script"), ["-qec", "stty cols \(columns) rows 24; exec \(quoted)", "/dev/null"], variables,
            input: input)
        run.output = run.output.replacingOccurrences(of: "\r\n", with: "\n")
        return run
    }
}
