/// Determines the actual target of each foreign key. SQLite accepts foreign keys without a valid target. They are declared, but
/// a database that checks them would refuse them (https://www.sqlite.org/foreignkeys.html, section 3).
struct SQLiteForeignKeyReader {
    private let tables: [String: Aim]

    /// A table that foreign keys may refer to, prepared for many lookups.
    private struct Aim {
        let table: SQLiteCatalog.Table
        /// The columns' names as declared, by the names in lower case.
        let columns: [String: String]
        let keys: Set<Set<String>>

        init(_ table: SQLiteCatalog.Table) {
            self.table = table
            columns = Dictionary(
                table.columns.map { (SQLName.folded($0.name), $0.name) }, uniquingKeysWith: { first, _ in first })
            keys = table.uniqueKeys
        }

        func column(_ name: String) -> String? { columns[SQLName.folded(name)] }
    }

    init(_ catalog: SQLiteCatalog) {
        tables = Dictionary(
            catalog.tables.map { (SQLName.folded($0.name), Aim($0)) }, uniquingKeysWith: { first, _ in first })
    }

    struct Result {
        var keys: [ForeignKey] = []
        var omitted: [Omission] = []
    }

    func read(_ table: SQLiteCatalog.Table) -> Result {
        var result = Result()
        let texts = Self.texts(of: table)
        let own = Aim(table)
        for (at, source) in table.foreignKeys.enumerated() {
            let text = texts.indices.contains(at) ? texts[at] : nil
            do {
                var key = try resolve(source)
                key.name = text?.name
                key.isDeferred = text?.isDeferred ?? false
                key.columns = source.columns.map { own.column($0) ?? $0 }
                result.keys.append(key)
            } catch {
                result.omitted.append(
                    .init(.foreignKey, "\(table.name) \(source.summary)", reason: error.reason))
            }
        }
        return result
    }

    private struct Dangling: Error { var reason: String }

    private func resolve(_ source: SQLiteCatalog.ForeignKey) throws(Dangling) -> ForeignKey {
        guard let aim = tables[SQLName.folded(source.parent)] else {
            throw Dangling(reason: "there is no table \(source.parent)")
        }
        let parent = aim.table
        let named = source.parentColumns.isEmpty ? parent.keyColumns : source.parentColumns
        if let missing = named.first(where: { aim.column($0) == nil }) {
            throw Dangling(reason: "\(parent.name) has no column \(missing)")
        }
        guard !named.isEmpty else { throw Dangling(reason: "\(parent.name) has no primary key") }
        guard named.count == source.columns.count else {
            throw Dangling(reason: "\(source.columns.count) columns can't refer to \(named.count)")
        }
        let columns = named.map { aim.column($0) ?? $0 }
        guard aim.keys.contains(Set(columns)) else {
            throw Dangling(reason: "\(parent.name) (\(columns.joined(separator: ", "))) is neither a key nor unique")
        }
        var key = ForeignKey(source.columns, to: parent.name, columns)
        key.onDelete = source.onDelete
        key.onUpdate = source.onUpdate
        return key
    }

    /// Returns the foreign keys as they are written, if they are the ones that the pragma lists.
    private static func texts(of table: SQLiteCatalog.Table) -> [SQLiteTableDefinition.ForeignKey] {
        let texts = SQLiteDDLParser.parse(table.sql)?.foreignKeys ?? []
        let isSame =
            texts.count == table.foreignKeys.count
            && zip(texts, table.foreignKeys).allSatisfy {
                SQLName.equal($0.columns, $1.columns) && SQLName.equal($0.parent, $1.parent)
            }
        return isSame ? texts : []
    }
}

extension SQLiteCatalog.ForeignKey {
    /// The key in short form: `(a, b) → parents (x, y)`.
    fileprivate var summary: String {
        let target = parentColumns.isEmpty ? "" : " (\(parentColumns.joined(separator: ", ")))"
        return "(\(columns.joined(separator: ", "))) → \(parent)\(target)"
    }
}

extension SQLiteCatalog.Table {
    /// The sets of columns in which no two rows can have equal values, as the target of a foreign key requires. Partial indexes
    /// and indexes over expressions don't count.
    fileprivate var uniqueKeys: Set<Set<String>> {
        let indexed = indexes.compactMap { index -> Set<String>? in
            let names = index.parts.compactMap { part -> String? in
                guard case .column(let name) = part.key else { return nil }
                return name
            }
            return index.isUnique && !index.isPartial && names.count == index.parts.count ? Set(names) : nil
        }
        return Set(indexed).union([Set(keyColumns)])
    }
}
