import Dialects
import Migrator
import TestSupport
import Testing

@Suite("README's program")
struct ReadmeProgramTests {
    @Test("it migrates")
    func runs() async throws {
        try await withTemporaryFolder { folder in
            try await migrate("sqlite:\(folder)/notes.db")
            let database = try Database(try DatabaseURL(parsing: "sqlite:\(folder)/notes.db"))
            #expect(try await database.withConnection { try $0.hasTable("notes") })
            await database.close()
        }
    }
}

/// The code of README, line by line.
private func migrate(_ url: String) async throws {
    let history = try History {
        Migration("0001-notes") {
            CreateTable("notes") {
                Column("id", .bigint).identity().primaryKey()
                Column("body", .text)
                Column("created_at", .timestamp).default(.now)
                Index("created_at")
            }
        }
    }
    let database = try Database(
        try DatabaseURL(parsing: url), options: ConnectionOptions(access: .create, isOwned: true))
    try await Migrator(history: history, database: database).up()
}
