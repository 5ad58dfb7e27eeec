// The changes of one table that stays, in an order in which each of them can be applied.

extension TablePair {
    /// Returns all changes except the foreign keys that are added. Objects that use a column are dropped before its change and
    /// created after it. A column gets its new name when that name is free.
    func changes(_ references: ReferenceDraft, _ names: NameDraft) -> [Change] {
        let kept = staying
        var changes: [Change] = (references.going[new.name] ?? []).map { .dropForeignKey($0) }
        for name in renamed.checks.filter({ !kept.checks.contains($0) }).compactMap(\.name) {
            changes.append(.dropCheck(name))
        }
        changes += goingParts.filter { !names.isGone($0.name) }.map(\.change)
        changes += freedColumns.map { .changeColumn($0, [.generated(nil)]) }
        changes += droppedColumns.map { .dropColumn($0, undoFilling: nil) }
        changes += partRenames.filter { !$0.isRelation || !names.isGone($0.old) }.map(\.change)
        changes += references.renamed[new.name] ?? []
        changes += columnNames.sorted { $0.key < $1.key }.map { .renameColumn($0.key, to: $0.value) }
        changes += columnChanges(following: references.following[new.name] ?? [])
        if let key = new.primaryKey, kept.primaryKey == nil { changes.append(.addPrimaryKey(key)) }
        changes += added(new.uniques, beside: kept.uniques.map(\.name), \.name).map { .addUnique($0) }
        changes += added(new.checks, beside: kept.checks.map(\.name), \.name).map { .addCheck($0) }
        changes += added(new.indexes, beside: kept.indexes.map(\.name), \.name).map { .addIndex($0) }
        return changes
    }

    private func added<Part, Name: Equatable>(_ parts: [Part], beside kept: [Name], _ name: (Part) -> Name) -> [Part] {
        parts.filter { !kept.contains(name($0)) }
    }

    /// The dropped columns by their old names. Computed columns come first, because they may read the others.
    private var droppedColumns: [String] {
        let leaving = zip(old.columns, renamed.columns).filter { goes($0.1.name) }.map(\.0)
        return (leaving.filter { $0.generated != nil } + leaving.filter { $0.generated == nil }).map(\.name)
    }

    /// The columns that stop being computed, by their old names. The columns that they read may be dropped afterwards.
    private var freedColumns: [String] {
        zip(old.columns, renamed.columns).filter { old, renamed in
            old.generated != nil && new[column: renamed.name].map { $0.generated == nil } ?? false
        }.map(\.0.name)
    }

    /// Returns the changes of the columns. Computed columns come last, because they are computed from the new state of the
    /// others.
    private func columnChanges(following: Set<String>) -> [Change] {
        var (first, last): ([Change], [Change]) = ([], [])
        for (was, now) in stayingColumns {
            let facets = facets(from: was, to: now, isFollowing: following.contains(now.name))
            guard !facets.isEmpty else { continue }
            let change = Change.changeColumn(now.name, facets)
            if now.generated != nil { last.append(change) } else { first.append(change) }
        }
        let coming = new.columns.filter { remade.contains($0.name) || renamed[column: $0.name] == nil }
        let additions = coming.map { Change.addColumn($0, filling: fillings[$0.name]) }
        first += zip(coming, additions).filter { $0.0.generated == nil }.map(\.1)
        last += zip(coming, additions).filter { $0.0.generated != nil }.map(\.1)
        return first + last
    }

    private func facets(from was: Column, to now: Column, isFollowing: Bool) -> [Facet] {
        var facets: [Facet] = []
        if was.type != now.type, !isFollowing { facets.append(.type(now.type)) }
        if was.collation != now.collation { facets.append(.collation(now.collation)) }
        if was.default?.compared != now.default?.compared { facets.append(.default(now.default)) }
        if was.generated?.compared != now.generated?.compared, let generated = now.generated {
            facets.append(.generated(generated))
        }
        if was.isNullable != now.isNullable {
            facets.append(.nullable(now.isNullable, filling: now.isNullable ? nil : fillings[now.name]))
        }
        return facets
    }

    /// Throws if no operation can turn a column into its new form.
    func requireOperations() throws(DraftError) {
        for (was, now) in stayingColumns where was.isIdentity != now.isIdentity {
            throw .noOperation(
                object: "\(new.name).\(now.name)",
                because: now.isIdentity
                    ? "it becomes an identity column, and no operation turns an existing column into one"
                    : "it is no longer an identity column, and no operation turns an identity column into a plain one",
                byHand: "add another column or create another table in its place, and copy the rows with RunSQL")
        }
    }
}
