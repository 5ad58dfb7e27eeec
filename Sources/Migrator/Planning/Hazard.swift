import Dialects

/// What an operation may do to rows: found without a database, then measured in it before anything is touched.
public struct Hazard: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// Rows or values go away; consent (`--allow-data-loss`) lets it pass.
        case losesRows, losesValues
        /// A required column is added and nothing says what rows that exist get.
        case needsValue
        /// A column becomes required and rows hold NULL.
        case holdsNulls
        /// Values that do not fit the new type.
        case doesNotFit(ColumnType)
        /// Rows that agree in what becomes unique.
        case repeats
    }

    public var kind: Kind
    public var table: String
    public var column: String?
    /// A condition over the table's rows in the dialect's words: those that are concerned. All of them when `nil`.
    public var condition: String?
    /// What becomes unique, in the dialect's words.
    public var keys: [String] = []
    /// Columns of the table that have to be there for it to be measured.
    var reads: [String] = []

    /// Whether consent lets it pass. Everything else has to be put right first.
    public var isDataLoss: Bool {
        switch kind {
        case .losesRows, .losesValues: true
        case .needsValue, .holdsNulls, .doesNotFit, .repeats: false
        }
    }

    private var filter: String { condition.map { " WHERE \($0)" } ?? "" }
    private var keyList: String { keys.joined(separator: ", ") }

    /// Counts the rows that are concerned.
    var count: SQL {
        switch kind {
        case .losesRows, .losesValues, .needsValue, .holdsNulls, .doesNotFit:
            return "SELECT count(*) FROM \(identifier: table)\(trusted: filter)"
        case .repeats:
            return """
                SELECT CAST(sum(repeated) AS bigint) FROM (SELECT count(*) AS repeated FROM \(identifier: table)\(trusted: filter) \
                GROUP BY \(trusted: keyList) HAVING count(*) > 1) AS repeats
                """
        }
    }

    /// Some of the values that are concerned.
    func examples(limit: Int) -> SQL? {
        switch kind {
        case .losesRows, .losesValues, .needsValue, .holdsNulls: return nil
        case .doesNotFit:
            guard let column else { return nil }
            return """
                SELECT DISTINCT \(identifier: column) FROM \(identifier: table)\(trusted: filter) \
                ORDER BY 1 LIMIT \(limit)
                """
        case .repeats:
            return """
                SELECT \(trusted: keyList) FROM \(identifier: table)\(trusted: filter) \
                GROUP BY \(trusted: keyList) HAVING count(*) > 1 ORDER BY \(trusted: keyList) LIMIT \(limit)
                """
        }
    }
}

/// A hazard with the number of rows that it concerns.
public struct MeasuredHazard: Sendable, Equatable {
    public var hazard: Hazard
    public var rows: Int64
    public var examples: [String]
}

extension Plan.PlannedOperation {
    /// What this operation may do to rows.
    func hazards(in dialect: any Dialect) throws(LoweringError) -> [Hazard] {
        switch operation {
        case .dropTable(let name): return [Hazard(kind: .losesRows, table: name)]
        case .alterTable(let name, let changes): return try hazards(of: changes, to: name, dialect)
        case .createTable, .renameTable, .createView, .dropView, .run: return []
        }
    }

    private func hazards(of changes: [Change], to name: String, _ dialect: any Dialect) throws(LoweringError)
        -> [Hazard]
    {
        let steps: [Schema.ChangeStep]
        do throws(SchemaError) { steps = try before.walk(changes, of: name) } catch {
            throw LoweringError(name, error.description)
        }
        // Rows are counted before the first change, so a column is asked for under the name that it has then.
        var origins = Dictionary(uniqueKeysWithValues: (before[name]?.columns ?? []).map { ($0.name, $0.name) })
        var hazards: [Hazard] = []
        for step in steps {
            hazards += try self.hazards(of: step, origins, dialect)
            switch step.change {
            case .renameColumn(let old, let new): origins[new] = origins.removeValue(forKey: old)
            case .dropColumn(let column): origins[column] = nil
            case .addColumn, .changeColumn, .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique,
                .dropUnique, .addCheck, .dropCheck, .addForeignKey, .dropForeignKey:
                break
            }
        }
        return hazards
    }

