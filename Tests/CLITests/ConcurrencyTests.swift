import Foundation
import TestSupport
import Testing

@Suite("several programs at once")
struct ConcurrencyTests {
    @Test("every one of many up's succeeds, and each migration runs once", arguments: Backend.available)
    func manyUps(_ backend: Backend) async throws {
        let count =
            switch backend {
            case .sqlite: 8
            case .postgresql: 30
            }
        try await withDatabase(backend) { box, url in
            let programs = try (0..<count).map { _ in try box.start(.tcMigrate, ["up", "-d", url]) }
            var applied: [Substring] = []
            for program in programs {
                let run = try await program.finish()
                #expect(run.ending == .exit(0), "\(run)")
                applied += run.output.split(separator: "\n").filter { $0.hasPrefix("applied") }.map {
                    $0.split(separator: " ")[1]
                }
            }
            let ids = [
                "0001-single-user-tables", "0002-session-owners", "0003-audit-log", "0004-daemon-lease",
                "0005-session-pages", "0006-events", "0007-search", "0008-imports", "0009-retention",
                "0010-transcript-search", "0011-project-pages",
            ]
            #expect(applied.sorted() == ids.map { $0[...] })
            #expect(try query("SELECT id FROM tc_migrations ORDER BY position", on: url) == ids)
            #expect(try await box.migrate("drift", "-d", url).output == "no drift\n")
        }
    }

    @Test(
        "a lock that somebody holds is waited for, then refused with its holder's name",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func postgreSQLLock() async throws {
        try await withDatabase(.postgresql) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            // A program that alters the table waits for this transaction while it holds the advisory lock.
            let reader = try connect(to: try .init(parsing: url))
            defer { reader.close() }
            try reader.begin()
            try reader.execute("LOCK TABLE people")
            let holder = try box.startFixture("dropping", "up", "-d", url)
            try waitUntil("the holder waits") { try isWaitingForTable(url) }

            let start = ContinuousClock.now
            let run = try await box.fixture("dropping", "up", "--lock-timeout", "1", "--json", "-d", url)
            #expect((.seconds(1)...(.seconds(10))).contains(ContinuousClock.now - start))
            expectRefusal(run, saying: "tc_migrations is held by process", "tc-migrate-fixture", "pg_terminate_backend")
            #expect(try run.document(ErrorDocument.self).error.code == "locked")
            let status = try await box.fixture("dropping", "status", "--json", "-d", url)
            #expect(
                try status.document(StatusDocument.self).migrations.map(\.state) == ["applied", "applied", "pending"])

            try reader.rollback()
            let end = try await holder.finish()
            #expect(end.ending == .exit(0) && end.output.hasPrefix("applied  0003-dropping"), "\(end)")
        }
    }

    @Test(
        "a SQLite file that somebody writes is waited for, then refused; reading it goes on",
        arguments: ["wal", "delete"])
    func sqliteLock(_ journalMode: String) async throws {
        try await withDatabase(.sqlite) { box, url in
            _ = try await box.fixture("shorter", "up", "-d", url)
            let writer = try connect(to: try .init(parsing: url))
            defer { writer.close() }
            try writer.executeScript("PRAGMA journal_mode = \(journalMode)")
            try writer.begin()
            try writer.execute("INSERT INTO people (name) VALUES ('Ann')")
            let run = try await box.fixture("plain", "up", "--lock-timeout", "1", "--json", "-d", url)
            expectRefusal(run, saying: box("test.db"), "in use by another connection", "try again")
            #expect(try run.document(ErrorDocument.self).error.code == "locked")
            let status = try await box.fixture("plain", "status", "--json", "-d", url)
            #expect(try status.document(StatusDocument.self).migrations.map(\.state) == ["applied", "pending"])
            try writer.commit()
            let after = try await box.fixture("plain", "up", "-d", url)
            #expect(after.ending == .exit(0) && after.output.hasPrefix("applied  0002-notes"), "\(after)")
        }
    }
}

private func isWaitingForTable(_ url: String) throws -> Bool {
    try !query(
        """
        SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
        AND application_name = 'tc-migrate-fixture'
        """, on: url
    ).isEmpty
}
