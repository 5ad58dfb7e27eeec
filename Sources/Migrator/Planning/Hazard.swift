import Dialects

/// A danger of an operation for rows. Planning finds it without a database, and it is measured before anything is touched.
public struct Hazard: Sendable, Equatable {
    /// The possible damage to rows, or the reason why they stop the operation.
    public enum Kind: Sendable, Equatable {
        /// Rows or values are lost; consent (``Migrator/Migrator/Options/allowsDataLoss``) lets the operation pass.
        case losesRows, losesValues
        /// Undeclared triggers, indexes or policies are lost with a dropped table or view; consent lets the operation pass.
        case losesObjects
        /// Undoing a change keeps the present values, because the earlier ones are not known; consent lets the operation pass.
        case notUndone
        /// A required column is added, and no value is given for existing rows.
        case needsValue
        /// A column becomes required, and rows hold NULL in it.
        case holdsNulls
        /// Values do not fit the new type.
        case doesNotFit(ColumnType)
        /// Rows repeat values in columns that become unique.
        case repeats
        /// Rows violate the check with this name.
        case breaks(String)
        /// Rows refer to rows of this table that don't exist.
        case orphans(String)
        /// An index with this name could not be built over the columns as they will be.
        case indexes(String)
    }

    /// The kind of danger.
    public var kind: Kind
    /// The table whose rows are concerned.
    public var table: String
    /// The column that is concerned; `nil` for the table as a whole.
    public var column: String?
    /// The condition for the rows concerned, in the dialect's SQL; `nil` for all rows.
    public var condition: String?
    /// The columns or expressions that become unique, in the dialect's SQL.
    public var keys: [String] = []
    /// The source for FROM that shows the rows as they are to be; `nil` if the table itself is read.
    var rows: String?
    /// The values that an example shows: names, each with its value in the dialect's SQL.
    var shown: [Shown] = []
    /// The form that the column's texts must have, if only reading them can tell; otherwise `nil`.
    var form: TextForm?
    /// The columns that the measurement reads, by table, in the form in which it needs them.
    var reads: [String: [Column]] = [:]
    /// Whether the statement itself fails for each value that does not fit, instead of rounding or cutting it.
    var isRefused = false
    /// Whether the operation undoes another one, so that nobody wrote the change itself.
    var isUndoing = false

    struct Shown: Sendable, Equatable {
        var name: String
        var value: String
    }

    /// Whether consent lets the operation pass. Rows with any other hazard must be corrected first.
    public var isDataLoss: Bool {
        switch kind {
        case .losesRows, .losesValues, .losesObjects, .notUndone: true
        case .needsValue, .holdsNulls, .doesNotFit, .repeats, .breaks, .orphans, .indexes: false
        }
    }

    /// Whether the statements do the damage without an error, so that only the measurement prevents it. All other rows in the way
    /// the database refuses itself.
    var isSilent: Bool {
        switch kind {
        case .losesRows, .losesValues, .notUndone: true
        case .doesNotFit: !isRefused
        case .losesObjects, .needsValue, .holdsNulls, .repeats, .breaks, .orphans, .indexes: false
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

    /// Returns a query for some of the rows or values concerned; `nil` if there are no examples to show.
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

    /// The name of the check, index or key that may not fit its columns, and a query that the database refuses in that case,
    /// whatever the rows are.
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

    /// A query for every text that must have the hazard's form.
    var texts: SQL? {
        guard form != nil, let value = shown.first?.value else { return nil }
        return "SELECT \(trusted: value) FROM \(trusted: source)\(trusted: filter)"
    }

    /// Whether the hazard can be measured in a database that holds `schema` and its rows.
    func isMeasurable(in schema: Schema) -> Bool {
        reads.allSatisfy { table, columns in
            guard let table = schema[table] else { return false }
            return columns.allSatisfy { table[column: $0.name] == $0 }
        }
    }
}

/// A hazard with the number of rows that it concerns.
public struct MeasuredHazard: Sendable, Equatable {
    /// The hazard that was measured.
    public var hazard: Hazard
    /// The number of rows concerned.
    public var rows: Int64
    /// Some of the values or rows, for people to read; at most three.
    public var examples: [String]
    /// Whether a script or a data step that runs before may have removed the rows by then.
    public var mayBeGone = false
}

extension Plan.PlannedOperation {
    /// Returns the hazards of this operation for rows.
    func hazards(in dialect: any Dialect) throws(LoweringError) -> [Hazard] {
        switch resolved.action {
        case .dropTable(let table): return [Hazard(kind: .losesRows, table: table.name, reads: [table.name: []])]
        case .alterTable(let alteration):
            let found = try AlterationHazards(
                of: alteration, between: resolved.before, and: resolved.after, in: dialect
            ).found
            return (found + (try lostOnTheWayBack(of: alteration, in: dialect))).map { hazard in
                var hazard = hazard
                hazard.isUndoing = undoes != nil
                return hazard
            }
        case .createTable, .renameTable, .createView, .dropView, .run, .runSwift: return []
        }
    }

    /// Returns the loss of undeclared objects with a dropped table or view. Nobody would miss them before they are needed. A view
    /// that is made again loses also what its columns had, since the new query may lack them.
    func objectsLost(_ undeclared: UndeclaredObjects, isMadeAgain: Bool) -> [MeasuredHazard] {
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
        if isMadeAgain, let parts = undeclared.epilogues[name]?.parts.map(\.name) {
            names += parts.filter { !names.contains($0) }
        }
        guard !names.isEmpty else { return [] }
        let hazard = Hazard(kind: .losesObjects, table: name)
        return [MeasuredHazard(hazard: hazard, rows: Int64(names.count), examples: Array(names.prefix(3)))]
    }
}
