/// The alteration of a table in SQLite: in place if SQLite can do that, otherwise by a single rebuild, whatever the number of
/// changes.
struct SQLiteAlter {
    let dialect: SQLiteDialect
    let alteration: TableAlteration
    let before: Schema
    let after: Schema
    let undeclared: UndeclaredObjects

    private var name: String { alteration.before.name }
    private var steps: [ChangeStep] { alteration.steps }

    func lowering() throws(LoweringError) -> Lowering {
        var names = FirstNames(of: alteration.before)
        for step in steps {
            try requireNothingUndeclaredLost(step) { names[$0] }
            names.follow(step.change)
        }
        try undeclared.requireKeys(of: alteration.before, in: alteration.after, names: steps.finalNames)
        var lowering = try pinViews()
        lowering = lowering + (try alter())
        let views = try viewsAgain()
        var again = Set(views.map { $0.name })
        // Columns that refer to a retyped column have taken its type, so their tables are altered too.
        for follower in alteration.followers {
            let following = try follow(from: follower.before, to: follower.after)
            if following.rebuildsTable { again.insert(follower.before.name) }
            lowering = lowering + following
        }
        try requireUntouchedByRename(readingTriggers.filter { again.contains($0.owner) })
        return lowering + Lowering(views.reversed().map { "DROP VIEW \(SQLText.identifier($0.name))" })
            + Lowering(views.flatMap { $0.statements })
    }

    /// The triggers, of any table, that name this table or a view that reads it.
    private var readingTriggers: [UndeclaredObjects.Object] {
        let declared = Set([name] + before.views(containingAnyWord: [name]).map(\.name))
        let names = declared.union(undeclared.views(reading: declared).map(\.name))
        return undeclared.objects.filter { object in
            object.kind == .trigger
                && SQLToken.scan(object.definition).contains { token in names.contains(where: token.namesInSQLite) }
        }
    }

    /// Returns the views, with their statements, that are created again because their text depends on a type that has changed.
    /// SQLite keeps the text of a view even if its columns change. For a mere rename SQLite itself rewrites the text.
    private func viewsAgain() throws(LoweringError) -> [(name: String, statements: [String])] {
        let isRetyped = steps.contains { step in
            guard case .changeColumn(let column, _) = step.change else { return false }
            return step.before[column: column]?.type != step.after[column: column]?.type
        }
        var views: [(name: String, statements: [String])] = []
        for view in after.views(containingAnyWord: alteration.tableNames) {
            guard let old = before[view: view.name], isRetyped || old.query == view.query else { continue }
            let now = try DDL.create(view, over: after, in: dialect)
            // If the view's text can't be rendered with the old types, somebody has created the view by hand since.
            guard let was = try? DDL.create(old, over: before, in: dialect), was != now else { continue }
            try undeclared.requireAsDeclared(view: view.name)
            let triggers = undeclared.objects.filter { $0.kind == .trigger && $0.owner == view.name }
            views.append((name: view.name, statements: [now] + triggers.map(\.definition)))
        }
        return views
    }

    /// Throws if other tables refer to a column that is lost, or if undeclared objects of this table use it.
    private func requireNothingUndeclaredLost(
        _ step: ChangeStep, _ firstName: (String) -> String?
    ) throws(LoweringError) {
        let table = step.before.name
        switch step.change {
        case .dropColumn(let column, _):
            try undeclared.requireUnused(column, in: step.before)
            if let first = firstName(column) { try undeclared.requireUnneeded(column: first, of: table) }
        case .changeColumn(let column, let facets):
            guard let first = firstName(column), try !isSpelledAlike(column, facets, step),
                step.before[column: column]?.type != step.after[column: column]?.type
                    || facets.contains(where: \.isComputing)
            else { return }
            try undeclared.requireUnread(column: first, of: table, by: [.reference])
        case .renameColumn(let column, _):
            if let first = firstName(column) { try undeclared.requireUnnamed(first, of: table) }
        case .addColumn, .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique,
            .addCheck, .dropCheck, .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
            break
        }
    }

