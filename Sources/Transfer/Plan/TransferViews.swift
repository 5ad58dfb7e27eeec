import Dialects

// Translates views to the target's SQL and names. Each is translated with the relations that it names, and no others.

extension TransferPlanner {
    /// Returns the views that can be transferred. A view that reads an omitted relation is omitted itself. Names that
    /// changed only in case are changed in the view, too.
    mutating func views() -> [View] {
        let untaken = inspection.schema.tables.map(\.name).filter { tableNames[$0] == nil }
        // By the names in lower case.
        var left = Dictionary(untaken.map { (SQLName.folded($0), $0) }, uniquingKeysWith: min)
        let changed = changedNames
        for (origin, made) in zip(tables, planned) {
            var relation = origin.named(seen(origin.table, as: made))
            relation.skippedColumns = rules.skippedColumns(of: origin.table.name)
            relations[SQLName.folded(origin.table.name), default: []].append(relation)
        }
        return inspection.schema.views.compactMap { view in
            do throws(Untranslatable) {
                let names = view.query.namesFolded
                if let missing = names.compactMap({ left[$0] }).min() {
                    throw Untranslatable("it reads \(missing), which is not transferred")
                }
                if let reason = inspection.viewsLeftBehind[view.name] { throw Untranslatable(reason) }
                let over = names.sorted().flatMap { relationsCalled($0, in: view.query) }.map(\.readByRules)
                let translated = try source.query(of: view, over: over)
                let query = try renamed(translated.query, changed)
                let others = translated.columns.map(\.name).filter { changed.targets[$0] == nil }
                let own = MentionedNames(others).mentioned(in: query)
                let lowered = self.names.columns(ofView: view.name, own)
                viewColumnNames.merge(lowered) { first, _ in first }
                let made = View(viewNames[view.name] ?? view.name, as: query.renamingQuoted(viewColumnNames))
                var relation = Table(name: view.name)
                relation.columns = translated.columns
                relations[SQLName.folded(view.name), default: []].append(
                    NamedRelation(
                        relation, conversions: translated.conversions, weights: translated.weights,
                        dynamicColumns: translated.dynamicColumns,
                        computedColumns: translated.computedColumns, momentTexts: translated.momentTexts))
                remarks += translated.remarks.map { "\(view.name): \($0)" }
                if translated.asksForTime { viewsOfTheTime.insert(made.name) }
                return made
            } catch {
                left[SQLName.folded(view.name)] = view.name
                leave(.view, view.name, error.description)
                return nil
            }
        }
    }

    /// Returns the relations of this folded name that the query reads. Of several, it reads those whose very names it has.
    private func relationsCalled(_ name: String, in query: SQLExpression) -> [NamedRelation] {
        let found = relations[name] ?? []
        return found.count < 2 ? found : found.filter { query.mentions($0.table.name) }
    }

    /// Returns a table as a view sees it: with the source's names and the target's types, or those that say more about what an
    /// expression means.
    func seen(_ origin: Table, as made: Table) -> Table {
        var table = origin
        for at in table.columns.indices {
            table.columns[at].type = types.meaning(origin.name, origin.columns[at].name) ?? made.columns[at].type
            // A type that ignores case, such as citext, has no collation in the source.
            if source.holdsDeclaredTypes { table.columns[at].collation = seenCollation(origin, at, made.columns[at]) }
            table.columns[at].isNullable = made.columns[at].isNullable
            table.columns[at].isIdentity = made.columns[at].isIdentity
        }
        if made.primaryKey == nil { table.primaryKey = nil }
        return table
    }

    private func seenCollation(_ origin: Table, _ at: Int, _ made: Column) -> Collation? {
        types.nocase(origin.name, origin.columns[at].name) == nil ? origin.columns[at].collation : made.collation
    }

    func renamed(_ query: SQLExpression, _ changed: ChangedNames) throws(Untranslatable) -> SQLExpression {
        guard !changed.targets.isEmpty else { return query }
        var lowered: [String: String] = [:]
        for name in changed.sources.mentioned(in: query) {
            guard changed.targets[name] == name.lowercased() else {
                throw Untranslatable("it reads \(name), which has another name in the target")
            }
            lowered[name] = name.lowercased()
        }
        return query.renaming(lowered)
    }

    /// The names of tables, columns and views that differ in the target.
    var changedNames: ChangedNames {
        var changed: [String: String] = [:]
        for names in [tableNames, viewNames] + columnNames.values {
            for (name, target) in names where target != name { changed[name] = target }
        }
        return ChangedNames(targets: changed, sources: MentionedNames(changed.keys.sorted()))
    }
}

/// Names that differ in the target, by those in the source.
struct ChangedNames {
    let targets: [String: String]
    /// The names in the source, in their order.
    let sources: MentionedNames
}

extension NamedRelation {
    /// The relation for a view. Where no rule changes values, the rows of the view are compared with the source's (`compareViews`), so
    /// that it may compute with them.
    fileprivate var readByRules: NamedRelation {
        var relation = self
        relation.conversions = conversions.filter(\.value.isRuled)
        return relation
    }
}
