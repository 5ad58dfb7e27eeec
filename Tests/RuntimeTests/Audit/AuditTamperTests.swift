import Dialects
import Foundation
import TestSupport
import Testing

@testable import TCRuntime

/// Tests changes by the owner of the file or by a superuser, who can change anything. Such changes can't be prevented, but detected.
@Suite("Tampering with the audit log past its triggers")
struct AuditTamperTests {
    struct Tampering: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var statements: [String]
        var kind: AuditFlaw.Kind
        var seq: Int64

        init(_ name: String, _ statements: String..., is kind: AuditFlaw.Kind, at seq: Int64) {
            (testDescription, self.statements, self.kind, self.seq) = (name, statements, kind, seq)
        }
    }

    static let tamperings = [
        Tampering("a reason", "UPDATE audit_log SET reason = 'x' WHERE seq = 7", is: .edited, at: 7),
        Tampering("a person taken away", "UPDATE audit_log SET person = NULL WHERE seq = 7", is: .edited, at: 7),
        Tampering("an owner's uid", "UPDATE audit_log SET owner_uid = 0 WHERE seq = 20", is: .edited, at: 20),
        Tampering(
            "a moment", "UPDATE audit_log SET at = '2026-01-02T03:04:05.000000Z' WHERE seq = 1", is: .edited, at: 1),
        Tampering(
            "a hash", "UPDATE audit_log SET hash = (SELECT hash FROM audit_head) WHERE seq = 7", is: .edited, at: 7),
        Tampering("a row in the middle", "DELETE FROM audit_log WHERE seq = 7", is: .removed, at: 7),
        Tampering("the first rows", "DELETE FROM audit_log WHERE seq < 4", is: .removed, at: 1),
        Tampering(
            "two rows swapped", "UPDATE audit_log SET seq = -7 WHERE seq = 7",
            "UPDATE audit_log SET seq = 7 WHERE seq = 8",
            "UPDATE audit_log SET seq = 8 WHERE seq = -7", is: .reordered, at: 7),
        Tampering(
            "a row removed and the next renumbered", "DELETE FROM audit_log WHERE seq = 7",
            "UPDATE audit_log SET seq = 7 WHERE seq = 8", is: .reordered, at: 7),
        Tampering("the last row", "DELETE FROM audit_log WHERE seq = 20", is: .truncated, at: 20),
        Tampering("all rows", "DELETE FROM audit_log", is: .truncated, at: 1),
        Tampering("the head back", "UPDATE audit_head SET seq = 10", is: .headMoved, at: 20),
        Tampering("the head away", "DELETE FROM audit_head", is: .headMoved, at: 20),
        Tampering("the head on", "UPDATE audit_head SET seq = 25", is: .truncated, at: 21),
        Tampering(
            "the last row and the head", "DELETE FROM audit_log WHERE seq > 15",
            "UPDATE audit_head SET seq = 15, hash = (SELECT hash FROM audit_log WHERE seq = 15)", is: .truncated, at: 16
        ),
    ]

    @Test("a head whose whole table is gone is one that is gone", arguments: Backend.available)
    func headless(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, url in
            try await log.fill(20)
            let connection = try connect(to: url)
            try connection.executeScript("DROP TABLE audit_head")
            connection.close()
            let flaw = try await log.verify().flaw
            #expect(flaw?.kind == .headMoved && flaw?.seq == 20, "\(String(describing: flaw))")
            // What is left is exported, and not an empty file that looks complete.
            let exported = try await log.export { _ in }
            #expect(exported?.seq == 20)
        }
    }

    @Test("verify names the first row that is wrong", arguments: Backend.available, tamperings)
    func found(_ backend: Backend, _ tampering: Tampering) async throws {
        try await backend.withAuditLog { log, url in
            try await log.fill(20)
            let checkpoint = try #require(try await log.head())
            try backend.tamper(url) { connection in
                for statement in tampering.statements { try connection.executeScript(statement) }
            }
            let flaw = try await log.verify(against: checkpoint).flaw
            #expect(flaw?.kind == tampering.kind && flaw?.seq == tampering.seq, "\(String(describing: flaw))")
        }
    }

    @Test("a row that was hashed anew does not fit the next one", arguments: Backend.available)
    func rehashed(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, url in
            try await log.fill(20)
            for seq in [7, 20] as [Int64] {
                var entry = try #require(try await log.entries(after: seq + 1, limit: 1).first)
                entry.reason = "forged"
                entry.hash = AuditChain.hash(of: entry)
                let forged = entry
                try backend.tamper(url) { try $0.replace(forged) }
                let flaw = try await log.verify().flaw
                #expect(flaw?.kind == .edited && flaw?.seq == 7, "\(String(describing: flaw))")
            }
        }
    }

    @Test(
        "a chain that was written anew to its end is seen by a checkpoint, and by nothing else",
        arguments: Backend.available)
    func rewritten(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, url in
            try await log.fill(12)
            let checkpoint = try #require(try await log.head())
            try await log.fill(8)
            var previous = AuditChain.genesis
            var rows: [AuditEntry] = []
            for var entry in try await log.entries(limit: 20).reversed() {
                if entry.seq == 7 { entry.reason = "forged" }
                entry.previousHash = previous.hash
                entry.hash = AuditChain.hash(of: entry)
                previous = entry.checkpoint
                rows.append(entry)
            }
            let (forged, head) = (rows, previous)
            try backend.tamper(url) { connection in
                for row in forged { try connection.replace(row) }
                try connection.execute("UPDATE audit_head SET hash = \(head.hash)")
            }
            #expect(try await log.verify().isIntact)
            let flaw = try await log.verify(against: checkpoint).flaw
            #expect(flaw?.kind == .rewritten && flaw?.seq == 12, "\(String(describing: flaw))")
        }
    }

    @Test("numbers at the ends of the range are found, and the log then takes no row", arguments: Backend.available)
    func ends(_ backend: Backend) async throws {
        for seq in [Int64.min, .max] {
            try await backend.withAuditLog { log, url in
                try await log.fill(9)
                let (_, note) = try await log.verifyAndNote()
                #expect(note.flaw == nil)
                try backend.tamper(url) { try $0.execute("UPDATE audit_head SET seq = \(seq)") }
                #expect(try await log.verify().flaw?.kind == (seq == .max ? .truncated : .headMoved))
                let known = try await log.database.withConnection { try AuditLog.known(nil, on: $0) }
                #expect(known.unchecked == (seq == .max ? .max - 9 : 0))
                await #expect(throws: AuditUnavailable.self) { try await log.fill(1) }
                try backend.tamper(url) { try $0.execute("UPDATE audit_log SET seq = \(seq) WHERE seq = 9") }
                let flaw = try await log.verify().flaw
                #expect(flaw?.kind == .edited && flaw?.seq == seq, "\(String(describing: flaw))")
            }
        }
    }

    @Test("an edit of the raw file is found, its schema edited first")
    func rawFile() async throws {
        try await Backend.sqlite.withAuditLog { log, url in
            try await log.fill(20)
            let connection = try connect(to: url)
            try connection.executeScript(
                """
                PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE type = 'trigger';
                PRAGMA writable_schema = RESET; UPDATE audit_log SET uid = 1 WHERE seq = 13;
                """)
            connection.close()
            let flaw = try await log.verify().flaw
            #expect(flaw?.kind == .edited && flaw?.seq == 13, "\(String(describing: flaw))")
        }
    }

    @Test("bytes changed in the file are found")
    func rawBytes() async throws {
        try await Backend.sqlite.withAuditLog { log, url in
            try await log.fill(20)
            let path = try #require(url.filePath)
            let connection = try connect(to: url)
            _ = try connection.values("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            var bytes = try SQLiteFixture.bytes(of: path)
            let at = try #require(bytes.firstRange(of: Array("reason 12".utf8)))
            bytes.replaceSubrange(at, with: Array("reason 99".utf8))
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let reopened = AuditLog(database: try Database(url, options: durable))
            let flaw = try await reopened.verify().flaw
            #expect(flaw?.kind == .edited && flaw?.seq == 13, "\(String(describing: flaw))")
        }
    }
}

