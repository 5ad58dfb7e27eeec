import Migrator
import TestSupport
import Testing

/// The database of one case, and the migrations that were applied to it. Suites about migrations use its methods: `migrate`,
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

    /// Undoes the last migration, which stays in the history.
    func down(allowsDataLoss: Bool = false) async throws {
        try await database.migrator(migrations, allowsDataLoss: allowsDataLoss).down()
    }

    /// Removes the last migration, which must be undone, from the history.
    mutating func forget() { migrations.removeLast() }

    /// Returns a preview of one more migration.
    func preview(@MigrationBuilder _ operations: () -> [SchemaOperation]) async throws -> MigrationPreview {
        try await database.migrator(migrations + [migration(operations())]).preview()
    }

    /// Expects that one more migration is refused with a `MigratorError` and changes nothing, and returns the error.
    func refusal(
        sourceLocation: SourceLocation = #_sourceLocation, @MigrationBuilder _ operations: () -> [SchemaOperation]
    ) async throws -> MigratorError {
        let migrator = try database.migrator(migrations + [migration(operations())])
        let error = try await unchanged(MigratorError.self, sourceLocation) { try await migrator.up() }
        #expect(error.remedy?.description.isEmpty == false, sourceLocation: sourceLocation)
        return error
    }

    /// Expects that one more migration fails while it runs and leaves no changes, and returns the failure.
    func failure(
        sourceLocation: SourceLocation = #_sourceLocation, @MigrationBuilder _ operations: () -> [SchemaOperation]
    ) async throws -> MigrationFailure {
        let migrator = try database.migrator(migrations + [migration(operations())])
        return try await unchanged(MigrationFailure.self, sourceLocation) { try await migrator.up() }
    }

    /// Expects that undoing the last migration is refused with a `MigratorError` and changes nothing, and returns the error.
    func refusalDown(sourceLocation: SourceLocation = #_sourceLocation) async throws -> MigratorError {
        let migrator = try database.migrator(migrations)
        return try await unchanged(MigratorError.self, sourceLocation) { try await migrator.down() }
    }

    /// Expects that `body` throws and leaves the database unchanged, and returns the error.
    private func unchanged<Failure: Error>(
        _ error: Failure.Type, _ sourceLocation: SourceLocation, _ body: () async throws -> MigrationReport
    ) async throws -> Failure {
        let before = try await contents()
        let thrown = try await #require(throws: error, sourceLocation: sourceLocation) { try await body() }
        #expect(try await contents() == before, sourceLocation: sourceLocation)
        return thrown
    }

    /// Expects that one more migration is not valid after the others, and returns the error, which is found without the database.
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

    /// Returns the columns of every row, in the first column's order, as text that is the same for equal values on every backend.
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

    /// Returns the differences between the database and the schema that its migrations make.
    func drift() async throws -> [String] { try await database.migrator(migrations).drift().map(\.description) }

    /// Returns every row of every declared table, the live schema, and the ledger's rows.
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

/// The tables with which the suites about rebuilds begin.
extension CaseDatabase {
    /// Makes a table `t` with a text `n` that can become a number, and a table `log` beside it.
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

    /// Changes the type of `n` from text to number, or from number to text. SQLite has to rebuild the table each time.
    mutating func rebuild(_ table: String = "t", times: Int = 1) async throws {
        for _ in 0..<times {
            let isText = try schema[table]?[column: "n"]?.type == .text
            try await migrate { AlterTable(table) { ChangeColumn("n").type(isText ? .integer : .text) } }
        }
    }
}

extension Backend {
    /// Passes an empty database for a case to `body`.
    func withCase(_ body: (inout CaseDatabase) async throws -> Void) async throws {
        try await withDatabase { database in
            var test = CaseDatabase(backend: self, database: database)
            try await body(&test)
        }
    }

    /// Returns the one of two texts that is for this backend.
    func words(sqlite: String, postgresql: String) -> String {
        switch self {
        case .sqlite: sqlite
        case .postgresql: postgresql
        }
    }
}

extension MigratorError {
    /// The hazards that were measured in rows, whether or not consent would allow them.
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

    /// The reason why the dialect can't lower an operation; `nil` for another error.
    var lowering: LoweringError? {
        guard case .cannotLower(_, _, let error) = self else { return nil }
        return error
    }
}