    private func hazards(
        of step: Schema.ChangeStep, _ origins: [String: String], _ dialect: any Dialect
    ) throws(LoweringError) -> [Hazard] {
        let table = step.before.name
        switch step.change {
        case .dropColumn(let column):
            guard let origin = origins[column], step.before[column: column]?.generated == nil else { return [] }
            return [Hazard(kind: .losesValues, table: table, column: origin, condition: notNull(origin))]
        case .addColumn(let column, let fill):
            let getsValue =
                column.isNullable || column.default != nil || fill != nil || column.generated != nil
                || column.isIdentity
            return getsValue ? [] : [Hazard(kind: .needsValue, table: table, column: column.name)]
        case .changeColumn(let column, let facets):
            guard let origin = origins[column], let was = step.before[column: column],
                let now = step.after[column: column]
            else { return [] }
            var hazards: [Hazard] = []
            for facet in facets {
                hazards += try self.hazards(of: facet, origin, from: was, to: now, table, dialect)
            }
            return hazards
        case .addPrimaryKey(let key):
            return try repeats(
                of: Index(name: "", parts: key.columns.map { .ascending($0) }), in: step, origins, dialect)
        case .addUnique(let unique):
            return try repeats(
                of: Index(name: "", parts: unique.columns.map { .ascending($0) }), in: step, origins, dialect)
        case .addIndex(let index):
            return index.isUnique ? try repeats(of: index, in: step, origins, dialect) : []
        case .renameColumn, .dropIndex, .dropPrimaryKey, .dropUnique, .addCheck, .dropCheck, .addForeignKey,
            .dropForeignKey:
            return []
        }
    }

    private func hazards(
        of facet: Facet, _ origin: String, from was: Column, to now: Column, _ table: String, _ dialect: any Dialect
    ) throws(LoweringError) -> [Hazard] {
        switch facet {
        case .type(let type, using: nil):
            let conversion = try dialect.conversion(of: SQLText.identifier(origin), from: was.type, to: type)
            guard let misfit = conversion.misfit else { return [] }
            let condition = "\(notNull(origin)) AND (\(misfit))"
            return [Hazard(kind: .doesNotFit(type), table: table, column: origin, condition: condition)]
        case .nullable(false, filling: nil) where was.isNullable:
            let condition = "\(SQLText.identifier(origin)) IS NULL"
            return [Hazard(kind: .holdsNulls, table: table, column: origin, condition: condition)]
        case .generated(.some) where was.generated == nil:
            return [Hazard(kind: .losesValues, table: table, column: origin, condition: notNull(origin))]
        case .type, .nullable, .default, .generated, .collation: return []
        }
    }

    /// Rows that agree in all parts of what becomes unique. Parts are counted as they are before the operation: where it
    /// makes or retypes one of them, or a collation decides, only the database can tell.
    private func repeats(
        of index: Index, in step: Schema.ChangeStep, _ origins: [String: String], _ dialect: any Dialect
    ) throws(LoweringError) -> [Hazard] {
        let table = step.before
        let used = table.columns.filter { index.uses($0.name) }
        let isUnchanged = used.allSatisfy { column in
            origins[column.name] == column.name && before[table.name]?[column: column.name] == column
        }
        guard isUnchanged, index.parts.allSatisfy({ $0.collation == nil }) else { return [] }
        var hazard = Hazard(kind: .repeats, table: table.name, reads: used.map(\.name))
        for part in index.parts {
            switch part.key {
            case .column(let name): hazard.keys.append(SQLText.identifier(name))
            case .expression(let expression):
                hazard.keys.append("(\(try dialect.spell(expression, as: .key(of: table, isUnique: true))))")
            }
        }
        var conditions = hazard.keys.map { "\($0) IS NOT NULL" }
        if let condition = index.condition {
            conditions.append("(\(try dialect.spell(condition, as: .condition(of: table))))")
        }
        hazard.condition = conditions.joined(separator: " AND ")
        return [hazard]
    }

    private func notNull(_ column: String) -> String { "\(SQLText.identifier(column)) IS NOT NULL" }
}
