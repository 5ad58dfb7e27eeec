import Dialects

/// The table in which a database keeps what was applied to it. It is a `Table` like any other, rendered by the dialect.
package struct Ledger {
    package static let tableName = "tc_migrations"

    static let table: Table = {
        var table = Table(name: tableName)
        var appliedAt = Column("applied_at", .timestamp)
        appliedAt.default = .now
        table.columns = [
            Column("position", .bigint), Column("id", .text), Column("checksum", .text), Column("operations", .text),
            appliedAt, Column("duration_ms", .bigint), Column("applied_by", .text), Column("version", .text),
        ]
        table.primaryKey = PrimaryKey(["position"], name: "tc_migrations_pkey")
        table.uniques = [Unique(["id"], name: "tc_migrations_id_key")]
        return table
    }()

    let connection: any Connection

    package init(connection: any Connection) { self.connection = connection }

    /// Creates the table if it is missing. The advisory lock or the transaction keeps other programs out.
    func createIfMissing() throws {
        guard try !exists() else { return }
        for statement in try Ledger.creation(in: connection.dialect).statements {
            try connection.executeScript(statement)
        }
    }

    static func creation(in dialect: any Dialect) throws -> Lowering {
        try dialect.lower(Schema().resolving(.createTable(table)), keeping: .none)
    }

    func exists() throws -> Bool { try connection.hasTable(Ledger.tableName) }

    /// Returns everything that is applied, in the order of application. The list is empty if there is no ledger.
    package func entries() throws -> [LedgerEntry] {
        guard try exists() else { return [] }
        let appliedAt = try connection.dialect.conversion(of: "applied_at", from: .timestamp, to: .text).expression
        let rows = try explainingStrangers {
            try connection.query(
                """
                SELECT id, checksum, \(trusted: appliedAt) AS applied, duration_ms, applied_by, version \
                FROM tc_migrations ORDER BY position
                """)
        }
        return try rows.map { row in
            LedgerEntry(
                id: try row["id"], checksum: try row["checksum"], appliedAt: try row["applied"],
                milliseconds: try row["duration_ms"], appliedBy: try row["applied_by"], version: try row["version"])
        }
    }

    /// Throws `DatabaseError` if no schema of the search path can be used, where every ledger would seem empty, and
    /// `UnfinishedTransfer` if a transfer has not completed the database.
    private func requireUsable() throws {
        try connection.requireSchema()
        try UnfinishedTransfer.requireNone(on: connection)
    }

    /// Returns the same entries for a caller that goes on to use the database. Throws `UnfinishedTransfer` if a transfer has not
    /// completed the database.
    func usableEntries() throws -> [LedgerEntry] {
        try requireUsable()
        return try entries()
    }

    /// Returns everything that is applied, in the terms of `history`: the migrations that its first one replaces count as that
    /// one (``Migration/replacing(_:)``).
    package func entries(of history: History) throws -> [LedgerEntry] {
        let entries = try entries()
        return try Squash(of: history)?.folded(entries) ?? entries
    }

    /// Returns the same entries for a caller that goes on to use the database. Throws as `usableEntries` does.
    func usableEntries(of history: History) throws -> [LedgerEntry] {
        try requireUsable()
        return try entries(of: history)
    }

    /// Returns the canonical form of the operations of every applied migration, in the order of application. Throws as
    /// `usableEntries` does.
    func usableOperations() throws -> [String] {
        try requireUsable()
        guard try exists() else { return [] }
        return try explainingStrangers {
            try connection.query("SELECT operations FROM tc_migrations ORDER BY position").map { $0[0].text ?? "" }
        }
    }

    /// Says what it means when the ledger can't be read by its columns: another program has a table of its name.
    private func explainingStrangers<T>(_ body: () throws -> T) throws -> T {
        do { return try body() } catch var error as DatabaseError where error.kind == .other || error.kind == .syntax {
            error.message = "the table \(Ledger.tableName) is not the ledger of this program: \(error.message)"
            error.remedy =
                "if it belongs to another program, rename it, or keep this program's tables in a database or schema of their own"
            throw error
        }
    }

    /// Returns the canonical form of the operations of every applied migration, by the migration's id.
    func operations() throws -> [String: String] {
        let rows = try connection.query("SELECT id, operations FROM tc_migrations")
        return Dictionary(rows.map { ($0[0].text ?? "", $0[1].text ?? "") }) { first, _ in first }
    }

    /// The operations of `entries(of: history)`, each as they were recorded; those of a squash that is not recorded yet are the operations
    /// of what it replaces. `nil` where they can't be read back.
    func recordedOperations(of history: History) throws -> [[SchemaOperation]]? {
        let texts = try operations()
        let all = try entries()
        let squash = try Squash(of: history).flatMap { try $0.isPending(in: all) ? $0 : nil }
        let (replaced, others) = squash?.parts(of: all) ?? ([], all)
        func read(_ entry: LedgerEntry) throws -> [SchemaOperation] {
            try CanonicalOperations.operations(in: texts[entry.id] ?? "")
        }
        do { return try (squash == nil ? [] : [replaced.flatMap(read)]) + others.map(read) } catch {
            return nil
        }
    }

    /// Returns the canonical form of one applied migration's operations, or an empty text if the migration is not applied.
    func operations(of id: String) throws -> String {
        try connection.queryValue("SELECT operations FROM tc_migrations WHERE id = \(id)")?.text ?? ""
    }

    /// Returns the position of the applied migrations in `history`. Throws `HistoryError` if the history is impossible, unless
    /// all of it is applied: then the checksums show that each migration was replayed before it was recorded.
    package func position(of entries: [LedgerEntry], in history: History) throws -> Position {
        let position = Result { try history.position(of: entries) { try operations(of: $0) } }
        if case .success(.current) = position { return .current }
        try history.requirePossible()
        return try position.get()
    }

    /// Returns what `position(of:in:)` returns; `nil` if migrations of another history stand among those of this one.
    package func positionIfKnown(of entries: [LedgerEntry], in history: History) throws -> Position? {
        do { return try position(of: entries, in: history) } catch MigratorError.unknownRow { return nil }
    }

    /// Returns which migrations of `history` are applied, and in what order. Throws `MigratorError` if the ledger holds
    /// migrations that the history does not know or that were edited.
    func applied(_ entries: [LedgerEntry], of history: History) throws -> AppliedOrder {
        switch try position(of: entries, in: history) {
        case .current, .behind: return AppliedOrder(places: entries.compactMap { history.position(of: $0.id) })
        case .newer(let ids): throw MigratorError.newer(ids)
        case .changed(let migrations): throw MigratorError.changed(migrations)
        }
    }

    /// Whether `entry` is still the last row or, if it is `nil`, whether there is still no row. Migrators add and remove rows only at the
    /// end, so one row tells whether another migrator has been here, however long the ledger is. It is asked under the lock under which
    /// the caller goes on to change the database.
    ///
    /// - Throws: `UnfinishedTransfer` if a transfer has begun to fill the database, and broke off, since the ledger was read.
    func stillEnds(with entry: LedgerEntry?) throws -> Bool {
        try UnfinishedTransfer.requireNone(on: connection)
        guard let entry else { return try !exists() || isEmpty() }
        let last = try connection.query("SELECT id, checksum FROM tc_migrations ORDER BY position DESC LIMIT 1").first
        return last?["id"]?.text == entry.id && last?["checksum"]?.text == entry.checksum
    }

    private func isEmpty() throws -> Bool { try connection.query("SELECT 1 FROM tc_migrations LIMIT 1").isEmpty }

    func record(_ entry: LedgerEntry, operations: String) throws {
        try connection.execute(
            """
            INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) \
            SELECT coalesce(max(position), 0) + 1, \(entry.id), \(entry.checksum), \(operations), \
            \(entry.milliseconds), \(entry.appliedBy), \(entry.version) FROM tc_migrations
            """)
    }

    /// Records new operations for a migration that is applied. The time of application and the name of who applied it stay.
    func amend(_ id: String, checksum: String, operations: String) throws {
        try connection.execute(
            "UPDATE tc_migrations SET checksum = \(checksum), operations = \(operations) WHERE id = \(id)")
    }

    /// Records another migration in the place of these rows, which are in their order. When the last of them was applied, and by whom,
    /// stays.
    func replace(_ ids: [String], by migration: Migration) throws {
        guard let first = ids.first, let last = ids.last else { return }
        let position = try connection.queryValue("SELECT position FROM tc_migrations WHERE id = \(first)")?.integer
        for id in ids.dropLast() { try remove(id) }
        let text = CanonicalOperations.text(of: migration.operations)
        try connection.execute(
            """
            UPDATE tc_migrations SET position = \(position ?? 1), id = \(migration.id), \
            checksum = \(CanonicalOperations.checksum(of: text)), operations = \(text) WHERE id = \(last)
            """)
    }

    func remove(_ id: String) throws {
        try connection.execute("DELETE FROM tc_migrations WHERE id = \(id)")
    }

    // The same row as an SQL text, for a script that runs without this program.

    static func recordStatement(_ migration: Migration, version: String) -> String {
        let text = CanonicalOperations.text(of: migration.operations)
        let values = [migration.id, CanonicalOperations.checksum(of: text), text].map(SQLText.literal)
        return "INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) "
            + "SELECT coalesce(max(position), 0) + 1, \(values.joined(separator: ", ")), 0, 'script', "
            + "\(SQLText.literal(version)) FROM tc_migrations"
    }

    static func removeStatement(_ id: String) -> String {
        "DELETE FROM tc_migrations WHERE id = \(SQLText.literal(id))"
    }
}
