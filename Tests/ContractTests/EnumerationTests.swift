import Migrator
import TestSupport
import Testing

@Suite("Enumerations")
struct EnumerationTests {
    @Test("case 52: a value is added and used in one migration, and goes again", arguments: Backend.available)
    func case52AddedAndUsed(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("state", .text).oneOf("new", "old")
                }
            }
            try await test.run("INSERT INTO t VALUES (1, 'new'), (2, 'old')")
            try await test.migrate {
                AlterTable("t") {
                    DropCheck("t_state_check")
                    Add(Check(.column("state", isOneOf: ["new", "old", "gone"])).named("t_state_check"))
                }
                RunSQL(
                    "UPDATE t SET state = 'gone' WHERE id = 2",
                    undo: .script("UPDATE t SET state = 'old' WHERE state = 'gone'"))
            }
            #expect(try await test.rows("t", "id", "state") == [["1", "new"], ["2", "gone"]])
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO t VALUES (3, 'lost')") }
            #expect(try await test.drift().isEmpty)
            try await test.down()
            #expect(try await test.rows("t", "id", "state") == [["1", "new"], ["2", "old"]])
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO t VALUES (3, 'gone')") }
        }
    }
}
