import Dialects

/// The table in which a database remembers what was applied to it. It is a `Table` like any other, spelled by the dialect.
struct Ledger {
    static let tableName = "tc_migrations"

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

    /// Creates the table where it is missing. Others are kept out by the migration lock or by the transaction.
    func createIfMissing() throws {
        guard try !exists() else { return }
        let lowering = try connection.dialect.lower(
            .createTable(Ledger.table), from: Schema(), to: Schema(tables: [Ledger.table]), keeping: .none)
        for statement in lowering.statements { try connection.executeScript(statement) }
    }

    func exists() throws -> Bool { try connection.hasTable(Ledger.tableName) }

    /// Everything that is applied, in the order of application. Empty where there is no ledger.
    func entries() throws -> [LedgerEntry] {
        guard try exists() else { return [] }
        let appliedAt = try connection.dialect.conversion(of: "applied_at", from: .timestamp, to: .text).expression
        let rows = try connection.query(
            """
            SELECT id, checksum, operations, \(trusted: appliedAt), duration_ms, applied_by, version \
            FROM tc_migrations ORDER BY position
            """)
        return rows.map { row in
            LedgerEntry(
                id: row[0].text ?? "", checksum: row[1].text ?? "", operations: row[2].text ?? "",
                appliedAt: row[3].text ?? "", milliseconds: row[4].integer ?? 0, appliedBy: row[5].text ?? "",
                version: row[6].text ?? "")
        }
    }

    /// The same for who means to work with the database. Throws `TransferError.unfinished` where a transfer was not brought to
    /// its end: what is there is a part only.
    func usableEntries() throws -> [LedgerEntry] {
        try TransferRecords(connection).requireNoneUnfinished()
        return try entries()
    }

    func record(_ entry: LedgerEntry) throws {
        try connection.execute(
            """
            INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) \
            SELECT coalesce(max(position), 0) + 1, \(entry.id), \(entry.checksum), \(entry.operations), \
            \(entry.milliseconds), \(entry.appliedBy), \(entry.version) FROM tc_migrations
            """)
    }

    func remove(_ id: String) throws {
        try connection.execute("DELETE FROM tc_migrations WHERE id = \(id)")
    }

    // The same as text, for a script that is run without this program.

    static func recordStatement(_ migration: Migration, version: String) throws -> String {
        let text = try CanonicalOperations.text(of: migration.operations)
        let values = [migration.id, CanonicalOperations.checksum(of: text), text].map(SQLText.literal)
        return "INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) "
            + "SELECT coalesce(max(position), 0) + 1, \(values.joined(separator: ", ")), 0, 'script', "
            + "\(SQLText.literal(version)) FROM tc_migrations"
    }

    static func removeStatement(_ id: String) -> String {
        "DELETE FROM tc_migrations WHERE id = \(SQLText.literal(id))"
    }
}
