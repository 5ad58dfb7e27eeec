import Dialects
import Migrator
import Synchronization
import TestSupport
import Testing

/// The history that these suites use: two tables, and an online migration on them.
enum OnlineHistory {
    static let tables = Migration("1") {
        CreateTable("parents") { Column("id", .bigint).primaryKey() }
        CreateTable("notes") {
            Column("id", .bigint).primaryKey()
            Column("owner", .text).nullable()
            Column("title", .text)
            Column("parent", .bigint).nullable()
        }
    }

    static let everything = Migration("2") {
        AlterTable("notes") {
            AddIndex("owner", .descending("title"))
            AddIndex("title").named("mine").unique().where("owner = 'me'")
            Add(Unique("owner", "title"))
            Add(Check("title <> ''").named("titled"))
            Add(ForeignKey("parent", to: "parents"))
            ChangeColumn("owner").required()
        }
    }.online()

    static let index = Migration("2") { AlterTable("notes") { AddIndex("owner").named("by_owner") } }.online()

    /// Passes a new database with the tables and two rows to `body`.
    static func withTables(
        _ backend: Backend, waiting seconds: Double = 60, _ body: (DatabaseURL, Database) async throws -> Void
    ) async throws {
        try await backend.withURL { url in
            let options = ConnectionOptions(access: .create, lockTimeout: seconds, isOwned: true)
            let database = try Database(url, options: options)
            try await database.migrator([tables]).up()
            try await database.withConnection {
                try $0.executeScript(
                    """
                    INSERT INTO parents VALUES (1);
                    INSERT INTO notes VALUES (1, 'me', 'first', 1), (2, 'you', 'second', NULL)
                    """)
            }
            try await body(url, database)
            await database.close()
        }
    }
}

@Suite("An online migration")
struct OnlineMigrationTests {
    @Test("makes what any other would, and is undone the same way", arguments: Backend.available)
    func upDownUp(_ backend: Backend) async throws {
        try await OnlineHistory.withTables(backend) { _, database in
            let migrator = try database.migrator([OnlineHistory.tables, OnlineHistory.everything])
            #expect(try await migrator.status().lines.map(\.isOnline) == [false, true])
            #expect(try await migrator.up().steps.map(\.id) == ["2"])
            #expect(try await migrator.drift() == [])
            #expect(try await migrator.down().steps.map(\.id) == ["2"])
            #expect(try await migrator.drift() == [])
            try await migrator.up()
            #expect(try await migrator.drift() == [])
            #expect(try await migrator.up().steps.isEmpty)
        }
    }

    @Test("has the checksum of the same migration that is not online", arguments: Backend.available)
    func checksum(_ backend: Backend) async throws {
        try await OnlineHistory.withTables(backend) { _, database in
            try await database.migrator([OnlineHistory.tables, OnlineHistory.index]).up()
            let plain = Migration(id: "2", operations: OnlineHistory.index.operations)
            #expect(try await database.migrator([OnlineHistory.tables, plain]).status().position == .current)
        }
    }

    @Test("is refused where rows are in the way, and nothing stays", arguments: Backend.available)
    func rows(_ backend: Backend) async throws {
        try await OnlineHistory.withTables(backend) { _, database in
            try await database.run("INSERT INTO notes VALUES (3, NULL, '', 99)")
            let migrator = try database.migrator([OnlineHistory.tables, OnlineHistory.everything])
            let error = try await #require(throws: MigratorError.self) { try await migrator.up() }
            #expect(!error.measured.isEmpty)
            #expect(try await migrator.drift() == [])
            #expect(try await migrator.status().position == .behind(["2"]))
        }
    }

