import Migrator
import TestSupport
import Testing

@Suite("Names")
struct NameTests {
    @Test("case 50: names that only one database could tell apart")
    func case50CaseOnly() throws {
        let error = #expect(throws: HistoryError.self) {
            try History {
                Migration("1") {
                    CreateTable("users") { Column("id", .bigint).primaryKey() }
                    CreateTable("Users") { Column("id", .bigint).primaryKey() }
                }
            }
        }
        guard case .impossible("1", .nameTaken("Users", by: _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let columns = #expect(throws: HistoryError.self) {
            try History {
                Migration("1") {
                    CreateTable("users") {
                        Column("name", .text)
                        Column("Name", .text)
                    }
                }
            }
        }
        #expect(columns == .impossible("1", .columnExists("Name", table: "users")))
    }

    @Test(
        "case 50: a name that PostgreSQL would cut is refused; a derived one is made to fit",
        arguments: Backend.available)
    func case50LongNames(_ backend: Backend) async throws {
        let long = String(repeating: "a", count: 60)
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable(long) {
                    Column("created_at", .timestamp).nullable()
                    Column("created_by", .text).nullable()
                    Index("created_at")
                    Index("created_by")
                }
            }
            let names = try test.schema.tables.flatMap(\.indexes).map(\.name)
            #expect(Set(names).count == 2 && names.allSatisfy { $0.utf8.count <= 63 })
            #expect(try await test.drift().isEmpty)
            let tooLong = AlterTable(long) { AddIndex("created_at").named(long + "_idx") }
            switch backend {
            case .sqlite: try await test.migrate { tooLong }
            case .postgresql:
                let error = try await test.refusal { tooLong }
                #expect(error.lowering?.place == long + "_idx")
            }
        }
    }

    @Test("a name that an undeclared object has fails with what to do about it", arguments: Backend.available)
    func takenByUndeclared(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { CreateTable("t") { Column("id", .bigint).primaryKey() } }
            try await test.run("CREATE TABLE kids (a bigint)")
            let renamed = try await test.failure { RenameTable("t", to: "kids") }
            #expect(renamed.cause.kind == .exists, "\(renamed)")
            #expect(renamed.remedy?.description.contains("rename one of the two objects") == true, "\(renamed)")
            switch backend {
            case .sqlite: break
            case .postgresql:
                try await test.run("ALTER TABLE t ADD COLUMN z bigint")
                let added = try await test.failure {
                    AlterTable("t") { AddColumn("z", .bigint).nullable() }
                }
                #expect(added.remedy?.description.contains("rename one of the two objects") == true, "\(added)")
                try await test.run("CREATE TABLE uses_t (r t)")
                let used = try await test.failure { AlterTable("t") { AddColumn("w", .bigint).default(1) } }
                #expect(used.remedy?.description.contains("holds whole rows of the table") == true, "\(used)")
            }
        }
    }

    @Test("case 50: reserved, quoted and mixed-case names live through everything", arguments: Backend.available)
    func case50OddNames(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("Order \"x\"") {
                    Column("select", .bigint).primaryKey()
                    Column("Größe", .text).nullable()
                    Column("it's", .text).nullable()
                    Index("Größe", "it's")
                }
                CreateTable("group") { Column("from", .bigint).references("Order \"x\"", "select") }
            }
            try await test.run(#"INSERT INTO "Order ""x""" VALUES (1, 'g', 'i'); INSERT INTO "group" VALUES (1)"#)
            try await test.migrate {
                AlterTable("Order \"x\"") {
                    RenameColumn("it's", to: "Where")
                    ChangeColumn("Größe").type(.varchar(5)).required(filling: "")
                    AddColumn("to", .integer).default(1)
                }
                RenameTable("group", to: "table")
            }
            #expect(try await test.rows("Order \"x\"", "select", "Größe", "Where", "to") == [["1", "g", "i", "1"]])
            #expect(try await test.rows("table", "from") == [["1"]])
            #expect(try await test.drift().isEmpty)
        }
    }
}
