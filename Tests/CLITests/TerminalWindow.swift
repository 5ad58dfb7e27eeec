import Foundation
import TestSupport
import Testing

/// A terminal for one test, on a tmux server of its own. A test can type into it, and read its screen.
struct TerminalWindow: Sendable {
    let box: Sandbox
    let variables: [String: String?]
    /// The user who has the terminal; `nil` for the account that runs the tests.
    var user: TestUser?
    private let server = "window\(UInt32.random(in: 0 ... .max))"

    init(_ box: Sandbox, _ variables: [String: String?], user: TestUser? = nil) {
        (self.box, self.variables, self.user) = (box, variables, user)
    }

    /// Opens the terminal with a shell command. The shell continues after the command, and shows how it has ended.
    func open(_ command: String, columns: Int = 80, rows: Int = 24, terminal: String = "tmux-256color") async throws {
        _ = try await tmux([
            "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)",
            "TERM=\(terminal); export TERM; stty -a > '\(settings("before"))'; \(command); echo \"ended with $?\"; "
                + "stty -a > '\(settings("after"))'; echo settled; exec sh",
        ])
    }

    private func settings(_ when: String) -> String { "\(box.folder)/streams/\(server).\(when)" }

    func tmux(_ arguments: [String]) async throws -> Run {
        let words = ["-u", "-L", server, "-f", "/dev/null"] + arguments
        let program = try Program(inPath: "tmux")
        if let user { return try await box.run(as: user, program, words, variables) }
        return try await box.run(program, words, variables)
    }

    func keys(_ keys: String...) async throws { _ = try await tmux(["send-keys"] + keys) }

    func type(_ text: String) async throws { _ = try await tmux(["send-keys", "-l", text]) }

    func resize(_ columns: Int, _ rows: Int) async throws {
        _ = try await tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    func shown() async throws -> String { try await tmux(["capture-pane", "-p"]).output }

    /// Returns the screen's text with the escape sequences for its colours.
    func shownWithColours() async throws -> String { try await tmux(["capture-pane", "-e", "-p"]).output }

    /// Waits until the text is on the screen (or not, if `isShown` is false), and returns the whole screen.
    @discardableResult
    func wait(toShow text: String, _ isShown: Bool = true) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let screen = try await shown()
            if screen.contains(text) == isShown { return screen }
            try #require(
                ContinuousClock.now < deadline, "the terminal \(isShown ? "never" : "always") showed \(text)\n\(screen)"
            )
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Waits until the first line reaches the last column but one, as the title of `telec tui` does.
    func wait(toBeAsWideAs columns: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let screen = try await shown()
            if screen.prefix(while: { $0 != "\n" }).count == columns - 1 { return }
            try #require(ContinuousClock.now < deadline, "the terminal never showed \(columns) columns\n\(screen)")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Returns whether the terminal's settings are the same as before the program, which must have ended. The first line has the
    /// terminal's size, which is not a setting, so it is not compared.
    func isAsItWasFound() throws -> Bool {
        let (before, after) = (
            try String(contentsOfFile: settings("before"), encoding: .utf8).split(separator: "\n").dropFirst(),
            try String(contentsOfFile: settings("after"), encoding: .utf8).split(separator: "\n").dropFirst()
        )
        return !before.isEmpty && before == after
    }

    func close() async throws { _ = try await tmux(["kill-server"]) }
}

/// Passes a window to `body`, and closes it afterwards, even after an error.
func withWindow<T>(_ window: TerminalWindow, _ body: (TerminalWindow) async throws -> T) async throws -> T {
    do {
        let result = try await body(window)
        try await window.close()
        return result
    } catch {
        try await window.close()
        throw error
    }
}
