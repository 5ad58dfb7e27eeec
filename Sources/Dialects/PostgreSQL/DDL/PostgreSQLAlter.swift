/// The statements by which PostgreSQL alters a table: change by change, in place.
struct PostgreSQLAlter {
    let dialect: PostgreSQLDialect
    let alteration: TableAlteration
    let before: Schema
    let after: Schema
    let undeclared: UndeclaredObjects
    /// The views and triggers that are not there while the statements run.
    private let dependents: PostgreSQLDependents
    /// Those of `dependents` that are triggers of tables.
    private let triggersAside: [UndeclaredObjects.Object]

    init(
        dialect: PostgreSQLDialect, alteration: TableAlteration, before: Schema, after: Schema,
        undeclared: UndeclaredObjects
    ) {
        self.dialect = dialect
        self.alteration = alteration
        self.before = before
        self.after = after
        self.undeclared = undeclared
        var dependents = PostgreSQLDependents(dialect: dialect, before: before, after: after, undeclared: undeclared)
        for step in alteration.steps { dependents.disturb(step) }
        for follower in alteration.followingColumns + alteration.steps.flatMap(\.followers) {
            dependents.disturb(follower.now.name, of: follower.table.name)
        }
        self.dependents = dependents
        triggersAside = dependents.triggersOnTables(alteration.steps)
    }

    func lowering() throws(LoweringError) -> Lowering {
        let steps = alteration.steps
        try requireNothingUndeclaredLost()
        try undeclared.requireKeys(of: alteration.before, in: alteration.after, names: steps.finalNames)
        var statements: [String] = []
        let using = try PostgreSQLUsing(steps, dialect)
        statements += using.before
        let isFollowed = !(alteration.followingColumns + steps.flatMap(\.followers)).isEmpty
        var names = FirstNames(of: alteration.before)
        for (at, step) in steps.enumerated() {
            defer { names.follow(step.change) }
            if isFollowed && isAboutKeyAside(step) { continue }
            var own = try lower(step, using: using.values[at]) { names[$0] }
            own += try retypeSerial(step) { names[$0] }
            for follower in step.followers { own += try retype(follower) { names[$0] } }
            statements += try step.isReworded ? aroundRewording(own, step.before, step.after) : own
        }
        statements += using.afterwards
        for table in alteration.followers { statements += try retype(table) }
        if isFollowed { statements = try foreignKeysAside() + statements + foreignKeysAgain }
        guard !statements.isEmpty else { return Lowering() }
        let keys = PostgreSQLDeferredKeys(around: alteration.tableNames, of: (before, after))
        return Lowering(keys.checked + (try dependents.around(statements, steps)) + keys.deferred)
    }

    private func requireNothingUndeclaredLost() throws(LoweringError) {
        var names = FirstNames(of: alteration.before)
        var dropped = DroppedNames()
        for step in alteration.steps {
            try requireNothingUndeclaredLost(step, { names[$0] }, without: dropped.names)
            names.follow(step.change)
            dropped.follow(step)
        }
    }

    /// Makes sure that the step loses no undeclared object. A dropped column takes its indexes and constraints along.
    private func requireNothingUndeclaredLost(
        _ step: ChangeStep, _ firstName: (String) -> String?, without dropped: Set<String>
    ) throws(LoweringError) {
        let table = step.before.name
        switch step.change {
        case .dropColumn(let column, _):
            try undeclared.requireNoHeirs(of: table)
            try undeclared.requireUnused(column, in: step.before, without: dropped)
            if let first = firstName(column) { try undeclared.requireUnneeded(column: first, of: table) }
        case .changeColumn(let column, _):
            try undeclared.requireNoHeirs(of: table)
            guard let now = step.after[column: column], let was = step.before[column: column],
                let first = firstName(column)
            else { return }
            if step.recomputes(now) {
                try undeclared.requireUnused(
                    column, in: step.before, butFor: [.column, .view, .trigger], without: dropped)
                try undeclared.requireUnneeded(column: first, of: table)
            } else if step.retypes(was, now) {
                try undeclared.requireUnread(column: first, of: table, by: [.reference, .reader, .rule])
            }
        case .addColumn, .renameColumn: try undeclared.requireNoHeirs(of: table)
        case .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique,
            .addCheck, .dropCheck, .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
            break
        }
    }