extension Backend {
    /// Runs `body` with all protection disabled, and restores the protection without a trace.
    fileprivate func tamper(_ url: DatabaseURL, _ body: (any Connection) throws -> Void) throws {
        let connection = try connect(to: url)
        defer { connection.close() }
        switch self {
        case .sqlite:
            let triggers = try connection.values("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            for row in triggers { try connection.execute("DROP TRIGGER \(identifier: row[0].text ?? "")") }
            try body(connection)
            for row in triggers { try connection.executeScript(row[1].text ?? "") }
        case .postgresql:
            let triggers = try connection.values(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'audit%'"
            )
            for row in triggers { try connection.alter(row, "DISABLE") }
            try body(connection)
            for row in triggers { try connection.alter(row, "ENABLE ALWAYS") }
        }
    }
}

extension Connection {
    fileprivate func alter(_ row: [Value], _ state: String) throws {
        let (table, trigger) = (row[0].text ?? "", row[1].text ?? "")
        try execute("ALTER TABLE \(identifier: table) \(trusted: state) TRIGGER \(identifier: trigger)")
    }
}

extension Connection {
    fileprivate func replace(_ entry: AuditEntry) throws {
        try execute(
            """
            UPDATE audit_log SET reason = \(entry.reason.map(Value.text) ?? .null), hash = \(entry.hash), \
            previous_hash = \(entry.previousHash) WHERE seq = \(entry.seq)
            """)
    }
}
