import Dialects
import TCMigrations
import Migrator
import TCSettings
import TestSupport
import Testing

@testable import TCRuntime

@Suite("The audit log")
struct AuditLogTests {
    @Test("what one does to one's own session is not logged, and all else is", arguments: Backend.available)
    func admission(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, _ in
            let own = try await log.admit(.readTranscript, by: ben, on: sessionOfBen, reason: nil)
            #expect(own.seq == nil && own.sessionID == "s-ben")
            #expect(try await log.entries(limit: 10) == [])
            let others = try await log.admit(
                .readTranscript, by: ann.inside("s-ann"), on: sessionOfBen, reason: "he asked me to")
            #expect(others.seq == 1 && others.sessionID == "s-ben" && others.action == .readTranscript)
            let all = try await log.admit(.search, by: ann, on: nil, reason: "needle")
            #expect(all.seq == 2 && all.sessionID == nil)
            try await log.recordRefusal(.attach, by: ben, on: nil, reason: "no such session")
            let entries = try await log.entries(limit: 10)
            #expect(entries.map(\.seq) == [3, 2, 1] && entries.map(\.outcome) == ["refused", "allowed", "allowed"])
            let first = try #require(entries.last)
            #expect(first.person == "Ann" && first.uid == 1_000 && first.role == "admin")
            #expect(first.ownerPerson == "Ben" && first.ownerUID == 1_001 && first.callerSession == "s-ann")
            #expect(first.action == "read_transcript" && first.reason == "he asked me to")
            #expect(first.at.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/))
            #expect(try await log.verify().isIntact)
        }
    }

    /// The long way locks the head by an update of its id, which nothing else changes.
    @Test("callers that come at once each append in one statement")
    func atOnce() async throws {
        try await Backend.sqlite.withAuditLog { log, url in
            var options = durable
            options.poolSize = 1
            let database = try Database(url, options: options)
            let single = AuditLog(database: database)
            try await single.fill(1)
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.execute("CREATE TABLE long_ways (n)")
            try connection.execute(
                """
                CREATE TRIGGER counts_long_ways AFTER UPDATE OF id ON audit_head
                BEGIN INSERT INTO long_ways VALUES (1); END
                """)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { try await single.fill(1) } }
                try await group.waitForAll()
            }
            #expect(try connection.queryValue("SELECT count(*) FROM long_ways")?.integer == 0)
            try connection.execute("DROP TRIGGER counts_long_ways")
            try connection.execute("DROP TABLE long_ways")
            await database.close()
            #expect(try await log.verify() == .intact(21, try await log.head()))
        }
    }

    @Test("an orphaned session is nobody's own", arguments: Backend.available)
    func orphans(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, _ in
            let recycled = AuditedSession(id: "s", owner: Owner(person: "Zoe", uid: ben.identity.uid))
            let receipt = try await log.admit(.send, by: ben, on: recycled, reason: nil)
            #expect(receipt.seq == 1)
        }
    }

    @Test("pages follow each other, and filters apply together", arguments: Backend.available)
    func filters(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, _ in
            try await log.fill(40)
            var seen: [Int64] = []
            while true {
                let page = try await log.entries(after: seen.last, limit: 7)
                seen += page.map(\.seq)
                guard page.count == 7 else { break }
            }
            #expect(seen == (1...40).reversed())
            let all = try await log.entries(limit: 100)
            func expect(_ filter: AuditFilter, _ holds: (AuditEntry) -> Bool) async throws {
                let found = try await log.entries(filter, limit: 100)
                #expect(found == all.filter(holds) && !found.isEmpty && found.count < 40)
            }
            try await expect(AuditFilter(person: "Ben")) { $0.person == "Ben" }
            try await expect(AuditFilter(sessionID: "s-ben", action: .send)) {
                $0.sessionID == "s-ben" && $0.action == "send"
            }
            try await expect(AuditFilter(owner: Owner(person: "Ben", uid: 1_001))) { $0.ownerPerson == "Ben" }
            try await expect(AuditFilter(owner: Owner(person: nil, uid: nil))) { $0.ownerPerson == nil }
            try await expect(AuditFilter(outcome: .refused)) { $0.outcome == "refused" }
            let middle = try #require(Timestamp(parsing: all[20].at))
            try await expect(AuditFilter(from: middle)) { $0.at >= middle.text }
            try await expect(AuditFilter(person: "Ann", to: middle)) { $0.at < middle.text && $0.person == "Ann" }
        }
    }

    @Test("texts of any kind go in and verify", arguments: Backend.available)
    func texts(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, _ in
            let odd = [
                "", "a\0b", "\u{1}\n\t\"\\", "e\u{301} é 👩‍👩‍👧", String(repeating: "ж", count: 9_000), "null",
                "\u{7F}\u{2028}",
            ]
            for text in odd {
                let session = AuditedSession(id: text, owner: Owner(person: text, uid: .max))
                try await log.recordRefusal(.attach, by: ann.inside(text), on: session, reason: text)
            }
            #expect(try await log.verify() == .intact(odd.count, try await log.head()))
            #expect(AuditExport.verify(try await log.lines()).isIntact)
            #expect(try await log.entries(limit: 6).last?.reason == "a\u{FFFD}b")
        }
    }

    @Test("eight writers at once make one chain", arguments: Backend.available)
    func writers(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, url in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        let database = try Database(url, options: durable)
                        let log = AuditLog(database: database)
                        for number in 0..<50 {
                            try await log.record(
                                AuditEvent(
                                    .send, by: ann, on: sessionOfBen, outcome: .allowed,
                                    reason: "\(writer)/\(number)"))
                        }
                        await database.close()
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await log.verify() == .intact(400, try await log.head()))
            let entries = try await log.entries(limit: 500)
            #expect(Set(entries.compactMap(\.reason)).count == 400)
        }
    }

    @Test(
        "who wrote last goes on from there, sees when others have written, and is kept out by a new epoch",
        arguments: Backend.available)
    func writersInTurn(_ backend: Backend) async throws {
        try await backend.withAuditLog { _, url in
            let database = try Database(url, options: durable)
            let epoch = try await Epoch.begin(database, holder: "first")
            let (one, other) = (AuditLog(database: database, epoch: epoch), AuditLog(database: database, epoch: epoch))
            for log in [one, one, other, one, other, other] { try await log.fill(1) }
            #expect(try await one.verify() == .intact(6, try await one.head()))
            let next = try await Epoch.begin(database, holder: "second")
            for log in [one, other] {
                await #expect(throws: AuditUnavailable.self) { try await log.fill(1) }
            }
            try await AuditLog(database: database, epoch: next).fill(2)
            #expect(try await one.verify() == .intact(8, try await one.head()))
            await database.close()
        }
    }

    @Test(
        "an export verifies, goes on from its checkpoint, and is what the database is held against later",
        arguments: Backend.available)
    func exports(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, _ in
            #expect(try await log.export { _ in } == nil)
            try await log.fill(510)
            var pages: [[String]] = []
            let checkpoint = try #require(try await log.export { pages.append($0) })
            let lines = pages.flatMap { $0 }
            // Neither a piece for each row, nor all rows in memory.
            #expect((2...10).contains(pages.count) && pages.allSatisfy { !$0.isEmpty })
            #expect(lines.count == 510 && checkpoint.seq == 510)
            #expect(AuditExport.verify(lines, against: checkpoint) == .intact(510, checkpoint))
            #expect(AuditCheckpoint(parsing: checkpoint.description) == checkpoint)
            try await log.fill(3)
            let more = try await log.lines(after: 510)
            #expect(more.count == 3 && AuditExport.verify(more, after: checkpoint).isIntact)
            #expect(AuditExport.verify(more).flaw?.kind == .removed)
            #expect(try await log.verify(against: checkpoint).entries == 513)
        }
    }

    @Test("a new chain holds on to the last, so that either verifies alone", arguments: Backend.available)
    func newChain(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, _ in
            try await log.fill(5)
            let first = try await log.beginChain(by: ann, reason: "2026 is over")
            try await log.fill(2)
            #expect(try await log.verify().entries == 8)
            let verdict = AuditExport.verify(try await log.lines(after: first.seq - 1))
            #expect(verdict.isIntact && verdict.entries == 3)
            #expect(verdict.start == AuditCheckpoint(seq: 5, hash: first.previousHash))
        }
    }
}

extension AuditVerdict {
    static func intact(_ entries: Int, _ end: AuditCheckpoint?) -> AuditVerdict {
        AuditVerdict(entries: entries, start: AuditChain.genesis, end: end ?? AuditChain.genesis)
    }
}
