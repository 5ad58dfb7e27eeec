import Dialects
import Migrator
import Transfer

/// Restores the state in which a database was before an import.
package struct ImportRemoval: Sendable {
    /// The extent of the removal.
    package enum Extent: Sendable {
        /// Removes the file, with the files that SQLite creates beside it.
        case file
        /// Reverts every migration, and removes the ledger. Other people's tables stay.
        case schema
        /// Removes the rows of these tables.
        case rows([String])
    }

    private let target: Database
    private let history: History
    private let account: ActingAccount?

    package init(_ target: Database, _ history: History, as account: ActingAccount?) {
        (self.target, self.history, self.account) = (target, history, account)
    }

    /// Returns the number of rows in each table of the history, without the tables that do not exist.
    package func counts() async throws -> [String: Int] {
        guard !target.isMissing else { return [:] }
        let names = history.schema.tables.map(\.name)
        return try await ActingAccount.act(as: account) {
            try await target.withConnection { connection in
                let present = try connection.dialect.inspect(connection).schema
                var counts: [String: Int] = [:]
                for name in names where present[name] != nil {
                    let count = try connection.queryValue("SELECT count(*) FROM \(identifier: name)")?.integer
                    counts[name] = Int(count ?? 0)
                }
                return counts
            }
        }
    }

    /// - Throws: `DatabaseError`, `MigratorError` and `MigrationFailure`.
    package func run(_ extent: Extent) async throws {
        switch extent {
        case .file: try removeFile()
        case .schema: try await ActingAccount.act(as: account) { try await removeSchema() }
        case .rows(let tables): try await ActingAccount.act(as: account) { try await removeRows(of: tables) }
        }
    }

    private func removeFile() throws(DatabaseError) {
        guard let path = target.url.filePath else { return }
        let lock = ".\(AdvisoryLock.schemaChange.name)"
        try FileRemoval.remove(path, beside: ["-wal", "-shm", "-journal", ".daemon", lock])
    }

    private func removeSchema() async throws {
        let options = Migrator.Options(allowsDataLoss: true)
        try await Migrator(history: history, database: target, options: options).down(.none)
        let dialect = target.transferDialect
        try await target.withConnection { connection in
            let own = try dialect.existingObjects(on: connection).filter(OwnTables.names.contains)
            for statement in try dialect.removal(of: own, on: connection) { try connection.executeScript(statement) }
        }
    }

    /// Removes the rows of child tables before those of their parents.
    private func removeRows(of tables: [String]) async throws {
        let order = history.schema.tablesInForeignKeyOrder.map(\.name).reversed().filter(tables.contains)
        try await target.withConnection { connection in
            try connection.transaction {
                for name in order { try connection.execute("DELETE FROM \(identifier: name)") }
            }
        }
    }
}
