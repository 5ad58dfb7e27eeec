// The inverse: the operations that undo an operation, computed from the schema it was applied to. Nobody has to write hints for
// it.

extension ResolvedOperation {
    /// Returns the operation that leads back from `after` to `before`.
    ///
    /// - Throws: `SchemaError.irreversible` for a script that says that it can't be undone, and for a data step without undo.
    public func inverse() throws(SchemaError) -> SchemaOperation {
        switch action {
        case .createTable(let table): return .dropTable(table.name)
        case .dropTable(let table): return .createTable(table)
        case .renameTable(let table, let new): return .renameTable(new, to: table.name)
        case .alterTable(let alteration): return .alterTable(alteration.before.name, try alteration.inverse())
        case .createView(let view): return .dropView(view.name)
        case .dropView(let view): return .createView(view)
        case .run(let script): return .run(try script.inverse())
        case .runSwift(let step): return .runSwift(try step.inverse())
        }
    }

    /// Returns the inverse, resolved. It leads back to exactly the schema that this operation came from.
    ///
    /// - Throws: `SchemaError.irreversible` for a script that says that it can't be undone, and for a data step without undo.
    public func undone() throws(SchemaError) -> ResolvedOperation {
        var back = try after.resolving(try inverse())
        back.after = before
        return back
    }
}

extension TableAlteration {
    fileprivate func inverse() throws(SchemaError) -> [Change] {
        let names = steps.finalNames
        var undo: [Change] = []
        for step in steps.reversed() { undo.append(try step.inverse().renamingWhatIsComputed(names)) }
        return undo
    }
}

extension Change {
    /// Returns the change with `using` and `undo` in the names of the other side. Both are written in the names from before their
    /// alteration, and the inverse alteration begins where the original one ended.
    fileprivate func renamingWhatIsComputed(_ names: [String: String]) -> Change {
        guard case .changeColumn(let column, let facets) = self else { return self }
        return .changeColumn(
            column,
            facets.map { facet in
                guard case .type(let type, let using, let undo) = facet else { return facet }
                return .type(type, using: using?.renamingColumns(names), undo: undo?.renamingColumns(names))
            })
    }
}

extension Script {
    fileprivate func inverse() throws(SchemaError) -> Script {
        switch undo {
        case .script(let text): Script(text, undo: .script(up))
        case .nothing: Script(.sql(""), undo: .nothing)
        case .impossible(let reason): throw .irreversible(because: reason)
        }
    }
}

extension ChangeStep {
    /// Returns the change that leads from `after` back to `before`.
    func inverse() throws(SchemaError) -> Change {
        switch change {
        case .addColumn(let column, _): return .dropColumn(column.name)
        case .dropColumn(let name, let fill):
            return .addColumn(before.columns[try before.position(of: name)], filling: fill)
        case .renameColumn(let old, let new): return .renameColumn(new, to: old)
        case .changeColumn(let name, let facets):
            let was = before.columns[try before.position(of: name)]
            return .changeColumn(name, facets.map { $0.inverse(of: was) })
        case .addIndex(let index): return .dropIndex(index.name)
        case .addUnique(let unique): return .dropUnique(try given(unique.name))
        case .addCheck(let check): return .dropCheck(try given(check.name))
        case .addForeignKey(let key): return .dropForeignKey(try given(key.name))
        case .addPrimaryKey: return .dropPrimaryKey
        case .dropIndex(let name): return .addIndex(try dropped(\.indexes, name) { $0.name })
        case .dropUnique(let name): return .addUnique(try dropped(\.uniques, name) { $0.name })
        case .dropCheck(let name): return .addCheck(try dropped(\.checks, name) { $0.name })
        case .dropForeignKey(let name): return .addForeignKey(try dropped(\.foreignKeys, name) { $0.name })
        case .dropPrimaryKey:
            guard let key = before.primaryKey else { throw .noConstraint("primary key", table: before.name) }
            return .addPrimaryKey(key)
        case .renameIndex(let old, let new): return .renameIndex(new, to: old)
        case .renameConstraint(let old, let new): return .renameConstraint(new, to: old)
        }
    }

    /// Returns the name, which replay has given to every part that was added.
    private func given(_ name: String?) throws(SchemaError) -> String {
        guard let name else { throw .noConstraint("", table: after.name) }
        return name
    }

    private func dropped<Part>(
        _ parts: KeyPath<Table, [Part]>, _ name: String, _ nameOf: (Part) -> String?
    ) throws(SchemaError) -> Part {
        guard let part = before[keyPath: parts].first(where: { nameOf($0) == name }) else {
            throw .noConstraint(name, table: before.name)
        }
        return part
    }
}

extension Facet {
    fileprivate func inverse(of column: Column) -> Facet {
        switch self {
        case .type(_, let using, let undo): .type(column.type, using: undo, undo: using)
        case .nullable(let flag, let fill): .nullable(column.isNullable, filling: flag ? fill : nil)
        case .default: .default(column.default)
        case .generated: .generated(column.generated)
        case .collation: .collation(column.collation)
        }
    }
}