    @Test("adds and drops indexes and constraints, and does nothing else")
    func vocabulary() throws {
        func refusal(@MigrationBuilder _ operations: () -> [SchemaOperation]) -> HistoryError? {
            let online = Migration("2", operations).online()
            return #expect(throws: HistoryError.self) { try History([OnlineHistory.tables, online]) }
        }
        #expect(
            refusal { AlterTable("notes") { AddColumn("n", .bigint).nullable() } }
                == .notOnline("2", verb: "AddColumn", of: "notes"))
        #expect(
            refusal { AlterTable("notes") { ChangeColumn("owner").required(filling: "") } }
                == .notOnline("2", verb: "ChangeColumn", of: "notes"))
        let script = refusal { RunSQL("DELETE FROM notes", undo: .nothing) }
        #expect(script == .notOnline("2", verb: "RunSQL", of: nil))
        #expect(script?.description.contains("migration 2 can't be online: RunSQL can't run beside") == true)
    }
}

@Suite("An online migration beside others", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct OnlineMigrationBesideOthersTests {
    /// Opens a session that has read and keeps its transaction open. Building an index concurrently waits for its snapshot.
    private static func reader(_ url: DatabaseURL) throws -> any Connection {
        let reader = try connect(to: url)
        try reader.executeScript(
            "SET application_name = 'reads on'; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM parents")
        return reader
    }

    private static func isValid(_ index: String, _ database: Database) async throws -> Bool? {
        try await database.value(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(\(index))")?.boolean
    }

    @Test("writers go on while it waits to build an index", .mayHang)
    func writersGoOn() async throws {
        try await OnlineHistory.withTables(.postgresql) { url, database in
            let reader = try Self.reader(url)
            let writer = try connect(to: url)
            defer { writer.close() }
            let migrator = try database.migrator([OnlineHistory.tables, OnlineHistory.index])
            let process = try reader.queryValue("SELECT pg_backend_pid()::bigint")?.integer
            let (told, telling) = AsyncStream<IndexProgress>.makeStream()
            let run = Task {
                try await migrator.up { event in
                    if case .building("2", let progress) = event { telling.yield(progress) }
                }
            }
            for await progress in told where progress.waitsFor?.process == process { break }
            try writer.executeScript("SET lock_timeout = 1000; INSERT INTO notes VALUES (3, 'me', 'third', NULL)")
            try reader.commit()
            reader.close()
            #expect(try await run.value.steps.map(\.id) == ["2"])
            #expect(try await migrator.drift() == [])
        }
    }

    @Test("when it has waited too long it says for whom, and leaves no half of an index")
    func waitsTooLong() async throws {
        try await OnlineHistory.withTables(.postgresql, waiting: 0.3) { url, database in
            let reader = try Self.reader(url)
            let process = try reader.queryValue("SELECT pg_backend_pid()::bigint")?.integer ?? 0
            let migrator = try database.migrator([OnlineHistory.tables, OnlineHistory.index])
            let failure = try await #require(throws: MigrationFailure.self) { try await migrator.up() }
            #expect(failure.cause.kind == .locked)
            #expect(failure.cause.remedy?.contains("process \(process) of ") == true, "\(failure)")
            #expect(failure.cause.remedy?.contains("holds an old snapshot") == true, "\(failure)")
            #expect(try await migrator.status().position == .behind(["2"]))
            try reader.commit()
            reader.close()
            try await migrator.up()
            #expect(try await migrator.drift() == [])
        }
    }

    @Test("is refused where something undeclared needs what it drops")
    func undeclared() async throws {
        try await OnlineHistory.withTables(.postgresql) { _, database in
            let keyed = Migration("2") { AlterTable("notes") { Add(Unique("title").named("one_title")) } }.online()
            let dropped = Migration("3") { AlterTable("notes") { DropUnique("one_title") } }.online()
            try await database.migrator([OnlineHistory.tables, keyed]).up()
            try await database.run("CREATE TABLE theirs (title text REFERENCES notes (title))")
            let migrator = try database.migrator([OnlineHistory.tables, keyed, dropped])
            let error = try await #require(throws: MigratorError.self) { try await migrator.up() }
            #expect(error.code == "not_possible_here" && error.description.contains("theirs"), "\(error)")
            #expect(try await migrator.status().position == .behind(["3"]))
        }
    }

    @Test("a check that has the name of the one by which it proves a column full stays")
    func proof() async throws {
        try await OnlineHistory.withTables(.postgresql) { _, database in
            let named = Migration("2") {
                AlterTable("notes") { Add(Check("title <> ''").named("tc_required_notes_owner")) }
            }
            let required = Migration("3") { AlterTable("notes") { ChangeColumn("owner").required() } }.online()
            let migrator = try database.migrator([OnlineHistory.tables, named, required])
            try await migrator.up()
            #expect(try await migrator.drift() == [])
        }
    }

    @Test("what any other would lock is known before, with the table's size")
    func blocking() async throws {
        try await OnlineHistory.withTables(.postgresql) { _, database in
            let plain = Migration("2") {
                AlterTable("notes") {
                    AddIndex("owner").named("by_owner")
                    Add(Unique("title").named("one_title"))
                    Add(Check("title <> ''").named("titled"))
                    Add(ForeignKey("parent", to: "parents").named("of_parent"))
                    ChangeColumn("owner").required()
                    ChangeColumn("title").type(.varchar(50))
                    AddColumn("key", .uuid).default(.uuid)
                    AddColumn("size", .bigint).default(0)
                }
                CreateTable("later") { Column("id", .bigint) }
                AlterTable("later") { AddIndex("id") }
            }
            let found = try await database.migrator([OnlineHistory.tables, plain]).preview().blocking
            let bytes = try await database.value("SELECT pg_relation_size('notes')")?.integer
            #expect(found.allSatisfy { $0.id == "2" && $0.bytes == bytes && $0.lock.table == "notes" })
            let words = found.map {
                "\($0.lock.waiting) while \($0.lock.meanwhile)\($0.lock.isAvoidable ? ", online" : "")"
            }
            let expected = [
                "writers while index by_owner is built, online",
                "everybody while unique key one_title is built, online",
                "everybody while check titled is checked for every row, online",
                "writers while foreign key of_parent is checked for every row, online",
                "everybody while owner is checked in every row, online",
                "everybody while title is rewritten in every row",
                "everybody while every row gets its own value in key",
            ]
            #expect(words == expected)
            let everything = try database.migrator([OnlineHistory.tables, OnlineHistory.everything])
            #expect(try await everything.preview().blocking.isEmpty)
        }
    }

    @Test("a constraint that was there before it, not validated, stays where validating fails")
    func theirs() async throws {
        try await OnlineHistory.withTables(.postgresql, waiting: 0.3) { url, database in
            try await database.run("ALTER TABLE notes ADD CONSTRAINT titled CHECK (title <> '') NOT VALID")
            let second = Migration("2") { AlterTable("notes") { Add(Check("title <> ''").named("titled")) } }.online()
            let holder = try connect(to: url)
            defer { holder.close() }
            try holder.executeScript("BEGIN; LOCK TABLE notes IN SHARE UPDATE EXCLUSIVE MODE")
            let migrator = try database.migrator([OnlineHistory.tables, second])
            let failure = try await #require(throws: MigrationFailure.self) { try await migrator.up() }
            #expect(failure.cause.kind == .locked && failure.statement == 2 && failure.ending == .goesOn, "\(failure)")
            try holder.rollback()
            let stays: SQL = "SELECT count(*) FROM pg_constraint WHERE conname = 'titled' AND NOT convalidated"
            #expect(try await database.value(stays) == 1)
            try await migrator.up()
            #expect(try await migrator.drift() == [])
        }
    }

    @Test("case 55: an index that an earlier attempt left half built is built anew")
    func case55Abandoned() async throws {
        try await OnlineHistory.withTables(.postgresql) { _, database in
            try await database.run("INSERT INTO notes VALUES (3, 'me', 'third', NULL)")
            await #expect(throws: DatabaseError.self) {
                try await database.run("CREATE UNIQUE INDEX CONCURRENTLY by_owner ON notes (owner)")
            }
            #expect(try await Self.isValid("by_owner", database) == false)
            let migrator = try database.migrator([OnlineHistory.tables, OnlineHistory.index])
            try await migrator.up()
            #expect(try await Self.isValid("by_owner", database) == true)
            #expect(try await migrator.drift() == [])
        }
    }

    @Test("case 61: one whose session ends in the middle is gone on with", .mayHang)
    func case61Ended() async throws {
        try await OnlineHistory.withTables(.postgresql) { url, database in
            let second = Migration("2") {
                AlterTable("parents") { AddIndex(.descending("id")).named("backwards") }
                AlterTable("notes") { AddIndex("owner").named("by_owner") }
            }.online()
            let holder = try connect(to: url)
            let migrator = try database.migrator([OnlineHistory.tables, second])
            // The migration can build the first index, and then waits for the table of the second one.
            try holder.executeScript("BEGIN; LOCK TABLE notes IN SHARE UPDATE EXCLUSIVE MODE")
            let run = Task { try await migrator.up() }
            let waiting = """
                FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                    AND query LIKE 'CREATE INDEX CONCURRENTLY "by_owner"%'
                """
            let onlooker = try connect(to: url)
            defer { onlooker.close() }
            while try onlooker.queryValue(SQL(trusted: "SELECT count(*) \(waiting)")) == 0 {
                try await Task.sleep(for: .milliseconds(10))
            }
            try onlooker.executeScript("SELECT pg_terminate_backend(pid) \(waiting)")
            let failure = try await #require(throws: MigrationFailure.self) { try await run.value }
            #expect(failure.ending == .goesOn && failure.statement == 2, "\(failure)")
            #expect(try await migrator.status().position == .behind(["2"]))
            #expect(try await Self.isValid("backwards", database) == true)
            try holder.rollback()
            holder.close()
            #expect(try await migrator.up().steps.map(\.id) == ["2"])
            #expect(try await migrator.drift() == [])
        }
    }

    @Test("what has the name and is something else does not pass for it")
    func other() async throws {
        try await OnlineHistory.withTables(.postgresql) { _, database in
            try await database.run("CREATE INDEX by_owner ON notes (title)")
            let migrator = try database.migrator([OnlineHistory.tables, OnlineHistory.index])
            let failure = try await #require(throws: MigrationFailure.self) { try await migrator.up() }
            #expect(failure.cause.message == "index by_owner on notes: (title) here, (owner) in the declaration")
            #expect(try await migrator.status().position == .behind(["2"]))
            try await database.run("DROP INDEX by_owner; CREATE INDEX by_owner ON notes (owner)")
            try await migrator.up()
            #expect(try await migrator.drift() == [])
        }
    }

    @Test("a row that comes in between and does not go with it leaves no constraint behind", .mayHang)
    func lateRow() async throws {
        try await OnlineHistory.withTables(.postgresql) { url, database in
            let second = Migration("2") { AlterTable("notes") { ChangeColumn("owner").required() } }.online()
            let holder = try connect(to: url)
            try holder.executeScript("BEGIN; INSERT INTO notes VALUES (3, NULL, 'late', NULL)")
            // The migration waits while it reports the event, so nothing else uses the session at that time.
            nonisolated(unsafe) let session = holder
            let isTold = Mutex(false)
            let migrator = try database.migrator([OnlineHistory.tables, second])
            let failure = try await #require(throws: MigrationFailure.self) {
                try await migrator.up { event in
                    guard case .gaveWay = event,
                        isTold.withLock({ was in
                            defer { was = true }; return !was
                        })
                    else { return }
                    try? session.commit()
                }
            }
            #expect(isTold.withLock { $0 })
            #expect(failure.cause.kind == .check && failure.statement == 2 && failure.ending == .goesOn, "\(failure)")
            #expect(try await migrator.drift() == [])
            holder.close()
            try await database.run("UPDATE notes SET owner = 'me' WHERE owner IS NULL")
            try await migrator.up()
            #expect(try await migrator.drift() == [])
        }
    }
}
