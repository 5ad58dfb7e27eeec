import Foundation
import TestSupport
import Testing

/// A terminal of a test's own, with a program in it: a tmux server that has nothing to do with the sessions'.
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

    /// Types keys by the names that tmux has for them.
    func type(_ keys: String...) async throws { _ = try await tmux(["send-keys"] + keys) }

    /// A shell's line and screen are empty afterwards. What it does about keys takes a moment that nothing shows.
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
    /// Runs a command on a terminal of this width, to which `input` is typed. What it shows comes as output.
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
