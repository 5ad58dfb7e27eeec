import Dialects

// Translates views to the target's SQL and names. Each is translated with the relations that it names, and no others.

extension TransferPlanner {
    /// Makes the tables known to views and triggers, under the source's names.
    mutating func nameRelations() {
        let indexed = Set(inspection.fullText.map(\.name))
        for (origin, made) in zip(tables, planned) {
            var relation = origin.named(seen(origin.table, as: made))
            relation.skippedColumns = rules.skippedColumns(of: origin.table.name)
            relation.guesses = types.guesses(in: origin.table)
            if indexed.contains(origin.table.name) { relation.hiddenColumns = [FullText.rowNumber] }
            relations[SQLName.folded(origin.table.name), default: []].append(relation)
        }
    }

    /// Returns the views that can be transferred. A view that reads an omitted relation is omitted itself. Each name in a view becomes the
    /// one that its relation or column has in the target.
    mutating func views() -> [View] {
        // By the names in lower case.
        var left = Dictionary(
            grouping: inspection.schema.tables.map(\.name).filter { tableNames[$0] == nil }, by: SQLName.folded)
        return inspection.schema.views.compactMap { view in
            do throws(Untranslatable) {
                let missing = view.query.relationsRead.flatMap { token in
                    (token.name.flatMap { left[SQLName.folded($0)] } ?? []).filter(token.names)
                }
                if let missing = missing.min() {
                    throw Untranslatable("it reads \(missing), which is not transferred")
                }
                if let reason = inspection.viewsLeftBehind[view.name] { throw Untranslatable(reason) }
                let over = view.query.namesFolded.sorted().flatMap { relationsCalled($0, in: view.query) }
                let translated = try translation(of: view, over: over.map(\.readByRules))
                let results = self.results(of: view.name, translated, over: over)
                let renames = QueryRenames(over.map { targetNames(of: $0) })
                let query = try translated.query.mapTranslation(of: view.query) { text throws(Untranslatable) in
                    try renames.renamed(text, results: results)
                }
                viewColumnNames[view.name] = results
                let made = View(viewNames[view.name] ?? view.name, as: query)
                var relation = Table(name: view.name)
                relation.columns = translated.columns
                var named = NamedRelation(
                    relation, conversions: translated.conversions, weights: translated.weights,
                    dynamicColumns: translated.dynamicColumns,
                    computedColumns: translated.computedColumns, momentTexts: translated.momentTexts)
                named.guesses = translated.guesses
                relations[SQLName.folded(view.name), default: []].append(named)
                remarks += translated.remarks.map { "\(view.name): \($0)" }
                if translated.asksForTime { viewsOfTheTime.insert(made.name) }
                return made
            } catch {
                left[SQLName.folded(view.name), default: []].append(view.name)
                leave(.view, view.name, error)
                return nil
            }
        }
    }

    /// Translates a view. Where it can't be, notes all columns that it asks for numbers: each shows when those before it are numbers.
    private mutating func translation(
        of view: View, over relations: [NamedRelation]
    ) throws(Untranslatable) -> TranslatedView {
        do throws(Untranslatable) { return try source.query(of: view, over: relations) } catch {
            var (relations, next) = (relations, error)
            var wanted: Set<GuessedColumn> = []
            // Another view of this pass may want the same column.
            while let column = next.numbersWanted, wanted.insert(column).inserted {
                numbers.insert(column)
                for at in relations.indices { relations[at].take([column]) }
                do throws(Untranslatable) {
                    _ = try source.query(of: view, over: relations)
                    break
                } catch { next = error }
            }
            throw error
        }
    }

    /// Returns the new names of the view's own columns, by their old ones. Those that a table's column has are known from there.
    private mutating func results(
        of view: String, _ translated: TranslatedView, over relations: [NamedRelation]
    ) -> [String: String] {
        let own = MentionedNames(translated.columns.map(\.name)).mentioned(in: translated.query)
        let known = Set(relations.flatMap { targetNames(of: $0).columns.keys })
        return names.columns(ofView: view, own, known: known)
    }

    /// Returns what a table or view is called in the target.
    func targetNames(of relation: NamedRelation) -> RelationNames {
        let name = relation.table.name
        let target = tableNames[name] ?? fullTextNames[name] ?? viewNames[name] ?? name
        return RelationNames(name, as: target, columns: columnNames[name] ?? viewColumnNames[name] ?? [:])
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
}

extension NamedRelation {
    /// Makes numbers of the columns that are, or show, one of these.
    mutating func take(_ numbers: Set<GuessedColumn>) {
        for at in table.columns.indices {
            guard let guess = guesses[table.columns[at].name], numbers.contains(guess) else { continue }
            table.columns[at].type = .numeric
        }
    }

    /// The relation for a view. Where no rule changes values, the rows of the view are compared with the source's (`compareViews`), so
    /// that it may compute with them.
    fileprivate var readByRules: NamedRelation {
        var relation = self
        relation.conversions = conversions.filter(\.value.isRuled)
        return relation
    }
}