    /// Creates views again, before a rename, with the column names that they show. In SQLite a view shows a renamed column
    /// under its new name unless the view itself names the column, and readers of the view would break. Views that name their
    /// columns are left alone.
    private func pinViews() throws(LoweringError) -> Lowering {
        let columns = SQLiteRenames(of: alteration.before, steps).renamedColumns
        var statements: [String] = []
        let declared = before.views(containingWord: name).filter { undeclared.strangeViews[$0.name] == nil }
        for view in declared where !columns.isEmpty {
            let pinned = before.pinned(view, columns, of: name)
            guard pinned != view else { continue }
            statements.append("DROP VIEW \(SQLText.identifier(view.name))")
            statements.append(try DDL.create(pinned, over: before, in: dialect))
            statements += undeclared.objects.filter { $0.kind == .trigger && $0.owner == view.name }.map(\.definition)
        }
        return Lowering(statements + pinViewsMadeByHand(columns))
    }

    private func alter() throws(LoweringError) -> Lowering {
        var statements: [String] = []
        var names = FirstNames(of: alteration.before)
        for step in steps {
            guard !restores(step, { names[$0] }), let native = try inPlace(step) else { return try rebuild() }
            names.follow(step.change)
            statements += native
        }
        return Lowering(statements)
    }

    /// Returns whether the step says what the default of a column is, or how it is computed, after somebody has changed that by hand.
    /// The declared column may be so already.
    private func restores(_ step: ChangeStep, _ firstName: (String) -> String?) -> Bool {
        guard case .changeColumn(let column, let facets) = step.change, let first = firstName(column) else {
            return false
        }
        return facets.contains { facet in
            switch facet {
            case .default: undeclared.strangeDefaults[name]?[first] != nil
            case .generated: undeclared.objects.contains { isColumn($0, [first]) }
            case .type, .nullable, .collation: false
            }
        }
    }

    private func isColumn(_ object: UndeclaredObjects.Object, _ columns: Set<String>) -> Bool {
        object.kind == .column && object.owner == name && columns.contains { SQLName.equal($0, object.name) }
    }

    /// Returns the statements for a change that SQLite makes in place; `nil` asks for a rebuild
    /// (https://www.sqlite.org/lang_altertable.html).
    private func inPlace(_ step: ChangeStep) throws(LoweringError) -> [String]? {
        let table = step.before.name
        let alter = "ALTER TABLE \(SQLText.identifier(table))"
        switch step.change {
        case .addColumn(let column, let fill):
            guard fill == nil, canBeAdded(column) else { return nil }
            return ["\(alter) ADD COLUMN \(try dialect.define(column, in: step.after))"]
        case .dropColumn(let name, _): return ["\(alter) DROP COLUMN \(SQLText.identifier(name))"]
        case .renameColumn(let old, let new):
            return ["\(alter) RENAME COLUMN \(SQLText.identifier(old)) TO \(SQLText.identifier(new))"]
        case .addIndex(let index): return [try dialect.create(index, on: step.after)]
        case .dropIndex(let name): return ["DROP INDEX \(SQLText.identifier(name))"]
        case .renameIndex(let old, let new):
            guard let index = step.after.indexes.first(where: { $0.name == new }) else { return nil }
            return ["DROP INDEX \(SQLText.identifier(old))", try dialect.create(index, on: step.after)]
        // The name of a primary key that is declared in the column's own line is stored nowhere.
        case .renameConstraint: return try dialect.create(step.before) == dialect.create(step.after) ? [] : nil
        case .changeColumn(let name, let facets):
            return try isSpelledAlike(name, facets, step) ? [] : nil
        case .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique, .addCheck, .dropCheck, .addForeignKey,
            .dropForeignKey:
            return nil
        }
    }

    /// Returns whether `ADD COLUMN` accepts the column. An ordinary column needs a constant default, or must be nullable
    /// without a default. A computed column must be virtual and nullable. An identity column is never accepted.
    private func canBeAdded(_ column: Column) -> Bool {
        if let generated = column.generated { return generated.storage == .virtual && column.isNullable }
        if column.isIdentity { return false }
        guard let value = column.default else { return column.isNullable }
        return value.isConstant
    }

    /// Returns whether a column is rendered in the same way before and after, and its values stay, as for an integer that
    /// becomes a bigint.
    private func isSpelledAlike(_ name: String, _ facets: [Facet], _ step: ChangeStep) throws(LoweringError)
        -> Bool
    {
        guard let was = step.before[column: name], let now = step.after[column: name] else { return false }
        let lineBefore = try dialect.define(was, in: step.before, isInlineKey: true)
        let lineAfter = try dialect.define(now, in: step.after, isInlineKey: true)
        for case .type(_, .some, _) in facets { return false }
        let column = SQLText.identifier(name)
        let conversion = try dialect.conversion(of: column, in: step.before.name, from: was, to: now.type)
        // An expression that has no meaning for the new type is refused. If it had none for the old type, somebody changed the
        // table by hand since.
        let expressionsAfter = try dialect.expressions(of: step.after)
        let expressionsBefore = (try? dialect.expressions(of: step.before)) ?? expressionsAfter
        return lineBefore == lineAfter && conversion.expression == column && expressionsBefore == expressionsAfter
    }

