import Dialects

/// Builds on loaded rows what they need to be found and held together: keys, indexes, checks, foreign keys.
///
/// A key that cannot be built ends the transfer: the rows would not be what they were. Anything else that cannot be built is
/// left out and listed, with what the database said.
struct TransferBuilder {
    private let plan: TransferPlan
    private let connection: any Connection
    private let target: any TransferTarget
    private let events: @Sendable (TransferEvent) -> Void
    private(set) var notCarried: [NotCarried] = []
    /// What is to be said about a table, by its name in the target.
    private(set) var notes: [String: [String]] = [:]

    init(
        _ plan: TransferPlan, _ connection: any Connection, _ target: any TransferTarget,
        _ events: @escaping @Sendable (TransferEvent) -> Void
    ) {
        self.plan = plan
        self.connection = connection
        self.target = target
        self.events = events
    }

    mutating func build(_ parts: [Construction.Part]) throws {
        for part in parts where part.kind != .foreignKey {
            events(.building(part))
            switch part.kind {
            case .primaryKey, .unique: try buildKey(part)
            case .index: try buildIndex(part)
            case .view: try attempt(.view, part.name, part.statement)
            case .trigger: try attempt(.trigger, part.name, part.statement)
            case .foreignKey: break
            }
        }
        for planned in plan.checks {
            let statement = try target.addCheck(planned.check, to: planned.table)
            try attempt(.constraint, "\(planned.table).\(planned.check.name ?? "CHECK")", statement)
        }
        for part in parts where part.kind == .foreignKey {
            events(.building(part))
            try buildForeignKey(part)
        }
    }

    /// The same for foreign keys that stand in the tables since these were made: they hold for rows to come.
    mutating func listOrphans() throws {
        for table in plan.schema.tables {
            for key in table.foreignKeys { try noteOrphans(of: key, in: table.name) }
        }
    }

    private func buildKey(_ part: Construction.Part) throws {
        do throws(DatabaseError) {
            try connection.execute(SQL(part.statement))
        } catch {
            guard error.kind != .lost && error.kind != .interrupted else { throw error }
            throw TransferError.keyNotBuilt(table: part.table, key: part.name, reason: error.message)
        }
    }

    /// A unique index is a key as well.
    private mutating func buildIndex(_ part: Construction.Part) throws {
        let index = plan.schema[part.table]?.indexes.first { $0.name == part.name }
        if index?.isUnique ?? false { try buildKey(part) } else { try attempt(.index, part.name, part.statement) }
    }

    /// Rows that point nowhere are the source's own: the foreign key then holds for those that come, and they are listed.
    private mutating func buildForeignKey(_ part: Construction.Part) throws {
        guard let key = plan.schema[part.table]?.foreignKeys.first(where: { $0.name == part.name }) else {
            return try attempt(.foreignKey, part.name, part.statement)
        }
        guard try noteOrphans(of: key, in: part.table) else {
            return try attempt(.foreignKey, part.name, part.statement)
        }
        try attempt(.foreignKey, part.name, target.addUnvalidated(key, to: part.table))
    }

    /// Whether there are any.
    @discardableResult
    private mutating func noteOrphans(of key: ForeignKey, in table: String) throws -> Bool {
        let orphans = try orphans(of: key, in: table)
        guard orphans.count > 0 else { return false }
        let rows = orphans.count == 1 ? "1 row has" : "\(orphans.count) rows have"
        notes[table, default: []].append(
            "\(key.name ?? key.columns.joined(separator: "_")): \(rows) no parent in \(key.parent) (\(orphans.first)): the foreign key holds for new rows only"
        )
        return true
    }

    /// How many rows name a parent that is not there, and the keys that the first of them name.
    private func orphans(of key: ForeignKey, in table: String) throws -> (count: Int, first: String) {
        let columns = key.columns.map { "c.\(SQLText.identifier($0))" }
        let named = columns.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let same = zip(key.parentColumns, columns).map { "p.\(SQLText.identifier($0)) = \($1)" }.joined(
            separator: " AND ")
        let from: SQL = """
            FROM \(identifier: table) c WHERE \(trusted: named) \
            AND NOT EXISTS (SELECT 1 FROM \(identifier: key.parent) p WHERE \(trusted: same))
            """
        let count = try connection.queryValue("SELECT count(*) \(trusted: from.text { "\($0)" })")?.integer ?? 0
        guard count > 0 else { return (0, "") }
        let list = columns.joined(separator: ", ")
        let rows = try connection.query("SELECT \(trusted: list) \(trusted: from.text { "\($0)" }) LIMIT 3")
        let values = rows.map { row in
            zip(key.columns, row).map { "\($0)=\(ValueText.short($1))" }.joined(separator: ", ")
        }
        return (Int(count), values.joined(separator: "; ") + (count > 3 ? "; …" : ""))
    }

    /// Tries a statement; when the database refuses it, the transaction goes on without it.
    private mutating func attempt(_ kind: NotCarried.Kind, _ name: String, _ statement: String) throws {
        try connection.execute("SAVEPOINT attempt")
        do throws(DatabaseError) {
            try connection.execute(SQL(statement))
            try connection.execute("RELEASE SAVEPOINT attempt")
        } catch {
            guard error.kind != .lost && error.kind != .interrupted else { throw error }
            try connection.execute("ROLLBACK TO SAVEPOINT attempt")
            notCarried.append(NotCarried(kind, name, reason: error.message))
        }
    }
}
