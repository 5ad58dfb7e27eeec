import Migrator
import TestSupport
import Testing

@Suite("Counting columns")
struct CountingColumnTests {
    @Test("case 51: a counting column goes on counting through every alteration", arguments: Backend.available)
    func case51Identity(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .integer).identity().primaryKey()
                    Column("a", .text).default("1")
                }
            }
            try await test.run("INSERT INTO t (a) VALUES ('1'), ('2'), ('3'); DELETE FROM t WHERE id > 1")
            try await test.migrate { AlterTable("t") { ChangeColumn("a").type(.integer).default(1) } }
            try await test.run("INSERT INTO t DEFAULT VALUES")
            try await test.migrate { AlterTable("t") { ChangeColumn("id").type(.bigint) } }
            try await test.run("INSERT INTO t DEFAULT VALUES; DELETE FROM t")
            try await test.migrate {
                AlterTable("t") { RenameColumn("id", to: "number") }
                RenameTable("t", to: "u")
            }
            try await test.migrate { AlterTable("u") { ChangeColumn("a").type(.text).default("1") } }
            try await test.run("INSERT INTO u DEFAULT VALUES")
            #expect(try await test.rows("u", "number", "a") == [["6", "1"]])
            // A number that the statement gives itself is stored as it is.
            try await test.run("INSERT INTO u (number) VALUES (4)")
            #expect(try await test.rows("u", "number") == [["4"], ["6"]])
            #expect(try await test.drift().isEmpty)
        }
    }
}
