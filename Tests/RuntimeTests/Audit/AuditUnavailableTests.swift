import Dialects
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import TCRuntime

@Suite("An audit log that can't be written")
struct AuditUnavailableTests {
    @Test("a full database: nothing is admitted, and what was logged stays")
    func full() async throws {
        try await Backend.sqlite.withAuditLog { log, url in
            try await log.fill(5)
            // The limit belongs to a connection, so this log has only one connection.
            var options = durable
            options.poolSize = 1
            let database = try Database(url, options: options)
            try await database.withConnection { connection in
                _ = try connection.values("PRAGMA max_page_count = 1")
                // The limit is the current number of pages, so one more page is too many.
                while true {
                    do {
                        _ = try connection.execute(
                            "INSERT INTO system_settings (key, value) VALUES (hex(randomblob(16)), 'x')")
                    } catch { break }
                }
            }
            let small = AuditLog(database: database)
            var written = 5
            await #expect(throws: AuditUnavailable.self) {
                for _ in 0..<200 {
                    let receipt = try await small.admit(
                        .readTranscript, by: ann, on: sessionOfBen,
                        reason: String(repeating: "long ", count: 300))
                    #expect(receipt.seq != nil)
                    written += 1
                }
            }
            await database.close()
            #expect(try await log.verify() == .intact(written, try await log.head()))
        }
    }

    @Test("a database that is only read", arguments: Backend.available)
    func readOnly(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, url in
            let database = try Database(url, options: ConnectionOptions(access: .readOnly, isDurable: true))
            let other = AuditLog(database: database)
            let error = await #expect(throws: AuditUnavailable.self) {
                _ = try await other.admit(.attach, by: ann, on: sessionOfBen, reason: nil).seq
            }
            #expect(error?.description.contains("can't be written, so nothing was done: ") == true)
            await #expect(throws: AuditUnavailable.self) {
                try await other.recordRefusal(.attach, by: ben, on: nil, reason: nil)
            }
            // An access to the caller's own session needs no row.
            let own = try await other.admit(.attach, by: ben, on: sessionOfBen, reason: nil)
            #expect(own.seq == nil)
            await database.close()
            #expect(try await log.entries(limit: 1) == [])
        }
    }

    @Test("a writer that holds the chain for too long", arguments: Backend.available)
    func held(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, url in
            let holder = try connect(to: url)
            defer { holder.close() }
            try holder.begin()
            try holder.execute("UPDATE audit_head SET id = id WHERE id = 1")
            let database = try Database(url, options: ConnectionOptions(lockTimeout: 0.2, isDurable: true))
            await #expect(throws: AuditUnavailable.self) {
                _ = try await AuditLog(database: database).admit(
                    .send, by: ann, on: sessionOfBen, reason: nil
                ).seq
            }
            await database.close()
            try holder.rollback()
            try await log.fill(1)
        }
    }

    @Test("a log without its head", arguments: Backend.available)
    func withoutHead(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, url in
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.execute(
                SQL(
                    trusted: backend == .sqlite
                        ? "DROP TRIGGER audit_head_no_delete" : "DROP TRIGGER audit_head_refuse ON audit_head"))
            try connection.execute("DELETE FROM audit_head")
            let error = await #expect(throws: AuditUnavailable.self) { try await log.fill(1) }
            #expect(error?.cause.contains("audit_head has no row; find out who removed it") == true)
        }
    }

    @Test("an action that fails while the log can't be written fails for its own reason", arguments: Backend.available)
    func failureIsLost(_ backend: Backend) async throws {
        try await backend.withAuditLog { _, url in
            let holder = try connect(to: url)
            defer { holder.close() }
            let database = try Database(url, options: ConnectionOptions(lockTimeout: 0.2, isDurable: true))
            let lost = Mutex<[AuditEvent]>([])
            let log = AuditLog(database: database) { event, _ in lost.withLock { $0.append(event) } }
            let sessions = SessionStore(Fence(database: database))
            let now = Timestamp.now.text
            try await sessions.insert(
                Session(
                    id: sessionOfBen.id, title: nil, owner: sessionOfBen.owner, state: .active, visibility: .private,
                    projectPath: nil, agent: nil, thinkingMode: nil, computer: "here", tmuxName: nil, createdAt: now,
                    lastActivity: now, closedAt: nil))
            let access = AccessControl(sessions: sessions, audit: log, refusals: RefusalBudget(perMinute: 60))
            let error = await #expect(throws: RuntimeError.self) {
                try await access.perform(ann, .end, on: sessionOfBen.id) { (_: Session) -> Void in
                    // From here on nobody else can write a row.
                    try holder.begin()
                    try holder.execute("UPDATE audit_head SET id = id WHERE id = 1")
                    throw RuntimeError(.notRunning, "its host is gone")
                }
            }
            #expect(error?.code == .notRunning)
            let events = lost.withLock { $0 }
            #expect(events.count == 1)
            let expected = [
                "action": "end", "uid": "1000", "person": "Ann", "session": sessionOfBen.id,
                "reason": "its host is gone",
            ]
            #expect(events.first?.metadata.mapValues { "\($0)" } == expected)
            try holder.rollback()
            #expect(try await log.entries(limit: 5).map(\.outcome) == ["allowed"])
            await database.close()
        }
    }
}
