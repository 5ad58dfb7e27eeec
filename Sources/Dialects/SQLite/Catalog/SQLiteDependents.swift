/// What no migration declares and what needs a declared table or view: foreign keys of other tables, views, and triggers that
/// live elsewhere, and full-text tables that find its words. SQLite itself drops a table without a look at any of them.
struct SQLiteDependents {
    private let declared: Schema
    private let catalog: SQLiteCatalog

    init(of declared: Schema, in catalog: SQLiteCatalog) {
        self.declared = declared
        self.catalog = catalog
    }

    /// The dependents.
    var all: [UndeclaredObjects.Dependent] {
        var dependents: [UndeclaredObjects.Dependent] = []
        for table in catalog.tables where !OwnTables.names.contains(table.name) {
            for key in table.foreignKeys {
                guard let parent = relation(key.parent), parent != table.name, !isDeclared(key, of: table, to: parent)
                else { continue }
                dependents.append(
                    .init(
                        .reference, "table \(table.name)", on: parent, columns: columns(key, of: parent),
                        table: SQLText.identifier(table.name)))
            }
        }
        for object in catalog.objects where object.kind == .view || object.kind == .trigger {
            guard let text = object.sql, declared[view: object.name] == nil || object.kind == .trigger else {
                continue
            }
            for relation in Self.relations(in: text).compactMap(relation) where relation != object.table {
                dependents.append(.init(.reader, "\(object.kind.rawValue) \(object.name)", on: relation))
            }
        }
        return dependents + SQLiteFullText.find(in: catalog).compactMap(dependent)
    }

    /// A full-text table that keeps no text of its own: it reads its table's columns by their names
    /// (https://www.sqlite.org/fts5.html#external_content_tables).
    private func dependent(_ text: FullText) -> UndeclaredObjects.Dependent? {
        guard case .table(let name, let key) = text.content, let table = declared.tables(like: name).first else {
            return nil
        }
        let columns = table.columns.map(\.name).filter { column in
            (text.columns + [key]).contains { SQLName.equal($0, column) }
        }
        return .init(.reader, "full-text table \(text.name)", on: table.name, columns: columns)
    }

    /// The statements by which such full-text tables read their table again, by the table and by each column whose values they have
    /// found words in. The one that numbers its rows as SQLite does reads `rowid`. One that may hold other words than its table, or
    /// can't read it, is left as it is.
    var fullTextEpilogues: [String: [String: [ColumnEpilogue]]] {
        var epilogues: [String: [String: [ColumnEpilogue]]] = [:]
        for text in SQLiteFullText.find(in: catalog) {
            guard case .table(_, let key) = text.content, let dependent = dependent(text),
                let table = declared[dependent.relation]
            else { continue }
            let whole = SQLiteWholeFullText(text: text, table: table, key: key)
            let triggers = catalog.objects.filter { $0.kind == .trigger && text.triggers.contains($0.name) }
            guard whole.isWhole(kept: triggers) else { continue }
            let name = SQLText.identifier(text.name)
            for column in dependent.columns + (whole.isByNumber ? ["rowid"] : []) {
                epilogues[dependent.relation, default: [:]][column, default: []]
                    .append(.init("INSERT INTO \(name) (\(name)) VALUES ('rebuild')"))
            }
        }
        return epilogues
    }

    /// Returns the name of a declared table or view as it is written in the schema.
    private func relation(_ name: String) -> String? {
        declared.tables(like: name).first?.name ?? declared.views(like: name).first?.name
    }

    private func columns(_ key: SQLiteCatalog.ForeignKey, of parent: String) -> [String] {
        guard let table = declared[parent] else { return [] }
        let named = key.parentColumns.isEmpty ? table.primaryKey?.columns ?? [] : key.parentColumns
        return named.map { name in
            table.columns.first { SQLName.folded($0.name) == SQLName.folded(name) }?.name ?? name
        }
    }

    private func isDeclared(_ key: SQLiteCatalog.ForeignKey, of table: SQLiteCatalog.Table, to parent: String) -> Bool {
        let columns = columns(key, of: parent)
        return declared[table.name]?.foreignKeys.contains {
            $0.parent == parent && SQLName.equal($0.columns, key.columns) && $0.parentColumns == columns
        } ?? false
    }

    /// Returns the relations that a view or trigger reads or writes, judged by the words after FROM, JOIN, INTO and UPDATE.
    private static func relations(in text: String) -> [String] {
        let tokens = SQLToken.scan(text).filter { !$0.isBlank }
        let before: Set<String> = ["INTO", "UPDATE", "REPLACE", "IGNORE", "ABORT", "FAIL", "ROLLBACK"]
        let written = tokens.indices.dropFirst().filter { at in
            tokens[at - 1].kind == .word && before.contains(tokens[at - 1].text.uppercased())
        }
        return ViewSources(text).names.compactMap(\.name) + written.compactMap { tokens[$0].name }
    }
}
