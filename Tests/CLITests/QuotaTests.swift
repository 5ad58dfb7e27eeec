import Foundation
import TestSupport
import Testing

struct QuotaTests {
    /// Returns the reasons in the log's rows about quotas.
    private func logged(_ url: String) throws -> [String] {
        try query(
            "SELECT reason FROM audit_log WHERE action = 'exceed_quota' AND outcome = 'refused' ORDER BY seq", on: url)
    }

    @Test("so many sessions and no more, also when they are started at once", arguments: Backend.available)
    func openSessions(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let daemon = try await box.startDaemon(
                box.daemonVariables(url, ["TELECLAUDE__QUOTAS__OPEN_SESSIONS": "3"]))
            let arguments = ["sessions", "start", "--title", "x", "--project", box.files, "--", "sleep", "1000"]
            let many = try (0..<6).map { _ in try box.start(.telec, arguments, daemon.variables) }
            var runs: [Run] = []
            for program in many { runs.append(try await program.finish()) }
            let (made, refused) = (runs.filter { $0.code == 0 }, runs.filter { $0.code == 2 })
            #expect(made.count == 3 && refused.count == 3, "\(runs)")
            #expect(refused.allSatisfy { $0.error.contains("you have 3 open sessions") }, "\(refused)")
            #expect(try logged(url).count == 3)
            let json = try await daemon.telec(
                "sessions", "start", "--json", "--title", "x", "--project", box.files, "--", "true")
            #expect(json.code == 2 && json.output.contains("\"quota_exceeded\""), "\(json)")
            // A session that is not over may be revived if its host is gone, without using more of the quota.
            let third = try #require(made.last).output.trimmingCharacters(in: .newlines)
            kill(try box.host(of: third), SIGKILL)
            let deadline = ContinuousClock.now + .seconds(30)
            while try await !daemon.telec("sessions", "get", third, "--json").output.contains("\"away\"") {
                try #require(ContinuousClock.now < deadline, "its host did not go")
                try await Task.sleep(for: .milliseconds(100))
            }
            let revived = try await daemon.telec("sessions", "revive", third)
            #expect(revived.code == 0, "\(revived)")
            // A session that ends makes room for another one.
            let id = try #require(made.first).output.trimmingCharacters(in: .newlines)
            #expect(try await daemon.telec("sessions", "end", id).code == 0)
            try await daemon.wait(for: id, toBe: "closed")
            _ = try await daemon.start("true")
            try await box.endSessions()
            #expect(try await daemon.stop().code == 0)
        }
    }

    @Test("a host whose session is over in the rows waits for room, as a new session would")
    func takenUpAgain() async throws {
        try await withDatabase(.sqlite) { box, url in
            let before = try await box.startDaemon(box.daemonVariables(url))
            let over = try await before.start("sleep", "1000")
            let open = try await before.start("sleep", "1000")
            for id in [over, open] { try await before.wait(for: id, toBe: "active") }
            #expect(try await before.stop().code == 0)
            // Such are the rows of an older backup.
            try execute(
                """
                UPDATE sessions SET lifecycle_status = 'closed', closed_at = '2020-01-01T00:00:00.000000Z'
                WHERE session_id = '\(over)'
                """, on: url)
            let daemon = try await box.startDaemon(
                box.daemonVariables(url, ["TELECLAUDE__QUOTAS__OPEN_SESSIONS": "1"]))
            try waitUntil("its host was refused", seconds: 60) { try !logged(url).isEmpty }
            let status = "SELECT lifecycle_status FROM sessions WHERE session_id = '\(over)'"
            #expect(try query(status, on: url) == ["closed"])
            #expect(try await daemon.telec("sessions", "end", open).code == 0)
            try await daemon.wait(for: over, toBe: "active")
            try await box.endSessions()
            #expect(try await daemon.stop().code == 0)
        }
    }

    @Test("more bytes than a day's are not taken, and the session runs on", arguments: Backend.available)
    func recordedBytes(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let daemon = try await box.startDaemon(
                box.daemonVariables(url, ["TELECLAUDE__QUOTAS__RECORDED_BYTES_PER_DAY": "20000"]))
            let id = try await daemon.start(
                "sh", "-c", "while :; do head -c 3000 /dev/zero | tr '\\0' x; sleep 0.1; done")
            var document: [String: Any]?
            let deadline = ContinuousClock.now + .seconds(30)
            while document?["reason"] == nil || document?["reason"] is NSNull {
                try #require(ContinuousClock.now < deadline, "its host was not refused: \(document ?? [:])")
                try await Task.sleep(for: .milliseconds(100))
                let session = try await daemon.json("sessions", "get", id)["session"] as? [String: Any]
                document = session?["host"] as? [String: Any]
            }
            #expect((document?["reason"] as? String)?.contains("20000 bytes") == true, "\(document ?? [:])")
            #expect(try logged(url).count == 1)
            let command = try box.command(of: id)
            #expect(isAlive(command))
            let path = "\(box.home)/.teleclaude/transcripts/\(id).cast"
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            // The recording may exceed the limit by one chunk: a chunk that begins within the limit is stored whole.
            #expect((size ?? 0) > 10_000 && (size ?? 0) < 1_200_000)
            // The order is given over the socket, as an admin would give it, and the waiting host receives it.
            let order = "POST /sessions/\(id)/end HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            #expect(Probe.answer("\(box.folder)/d.sock", 20, order).hasPrefix("HTTP/1.1 200"))
            try waitUntil("the command has ended", seconds: 60) { !isAlive(command) }
            try await box.endSessions()
            #expect(try await daemon.stop().code == 0)
        }
    }
}
