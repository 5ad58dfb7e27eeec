import Dialects

// Plans SQLite's full-text tables. One that keeps its own text becomes a table with that text. One that indexes another table
// becomes a view of it, with the full-text table's name. Both get the target's own full-text index, which needs no triggers.

extension TransferPlanner {
    mutating func addFullText(to views: inout [View]) -> [PlannedFullText] {
        var result: [PlannedFullText] = []
        for text in inspection.fullText {
            do throws(Untranslatable) {
                guard let place = try place(of: text, in: &views) else { continue }
                let name = names.relation("\(text.name)_words", or: [], kind: "index", of: place.table)
                let columns = targetColumns(text.indexed, of: place.origin)
                guard
                    let statement = target.fullTextIndex(name, on: place.table, columns: columns, stems: text.stems)
                else { throw Untranslatable("the target has no equivalent full-text index") }
                result.append(PlannedFullText(name: name, table: place.table, statement: statement))
                if place.hasItsName {
                    markTransferred(text, by: name)
                } else {
                    omitted.removeAll { text.shadowTables.contains($0.name) }
                    reason(
                        of: text.name,
                        "the index \(name) reads its texts from \(place.table), which has no column for its row numbers: no view takes the index's name in the target"
                    )
                }
            } catch {
                reason(of: text.name, "\(error)")
            }
        }
        return result
    }

    /// Returns the table that holds the text, in the source and in the target, and whether a relation keeps the full-text table's
    /// name; `nil` if the table is not transferred.
    private mutating func place(
        of text: FullText, in views: inout [View]
    ) throws(Untranslatable) -> (origin: String, table: String, hasItsName: Bool)? {
        switch text.content {
        case .own:
            guard let content = tables.first(where: { $0.table.name == text.name })?.table,
                let table = tableNames[content.name]
            else { return nil }
            guard text.indexed.allSatisfy({ content[column: $0] != nil }) else {
                throw Untranslatable("a rule skips some of its columns, so its rows become a table without an index")
            }
            return (content.name, table, true)
        case .table(let name, let key):
            guard let content = tables.first(where: { $0.table.name.lowercased() == name.lowercased() })?.table,
                let table = tableNames[content.name]
            else { throw Untranslatable("the table \(name), whose text it indexes, is not transferred") }
            guard text.columns.allSatisfy({ content[column: $0] != nil }) else {
                throw Untranslatable("\(name) lacks some of its columns")
            }
            // If the declaration names no key, rows are identified by their row numbers, which only an integer primary key shows.
            let rowid = inspection.rowidAliases[content.name].flatMap { content[column: $0]?.name }
            guard let key = content[column: key]?.name ?? rowid else { return (content.name, table, false) }
            let made = view(text, key, content, table)
            views.append(made)
            fullTextNames[text.name] = made.name
            if let seen = relation(of: text, key, content) {
                relations[SQLName.folded(text.name), default: []].append(seen)
            }
            return (content.name, table, true)
        }
    }

    /// Returns a view for programs that read the full-text table.
    private mutating func view(_ text: FullText, _ key: String, _ content: Table, _ table: String) -> View {
        let name = names.relation(text.name, or: [], kind: "view", of: table)
        let columns = ([key] + text.columns).map { columnNames[content.name]?[$0] ?? $0 }
        let list = zip(columns, [FullText.rowNumber] + text.columns).map { column, name in
            "\(SQLText.identifier(column)) AS \(SQLText.identifier(name))"
        }
        let query = "SELECT \(list.joined(separator: ", ")) FROM \(SQLText.identifier(table))"
        return View(name, as: .ofTarget(query))
    }

    /// Returns the full-text table as other views read it: its values are those of the table whose text it indexes, without a declared
    /// type or collation.
    private func relation(of text: FullText, _ key: String, _ content: Table) -> NamedRelation? {
        guard var relation = relations[SQLName.folded(content.name)]?.first(where: { $0.table.name == content.name })
        else { return nil }
        var seen = Table(name: text.name)
        for (origin, name) in zip([key] + text.columns, [FullText.rowNumber] + text.columns) {
            guard var column = relation.table[column: origin] else { return nil }
            (column.name, column.collation, column.generated, column.isIdentity) = (name, nil, nil, false)
            seen.columns.append(column)
        }
        relation.conversions[FullText.rowNumber] = relation.conversions[key]
        relation.table = seen
        (relation.declared, relation.skippedColumns) = ([:], [])
        relation.computedColumns = Set(text.columns)
        relation.hiddenColumns = [FullText.rowNumber]
        return relation
    }

    /// Removes the parts of a full-text table from the omissions, because the index replaces them.
    private mutating func markTransferred(_ text: FullText, by index: String) {
        omitted.removeAll { $0.name == text.name || text.shadowTables.contains($0.name) }
        for trigger in text.triggers {
            switch text.content {
            case .table: reason(of: trigger, "the index \(index) follows every change on its own")
            case .own:
                reason(
                    of: trigger,
                    "it filled \(text.name), which keeps its own copy of the text: in the target nothing does so until you create a trigger"
                )
            }
        }
    }

    /// Reports that each R-tree's rows become a table's, and drops its shadow tables from the omissions.
    mutating func addRangeTables() {
        for ranges in inspection.rangeTables {
            guard let name = tableNames[ranges.table.name] else { continue }
            omitted.removeAll { ranges.shadowTables.contains($0.name) }
            reason(
                of: ranges.table.name,
                "its rows become the table \(name), which has no R-tree index: a search for ranges reads all rows"
            )
        }
    }

    private mutating func reason(of name: String, _ reason: String) {
        for at in omitted.indices where omitted[at].name == name { omitted[at].reason = reason }
    }
}
