import Foundation
import TestSupport
import Testing

/// Tests agents of the settings in system mode, where their keys belong to the system.
struct AgentSessionTests {
    /// Runs a daemon in system mode, whose only person is the user who runs the tests.
    private func withAgents(_ body: (TestDaemon) async throws -> Void) async throws {
        try await withSandbox { box in
            let user = try #require(getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) })
            try box.write(
                "config.yml",
                """
                mode: system
                people:
                  - {name: Me, email: me@example.org, os_username: \(user), role: member}
                agents:
                  given: {command: [sh, -c, "env"], deliver_key: true, key: GIVEN_API_KEY}
                  waits: {command: [sh, -c, 'env; read x; echo "again $GIVEN_API_KEY"; read x'], deliver_key: true, key: GIVEN_API_KEY}
                  kept: {command: [sh, -c, "env"], key: KEPT_API_KEY}
                """)
            try box.write("secrets.yml", "GIVEN_API_KEY: FAKE-given\nKEPT_API_KEY: FAKE-kept\n", mode: 0o600)
            try box.write("mine.yml", "thinking_mode: fast\ndefault_agent: kept\n")
            let variables = box.daemonVariables(
                "sqlite:\(box("a.db"))",
                [
                    "TELECLAUDE_CONFIG_PATH": box("config.yml"), "TELECLAUDE_USER_CONFIG_PATH": box("mine.yml"),
                    "TELECLAUDE_STATE_PATH": box("state"),
                ])
            let daemon = try await box.startDaemon(variables)
            try await body(daemon)
            try await box.endSessions()
            let run = try await daemon.stop()
            #expect(run.code == 0 && !run.error.contains("FAKE"), "\(run)")
        }
    }

    private func environment(of agent: String, _ daemon: TestDaemon) async throws -> String {
        let run = try await daemon.telec("sessions", "start", "--title", agent, "--agent", agent)
        try #require(run.code == 0 && !"\(run)".contains("FAKE"), "\(run)")
        let id = run.output.trimmingCharacters(in: .newlines)
        try await daemon.wait(for: id, toBe: "closed")
        return try await daemon.telec("transcript", id).output
    }

    @Test func centralKeysGoWhereTheSettingsSay() async throws {
        try await withAgents { daemon in
            let given = try await environment(of: "given", daemon)
            #expect(given.contains("GIVEN_API_KEY=FAKE-given\n") && !given.contains("FAKE-kept"))
            let kept = try await environment(of: "kept", daemon)
            #expect(!kept.contains("FAKE"))
        }
    }

    /// Keys, the session's token and passed variables reach the command, and no file: a host that is killed leaves its folder.
    @Test func noSecretIsInAFile() async throws {
        try await withAgents { daemon in
            var variables = daemon.variables
            variables["PASSED"] = "FAKE-passed"
            let run = try await daemon.box.run(
                .telec,
                ["sessions", "start", "--title", "t", "--agent", "waits", "--env", "PASSED"], variables)
            try #require(run.code == 0, "\(run)")
            let id = run.output.trimmingCharacters(in: .newlines)
            try await daemon.waitForTranscript(of: id, toContain: "GIVEN_API_KEY=FAKE-given")
            try await daemon.waitForTranscript(of: id, toContain: "PASSED=FAKE-passed")
            try await daemon.waitForTranscript(of: id, toContain: "TELECLAUDE_SESSION_TOKEN=tcs_")
            let spec = try String(
                contentsOfFile: "\(daemon.box.home)/.teleclaude/hosts/\(id)/spec.json", encoding: .utf8)
            #expect(spec.contains("GIVEN_API_KEY") && !spec.contains("FAKE") && !spec.contains("tcs_"), "\(spec)")
            // Another host takes over, and runs the rest of the command.
            kill(try daemon.box.host(of: id), SIGKILL)
            let revived = try await daemon.telec("sessions", "revive", id)
            #expect(revived.code == 0, "\(revived)")
            #expect(try await daemon.telec("sessions", "send", id, "go").code == 0)
            try await daemon.waitForTranscript(of: id, toContain: "again FAKE-given")
            #expect(try await daemon.telec("sessions", "end", id).code == 0)
        }
    }

    @Test func preferencesGoAlong() async throws {
        try await withAgents { daemon in
            let own = try await daemon.telec("sessions", "start", "--title", "my default agent", "--json")
            #expect(own.code == 0, "\(own)")
            let kept = try await daemon.json("sessions", "list", "--agent", "kept")["sessions"] as? [[String: Any]]
            #expect(kept?.count == 1)
            let shown = try await environment(of: "given", daemon)
            #expect(shown.contains("TELECLAUDE_THINKING_MODE=fast\n"), "\(shown)")
            let sessions = try await daemon.json("sessions", "list", "--agent", "given")["sessions"] as? [[String: Any]]
            #expect(sessions?.first?["thinking_mode"] as? String == "fast")
        }
    }

    @Test func inSystemModeTheOwnerIsToldOfTheAudit() async throws {
        try await withAgents { daemon in
            let run = try await daemon.telec("sessions", "start", "--title", "x", "--", "true")
            try #require(run.error == "Sessions on this system are subject to admin audit.\n", "\(run)")
            let id = run.output.trimmingCharacters(in: .newlines)
            try await daemon.wait(for: id, toBe: "closed")
            let shown = try await daemon.telec("transcript", id).output
            #expect(shown == "Sessions on this system are subject to admin audit.\n")
        }
    }
}