    /// Returns the default of a column that is retyped, if somebody has changed it by hand and the migration says nothing of it; in
    /// it, `nil` for one that is gone.
    private func strangeDefault(_ step: ChangeStep, _ firstName: (String) -> String?) -> String?? {
        guard case .changeColumn(let column, let facets) = step.change, let first = firstName(column) else {
            return nil
        }
        let isSet = facets.contains { if case .default = $0 { true } else { false } }
        // An earlier change of the same alteration may have set it.
        guard !isSet, alteration.before[column: first]?.default == step.before[column: column]?.default else {
            return nil
        }
        return undeclared.strangeDefaults[alteration.before.name]?[first]
    }

    private func lower(
        _ step: ChangeStep, using value: String?, _ firstName: (String) -> String?
    ) throws(LoweringError) -> [String] {
        let table = SQLText.identifier(step.before.name)
        let alter = "ALTER TABLE \(table)"
        switch step.change {
        case .addColumn(let column, let fill): return try add(column, filling: fill, alter, step.after)
        case .dropColumn(let name, _): return ["\(alter) DROP COLUMN \(SQLText.identifier(name))"]
        case .renameColumn(let old, let new):
            return ["\(alter) RENAME COLUMN \(SQLText.identifier(old)) TO \(SQLText.identifier(new))"]
        case .changeColumn(let name, let facets):
            guard let was = step.before[column: name], let now = step.after[column: name] else { return [] }
            return try change(was, to: now, facets, step, using: value, firstName)
        case .addIndex(let index): return [try dialect.create(index, on: step.after)]
        case .dropIndex(let name): return ["DROP INDEX \(SQLText.identifier(name))"]
        case .addPrimaryKey(let key): return ["\(alter) ADD \(DDL.define(key))"]
        case .addUnique(let unique): return ["\(alter) ADD \(DDL.define(unique))"]
        case .addCheck(let check): return ["\(alter) ADD \(try DDL.define(check, of: step.after, in: dialect))"]
        case .addForeignKey(let key): return ["\(alter) ADD \(DDL.define(key))"]
        case .dropPrimaryKey: return drop([step.before.primaryKey?.name], alter)
        case .dropUnique(let name), .dropCheck(let name), .dropForeignKey(let name): return drop([name], alter)
        case .renameIndex(let old, let new):
            return ["ALTER INDEX \(SQLText.identifier(old)) RENAME TO \(SQLText.identifier(new))"]
        case .renameConstraint(let old, let new):
            return ["\(alter) RENAME CONSTRAINT \(SQLText.identifier(old)) TO \(SQLText.identifier(new))"]
        }
    }

    /// Returns the statement that retypes the sequence of a serial column after the column. PostgreSQL does it itself for an identity
    /// column; this sequence would end with the numbers of the earlier type.
    private func retypeSerial(_ step: ChangeStep, _ firstName: (String) -> String?) throws(LoweringError) -> [String] {
        guard case .changeColumn(let name, _) = step.change, let was = step.before[column: name],
            let now = step.after[column: name], was.type != now.type, now.isIdentity,
            let first = firstName(name), let sequence = undeclared.serials[alteration.before.name]?[first]
        else { return [] }
        return ["ALTER SEQUENCE \(sequence) AS \(try dialect.renderType(of: now, in: step.after))"]
    }

    private func drop(_ constraints: [String?], _ alter: String) -> [String] {
        constraints.compactMap { $0 }.map { "\(alter) DROP CONSTRAINT \(SQLText.identifier($0))" }
    }

