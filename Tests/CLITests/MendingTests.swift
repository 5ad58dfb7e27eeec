import Dialects
import Foundation
import TestSupport
import Testing

/// Tests rows that claim more about a session than is true.
struct MendingTests {
    private static let quick: [String: String?] = ["TELECLAUDE_SERVER_HOST_SECONDS": "3"]

    private func post(_ daemon: TestDaemon) async throws -> String {
        let run = try await daemon.box.run(
            Program(inPath: "curl"),
            [
                "-sf", "--unix-socket", "\(daemon.box.folder)/d.sock", "-X", "POST", "http://x/sessions", "-H",
                "content-type: application/json", "-d", #"{"title": "Nobody's", "project_path": "/"}"#,
            ])
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        return try #require((object?["session"] as? [String: Any])?["session_id"] as? String, "\(run)")
    }

    /// Sessions whose host never called, or died with its terminal, even before this daemon began, count as lost. They can be
    /// revived or ended. Sessions that have no host by their nature stay as they are.
    @Test(arguments: Backend.available)
    func sessionsWithoutAHostCountAsLost(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            var daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("sh", "-c", "echo begun; read x")
            try await daemon.waitForTranscript(of: id, toContain: "begun")
            #expect(kill(try box.host(of: id), SIGKILL) == 0)
            try await box.endSessions()
            #expect(try await daemon.stop().code == 0)
            try execute("UPDATE sessions SET closed_at = NULL", on: url)
            try execute(
                "INSERT INTO sessions (session_id, computer_name, last_input_origin, lifecycle_status) "
                    + "VALUES ('h', 'c', 'x', 'headless')", on: url)
            daemon = try await box.startDaemon(box.daemonVariables(url, Self.quick))
            let never = try await post(daemon)
            let tail = try box.start(.telec, ["sessions", "tail", id], daemon.variables)
            for session in [id, never] { try await daemon.wait(for: session, toBe: "lost") }
            #expect(try await tail.finish(timeout: 20).code == 0)
            #expect(try query("SELECT lifecycle_status FROM sessions WHERE session_id = 'h'", on: url) == ["headless"])
            let sent = try await daemon.telec("sessions", "send", id, "x")
            #expect(sent.code == 2 && sent.error.contains("the session has not been running since"), "\(sent)")
            let listed = try await daemon.telec("sessions", "list", "--state", "lost")
            #expect(listed.output.contains(id) && listed.output.contains(never), "\(listed)")
            #expect(try await daemon.telec("sessions", "revive", id).code == 0)
            try await daemon.wait(for: id, toBe: "active")
            for session in [id, never] {
                #expect(try await daemon.telec("sessions", "end", session).code == 0)
                try await daemon.wait(for: session, toBe: "closed")
            }
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// A host that calls after its session has been counted as lost takes it up again. Nothing was ended, and nothing is missing.
    @Test(arguments: Backend.available)
    func aLateHostTakesItsSessionUpAgain(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            var daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("sh", "-c", "while read x; do echo got $x; $TELEC whoami --json; done")
            #expect(try await daemon.stop().code == 0)
            let host = try box.host(of: id)
            kill(host, SIGSTOP)
            daemon = try await box.startDaemon(box.daemonVariables(url, Self.quick))
            try await daemon.wait(for: id, toBe: "lost")
            kill(host, SIGCONT)
            try await daemon.wait(for: id, toBe: "active")
            try await daemon.waitUntilSent(id, "late")
            try await daemon.waitForTranscript(of: id, toContain: "got late")
            try await box.endSessions()
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// A restarted daemon gives hosts time to call. If they call, no row changes.
    @Test func aRestartLosesNothing() async throws {
        try await withSandbox { box in
            let variables = box.daemonVariables("sqlite:\(box("a.db"))", Self.quick)
            var daemon = try await box.startDaemon(variables)
            let id = try await daemon.start("sh", "-c", "read x")
            for _ in 0..<3 {
                daemon.process.kill(SIGKILL)
                _ = try await daemon.process.finish()
                daemon = try await box.startDaemon(variables)
            }
            try await Task.sleep(for: .seconds(8))
            let session = try await daemon.json("sessions", "get", id)["session"] as? [String: Any]
            #expect(session?["status"] as? String == "active")
            #expect((session?["host"] as? [String: Any])?["state"] as? String == "connected")
            #expect(try !daemon.process.errorText().contains("counts as lost"))
            try await box.endSessions()
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// A refused host is shown with its session, which does not count as lost. An admin's order to end it reaches the host
    /// nevertheless.
    @Test(arguments: Backend.available)
    func aRefusedHostIsShownAndCanBeEnded(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            var daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("sh", "-c", "read x")
            #expect(try await daemon.stop().code == 0)
            try execute("UPDATE sessions SET owner_person = 'Renamed'", on: url)
            daemon = try await box.startDaemon(box.daemonVariables(url, Self.quick))
            try waitUntil("the host is refused") {
                FileManager.default.fileExists(atPath: "\(box.home)/.teleclaude/hosts/\(id)/standing")
            }
            try await Task.sleep(for: .seconds(8))
            let list = try await daemon.telec("sessions", "list")
            #expect(list.output.contains("active, host refused"), "\(list)")
            let page = try await daemon.telec("sessions", "get", id)
            #expect(
                page.output.contains("refused since") && page.output.contains("its owner's own processes"), "\(page)")
            let (host, command) = (try box.host(of: id), try box.command(of: id))
            #expect(isAlive(host) && isAlive(command))
            let run = try await box.run(
                Program(inPath: "curl"),
                ["-sf", "--unix-socket", "\(box.folder)/d.sock", "-X", "POST", "http://x/sessions/\(id)/end"])
            #expect(run.output.contains("\"status\":\"closed\""), "\(run)")
            try waitUntil("the order reaches the host") { !isAlive(command) }
            let folder = "\(box.home)/.teleclaude/hosts/\(id)"
            // The host may be writing to the folder at this moment.
            try waitUntil("its folder has gone") {
                try? FileManager.default.removeItem(atPath: folder)
                return !FileManager.default.fileExists(atPath: folder)
            }
            try waitUntil("the host has gone") { !isAlive(host) }
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// A host reports its own start time. A false one does not open a closed session for a caller that may not revive it.
    @Test func aHostThatLiesAboutItsBeginningOpensNothing() async throws {
        try await withSandbox { box in
            let user = try #require(getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) })
            func settings(_ role: String) throws {
                let person = "{name: Me, email: me@example.org, os_username: \(user), role: \(role)}"
                try box.write("config.yml", "mode: system\npeople:\n  - \(person)\n")
            }
            try settings("member")
            let variables = box.daemonVariables(
                "sqlite:\(box("a.db"))",
                ["TELECLAUDE_CONFIG_PATH": box("config.yml"), "TELECLAUDE_STATE_PATH": box("state")])
            var daemon = try await box.startDaemon(variables)
            let id = try await daemon.start("true")
            try await daemon.wait(for: id, toBe: "closed")
            #expect(try await daemon.stop().code == 0)
            try settings("contributor")
            daemon = try await box.startDaemon(variables)
            func host(_ started: String) async throws -> Run {
                let url = "http://x/sessions/\(id)/host?started=\(started)"
                return try await box.run(
                    Program(inPath: "curl"),
                    ["-s", "--max-time", "3", "--unix-socket", "\(box.folder)/d.sock", "-X", "POST", url])
            }
            #expect(try await host("2000-01-01T00:00:00Z").output.contains("order 0 end"))
            let refused = try await host("2999-01-01T00:00:00Z")
            #expect(refused.output.contains("reviving this session is not allowed"), "\(refused)")
            let session = try await daemon.json("sessions", "get", id)["session"] as? [String: Any]
            #expect(session?["status"] as? String == "closed")
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// A copy of the database from before a revival says that the session has ended. That end belongs to the earlier run.
    @Test func anOlderEndEndsNothing() async throws {
        try await withSandbox { box in
            let url = "sqlite:\(box("a.db"))"
            var daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("true")
            try await daemon.wait(for: id, toBe: "closed")
            let end = try query("SELECT closed_at FROM sessions", on: url)[0]
            let revived = try await daemon.telec("sessions", "revive", id, "--", "sh", "-c", "read x; echo got $x")
            #expect(revived.code == 0, "\(revived)")
            #expect(try await daemon.stop().code == 0)
            try execute("UPDATE sessions SET lifecycle_status = 'closed', closed_at = '\(end)'", on: url)
            daemon = try await box.startDaemon(box.daemonVariables(url))
            try await daemon.wait(for: id, toBe: "active")
            try await daemon.waitUntilSent(id, "on")
            try await daemon.waitForTranscript(of: id, toContain: "got on")
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// The clock was set back after the host had begun. The end that is ordered while the host is away reaches it all the same.
    @Test(arguments: Backend.available)
    func anOrderedEndNeedsNoClock(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            var daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("sh", "-c", "read x")
            let (host, command) = (try box.host(of: id), try box.command(of: id))
            #expect(try await daemon.stop().code == 0)
            kill(host, SIGSTOP)
            daemon = try await box.startDaemon(box.daemonVariables(url))
            // telec would end what runs here itself.
            let ended = try await daemon.asked("/sessions/\(id)/end", "--data", "{}")
            #expect(ended.contains("\"status\":\"closed\""), "\(ended)")
            let anHourAgo = Timestamp.now.advanced(seconds: -3_600).text
            try execute("UPDATE sessions SET closed_at = '\(anHourAgo)'", on: url)
            kill(host, SIGCONT)
            try waitUntil("the order reaches the host") { !isAlive(command) }
            try waitUntil("the host delivers and goes") { !isAlive(host) }
            let session = try await daemon.json("sessions", "get", id)["session"] as? [String: Any]
            #expect(session?["status"] as? String == "closed")
            #expect(try await daemon.stop().code == 0)
        }
    }
}
