import Dialects
import Foundation
import TestSupport
import Testing

/// A daemon for one test, with a socket and a database of its own.
struct TestDaemon: Sendable {
    let box: Sandbox
    let process: RunningProgram
    let variables: [String: String?]

    /// Runs `telec` against the daemon.
    func telec(_ arguments: String..., input: String = "", timeout: Double = 60) async throws -> Run {
        try await box.run(.telec, arguments, variables, input: input, timeout: timeout)
    }

    /// Runs `telec` against the daemon, and returns its answer as JSON. The command must succeed.
    func json(_ arguments: String...) async throws -> [String: Any] {
        let run = try await box.run(.telec, arguments + ["--json"], variables)
        #expect(run.code == 0, "\(run)")
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require(object as? [String: Any])
    }

    /// Starts a session and returns its id.
    func start(_ command: String..., title: String = "Test") async throws -> String {
        let run = try await box.run(
            .telec, ["sessions", "start", "--title", title, "--project", box.files, "--"] + command, variables)
        #expect(run.code == 0, "\(run)")
        return run.output.trimmingCharacters(in: .newlines)
    }

    /// Waits until the session is in this state.
    func wait(for session: String, toBe state: String, within seconds: Int = 30) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            let document = try await json("sessions", "get", session)["session"] as? [String: Any]
            if document?["status"] as? String == state { return }
            try #require(ContinuousClock.now < deadline, "session \(session) did not become \(state)")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Tells the daemon to end, and returns how it has ended.
    func stop() async throws -> Run {
        process.kill(SIGTERM)
        return try await process.finish(timeout: 30)
    }
}

extension Sandbox {
    /// Returns the environment variables by which programs find this sandbox's daemon, with its database at `url`.
    func daemonVariables(_ url: String, _ more: [String: String?] = [:]) -> [String: String?] {
        let own: [String: String?] = [
            "TELECLAUDE_SOCKET": "\(folder)/d.sock", "TELECLAUDE_DATABASE_URL": url, "TMUX_TMPDIR": "\(folder)/tmp",
        ]
        return own.merging(more) { _, new in new }
    }

    /// Starts a daemon and waits until it serves.
    func startDaemon(_ variables: [String: String?], _ arguments: String...) async throws -> TestDaemon {
        let process = try start(.teleclauded, arguments, variables)
        let daemon = TestDaemon(box: self, process: process, variables: variables)
        let deadline = ContinuousClock.now + .seconds(30)
        while try !process.errorText().contains("ready") {
            let text = try process.errorText()
            try #require(ContinuousClock.now < deadline, "the daemon did not come up\n\(text)")
            try await Task.sleep(for: .milliseconds(20))
        }
        return daemon
    }
}

/// Runs a daemon on an empty database of the given kind. Afterwards it stops the daemon and all sessions that are left.
func withDaemon(
    _ backend: Backend, _ more: [String: String?] = [:], _ body: (TestDaemon) async throws -> Void
) async throws {
    try await withDatabase(backend) { box, url in
        let daemon = try await box.startDaemon(box.daemonVariables(url, more))
        do {
            try await body(daemon)
            try await box.endSessions()
            let run = try await daemon.stop()
            #expect(run.code == 0, "\(run)")
        } catch {
            try await box.endSessions()
            daemon.process.kill(SIGKILL)
            throw error
        }
    }
}

extension Sandbox {
    /// The folder of this sandbox's tmux servers.
    var tmuxFolder: String { "\(home)/.teleclaude/tmux" }

    /// The sockets of the tmux servers, of which there is one for all callers with the same groups and hard limits.
    var tmuxSockets: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: tmuxFolder)) ?? []
        return names.filter { !$0.hasSuffix(".starting") }.sorted().map { "\(tmuxFolder)/\($0)" }
    }

    /// The socket of this sandbox's tmux server, where all sessions have the same caller.
    var tmuxSocket: String { tmuxSockets.first ?? "\(tmuxFolder)/none" }

    /// Ends the tmux servers and with them all sessions.
    func endSessions() async throws {
        for socket in tmuxSockets { _ = try await run(Program(inPath: "tmux"), ["-S", socket, "kill-server"]) }
    }

    /// Returns the process id of a session's host.
    func host(of session: String) throws -> pid_t {
        let text = try String(contentsOfFile: "\(home)/.teleclaude/hosts/\(session)/lock", encoding: .utf8)
        return try #require(pid_t(text))
    }

    /// Returns the process id of a session's command.
    func command(of session: String) throws -> pid_t {
        let text = try String(contentsOfFile: "\(home)/.teleclaude/hosts/\(session)/pid", encoding: .utf8)
        return try #require(pid_t(text))
    }
}

/// Returns whether a process runs. A zombie, which has ended but was not waited for, does not.
func isAlive(_ process: pid_t) -> Bool {
    guard let facts = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return facts.split(separator: ")").last?.hasPrefix(" Z") == false
}
