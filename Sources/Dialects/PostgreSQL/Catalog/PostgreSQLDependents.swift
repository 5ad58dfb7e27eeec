/// The views and triggers that use the columns of an alteration. PostgreSQL retypes or drops such a column only without them. So
/// they are dropped before the alteration and made again afterwards, as they were.
struct PostgreSQLDependents {
    private let dialect: PostgreSQLDialect
    private let before: Schema
    private let after: Schema
    private let undeclared: UndeclaredObjects
    /// The columns that are retyped, made again or dropped, by table.
    private var columns: [String: Set<String>] = [:]
    /// The tables whose columns are renamed under views that show all of them, and these views: because of their `*`, they show a
    /// column's old name until they are made again. PostgreSQL itself renames what other views and triggers read.
    private var renamed: (tables: Set<String>, views: Set<String>) = ([], [])

    init(dialect: PostgreSQLDialect, before: Schema, after: Schema, undeclared: UndeclaredObjects) {
        self.dialect = dialect
        (self.before, self.after) = (before, after)
        self.undeclared = undeclared
    }

    mutating func disturb(_ column: String, of table: String) { columns[table, default: []].insert(column) }

    mutating func disturb(_ step: ChangeStep) {
        switch step.change {
        case .dropColumn(let column, _): disturb(column, of: step.before.name)
        case .changeColumn(let column, _):
            guard let was = step.before[column: column], let now = step.after[column: column] else { return }
            if step.retypes(was, now) || was.generated != now.generated {
                disturb(column, of: step.before.name)
            }
        case .renameColumn:
            let showing = after.views(containingWord: step.before.name).filter { view in
                view.query.texts.contains { QueryNames($0).scopes.contains { $0.showsAll(of: step.before.name) } }
            }
            guard !showing.isEmpty else { return }
            renamed.tables.insert(step.before.name)
            renamed.views.formUnion(showing.map(\.name))
        case .addColumn, .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique, .addCheck,
            .dropCheck, .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
            break
        }
    }

    /// Returns `statements` with the drops of these views and triggers before them, and the statements that make them again
    /// behind them.
    func around(_ statements: [String], _ steps: [ChangeStep]) throws(LoweringError) -> [String] {
        guard !columns.isEmpty || !renamed.views.isEmpty, !statements.isEmpty else { return statements }
        let declared = declaredViews
        let undeclaredViews = undeclared.views(reading: Set(columns.keys).union(declared.map(\.name)))
        for view in declared.map(\.name) + undeclaredViews.map(\.name) { try undeclared.requireUnread(view: view) }
        let triggers = triggersOnTables(steps)
        let strange = undeclared.strangeViewObjects.filter { view in declared.contains { $0.name == view.name } }
        try requireNamesKept(strange + undeclaredViews + triggers, steps)
        var again: [String] = []
        for view in declared {
            again += [try create(view)] + remake(triggersOn(view.name))
            again += undeclared.epilogues[view.name]?.statements ?? []
        }
        for view in undeclaredViews { again += [view.definition] + remake(triggersOn(view.name)) + view.epilogue }
        let views = declared.map(\.name) + undeclaredViews.map(\.name)
        let drops = triggers.map { "DROP TRIGGER \(SQLText.identifier($0.name)) ON \(SQLText.identifier($0.owner))" }
        return drops + views.reversed().map { "DROP VIEW \(SQLText.identifier($0))" } + statements + again
            + remake(triggers)
    }

    /// The declared views that are made again, in the order in which they can be made.
    private var declaredViews: [View] {
        let disturbed = Set(columns.keys)
        let again = Set(after.views(reading: disturbed.union(renamed.views)).map(\.name)).union(renamed.views)
        return after.views(reading: disturbed.union(renamed.tables)).filter { again.contains($0.name) }
    }

    /// Returns the statement that makes the view again: as somebody has made it, if that is another query than the declared one, and the
    /// alteration leaves the latter as it is.
    private func create(_ view: View) throws(LoweringError) -> String {
        let now = try DDL.create(view, over: after, in: dialect)
        guard let strange = undeclared.strangeViews[view.name] else { return now }
        let was = before[view: view.name].flatMap { try? DDL.create($0, over: before, in: dialect) }
        if was != now { try undeclared.requireAsDeclared(view: view.name) }
        return strange
    }

    private func remake(_ triggers: [UndeclaredObjects.Object]) -> [String] {
        triggers.flatMap { [$0.definition] + $0.epilogue }
    }

    private func triggersOn(_ owner: String) -> [UndeclaredObjects.Object] {
        undeclared.objects.filter { $0.kind == .trigger && $0.owner == owner }
    }

    /// Returns the triggers whose definition, `UPDATE OF` or `WHEN`, names a disturbed column, also by the name that the column
    /// had before.
    func triggersOnTables(_ steps: [ChangeStep]) -> [UndeclaredObjects.Object] {
        columns.sorted { $0.key < $1.key }.flatMap { table, columns in
            var names = columns
            for case .renameColumn(let old, let new) in steps.reversed().map(\.change) where names.contains(new) {
                names.insert(old)
            }
            return triggersOn(table).filter { $0.mentions(names) }
        }
    }

    /// Makes sure that undeclared objects can be made again. They are made from their text, which knows only the names from
    /// before the alteration.
    private func requireNamesKept(
        _ objects: [UndeclaredObjects.Object], _ steps: [ChangeStep]
    ) throws(LoweringError) {
        for step in steps {
            guard case .renameColumn(let old, _) = step.change,
                let object = objects.first(where: { $0.mentions([old]) })
            else { continue }
            guard !columns.isEmpty else {
                throw LoweringError(
                    "\(step.before.name).\(old)",
                    "a view that shows all columns must be made again for its new name, and the undeclared "
                        + "\(object.kind.rawValue) \(object.name) reads it by the old one",
                    remedy: "let a script drop \(object.name) before, and make it again afterwards")
            }
            throw LoweringError(
                "\(step.before.name).\(old)",
                "one column is renamed and another changed in one alteration, and the undeclared \(object.kind.rawValue) "
                    + "\(object.name) uses them",
                remedy: "rename the column in an AlterTable of its own")
        }
    }
}

extension UndeclaredObjects.Object {
    fileprivate func mentions(_ columns: Set<String>) -> Bool {
        SQLToken.scan(definition).contains { token in columns.contains(where: token.names) }
    }
}
