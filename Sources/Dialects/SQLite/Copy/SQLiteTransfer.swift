// SQLite as a transfer's source.

extension SQLiteDialect: TransferSource {
    /// Returns how a table is read. Rows come in the order of their rowid, or of the primary key if the table has no rowid, and
    /// never by an index: an index may need a collation which only the application knows.
    package func reading(of table: Table, in inspection: Inspection) -> TableReading {
        let name = table.name
        if let text = inspection.fullText.first(where: { $0.name == name }), let storage = text.storage {
            return TableReading(
                from: "FROM \(Self.texts(of: text, in: storage))", order: "ORDER BY rowid", key: ["rowid"],
                hiddenKey: table[column: "rowid"] == nil ? "rowid" : nil, rangeKey: "rowid")
        }
        let from = "FROM \(SQLText.identifier(name)) NOT INDEXED"
        let key = table.primaryKey?.columns ?? []
        if inspection.tablesWithoutPlaces.contains(name) { return TableReading(from: from, key: key) }
        let columns = Set(table.columns.map { SQLName.folded($0.name) })
        guard let rowid = ["rowid", "oid", "_rowid_"].first(where: { !columns.contains($0) }) else {
            return TableReading(from: from, key: key)
        }
        return TableReading(
            from: from, order: "ORDER BY \(rowid)", key: key.isEmpty ? [rowid] : key,
            hiddenKey: key.isEmpty ? rowid : nil, rangeKey: rowid)
    }

    /// Returns the subquery that reads a full-text table's rows from its storage table.
    private static func texts(of text: FullText, in storage: FullText.Storage) -> String {
        let list = zip([storage.key] + storage.columns, ["rowid"] + text.columns).map { column, name in
            "\(SQLText.identifier(column)) AS \(SQLText.identifier(name))"
        }
        return "(SELECT \(list.joined(separator: ", ")) FROM \(SQLText.identifier(storage.table)))"
    }

    package func viewTypes(_ view: String, on connection: any Connection) throws -> [ColumnType]? { nil }

    package func translator(of relation: NamedRelation, names: [String: String]) -> any ExpressionTranslator {
        SQLiteExpressionTranslation(of: relation, names: names)
    }

    package func remark(on expression: SQLExpression) -> String? { nil }

    package func remark(onKeysOf table: Table) -> String? { nil }

    package func hasBytes(_ column: String, in table: TableReading, on connection: any Connection) throws -> Bool {
        let rows: SQL = "SELECT 1 \(trusted: table.from) WHERE typeof(\(identifier: column)) = 'blob' LIMIT 1"
        return try !connection.query(rows).isEmpty
    }

    package func objection(toKeyFrom child: ColumnType, to parent: ColumnType) -> String? { nil }

    /// Returns a view's query as SQLite reads it, with the types that its columns have in the target. Its results are compared
    /// later (`ViewProof`).
    package func query(of view: View, over relations: [NamedRelation]) throws(Untranslatable) -> TranslatedView {
        let text = SQLiteExpressionTranslation.text(view.query)
        let rows = try SQLiteExpressionTranslation.view(text, over: relations)
        let columns = rows.columns.map { sense in
            var column = Column(sense.name, sense.caselessType ?? sense.type)
            (column.collation, column.isNullable) = (sense.collation, sense.isNullable)
            return column
        }
        let conversions = rows.columns.compactMap { sense in sense.conversion.map { (sense.name, $0) } }
        var translated = TranslatedView(
            .native(sqlite: text, postgresql: rows.sql), columns: columns,
            conversions: Dictionary(conversions, uniquingKeysWith: { first, _ in first }),
            dynamicColumns: Dictionary(
                rows.columns.compactMap { sense in sense.numberTest.map { (sense.name, $0 == .reading) } },
                uniquingKeysWith: { first, _ in first }),
            computedColumns: Set(rows.columns.filter { !$0.hasAffinity }.map(\.name)),
            momentTexts: Dictionary(
                rows.columns.map { ($0.name, $0.momentTexts) }, uniquingKeysWith: { first, _ in first }),
            asksForTime: rows.asksForTime)
        for sense in rows.columns { translated.guesses[sense.name] = sense.guess }
        return translated
    }
}

extension Default {
    /// Whether it is computed with the modifier 'localtime' (https://www.sqlite.org/lang_datefunc.html, 3).
    package var asksForLocalTime: Bool {
        guard case .expression(let expression) = self else { return false }
        let tokens = SQLToken.scan(SQLiteExpressionTranslation.text(expression))
        return tokens.contains { $0.stringValue?.lowercased() == "localtime" }
    }
}

extension SQLiteExpressionTranslation: ExpressionTranslator {
    func predicate(_ expression: SQLExpression, isUnique: Bool) throws(Untranslatable) -> SQLExpression {
        let text = Self.text(expression)
        return .native(sqlite: text, postgresql: try ofIndex(isUnique: isUnique).condition(parsed(text)))
    }