    /// Adds a column. The value for existing rows is given as a temporary default, which needs no rewrite of the table.
    private func add(
        _ column: Column, filling fill: Default?, _ alter: String, _ table: Table
    ) throws(LoweringError) -> [String] {
        guard let fill, column.default != fill else {
            return ["\(alter) ADD COLUMN \(try dialect.define(column, in: table))"]
        }
        var filled = column
        filled.default = fill
        let name = SQLText.identifier(column.name)
        var afterwards = "DROP DEFAULT"
        if let value = column.default { afterwards = "SET DEFAULT \(try dialect.render(value, for: column.type))" }
        return [
            "\(alter) ADD COLUMN \(try dialect.define(filled, in: table))",
            "\(alter) ALTER COLUMN \(name) \(afterwards)",
        ]
    }

    private func change(
        _ was: Column, to now: Column, _ facets: [Facet], _ step: ChangeStep, using value: String?,
        _ firstName: (String) -> String?
    ) throws(LoweringError) -> [String] {
        if step.recomputes(now) { return try recompute(now, step) + epilogue(now, firstName) }
        let strange = strangeDefault(step, firstName)
        let name = SQLText.identifier(was.name)
        let isRetyped = step.retypes(was, now)
        var clauses: [String] = []
        if was.generated != nil && now.generated == nil { clauses.append("DROP EXPRESSION") }
        // A default has the column's type. So the default is dropped, the column is cast, and the default is set again.
        let isSet = isRetyped || now.default != was.default
        if isSet, was.default != nil || strange != nil { clauses.append("DROP DEFAULT") }
        if isRetyped { clauses.append(try typeClause(was, now, step, using: value)) }
        if let strange {
            if isSet, let strange { clauses.append("SET DEFAULT \(strange)") }
        } else if isSet, let value = now.default {
            clauses.append("SET DEFAULT \(try dialect.render(value, for: now.type))")
        }
        var statements = isRetyped ? countingWithin(now.type, was, of: step.before.name) : []
        statements += alter(step.before.name, clauses.map { "ALTER COLUMN \(name) \($0)" })
        if was.isNullable != now.isNullable {
            statements += try fill(now, facets, step.before.name)
            statements += alter(step.before.name, ["ALTER COLUMN \(name) \(now.isNullable ? "DROP" : "SET") NOT NULL"])
        }
        return statements
    }

    /// Puts the statements between the drop and the return of checks and indexes whose SQL differs for the new type, because
    /// PostgreSQL keeps them as it parsed them for the old type. A check or index that has no SQL for the new type is refused.
    func aroundRewording(
        _ statements: [String], _ was: Table, _ table: Table
    ) throws(LoweringError) -> [String] {
        let alter = "ALTER TABLE \(SQLText.identifier(table.name))"
        var before: [String] = []
        var again: [String] = []
        for check in table.checks {
            let now = try DDL.define(check, of: table, in: dialect)
            guard let name = check.name, let old = try? DDL.define(check, of: was, in: dialect), old != now
            else { continue }
            try undeclared.requireAsDeclared(name, of: table.name)
            before.append("\(alter) DROP CONSTRAINT \(SQLText.identifier(name))")
            again.append("\(alter) ADD \(now)")
        }
        for index in table.indexes {
            let now = try dialect.create(index, on: table)
            guard let old = try? dialect.create(index, on: was), old != now else { continue }
            try undeclared.requireAsDeclared(index.name, of: table.name)
            before.append("DROP INDEX \(SQLText.identifier(index.name))")
            again.append(now)
        }
        return before + statements + again
    }

    /// Returns a single statement with all clauses, so that the table is rewritten only once.
    private func alter(_ table: String, _ clauses: [String]) -> [String] {
        clauses.isEmpty ? [] : ["ALTER TABLE \(SQLText.identifier(table)) \(clauses.joined(separator: ", "))"]
    }

    private func typeClause(
        _ was: Column, _ now: Column, _ step: ChangeStep, using value: String?
    ) throws(LoweringError) -> String {
        let column = SQLText.identifier(was.name)
        var source = value
        if source == nil {
            source = try dialect.conversion(of: column, in: step.after.name, from: was, to: now.type).expression
        }
        var text = "TYPE \(try dialect.renderType(of: now, in: step.after))"
        if let collation = now.collation { text += try dialect.collate(collation) }
        return text + " USING \(source ?? column)"
    }

