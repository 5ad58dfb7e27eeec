import Foundation
import TestSupport
import Testing

struct RetentionTests {
    /// Makes two sessions of this daemon, one of which ended long ago, and many more old ones.
    private func fill(_ box: Sandbox, _ url: String) async throws -> (old: String, new: String) {
        let daemon = try await box.startDaemon(box.daemonVariables(url))
        let old = try await daemon.start("sh", "-c", "echo long-ago", title: "Old")
        let new = try await daemon.start("sh", "-c", "echo just-now", title: "New")
        for id in [old, new] { try await daemon.wait(for: id, toBe: "closed") }
        try await box.endSessions()
        #expect(try await daemon.stop().code == 0)
        try execute(
            """
            UPDATE sessions SET closed_at = '2026-01-02T00:00:00.000000Z' WHERE session_id = '\(old)';
            INSERT INTO session_listeners (target_session_id, caller_session_id, caller_tmux_session, registered_at)
                VALUES ('\(new)', '\(old)', 'x', '2026-01-01T00:00:00.000000Z');
            """, on: url)
        for number in 0..<150 {
            try execute(
                """
                INSERT INTO sessions (session_id, computer_name, lifecycle_status, created_at, last_activity, closed_at,
                    owner_person, owner_uid)
                SELECT 'many\(number)', computer_name, 'closed', created_at, last_activity, '2026-01-03T00:00:00.000000Z',
                    owner_person, owner_uid FROM sessions WHERE session_id = '\(new)'
                """, on: url)
        }
        return (old, new)
    }

    private func recordings(_ box: Sandbox) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(box.home)/.teleclaude/transcripts").sorted()
    }

    @Test(
        "what is over for long enough goes with its recording, pass by pass; the log tells and stays",
        arguments: Backend.available)
    func removed(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let (old, new) = try await fill(box, url)
            #expect(try recordings(box) == ["\(old).cast", "\(new).cast"].sorted())
            let variables = box.daemonVariables(url, ["TELECLAUDE__RETENTION__CLOSED_SESSIONS": "30d"])
            let daemon = try await box.startDaemon(variables)
            try waitUntil("all went") { try query("SELECT count(*) FROM sessions", on: url) == ["1"] }
            try waitUntil("both passes are over") {
                try daemon.process.errorText().components(separatedBy: "sessions were removed").count == 3
            }
            #expect(try recordings(box) == ["\(new).cast"])
            #expect(try query("SELECT count(*) FROM session_tokens", on: url) == ["1"])
            #expect(try query("SELECT count(*) FROM session_listeners", on: url) == ["0"])
            #expect(try await daemon.telec("transcript", new).output.contains("just-now"))
            #expect(try await daemon.telec("transcript", old).code == 64)
            let reasons = try query(
                "SELECT reason FROM audit_log WHERE action = 'remove_expired' ORDER BY seq", on: url)
            #expect(reasons.map { $0.split(separator: " ").first } == ["100", "51"], "\(reasons)")
            let verdict = try await daemon.telec("audit", "verify")
            #expect(verdict.code == 0, "\(verdict)")
            #expect(try await daemon.stop().code == 0)
        }
    }

    @Test func withoutAWordNothingIsRemoved() async throws {
        try await withDatabase(.sqlite) { box, url in
            let (old, _) = try await fill(box, url)
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            try await Task.sleep(for: .seconds(3))
            #expect(try await daemon.telec("transcript", old).output.contains("long-ago"))
            #expect(try query("SELECT count(*) FROM sessions", on: url) == ["152"])
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// To the daemon, a database of long ago is one whose clock has jumped ahead.
    @Test(arguments: Backend.available)
    func aClockThatJumpedAheadRemovesNothing(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let (old, _) = try await fill(box, url)
            try execute(
                """
                UPDATE sessions SET last_activity = '2026-01-02T00:00:00.000000Z', closed_at = '2026-01-02T00:00:00.000000Z';
                UPDATE session_tokens SET issued_at = '2026-01-02T00:00:00.000000Z';
                UPDATE daemon_lease SET taken_at = '2026-01-02T00:00:00.000000Z';
                """, on: url)
            let variables = box.daemonVariables(url, ["TELECLAUDE__RETENTION__CLOSED_SESSIONS": "30d"])
            let daemon = try await box.startDaemon(variables)
            try waitUntil("it is said") {
                try daemon.process.errorText().contains("none is removed for a day")
            }
            #expect(try await daemon.telec("transcript", old).output.contains("long-ago"))
            #expect(try query("SELECT count(*) FROM sessions", on: url) == ["152"])
            #expect(try query("SELECT count(*) FROM audit_log WHERE action = 'remove_expired'", on: url) == ["0"])
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// A recording that can't be removed keeps its row. Without the row, nobody would know of the recording, and it would stay for ever.
    @Test func aRecordingThatStaysKeepsItsRow() async throws {
        try await withDatabase(.sqlite) { box, url in
            let (old, _) = try await fill(box, url)
            let path = "\(box.home)/.teleclaude/transcripts/\(old).cast"
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let variables = box.daemonVariables(url, ["TELECLAUDE__RETENTION__CLOSED_SESSIONS": "30d"])
            let daemon = try await box.startDaemon(variables)
            try waitUntil("it is said") { try daemon.process.errorText().contains("sessions were not removed") }
            #expect(try query("SELECT count(*) FROM sessions WHERE session_id = '\(old)'", on: url) == ["1"])
            #expect(try query("SELECT outcome FROM audit_log ORDER BY seq", on: url) == ["allowed", "failed"])
            #expect(try await daemon.stop().code == 0)
        }
    }

    @Test(arguments: ["90", "0d", "d", "-1d", "1w", "soon", "090d", "9999999d"])
    func whatIsNoTimeIsRefused(_ text: String) async throws {
        try await withSandbox { box in
            let variables = ["TELECLAUDE__RETENTION__CLOSED_SESSIONS": text]
            let run = try await box.run(.teleclauded, ["--check"], variables)
            #expect(run.code == 2 && run.error.contains("90d, 36h or off"), "\(run)")
        }
    }
}
