// One Unicode form for names outside ASCII. `é` can be one scalar, or an `e` and an accent. The two are equal strings in Swift,
// but two names in both databases. So all names of a migration are brought to the composed form (Unicode's NFC) before anything
// is made of them.

#if canImport(Darwin)
    import Foundation

    extension String {
        fileprivate var composed: String { precomposedStringWithCanonicalMapping }

        /// The text with each accent separate from its letter (NFD).
        package var decomposed: String { decomposedStringWithCanonicalMapping }
    }
#else
    // The standard library composes the text without the tables of Foundation, which nothing else here needs.
    @_spi(_Unicode) import Swift

    extension String {
        fileprivate var composed: String { String(String.UnicodeScalarView(_nfc)) }

        /// The text with each accent separate from its letter (NFD).
        package var decomposed: String { String(String.UnicodeScalarView(_nfd)) }
    }
#endif

extension String {
    /// The name in composed form.
    var inOneForm: String { utf8.allSatisfy { $0 < 0x80 } ? self : composed }
}

extension SQLExpression {
    /// The expression with its names in composed form. String literals are values, and stay as they are.
    var inOneForm: SQLExpression {
        guard !texts.allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } }) else { return self }
        return mapTexts { text in
            SQLToken.scan(text).map { $0.name == nil ? $0.text : $0.text.inOneForm }.joined()
        }
    }
}

extension SchemaOperation {
    /// The operation with every name in composed form (NFC). A ledger records the operation as it was written.
    public var inOneForm: SchemaOperation {
        switch self {
        case .createTable(let table): .createTable(table.inOneForm)
        case .dropTable(let name): .dropTable(name.inOneForm)
        case .renameTable(let old, let new): .renameTable(old.inOneForm, to: new.inOneForm)
        case .alterTable(let name, let changes): .alterTable(name.inOneForm, changes.map(\.inOneForm))
        case .createView(let view): .createView(View(view.name.inOneForm, as: view.query.inOneForm))
        case .dropView(let name): .dropView(name.inOneForm)
        case .run(let script): .run(Script(script.up.inOneForm, undo: script.undo.inOneForm))
        case .runSwift: self
        }
    }
}

extension Undo {
    fileprivate var inOneForm: Undo {
        switch self {
        case .script(let text): .script(text.inOneForm)
        case .nothing, .impossible: self
        }
    }
}

extension Change {
    fileprivate var inOneForm: Change {
        switch self {
        case .addColumn(let column, let fill): .addColumn(column.inOneForm, filling: fill?.inOneForm)
        case .dropColumn(let name, let fill): .dropColumn(name.inOneForm, undoFilling: fill?.inOneForm)
        case .renameColumn(let old, let new): .renameColumn(old.inOneForm, to: new.inOneForm)
        case .changeColumn(let name, let facets): .changeColumn(name.inOneForm, facets.map(\.inOneForm))
        case .addIndex(let index): .addIndex(index.inOneForm)
        case .dropIndex(let name): .dropIndex(name.inOneForm)
        case .addPrimaryKey(let key): .addPrimaryKey(key.inOneForm)
        case .dropPrimaryKey: .dropPrimaryKey
        case .addUnique(let unique): .addUnique(unique.inOneForm)
        case .dropUnique(let name): .dropUnique(name.inOneForm)
        case .addCheck(let check): .addCheck(check.inOneForm)
        case .dropCheck(let name): .dropCheck(name.inOneForm)
        case .addForeignKey(let key): .addForeignKey(key.inOneForm)
        case .dropForeignKey(let name): .dropForeignKey(name.inOneForm)
        case .renameIndex(let old, let new): .renameIndex(old.inOneForm, to: new.inOneForm)
        case .renameConstraint(let old, let new): .renameConstraint(old.inOneForm, to: new.inOneForm)
        }
    }
}

extension Facet {
    fileprivate var inOneForm: Facet {
        switch self {
        case .type(let type, let using, let undo):
            .type(type, using: using?.inOneForm, undo: undo?.inOneForm)
        case .nullable(let flag, let fill): .nullable(flag, filling: fill?.inOneForm)
        case .default(let value): .default(value?.inOneForm)
        case .generated(let value): .generated(value?.inOneForm)
        case .collation: self
        }
    }
}

extension Default {
    fileprivate var inOneForm: Default {
        switch self {
        case .expression(let expression): .expression(expression.inOneForm)
        case .text, .integer, .real, .boolean, .json, .now, .today, .uuid: self
        }
    }
}

extension Generated {
    fileprivate var inOneForm: Generated { Generated(expression.inOneForm, storage) }
}

extension Table {
    /// The table with every name in composed form (NFC).
    public var inOneForm: Table {
        var table = Table(name: name.inOneForm)
        table.columns = columns.map(\.inOneForm)
        table.primaryKey = primaryKey?.inOneForm
        table.furtherPrimaryKeys = furtherPrimaryKeys.map(\.inOneForm)
        table.uniques = uniques.map(\.inOneForm)
        table.checks = checks.map(\.inOneForm)
        table.foreignKeys = foreignKeys.map(\.inOneForm)
        table.indexes = indexes.map(\.inOneForm)
        return table
    }
}

extension Column {
    fileprivate var inOneForm: Column {
        var column = self
        column.name = name.inOneForm
        column.default = self.default?.inOneForm
        column.generated = generated?.inOneForm
        return column
    }
}

extension PrimaryKey {
    fileprivate var inOneForm: PrimaryKey { PrimaryKey(columns.map(\.inOneForm), name: name?.inOneForm) }
}

extension Unique {
    fileprivate var inOneForm: Unique { Unique(columns.map(\.inOneForm), name: name?.inOneForm) }
}

extension Check {
    fileprivate var inOneForm: Check { Check(expression.inOneForm, name: name?.inOneForm) }
}

extension ForeignKey {
    fileprivate var inOneForm: ForeignKey {
        var key = self
        key.name = name?.inOneForm
        key.columns = columns.map(\.inOneForm)
        key.parent = parent.inOneForm
        key.parentColumns = parentColumns.map(\.inOneForm)
        return key
    }
}

extension Index {
    fileprivate var inOneForm: Index {
        var index = self
        index.name = name.inOneForm
        index.condition = condition?.inOneForm
        for at in parts.indices {
            switch parts[at].key {
            case .column(let name): index.parts[at].key = .column(name.inOneForm)
            case .expression(let expression): index.parts[at].key = .expression(expression.inOneForm)
            }
        }
        return index
    }
}