    private func fill(_ column: Column, _ facets: [Facet], _ table: String) throws(LoweringError) -> [String] {
        for case .nullable(false, let value?) in facets {
            let name = SQLText.identifier(column.name)
            let text = try dialect.render(value, for: column.type)
            try undeclared.requireNoRules(of: table)
            return unwatched(
                "UPDATE \(SQLText.identifier(table)) SET \(name) = \(text) WHERE \(name) IS NULL", on: table)
        }
        return []
    }

    /// Returns a statement with the table's triggers disabled around it. Our own statements are not events in the life of a row,
    /// and no trigger acts on them in SQLite either, which makes the table again.
    private func unwatched(_ statement: String, on table: String) -> [String] {
        let alter = "ALTER TABLE \(SQLText.identifier(table))"
        let triggers = undeclared.objects.filter {
            $0.kind == .trigger && $0.owner == table && !triggersAside.contains($0)
        }
        let off = triggers.map { "\(alter) DISABLE TRIGGER \(SQLText.identifier($0.name))" }
        let on = triggers.map { trigger in
            trigger.switchBack ?? "\(alter) ENABLE TRIGGER \(SQLText.identifier(trigger.name))"
        }
        return off + [statement] + on
    }

    /// A column begins to be computed, or otherwise than before, or into another type: PostgreSQL can only make it anew, and with
    /// it every key, check and index that goes with the old one.
    private func recompute(_ column: Column, _ step: ChangeStep) throws(LoweringError) -> [String] {
        let table = step.after
        let alter = "ALTER TABLE \(SQLText.identifier(table.name))"
        var statements = [
            "\(alter) DROP COLUMN \(SQLText.identifier(column.name))",
            "\(alter) ADD COLUMN \(try dialect.define(column, in: table))",
        ]
        if let key = table.primaryKey, key.columns.contains(column.name) {
            statements.append("\(alter) ADD \(DDL.define(key))")
        }
        for unique in table.uniques where unique.columns.contains(column.name) {
            statements.append("\(alter) ADD \(DDL.define(unique))")
        }
        for check in table.checks where check.expression.readsColumn(column.name) {
            statements.append("\(alter) ADD \(try DDL.define(check, of: table, in: dialect))")
        }
        for key in table.foreignKeys where key.columns.contains(column.name) {
            statements.append("\(alter) ADD \(DDL.define(key))")
        }
        for index in table.indexes where index.uses(column.name) {
            statements.append(try dialect.create(index, on: table))
        }
        return statements
    }

    /// Returns the statements that follow the column when it is made again. They were found under its name before the alteration.
    private func epilogue(_ column: Column, _ firstName: (String) -> String?) -> [String] {
        guard let first = firstName(column.name) else { return [] }
        let epilogues = undeclared.columnEpilogues[alteration.before.name]?[first] ?? []
        return epilogues.map { $0.statement(naming: column.name) }
    }
}

extension TableAlteration {
    /// The columns of other tables that follow a retyped key.
    fileprivate var followingColumns: [FollowingColumn] {
        followers.flatMap { FollowingColumn.all(between: $0.before, $0.after) }
    }
}

extension ChangeStep {
    /// Whether this step makes the column a computed one, or computes it in another way or type.
    fileprivate func recomputes(_ column: Column) -> Bool {
        guard column.generated != nil, let was = before[column: column.name] else { return false }
        return was.generated != column.generated || was.type != column.type || was.collation != column.collation
    }

    /// Whether the column's type is set in place, so that the expressions over it are interpreted again.
    fileprivate var isReworded: Bool {
        guard case .changeColumn(let column, _) = change, let was = before[column: column],
            let now = after[column: column]
        else { return false }
        return retypes(was, now) && !recomputes(now)
    }

    /// Returns whether the column's type is set: also to the same type, if an expression that somebody wrote computes new values.
    func retypes(_ was: Column, _ now: Column) -> Bool {
        guard case .changeColumn(_, let facets) = change else { return false }
        let isComputed = facets.contains { facet in
            if case .type(_, .some, _) = facet { true } else { false }
        }
        return isComputed || was.type != now.type || was.collation != now.collation
    }
}
