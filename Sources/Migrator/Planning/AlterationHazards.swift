import Dialects

/// The hazards of an alteration for rows: first those of each change to the values, then those of the resulting rows.
struct AlterationHazards {
    let alteration: TableAlteration
    let before: Schema
    let after: Schema
    let dialect: any Dialect
    private(set) var found: [Hazard] = []
    /// The rows to come of each table that is altered or follows an altered one.
    private(set) var rows: [String: ComingRows] = [:]

    init(
        of alteration: TableAlteration, between before: Schema, and after: Schema, in dialect: any Dialect
    ) throws(LoweringError) {
        self.alteration = alteration
        self.before = before
        self.after = after
        self.dialect = dialect
        let table = alteration.before
        var coming = ComingRows(of: table, in: dialect)
        for step in alteration.steps {
            found += try hazards(of: step, coming, table)
            try coming.follow(step)
        }
        rows[table.name] = coming
        try followKeys()
        found += try brokenByRowsToCome()
    }

    /// Adds the hazards of columns that refer to a retyped column, because they take its type.
    private mutating func followKeys() throws(LoweringError) {
        for follower in alteration.followers {
            let (was, child) = (follower.before, follower.after)
            rows[child.name] = try ComingRows(of: was, following: child, in: dialect)
            for column in child.columns {
                guard let old = was[column: column.name], old.type != column.type else { continue }
                let value = SQLText.identifier(column.name)
                found += try incompatibleValues(old, column.type, value, was)
            }
        }
    }

    private func hazards(
        of step: ChangeStep, _ coming: ComingRows, _ table: Table
    ) throws(LoweringError) -> [Hazard] {
        switch step.change {
        case .dropColumn(let column, _):
            guard let origin = coming.origin(of: column), step.before[column: column]?.generated == nil else {
                return []
            }
            return [hazard(.losesValues, table, origin, condition: notNull(SQLText.identifier(origin)))]
        case .addColumn(let column, let fill):
            let getsValue =
                column.isNullable || column.default != nil || fill != nil || column.generated != nil
                || column.isIdentity
            guard !getsValue else { return [] }
            return [Hazard(kind: .needsValue, table: table.name, column: column.name, reads: [table.name: []])]
        case .changeColumn(let column, let facets):
            guard let origin = coming.origin(of: column), let value = coming.value(of: column),
                let was = step.before[column: column], let now = step.after[column: column]
            else { return [] }
            var hazards: [Hazard] = []
            for facet in facets {
                hazards += try self.hazards(of: facet, origin, value, from: was, to: now, table)
            }
            return hazards
        case .renameColumn, .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique, .addCheck,
            .dropCheck, .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
            return []
        }
    }

    private func hazards(
        of facet: Facet, _ origin: String, _ value: String, from was: Column, to now: Column, _ table: Table
    ) throws(LoweringError) -> [Hazard] {
        switch facet {
        case .type(let type, nil, _):
            var named = was
            named.name = origin
            return try incompatibleValues(named, type, value, table)
        case .type(let type, let using?, _):
            guard let value = ComingRows(of: table, in: dialect).value(of: using, type) else { return [] }
            return try incompatibleValues(of: value, origin, now, table)
        case .nullable(false, filling: nil) where was.isNullable:
            return [nulls(table, origin, value, of: now)]
        case .generated(.some) where was.generated == nil:
            return [hazard(.losesValues, table, origin, condition: notNull(value))]
        case .type, .nullable, .default, .generated, .collation: return []
        }
    }

    /// Returns the hazards of values that the database's own conversion to another type would lose or change.
    private func incompatibleValues(
        _ column: Column, _ type: ColumnType, _ value: String, _ table: Table
    ) throws(LoweringError) -> [Hazard] {
        let conversion = try dialect.conversion(of: value, from: column.type, to: type)
        var conditions = [notNull(value)]
        if let incompatibility = conversion.incompatibility { conditions.append("(\(incompatibility))") }
        guard conversion.incompatibility != nil || conversion.form != nil else { return [] }
        var hazard = hazard(
            .doesNotFit(type), table, column.name, condition: conditions.joined(separator: " AND "))
        hazard.form = conversion.form
        // No number is cut to a smaller integer, and no text to JSON. Texts such as '5\n' and, from PostgreSQL 16 on, '0x1F' and '1_000'
        // become integers, though they do not fit.
        hazard.isRefused = conversion.form != nil || type.isInteger && column.type.isInteger
        hazard.shown = [.init(name: column.name, value: value)]
        return [hazard]
    }

    /// Returns the hazards of values that the author's expression computes: values that the new type does not hold, and NULL in
    /// a column that forbids it.
    private func incompatibleValues(
        of value: String, _ origin: String, _ now: Column, _ table: Table
    ) throws(LoweringError) -> [Hazard] {
        var hazards: [Hazard] = []
        if let incompatibility = dialect.incompatibility(of: value, in: now) {
            var found = hazard(
                .doesNotFit(now.type), table, origin, condition: "\(notNull(value)) AND (\(incompatibility))")
            found.reads[table.name] = table.columns
            found.shown = [.init(name: origin, value: value)]
            hazards.append(found)
        }
        if !now.isNullable { hazards.append(nulls(table, origin, value, of: now)) }
        return hazards
    }

    private func nulls(_ table: Table, _ origin: String, _ value: String, of now: Column) -> Hazard {
        var found = hazard(.holdsNulls, table, origin, condition: "\(value) IS NULL")
        if value != SQLText.identifier(origin) { found.reads[table.name] = table.columns }
        found.shown = table.shownKey
        return found
    }

    private func hazard(_ kind: Hazard.Kind, _ table: Table, _ column: String, condition: String) -> Hazard {
        let read = table[column: column].map { [$0] } ?? []
        return Hazard(kind: kind, table: table.name, column: column, condition: condition, reads: [table.name: read])
    }

    private func notNull(_ value: String) -> String { "\(value) IS NOT NULL" }
}

extension Table {
    /// The primary key's columns, which identify a row in an example.
    var shownKey: [Hazard.Shown] {
        (primaryKey?.columns ?? []).map { Hazard.Shown(name: $0, value: SQLText.identifier($0)) }
    }
}
