import Dialects
import Migrator
import TestSupport
import Testing

@Suite(
    "What stands in an online migration's way, and what is said of it",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct OnlineFailureTests {
    @Test("an index that could not be dropped is out of use, and that is said")
    func drop() async throws {
        try await OnlineHistory.withTables(.postgresql, waiting: 0.3) { url, database in
            try await database.migrator([OnlineHistory.tables, OnlineHistory.index]).up()
            let dropping = Migration("3") { AlterTable("notes") { DropIndex("by_owner") } }.online()
            let migrator = try database.migrator([OnlineHistory.tables, OnlineHistory.index, dropping])
            let holder = try connect(to: url)
            defer { holder.close() }
            try holder.executeScript("BEGIN; SELECT * FROM notes")
            let failure = try await #require(throws: MigrationFailure.self) { try await migrator.up() }
            #expect(failure.ending == .goesOn && failure.leftover == "the invalid index by_owner", "\(failure)")
            #expect(failure.description.contains("at statement 1; the invalid index by_owner stays, and"), "\(failure)")
            try holder.rollback()
            try await migrator.up()
            #expect(try await migrator.drift() == [])
        }
    }

    @Test("half of an index that can't be removed either is named")
    func half() async throws {
        try await OnlineHistory.withTables(.postgresql, waiting: 0.3) { url, database in
            let holder = try connect(to: url)
            defer { holder.close() }
            try holder.executeScript("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM notes")
            let migrator = try database.migrator([OnlineHistory.tables, OnlineHistory.index])
            let failure = try await #require(throws: MigrationFailure.self) { try await migrator.up() }
            #expect(failure.ending == .goesOn && failure.leftover == "the invalid index by_owner", "\(failure)")
            // The session waits as long as ever for what comes next.
            let patience = try await database.value("SELECT current_setting('lock_timeout')")
            #expect(patience == .text("300ms"))
            try holder.rollback()
            try await migrator.up()
            #expect(try await migrator.drift() == [])
        }
    }

    @Test("one that can't be recorded says that its steps stay, and goes on from there")
    func unrecorded() async throws {
        try await OnlineHistory.withTables(.postgresql) { _, database in
            try await database.run(
                """
                CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not now''; END';
                CREATE TRIGGER no BEFORE INSERT ON tc_migrations FOR EACH ROW EXECUTE FUNCTION no()
                """)
            let migrator = try database.migrator([OnlineHistory.tables, OnlineHistory.index])
            let failure = try await #require(throws: MigrationFailure.self) { try await migrator.up() }
            #expect(
                failure.failed == "2" && failure.ending == .goesOn && failure.cause.message == "not now", "\(failure)")
            try await database.run("DROP TRIGGER no ON tc_migrations; DROP FUNCTION no()")
            try await migrator.up()
            #expect(try await migrator.drift() == [])
        }
    }

    @Test("a role that may make no scratch schema goes on, too, and takes nothing else for its index")
    func poorRole() async throws {
        try await SchemaOwner.with { owner in
            let database = owner.database
            try await database.migrator([OnlineHistory.tables]).up()
            try await database.run("CREATE INDEX by_owner ON notes (title)")
            let migrator = try database.migrator([OnlineHistory.tables, OnlineHistory.index])
            let failure = try await #require(throws: MigrationFailure.self) { try await migrator.up() }
            #expect(failure.cause.message == "index by_owner on notes: (title) here, (owner) in the declaration")
            try await database.run("DROP INDEX by_owner; CREATE INDEX by_owner ON notes (owner)")
            #expect(try await migrator.up().steps.map(\.id) == ["2"])
        }
    }

    /// A table that the migrations know as any other, and somebody has made of partitions.
    private func withPartitions(_ body: (Database) async throws -> Void) async throws {
        try await OnlineHistory.withTables(.postgresql) { _, database in
            try await database.run(
                """
                DROP TABLE notes; CREATE TABLE notes (
                    id bigint NOT NULL, owner text, title text NOT NULL, parent bigint) PARTITION BY RANGE (id);
                CREATE TABLE few PARTITION OF notes FOR VALUES FROM (0) TO (10)
                """)
            try await body(database)
        }
    }

    @Test("what PostgreSQL does not do online for a table of partitions is refused before anything is done")
    func partitioned() async throws {
        let key = Migration("2") { AlterTable("notes") { Add(ForeignKey("parent", to: "parents")) } }.online()
        for (migration, word) in [(OnlineHistory.index, "can't build an index"), (key, "checks all rows")] {
            try await withPartitions { database in
                let migrator = try database.migrator([OnlineHistory.tables, migration])
                let refusals = try await migrator.preview().refusals
                #expect(
                    refusals.first?.reason.contains("it is partitioned, and PostgreSQL \(word)") == true, "\(refusals)")
                let error = try await #require(throws: MigratorError.self) { try await migrator.up() }
                #expect(error.code == "not_possible_here" && error.description.contains(word), "\(error)")
                let plain = Migration(id: "2", operations: migration.operations)
                try await database.migrator([OnlineHistory.tables, plain]).up()
            }
        }
    }

    @Test("what a table of partitions would be locked for is told with the size of all of them")
    func partitionedBlocking() async throws {
        try await withPartitions { database in
            try await database.run("INSERT INTO few SELECT 5, 'me', 'many', NULL FROM generate_series(1, 1000)")
            let plain = Migration(id: "2", operations: OnlineHistory.index.operations)
            let found = try await database.migrator([OnlineHistory.tables, plain]).preview().blocking
            let bytes = try await database.value("SELECT pg_relation_size('few')")?.integer
            #expect(found.map(\.bytes) == [bytes] && found.map(\.lock.isAvoidable) == [false], "\(found)")
        }
    }

    @Test("an index of all partitions that was built by hand passes for it; to drop it online is refused")
    func partitionedByHand() async throws {
        try await withPartitions { database in
            try await database.run("CREATE INDEX by_owner ON notes (owner)")
            let migrator = try database.migrator([OnlineHistory.tables, OnlineHistory.index])
            #expect(try await migrator.up().steps.map(\.id) == ["2"])
            let error = try await #require(throws: MigratorError.self) { try await migrator.down() }
            #expect(error.code == "not_possible_here" && error.description.contains("can't drop an index"), "\(error)")
        }
    }

    @Test("drops a foreign key and then the key that it refers to")
    func keyAndReference() async throws {
        try await OnlineHistory.withTables(.postgresql) { _, database in
            let keys = Migration("2") {
                AlterTable("parents") {
                    AddColumn("name", .text).nullable(); Add(Unique("name").named("one_name"))
                }
                AlterTable("notes") { Add(ForeignKey("owner", to: "parents", "name").named("of_owner")) }
            }
            try await database.run("UPDATE notes SET owner = NULL")
            let dropping = Migration("3") {
                AlterTable("notes") { DropForeignKey("of_owner") }
                AlterTable("parents") { DropUnique("one_name") }
            }.online()
            let migrator = try database.migrator([OnlineHistory.tables, keys, dropping])
            #expect(try await migrator.up().steps.map(\.id) == ["2", "3"])
            #expect(try await migrator.drift() == [])
            #expect(try await migrator.down().steps.map(\.id) == ["3"])
            #expect(try await migrator.drift() == [])
        }
    }
}