    private func follow(from was: Table, to now: Table) throws(LoweringError) -> Lowering {
        let retyped = now.columns.filter { column in was[column: column.name].map { $0.type != column.type } ?? false }
        guard !retyped.isEmpty else { return Lowering() }
        var sources = SQLiteColumnSources(of: was)
        var isNeeded = false
        for column in retyped {
            guard let old = was[column: column.name] else { continue }
            let name = SQLText.identifier(column.name)
            let conversion = try dialect.conversion(of: name, from: old.type, to: column.type)
            sources[column.name] = conversion.expression
            let isReadAlike = try dialect.define(old, in: was) == dialect.define(column, in: now)
            isNeeded = isNeeded || conversion.expression != name || !isReadAlike
        }
        guard isNeeded else { return Lowering() }
        let names = Dictionary(uniqueKeysWithValues: was.columns.map { ($0.name, $0.name) })
        let new = try now.keeping(undeclared.strangeDefaults[was.name] ?? [:], of: was, called: names, in: dialect)
        return try SQLiteRebuild(dialect: dialect, old: was, new: new, sources: sources, in: after, undeclared)
            .lowering()
    }

    private func rebuild() throws(LoweringError) -> Lowering {
        let first = alteration.before
        let renames = SQLiteRenames(of: first, steps)
        var sources = SQLiteColumnSources(of: first, nameAtCopy: renames.nameAtCopy)
        for step in steps { try sources.follow(step, dialect) }
        let hoisted = renames.statements(on: name)
        if !hoisted.isEmpty {
            try requireUntouchedByRename(
                undeclared.objects.filter { $0.owner == first.name && $0.kind != .column && $0.kind != .view })
        }
        let given = columnsGiven { if case .default = $0 { true } else { false } }
        let defaults = (undeclared.strangeDefaults[name] ?? [:]).filter { !given.contains($0.key) }
        let new = try alteration.after.keeping(defaults, of: first, called: steps.finalNames, in: dialect)
        // What somebody has made of a column does not count where the alteration drops it; nor how the column is computed, where the
        // alteration says how.
        let dropped = columnsGiven { _ in false }
        let computed = columnsGiven { if case .generated = $0 { true } else { false } }
        let recomputed = undeclared.strangeExpressions[name] ?? []
        var others = undeclared
        others.objects.removeAll { object in
            isColumn(object, dropped) || isColumn(object, computed) && recomputed.contains(object.name)
        }
        let rebuild = SQLiteRebuild(
            dialect: dialect, old: renames.renamed(first), new: new, sources: sources, in: after, others)
        return Lowering(hoisted) + (try rebuild.lowering())
    }

    /// The columns, by their names before the alteration, that it drops or gives such a facet.
    private func columnsGiven(_ isSuch: (Facet) -> Bool) -> Set<String> {
        var columns: Set<String> = []
        var names = FirstNames(of: alteration.before)
        for step in steps {
            var column: String?
            if case .dropColumn(let name, _) = step.change { column = name }
            if case .changeColumn(let name, let facets) = step.change, facets.contains(where: isSuch) { column = name }
            if let first = column.flatMap({ names[$0] }) { columns.insert(first) }
            names.follow(step.change)
        }
        return columns
    }

    /// Throws if a rename affects one of these undeclared objects: their texts were read before it, and would be created again with
    /// the old name.
    private func requireUntouchedByRename(_ objects: [UndeclaredObjects.Object]) throws(LoweringError) {
        // As a column's name, 'text' is hardly ever meant.
        let read = objects.map { (object: $0, tokens: SQLToken.scan($0.definition).filter { $0.kind != .string }) }
        for column in SQLiteRenames(of: alteration.before, steps).renamedColumns {
            let users = read.filter { $0.tokens.contains { $0.namesInSQLite(column) } }.map { $0.object }
            guard users.isEmpty else {
                throw LoweringError(
                    "\(name).\(column)",
                    "it is renamed while tables or views are made again, and undeclared objects use it: "
                        + users.map { "\($0.kind.rawValue) \($0.name)" }.joined(separator: ", "),
                    remedy: "rename the column in an AlterTable of its own")
            }
        }
    }
}
