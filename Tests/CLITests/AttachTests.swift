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
