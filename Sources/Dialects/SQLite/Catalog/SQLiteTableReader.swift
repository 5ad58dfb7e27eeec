/// Creates a table's value from the catalog and from the table's own text. Foreign keys are read elsewhere, because they need
/// the other tables.
struct SQLiteTableReader {
    private let source: SQLiteCatalog.Table
    private let definition: SQLiteTableDefinition?
    /// The columns of the definition, by their names in lower case.
    private let texts: [String: SQLiteTableDefinition.Column]
    /// The text of `CREATE INDEX`, by the index's name.
    private let indexTexts: [String: String]
    private let expressions: SQLiteExpression

    private(set) var table: Table
    private(set) var omitted: [Omission] = []

    init(_ source: SQLiteCatalog.Table, indexTexts: [String: String]) {
        self.source = source
        self.indexTexts = indexTexts
        definition = SQLiteDDLParser.parse(source.sql)
        texts = definition?.columnsByName ?? [:]
        expressions = SQLiteExpression(columns: source.columns.map(\.name), of: source.name)
        table = Table(name: source.name)
        readColumns()
        readPrimaryKey()
        readIndexes()
        for check in definition?.checks ?? [] {
            table.checks.append(Check(expressions.read(check.expression), name: check.name))
        }
        table = SQLiteOwnWords.settled(table)
        for clause in definition?.conflictClauses ?? [] {
            omitted.append(
                .init(
                    .other, source.name,
                    reason:
                        "\(clause) is transferred without its ON CONFLICT: in the target each statement sets its own conflict handling",
                    isDetail: true))
        }
    }

    /// The column that is the rowid: the only column of a primary key that needs no index of its own.
    var rowidAlias: String? {
        let key = source.keyColumns
        let hasIndex = source.indexes.contains { $0.origin == .primaryKey }
        return key.count == 1 && !hasIndex && !source.isWithoutRowid ? key[0] : nil
    }

    private mutating func readColumns() {
        let rowidAlias = rowidAlias
        for source in source.columns {
            let type = SQLiteTypeName(source.type)
            let text = texts[SQLName.folded(source.name)]
            var column = Column(source.name, type.columnType)
            column.isNullable = !source.isRequired && source.name != rowidAlias
            column.isIdentity = text?.isAutoincrement ?? false
            column.collation = text?.collation.map(Collation.init(inSQLite:))
            if source.isGenerated {
                column.generated = generated(source.name, text)
            } else if let written = source.default {
                let affinity = type.affinity(inStrict: definition?.isStrict == true)
                column.default = SQLiteDefault.parse(written, for: type.columnType, affinity: affinity)
            }
            table.columns.append(column)
        }
    }

    private mutating func generated(_ name: String, _ text: SQLiteTableDefinition.Column?) -> Generated? {
        guard let generated = text?.generated else {
            omitted.append(
                .init(.column, "\(source.name).\(name)", reason: "is computed, and its expression could not be read"))
            return nil
        }
        return Generated(expressions.read(generated.expression), generated.isStored ? .stored : .virtual)
    }

    private mutating func readPrimaryKey() {
        guard !source.keyColumns.isEmpty else { return }
        table.primaryKey = PrimaryKey(source.keyColumns, name: definition?.primaryKey?.name)
    }

    private mutating func readIndexes() {
        // For two keys over the same columns SQLite creates one index, named after the first.
        let names = Dictionary(
            (definition?.uniques ?? []).map { ($0.columns.map(SQLName.folded), $0.name) },
            uniquingKeysWith: { first, _ in first })
        for index in source.indexes {
            switch index.origin {
            case .primaryKey: break
            case .unique: readUnique(index, names)
            case .statement: readIndex(index)
            }
        }
    }

    /// Reads a unique constraint. If its columns compare in another way than they are declared to, it becomes a unique index,
    /// which can express that.
    ///
    /// - Parameter names: The names of the table's unique constraints, by their columns in lower case.
    private mutating func readUnique(_ index: SQLiteCatalog.Index, _ names: [[String]: String?]) {
        let parts = index.parts.map { part($0, written: nil) }
        let columns = parts.compactMap(\.columnName)
        if parts.allSatisfy({ $0.collation == nil }) {
            table.uniques.append(Unique(columns, name: names[columns.map(SQLName.folded)] ?? nil))
        } else {
            var unique = Index(name: Table.indexName(on: source.name, parts), parts: parts)
            unique.isUnique = true
            table.indexes.append(unique)
        }
    }

    private mutating func readIndex(_ source: SQLiteCatalog.Index) {
        let text = indexTexts[source.name].flatMap { SQLiteIndexDefinition($0) }
        guard let text, text.parts.count == source.parts.count, !source.isPartial || text.condition != nil else {
            omitted.append(.init(.index, source.name, reason: "its definition could not be read"))
            return
        }
        var index = Index(name: source.name, parts: zip(source.parts, text.parts).map { part($0, written: $1) })
        index.isUnique = source.isUnique
        index.condition = text.condition.map(expressions.read)
        table.indexes.append(index)
    }

    private func part(_ part: SQLiteCatalog.Index.Part, written: SQLiteIndexDefinition.Part?) -> Index.Part {
        switch part.key {
        case .column(let name):
            let own = texts[SQLName.folded(name)]?.collation ?? "BINARY"
            let collation = SQLName.equal(own, part.collation) ? nil : Collation(inSQLite: part.collation)
            return Index.Part(.column(name), descending: part.isDescending, collation: collation)
        case .rowid:
            return Index.Part(.expression(.native(sqlite: "rowid", postgresql: "")), descending: part.isDescending)
        case .expression:
            let isOwn = written?.collation.map { SQLName.equal($0, part.collation) } ?? false
            let text = (isOwn ? written?.expression : written?.text) ?? ""
            return Index.Part(
                .expression(expressions.read(text)), descending: part.isDescending,
                collation: isOwn ? Collation(inSQLite: part.collation) : nil)
        }
    }
}

extension SQLiteCatalog.Table {
    /// The primary key's columns in the key's order.
    var keyColumns: [String] {
        columns.filter { $0.keyPosition > 0 }.sorted { $0.keyPosition < $1.keyPosition }.map(\.name)
    }

    /// Returns the column's name as this table writes it.
    func column(_ name: String) -> String? { columns.first { SQLName.equal($0.name, name) }?.name }
}
