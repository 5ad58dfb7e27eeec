import Migrator
import TestSupport
import Testing

/// A database of one case, and the migrations that made it what it is. Suites about migrations speak in its words: `migrate`,
/// `down`, `refusal`, `failure`, `drift`, and those of `SQLWords`.
struct CaseDatabase: SQLWords {
    let backend: Backend
    let database: Database
    private(set) var migrations: [Migration] = []

    var schema: Schema { get throws { try History(migrations).schema } }

    /// Applies one more migration.
    mutating func migrate(allowsDataLoss: Bool = false, @MigrationBuilder _ operations: () -> [SchemaOperation])
        async throws
    {
        try await migrate(operations(), allowsDataLoss: allowsDataLoss)
    }

    mutating func migrate(_ operations: [SchemaOperation], allowsDataLoss: Bool = false) async throws {
        let next = migrations + [migration(operations)]
        try await database.migrator(next, allowsDataLoss: allowsDataLoss).up()
        migrations = next
    }

    /// Undoes the last migration; it stays in the history.
    func down(allowsDataLoss: Bool = false) async throws {
        try await database.migrator(migrations, allowsDataLoss: allowsDataLoss).down()
    }

    /// Takes the last migration, which is undone, out of the history.
    mutating func forget() { migrations.removeLast() }

    /// What one more migration would do.
    func preview(@MigrationBuilder _ operations: () -> [SchemaOperation]) async throws -> MigrationPreview {
        try await database.migrator(migrations + [migration(operations())]).preview()
    }

    /// Holds that one more migration is refused by `MigratorError`, and that it changes nothing.
    func refusal(
        sourceLocation: SourceLocation = #_sourceLocation, @MigrationBuilder _ operations: () -> [SchemaOperation]
    ) async throws -> MigratorError {
        let migrator = try database.migrator(migrations + [migration(operations())])
        let error = try await unchanged(MigratorError.self, sourceLocation) { try await migrator.up() }
        #expect(error.remedy?.description.isEmpty == false, sourceLocation: sourceLocation)
        return error
    }

    /// Holds that one more migration fails while it runs, and that nothing of it stays.
    func failure(
        sourceLocation: SourceLocation = #_sourceLocation, @MigrationBuilder _ operations: () -> [SchemaOperation]
    ) async throws -> MigrationFailure {
        let migrator = try database.migrator(migrations + [migration(operations())])
        return try await unchanged(MigrationFailure.self, sourceLocation) { try await migrator.up() }
    }

    /// Holds that the way back of the last migration is refused by `MigratorError`, and that it changes nothing.
    func refusalDown(sourceLocation: SourceLocation = #_sourceLocation) async throws -> MigratorError {
        let migrator = try database.migrator(migrations)
        return try await unchanged(MigratorError.self, sourceLocation) { try await migrator.down() }
    }

    /// Holds that `body` throws, and that the database is afterwards what it was.
    private func unchanged<Failure: Error>(
        _ error: Failure.Type, _ sourceLocation: SourceLocation, _ body: () async throws -> MigrationReport
    ) async throws -> Failure {
        let before = try await contents()
        let thrown = try await #require(throws: error, sourceLocation: sourceLocation) { try await body() }
        #expect(try await contents() == before, sourceLocation: sourceLocation)
        return thrown
    }

    /// Why one more migration makes no sense after the others: found without the database.
    func objection(
        sourceLocation: SourceLocation = #_sourceLocation, @MigrationBuilder _ operations: () -> [SchemaOperation]
    ) throws -> SchemaError {
        let next = migrations + [migration(operations())]
        let error = #expect(throws: HistoryError.self, sourceLocation: sourceLocation) { try History(next) }
        guard case .impossible(_, let cause) = error else {
            throw DatabaseError(.other, "no SchemaError: \(String(describing: error))")
        }
        return cause
    }

    /// The columns of every row as text that is the same for the same value on every backend, in the first column's order.
    func rows(_ table: String, _ columns: String...) async throws -> [[String?]] {
        let declared = try #require(try schema[table])
        var parts: [String] = []
        for name in columns {
            let column = try #require(declared[column: name])
            let text = try backend.dialect.conversion(of: SQLText.identifier(name), from: column.type, to: .text)
            parts.append(text.expression)
        }
        let list = parts.joined(separator: ", ")
        return try await values(
            "SELECT \(trusted: list) FROM \(identifier: table) ORDER BY \(identifier: table).\(identifier: columns[0])"
        )
        .map { $0.map(\.text) }
    }

    /// Where the database departs from what its migrations declare.
    func drift() async throws -> [String] { try await database.migrator(migrations).drift().map(\.description) }

    /// Every row of every declared table, the live structure, and what the ledger says.
    private func contents() async throws -> Contents {
        let tables = try schema.tables.map(\.name)
        return try await database.withConnection { connection in
            Contents(
                inspection: try connection.dialect.inspect(connection),
                undeclared: try connection.dialect.undeclaredObjects(of: Schema(), on: connection),
                rows: try (tables + ["tc_migrations"]).map { try connection.values("SELECT * FROM \(identifier: $0)") })
        }
    }

    private struct Contents: Equatable {
        var inspection: Inspection
        var undeclared: UndeclaredObjects
        var rows: [[[Value]]]
    }

    private func migration(_ operations: [SchemaOperation]) -> Migration {
        Migration(id: "\(migrations.count + 1)", operations: operations)
    }
}

/// What the suites about rebuilds begin with.
extension CaseDatabase {
    /// A table `t` with a text `n` that may become a number, and a table `log` beside it.
    mutating func createTableAndLog() async throws {
        try await migrate {
            CreateTable("t") {
                Column("id", .bigint).primaryKey()
                Column("n", .text)
                Column("note", .text).nullable()
            }
            CreateTable("log") { Column("entry", .text) }
        }
    }

    /// Makes a number of the text `n`, and a text of the number: each time SQLite has to rebuild the table.
    mutating func rebuild(_ table: String = "t", times: Int = 1) async throws {
        for _ in 0..<times {
            let isText = try schema[table]?[column: "n"]?.type == .text
            try await migrate { AlterTable(table) { ChangeColumn("n").type(isText ? .integer : .text) } }
        }
    }
}

extension Backend {
    /// An empty database for a case.
    func withCase(_ body: (inout CaseDatabase) async throws -> Void) async throws {
        try await withDatabase { database in
            var test = CaseDatabase(backend: self, database: database)
            try await body(&test)
        }
    }

    /// The one of two texts that belongs to this backend.
    func words(sqlite: String, postgresql: String) -> String {
        switch self {
        case .sqlite: sqlite
        case .postgresql: postgresql
        }
    }
}

extension MigratorError {
    /// What rows were measured, and whether consent would let them go.
    var measured: [MeasuredHazard] {
        switch self {
        case .rowsInTheWay(_, let hazards), .dataLoss(_, let hazards): hazards
        case .unknownID, .notApplied, .changed, .editMatters, .partlyReplaced, .replacesOthers, .newer, .unknownRow,
            .outOfOrder, .orderMatters,
            .irreversible, .cannotLower, .inTransaction, .behind, .drifted, .otherSchema, .nothingThere, .notFirst:
            []
        case .stopped(_, let error): error.measured
        }
    }

    var isDataLoss: Bool { code == "data_loss" }

    /// Why the dialect can't do it.
    var lowering: LoweringError? {
        guard case .cannotLower(_, _, let error) = self else { return nil }
        return error
    }
}
