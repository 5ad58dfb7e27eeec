import Dialects

/// The parts that an online migration adds to its tables or takes from them. A part that exists already, made by a stopped
/// attempt or by hand, counts as done only if it is what the migration declares.
struct OnlineParts {
    private let step: Plan.Step
    /// The names of the migration's indexes, keys and checks by table; below them, its columns by table.
    private var names: [String: Set<String>] = [:]
    private var columns: [String: Set<String>] = [:]

    init(of step: Plan.Step) {
        self.step = step
        for planned in step.operations {
            guard case .alterTable(let alteration) = planned.resolved.action else { continue }
            for change in alteration.steps.map(\.change) { add(change, of: alteration.before.name) }
        }
    }

    private mutating func add(_ change: Change, of table: String) {
        switch change {
        case .addIndex(let index): names[table, default: []].insert(index.name)
        case .addUnique(let unique): names[table, default: []].insert(unique.name ?? "")
        case .addCheck(let check): names[table, default: []].insert(check.name ?? "")
        case .addForeignKey(let key): names[table, default: []].insert(key.name ?? "")
        case .dropIndex(let name), .dropUnique(let name), .dropCheck(let name), .dropForeignKey(let name):
            names[table, default: []].insert(name)
        case .changeColumn(let name, _): columns[table, default: []].insert(name)
        case .addColumn, .dropColumn, .renameColumn, .addPrimaryKey, .dropPrimaryKey, .renameIndex, .renameConstraint:
            break
        }
    }

    /// Throws where a part is another one in the database than is declared. Both are read back from the database, the declared ones from a
    /// scratch place; where there is none, what the database writes in words of its own is left out.
    func requireSame(on connection: any Connection) throws {
        guard let after = step.operations.last?.resolved.after else { return }
        let live = try connection.dialect.inspect(connection).schema
        // A schema value can't express a partitioned table, so such tables are not compared.
        let known = Set(live.tables.map(\.name))
        let differences: [SchemaDifference]
        do {
            let declared = try connection.dialect.inspectScratch(scratch(after), beside: connection).schema
            differences = reduced(live).differences(from: reduced(declared, among: known))
        } catch let error as DatabaseError where error.kind == .permission {
            differences = reduced(live).plain.differences(from: reduced(after, among: known).plain)
        }
        guard let difference = differences.first else { return }
        throw DatabaseError(
            .other, "\(difference)",
            remedy: "this migration did not create the object that has the name: drop it, and apply the migration again"
        )
    }

    private var tables: Set<String> { Set(names.keys).union(columns.keys) }

    /// Returns the migration's tables, and the tables that they refer to. Of the latter only the columns and keys are needed.
    private func scratch(_ schema: Schema) -> Schema {
        let wanted = reduced(schema, keepingColumns: true)
        let parents = Set(wanted.tables.flatMap(\.foreignKeys).map(\.parent)).subtracting(tables)
        let others = schema.tables.filter { parents.contains($0.name) }.map { table -> Table in
            var table = table
            table.foreignKeys = []
            return table
        }
        return Schema(tables: wanted.tables + others)
    }

    private func reduced(_ schema: Schema, among known: Set<String>? = nil, keepingColumns: Bool = false) -> Schema {
        let wanted = known.map(tables.intersection) ?? tables
        return Schema(
            tables: schema.tables.filter { wanted.contains($0.name) }.map { table in
                let names = names[table.name] ?? []
                var part = table
                part.uniques.removeAll { !names.contains($0.name ?? "") && !keepingColumns }
                part.checks.removeAll { !names.contains($0.name ?? "") }
                part.indexes.removeAll { !names.contains($0.name) }
                part.foreignKeys.removeAll { !names.contains($0.name ?? "") }
                guard !keepingColumns else { return part }
                part.primaryKey = nil
                part.columns.removeAll { columns[table.name]?.contains($0.name) != true }
                return part
            })
    }
}

extension Schema {
    /// Without what a database writes in words of its own: checks, and what indexes compute.
    fileprivate var plain: Schema {
        Schema(
            tables: tables.map { table in
                var table = table
                table.checks = []
                table.indexes.removeAll { index in
                    index.condition != nil
                        || index.parts.contains { if case .expression = $0.key { true } else { false } }
                }
                table.columns = table.columns.map { column in
                    var plain = Column(column.name, .text)
                    plain.isNullable = column.isNullable
                    return plain
                }
                return table
            })
    }
}
