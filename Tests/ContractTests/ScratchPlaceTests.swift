import Migrator
import TestSupport
import Testing

@testable import Dialects

@Suite("Where there is no place to try a schema in")
struct ScratchPlaceTests {
    private static let first = Migration("1") {
        CreateTable("t") { Column("id", .bigint).primaryKey() }
    }

    /// Runs `body` on the same database, over a connection with these parameters.
    private func withPostgreSQL(
        _ parameters: [String: String], after prepare: String, _ body: (Migrator) async throws -> Void
    ) async throws {
        try await Backend.postgresql.withURL { url in
            try await url.withOpenDatabase(ConnectionOptions(access: .create)) { owner in
                try await owner.migrator([Self.first]).up()
                try await owner.run(prepare)
            }
            try await url.with(parameters).withOpenDatabase(ConnectionOptions(access: .readOnly)) { database in
                try await body(Migrator(history: try History([Self.first]), database: database))
            }
        }
    }

    @Test(
        "a role that may make no schema is told so, and not that a transaction is aborted",
        .enabled(if: TestPostgreSQL.isWanted))
    func roleWithoutCreate() async throws {
        let role = "tc_reader_\(UInt32.random(in: .min ... .max))"
        let prepare = "CREATE ROLE \(role) LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role)"
        try await withPostgreSQL(["user": role], after: prepare) { migrator in
            let error = await #expect(throws: DatabaseError.self) { try await migrator.drift() }
            #expect(error?.kind == .permission)
            #expect(error?.description.contains("role may not create one") == true, "\(String(describing: error))")
            #expect(error?.remedy?.contains("GRANT CREATE") == true)
            // Reading the schema needs no scratch place.
            let schema = try await migrator.database.withConnection { try LiveSchema.inspect($0).schema }
            #expect(schema["t"] != nil)
            #expect(try await migrator.status().position == .current)
            // The connection can still be used.
            await #expect(throws: DatabaseError.self) { try await migrator.drift() }
        }
        try await Backend.postgresql.withDatabase { try await $0.run("DROP ROLE IF EXISTS \(role)") }
    }

    @Test(
        "a role that may not read the ledger is shown the schema in the database's own words",
        .enabled(if: TestPostgreSQL.isWanted), arguments: ["tc_migrations", "tc_transfers"])
    func roleWithoutLedger(_ table: String) async throws {
        let role = "tc_reader_\(UInt32.random(in: .min ... .max))"
        let prepare = """
            CREATE TABLE tc_transfers (source text, started_at timestamptz, state text); CREATE ROLE \(role) LOGIN;
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role); REVOKE SELECT ON \(table) FROM \(role)
            """
        try await withPostgreSQL(["user": role], after: prepare) { migrator in
            let inspection = try await migrator.database.withConnection { try LiveSchema.inspect($0) }
            #expect(inspection.schema["t"] != nil)
            #expect(inspection.remarkOnLedger?.hasSuffix("can't be read: permission denied for table \(table)") == true)
        }
        try await Backend.postgresql.withDatabase { try await $0.run("DROP ROLE IF EXISTS \(role)") }
    }

    @Test("a session that only reads by default compares all the same", .enabled(if: TestPostgreSQL.isWanted))
    func readOnlyByDefault() async throws {
        try await withPostgreSQL(["options": "-c default_transaction_read_only=on"], after: "SELECT 1") { migrator in
            let lines = try await migrator.drift()
            #expect(lines == [])
        }
    }

    @Test("what is refused inside a transaction says the first reason", .enabled(if: TestPostgreSQL.isWanted))
    func firstErrorInsideTransaction() async throws {
        try await Backend.postgresql.withDatabase { database in
            let (error, answer) = try await database.withConnection { connection in
                try connection.begin()
                let result = Result {
                    try connection.dialect.withScratch(beside: connection) { try $0.executeScript("SELECT 1 / 0") }
                }
                // The enclosing transaction continues.
                let answer = try connection.queryValue("SELECT 1")
                try connection.rollback()
                guard case .failure(let error as DatabaseError) = result else { return (DatabaseError?.none, answer) }
                return (error, answer)
            }
            #expect(error?.message.contains("division by zero") == true)
            #expect(answer == 1)
        }
    }

    @Test("a SQLite file that may only be read is compared: its scratch place is memory")
    func readOnlySQLite() async throws {
        try await Backend.sqlite.withURL { url in
            let owner = try Database(url, options: ConnectionOptions(access: .create, isOwned: true))
            try await owner.migrator([Self.first]).up()
            await owner.close()
            let database = try Database(url, options: ConnectionOptions(access: .readOnly))
            #expect(try await database.migrator([Self.first]).drift() == [])
            await database.close()
        }
    }
}