    private func ofIndex(isUnique: Bool) -> Self {
        var translation = self
        translation.use = isUnique ? .uniqueIndex : .index
        return translation
    }

    func remark(onUnique expression: SQLExpression) -> String? {
        func value(isUnique: Bool) -> Piece? {
            try? ofIndex(isUnique: isUnique).key(parsed(Self.text(expression)))
        }
        guard let exact = value(isUnique: true), let usual = value(isUnique: false) else { return nil }
        let mixed = exact.isDynamic ? "a number and the text of it are one value there, and two in SQLite" : nil
        guard exact.sql != usual.sql else { return mixed }
        let isOfCase = exact.sql.replacing(" COLLATE \"C\"", with: "") == usual.sql
        let reason = isOfCase ? "it ignores the case of A to Z only" : "it tells values apart"
        let words = "\(reason), as in SQLite: a query uses it if it says \(exact.sql)"
        return [words, mixed].compactMap { $0 }.joined(separator: "; ")
    }

    func value(
        _ expression: SQLExpression, collated collation: Collation?, isUnique: Bool
    ) throws(Untranslatable) -> SQLExpression {
        let text = Self.text(expression)
        let tree = try parsed(text)
        let piece = try ofIndex(isUnique: isUnique).key(tree)
        // An expression of an index is compared by its bytes, unless it is a column or COLLATE stands behind it.
        switch collation ?? (tree.columnName != nil || tree.isCollated ? self.collation(of: tree) : nil) {
        case nil, .binary: return .native(sqlite: text, postgresql: piece.sql)
        case .nocase:
            return .native(sqlite: text, postgresql: piece.kind == .text ? Self.folded(piece) : piece.sql)
        case .native(let name, _): throw Untranslatable("the collation \(name) exists in SQLite only")
        }
    }

    func check(_ expression: SQLExpression) throws(Untranslatable) -> SQLExpression {
        var translation = self
        translation.use = .check
        let text = Self.text(expression)
        let tree = try parsed(text)
        try translation.requireClasses(in: tree)
        return .native(sqlite: text, postgresql: try translation.check(tree))
    }

    func generated(_ expression: SQLExpression, for type: ColumnType) throws(Untranslatable) -> SQLExpression {
        var translation = self
        translation.use = .computed
        return .native(sqlite: Self.text(expression), postgresql: try translation.computed(expression, for: type).sql)
    }

    var remarks: [String] { [] }

    func value(_ value: Default, for type: ColumnType, readBy rule: ValueRule?) throws(Untranslatable) -> Default? {
        if let rule = rule?.moments, rule.count != .iso, let number = number(value) {
            return try rule.count.moment(number, for: type)
        }
        if case .moment(let rule)? = rule, case .text = value, rule.shiftsTexts {
            throw Untranslatable("it names no zone, and the column's rule reads it in another one than UTC")
        }
        return switch value {
        case .expression(let expression): try Self.inserting.defaultValue(Self.text(expression), for: type)
        case .now: try Self.inserting.defaultValue("CURRENT_TIMESTAMP", for: type)
        case .today: try Self.inserting.defaultValue("CURRENT_DATE", for: type)
        case .text, .integer, .real, .boolean, .json: try Self.fitted(value, to: type)
        case .uuid: type == .uuid ? value : try Self.inserting.defaultValue("lower(hex(randomblob(16)))", for: type)
        }
    }

    func remark(on value: Default, for _: ColumnType) -> String? {
        guard value.asksForLocalTime else { return nil }
        return
            "its default is local time: of the session (TimeZone) in PostgreSQL, and of the program's machine in SQLite"
    }

    func collated(_ column: String, _ collation: Collation) throws(Untranslatable) -> SQLExpression? {
        guard let sense = columns[SQLName.folded(column)], Self.kind(of: sense.type) == .text else { return nil }
        switch collation {
        case .binary:
            guard sense.caselessType != nil else { return nil }
            let text = PostgreSQLNocase.asText(SQLText.identifier(sense.name))
            return .native(sqlite: "\(SQLText.identifier(column)) COLLATE BINARY", postgresql: text)
        case .nocase where sense.caselessType != nil: return nil
        case .nocase:
            let folded = Self.folded(Piece(SQLText.identifier(sense.name), .text))
            return .native(sqlite: "\(SQLText.identifier(column)) COLLATE NOCASE", postgresql: folded)
        case .native(let name, _): throw Untranslatable("the collation \(name) exists in SQLite only")
        }
    }

    static func text(_ expression: SQLExpression) -> String {
        switch expression {
        case .sql(let text), .native(let text, _): text
        }
    }
}
