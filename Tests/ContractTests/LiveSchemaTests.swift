import Dialects
import Migrations
import Migrator
import TestSupport
import Testing

@Suite("A live database read back")
struct LiveSchemaTests {
    @Test("the ledger knows what the columns stand for", arguments: Backend.available)
    func declaredTypes(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await Migrator(history: try .teleclaude(), database: database).up()
            let schema = try await database.withConnection { try LiveSchema.inspect($0).schema }
            #expect(schema == Schema.current)
            #expect(schema["sessions"]?[column: "created_at"]?.type == .timestamp)
        }
    }

    @Test("a database that was changed by hand shows what it holds", arguments: Backend.available)
    func changedByHand(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await Migrator(history: try .teleclaude(), database: database).up()
            let schema = try await database.withConnection { connection in
                try connection.execute("ALTER TABLE sessions ADD COLUMN by_hand integer")
                return try LiveSchema.inspect(connection).schema
            }
            #expect(schema["sessions"]?[column: "by_hand"] != nil)
        }
    }

    @Test("an index and a trigger made by hand are one line of drift each", arguments: Backend.available)
    func drift(_ backend: Backend) async throws {
        let trigger: [Backend: [String]] = [
            .sqlite: ["CREATE TRIGGER by_hand AFTER DELETE ON sessions BEGIN SELECT 1; END"],
            .postgresql: [
                "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
                "CREATE TRIGGER by_hand AFTER DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION nothing()",
            ],
        ]
        try await backend.withDatabase { database in
            let migrator = Migrator(history: try .teleclaude(), database: database)
            try await migrator.up()
            let statements = trigger[backend] ?? []
            try await database.withConnection { connection in
                try connection.execute("CREATE INDEX handmade ON sessions (title)")
                for statement in statements { try connection.executeScript(statement) }
            }
            let lines = try await migrator.drift().map(\.description)
            #expect(lines.filter { $0.contains("handmade") }.count == 1)
            #expect(lines.filter { $0.contains("by_hand") }.count == 1)
            #expect(lines.count <= 3, "\(lines)")
        }
    }
}
