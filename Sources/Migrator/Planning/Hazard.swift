import Dialects

/// A danger of an operation for rows. Planning finds it without a database, and it is measured before anything is touched.
public struct Hazard: Sendable, Equatable {
    /// What may happen to rows, or why they are in the way.
    public enum Kind: Sendable, Equatable {
        /// Rows or values go away; consent (``Migrator/Migrator/Options/allowsDataLoss``) lets it pass.
        case losesRows, losesValues
        /// Undeclared triggers, indexes or policies go with a dropped table or view; consent lets it pass.
        case losesObjects
        /// The way back keeps the current values, because the old ones are not known; consent lets it pass.
        case notUndone
        /// A required column is added, and nothing says what existing rows get.
        case needsValue
        /// A column becomes required and rows hold NULL.
        case holdsNulls
        /// Values do not fit the new type.
        case doesNotFit(ColumnType)
        /// Rows repeat values that become unique.
        case repeats
        /// Rows break the check of this name.
        case breaks(String)
        /// Rows refer to rows of this table that don't exist.
        case orphans(String)
        /// An index of this name could not be built over the columns as they will be.
        case indexes(String)
    }

    /// What may happen.
    public var kind: Kind
    /// The table whose rows are concerned.
    public var table: String
    /// The column that is concerned; `nil` for the table as a whole.
    public var column: String?
    /// The condition for the rows concerned, in the dialect's words; `nil` for all rows.
    public var condition: String?
    /// The columns or expressions that become unique, in the dialect's words.
    public var keys: [String] = []
    /// What stands behind FROM where the rows are looked at as they are to be; the table itself when `nil`.
    var rows: String?
    /// What an example shows: names, each with its value in the dialect's words.
    var shown: [Shown] = []
    /// What the column's texts have to be, where only reading them tells.
    var form: TextForm?
    /// The columns that are read, by table, as they have to be for it to be measured.
    var reads: [String: [Column]] = [:]

    struct Shown: Sendable, Equatable {
        var name: String
        var value: String
    }

    /// Whether consent lets it pass. Any other hazard has to be put right first.
    public var isDataLoss: Bool {
        switch kind {
        case .losesRows, .losesValues, .losesObjects, .notUndone: true
        case .needsValue, .holdsNulls, .doesNotFit, .repeats, .breaks, .orphans, .indexes: false
        }
    }
}

// MARK: - What it is measured by

extension Hazard {
    private var filter: String { condition.map { " WHERE \($0)" } ?? "" }
    private var keyList: String { keys.joined(separator: ", ") }
    private var source: String { rows ?? SQLText.identifier(table) }

    /// Counts the rows that are concerned.
    var count: SQL {
        switch kind {
        case .losesRows, .losesValues, .losesObjects, .notUndone, .needsValue, .holdsNulls, .doesNotFit, .breaks,
            .orphans,
            .indexes:
            return "SELECT count(*) FROM \(trusted: source)\(trusted: filter)"
        case .repeats:
            return """
                SELECT CAST(sum(repeated) AS bigint) FROM (SELECT count(*) AS repeated FROM \(trusted: source)\(trusted: filter) \
                GROUP BY \(trusted: keyList) HAVING count(*) > 1) AS repeats
                """
        }
    }

    /// Some of the rows or values that are concerned.
    func examples(limit: Int) -> SQL? {
        switch kind {
        case .losesRows, .losesValues, .losesObjects, .needsValue, .indexes: return nil
        case .doesNotFit:
            guard let value = shown.first?.value else { return nil }
            return """
                SELECT DISTINCT \(trusted: value) FROM \(trusted: source)\(trusted: filter) ORDER BY 1 LIMIT \(limit)
                """
        case .repeats:
            return """
                SELECT \(trusted: keyList) FROM \(trusted: source)\(trusted: filter) \
                GROUP BY \(trusted: keyList) HAVING count(*) > 1 ORDER BY \(trusted: keyList) LIMIT \(limit)
                """
        case .notUndone, .holdsNulls, .breaks, .orphans:
            guard !shown.isEmpty else { return nil }
            let values = shown.map(\.value).joined(separator: ", ")
            return "SELECT \(trusted: values) FROM \(trusted: source)\(trusted: filter) LIMIT \(limit)"
        }
    }

    /// What a database says no to, whatever the rows are, where a check or an index does not go with its columns; and what to
    /// call it.
    var question: (rule: String, sql: SQL)? {
        let rule: String
        switch kind {
        case .breaks(let check): rule = "check \(check)"
        case .indexes(let index): rule = "index \(index)"
        case .repeats: rule = "the key (\(keyList))"
        case .losesRows, .losesValues, .losesObjects, .notUndone, .needsValue, .holdsNulls, .doesNotFit, .orphans:
            return nil
        }
        var sql: SQL = "EXPLAIN "
        sql.append(count)
        return (rule, sql)
    }

    /// Every text that has to be of the hazard's form.
    var texts: SQL? {
        guard form != nil, let value = shown.first?.value else { return nil }
        return "SELECT \(trusted: value) FROM \(trusted: source)\(trusted: filter)"
    }

    /// Whether it can be measured in a database that holds `schema`, and the rows that came with it.
    func isMeasurable(in schema: Schema) -> Bool {
        reads.allSatisfy { table, columns in
            guard let table = schema[table] else { return false }
            return columns.allSatisfy { table[column: $0.name] == $0 }
        }
    }
}

/// A hazard with the number of rows that it concerns.
public struct MeasuredHazard: Sendable, Equatable {
    /// What may happen.
    public var hazard: Hazard
    /// How many rows are concerned, as they were counted.
    public var rows: Int64
    /// Some of the values or rows, for people; three at most.
    public var examples: [String]
}

extension Plan.PlannedOperation {
    /// What this operation may do to rows.
    func hazards(in dialect: any Dialect) throws(LoweringError) -> [Hazard] {
        switch resolved.action {
        case .dropTable(let table): return [Hazard(kind: .losesRows, table: table.name, reads: [table.name: []])]
        case .alterTable(let alteration):
            return try AlterationHazards(of: alteration, between: resolved.before, and: resolved.after, in: dialect)
                .found
                + lostOnTheWayBack(of: alteration, in: dialect)
        case .createTable, .renameTable, .createView, .dropView, .run, .runSwift: return []
        }
    }

    /// What goes with a dropped table or view and is declared nowhere: it would be missed only when it is needed.
    func objectsLost(_ undeclared: UndeclaredObjects) -> [MeasuredHazard] {
        let name: String
        switch resolved.action {
        case .dropTable(let table): name = table.name
        case .dropView(let view): name = view.name
        case .createTable, .alterTable, .renameTable, .createView, .run, .runSwift: return []
        }
        let objects = undeclared.objects.filter { object in
            object.owner == name && [.trigger, .index, .column].contains(object.kind)
        }
        var names = objects.map { "\($0.kind.rawValue) \($0.name)" }
        for part in undeclared.dependents where part.relation == name && part.isPart && !names.contains(part.name) {
            names.append(part.name)
        }
        guard !names.isEmpty else { return [] }
        let hazard = Hazard(kind: .losesObjects, table: name)
        return [MeasuredHazard(hazard: hazard, rows: Int64(names.count), examples: Array(names.prefix(3)))]
    }
}
