import Dialects
import Migrator
import Synchronization
import TestSupport
import Testing

@Suite(
    "A migration that waits for a table gives way", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct GivingWayTests {
    private static func history(_ alteration: Bool = true) throws -> History {
        let first = Migration("1") {
            CreateTable("parents") {
                Column("id", .bigint).identity()
                PrimaryKey("id")
            }
            CreateTable("people") {
                Column("id", .bigint).identity()
                PrimaryKey("id")
            }
        }
        let second = Migration("2") { AlterTable("people") { AddColumn("note", .text).nullable() } }
        return try History(alteration ? [first, second] : [first])
    }

    /// Makes a database with the tables, a session that has read `people` and keeps its transaction open, and a session that reads.
    private static func withHeldTable(
        _ body: (DatabaseURL, _ holder: any Connection, _ reader: any Connection) async throws -> Void
    ) async throws {
        try await TestPostgreSQL.withFreshDatabase { url in
            let database = try Database(url, options: ConnectionOptions(access: .create, isOwned: true))
            _ = try await Migrator(history: history(false), database: database).up()
            await database.close()
            let holder = try connect(to: url)
            defer { holder.close() }
            let reader = try connect(to: url)
            defer { reader.close() }
            try holder.executeScript("SET application_name = 'holds on'; BEGIN; SELECT * FROM people")
            try reader.executeScript("SET lock_timeout = 1")
            try await body(url, holder, reader)
        }
    }

    private static func migrator(_ url: DatabaseURL, waiting seconds: Double) throws -> (Migrator, Database) {
        let options = ConnectionOptions(access: .create, lockTimeout: seconds, isOwned: true)
        let database = try Database(url, options: options)
        return (Migrator(history: try history(), database: database), database)
    }

    @Test("others get through between two attempts, and the next one succeeds when the table is free")
    func succeeds() async throws {
        try await Self.withHeldTable { url, holder, reader in
            let process = try holder.queryValue("SELECT pg_backend_pid()::bigint")?.integer
            let (migrator, database) = try Self.migrator(url, waiting: 60)
            // The migration waits while it reports the event, so nothing else uses the two sessions at that time.
            nonisolated(unsafe) let sessions = (holder, reader)
            let told = Mutex<[[LockHolder]]>([])
            let rows = Mutex<[Int64?]>([])
            let report = try await migrator.up { event in
                guard case .gaveWay("2", let holders) = event else { return }
                told.withLock { $0.append(holders) }
                let count = try? sessions.1.queryValue("SELECT count(*) FROM people")?.integer
                rows.withLock { $0.append(count ?? nil) }
                try? sessions.0.rollback()
            }
            #expect(report.steps.map(\.id) == ["2"])
            #expect(rows.withLock { $0 } == [0])
            let first = try #require(told.withLock { $0 }.first?.first)
            #expect(first.process == process && first.table == "people" && first.application == "holds on")
            #expect(first.state == "idle in transaction")
            #expect(try await migrator.drift().isEmpty)
            await database.close()
        }
    }

    @Test("when the time is over it says who holds the table, and nothing stays of it")
    func givesUp() async throws {
        try await Self.withHeldTable { url, holder, _ in
            let process = try holder.queryValue("SELECT pg_backend_pid()::bigint")?.integer ?? 0
            let (migrator, database) = try Self.migrator(url, waiting: 0.3)
            let failure = await #expect(throws: MigrationFailure.self) { try await migrator.up() }
            #expect(failure?.cause.kind == .locked && failure?.ending == .rolledBack)
            let remedy = failure?.cause.remedy ?? ""
            #expect(remedy.contains("process \(process) of "), "\(remedy)")
            #expect(remedy.contains("(holds on, idle in transaction for "), "\(remedy)")
            #expect(
                remedy.hasSuffix(
                    "holds people: try again when that process is done, or end it with SELECT pg_terminate_backend(\(process))"
                ))
            #expect(try await migrator.status().lines.map(\.state) == [.applied, .pending])
            try holder.rollback()
            #expect(try await migrator.up().steps.count == 1)
            await database.close()
        }
    }

    @Test("a prepared transaction, to which no process belongs, is named with the statement that ends it")
    func prepared() async throws {
        try await Self.withHeldTable { url, holder, _ in
            let name = "forgotten \(UInt32.random(in: 0 ... .max))"
            try holder.executeScript("PREPARE TRANSACTION '\(name)'")
            // While there is one, its database can't be dropped.
            defer { try? holder.executeScript("ROLLBACK PREPARED '\(name)'") }
            let (migrator, database) = try Self.migrator(url, waiting: 0.3)
            let failure = await #expect(throws: MigrationFailure.self) { try await migrator.up() }
            let remedy = failure?.cause.remedy ?? ""
            #expect(remedy.hasPrefix("the prepared transaction '\(name)' of "), "\(remedy)")
            #expect(
                remedy.hasSuffix(
                    "holds people: nothing ends it but COMMIT PREPARED or ROLLBACK PREPARED '\(name)'"), "\(remedy)"
            )
            await database.close()
        }
    }

    @Test("who waits for a table learns of a prepared transaction, too")
    func waiting() async throws {
        try await Self.withHeldTable { url, holder, reader in
            let name = "forgotten \(UInt32.random(in: 0 ... .max))"
            try holder.executeScript("LOCK TABLE people; PREPARE TRANSACTION '\(name)'")
            defer { try? holder.executeScript("ROLLBACK PREPARED '\(name)'") }
            let process = try reader.queryValue("SELECT pg_backend_pid()::bigint")?.integer ?? 0
            try reader.executeScript("SET lock_timeout = 0")
            nonisolated(unsafe) let waiting = reader
            let read = Task.detached { try waiting.executeScript("SELECT * FROM people") }
            var found: [LockHolder] = []
            for _ in 0..<300 where found.isEmpty {
                try await Task.sleep(for: .milliseconds(100))
                found = try holder.lockHolders(keepingWaiting: process)
            }
            #expect(found.map(\.preparedTransaction) == [name] && found.map(\.table) == ["people"])
            try holder.executeScript("ROLLBACK PREPARED '\(name)'")
            try await read.value
        }
    }

    @Test("a table that a foreign key is to refer to is named as well")
    func parent() async throws {
        try await Self.withHeldTable { url, holder, _ in
            try holder.executeScript("ROLLBACK; BEGIN; LOCK TABLE parents IN ROW EXCLUSIVE MODE")
            let second = Migration("2") {
                CreateTable("children") {
                    Column("id", .bigint).identity()
                    Column("parent_id", .bigint)
                    PrimaryKey("id")
                    ForeignKey("parent_id", to: "parents")
                }
            }
            let options = ConnectionOptions(access: .create, lockTimeout: 0.3, isOwned: true)
            let database = try Database(url, options: options)
            let history = try History(try Self.history(false).migrations + [second])
            let failure = await #expect(throws: MigrationFailure.self) {
                try await Migrator(history: history, database: database).up()
            }
            #expect(failure?.cause.remedy?.contains("holds parents") == true, "\(String(describing: failure?.cause))")
            await database.close()
        }
    }
}
