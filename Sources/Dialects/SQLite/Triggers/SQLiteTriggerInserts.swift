// The INSERTs of a trigger's body, and the treatment of rows that break a key.

extension SQLiteTriggerTranslation {
    func rendered(_ insert: SQLiteTrigger.Insert) throws(Untranslatable) -> [String] {
        let relation = try written(insert.table)
        let table = relation.table
        let head = "INSERT INTO \(SQLText.identifier(table.name))"
        guard let rows = insert.rows else { return ["\(head) DEFAULT VALUES;"] }
        var columns: [Column] = []
        let names = insert.columns.isEmpty ? table.columns.filter { $0.generated == nil }.map(\.name) : insert.columns
        for name in names { columns.append(try written(name, of: relation)) }
        let start = "\(head) (\(SQLText.identifiers(columns.map(\.name))))"
        guard let single = rows.singleRow else {
            guard insert.conflict.keepsOtherRows else {
                throw Untranslatable("it replaces or ignores rows that a query yields")
            }
            return ["\(start) \(try selected(rows, for: columns, of: table))\(try clause(insert.conflict, relation));"]
        }
        try requireUnaffected(single.rows, by: table)
        var lines: [String] = []
        for row in single.rows {
            guard row.count == columns.count else {
                throw Untranslatable("its INSERT has another number of values than \(table.name) has columns")
            }
            var values: [Value] = []
            for (column, tree) in zip(columns, row) { values.append(try value(of: tree, in: column, of: table)) }
            let list = values.map(\.sql).joined(separator: ", ")
            let statement = "\(start) VALUES (\(list))\(try clause(insert.conflict, relation))"
            lines += try prepared(statement, insert.conflict, values, table)
        }
        guard let condition = single.condition else { return lines }
        return Self.conditional(try translation.condition(condition), lines)
    }

    /// Throws if a row may read what writing an earlier one of the same INSERT changes, since each row becomes a statement. SQLite computes
    /// all rows first if they read the table or if it has triggers for new rows, and row by row otherwise.
    private func requireUnaffected(_ rows: [[ExpressionTree]], by table: Table) throws(Untranslatable) {
        let read = Array(rows.dropFirst().joined()).relationsRead
        guard !read.isEmpty else { return }
        guard !triggers.reads(read, of: table.name), !triggers.mayFire(onInsertingInto: table.name) else {
            throw Untranslatable("it inserts several rows into \(table.name) by values that it may compute from them")
        }
    }

    /// A value that an INSERT gives to a column.
    struct Value {
        var column: Column
        var tree: ExpressionTree
        var sql: String
    }

    /// Translates an expression to the value that a column stores.
    private func value(of tree: ExpressionTree, in column: Column, of table: Table) throws(Untranslatable) -> Value {
        let place = "\(table.name).\(column.name)"
        let assigned = try translation.assigned(tree, to: column.type, of: place)
        remarks.add(translation.remarks(onWriting: tree, to: column.type, of: place))
        let isNullable = tree != .null && !tree.isLiteral && (try? translation.piece(tree).isNullable) != false
        let sql = tree == .null && column.isIdentity ? "DEFAULT" : assigned
        return Value(column: column, tree: tree, sql: isNullable ? numbered(sql, column, table) : sql)
    }

    /// Replaces NULL in the column that stands for the rowid by the next number of its sequence, as SQLite does.
    private func numbered(_ sql: String, _ column: Column, _ table: Table) -> String {
        guard column.isIdentity else { return sql }
        let place = "\(SQLText.literal(SQLText.identifier(table.name))), \(SQLText.literal(column.name))"
        return "coalesce(\(sql), nextval(pg_get_serial_sequence(\(place))))"
    }

    /// Translates a query whose rows are inserted. Each value is converted to the kind of the column that stores it.
    private func selected(_ query: QueryTree, for columns: [Column], of table: Table) throws(Untranslatable) -> String {
        let rows = try translation.rows(of: query)
        guard rows.columns.count == columns.count else {
            throw Untranslatable("its SELECT has another number of columns than the INSERT")
        }
        let names = columns.indices.map { SQLText.identifier("value_\($0 + 1)") }
        var values: [String] = []
        for (at, column) in columns.enumerated() {
            let piece = SQLiteExpressionTranslation.piece(rows.columns[at], "\"rows\".\(names[at])")
            let stored = try translation.stored(piece, as: column.type)
            remarks.add(
                SQLiteExpressionTranslation.remarks(
                    onWriting: piece, scale: translation.scale(of: query, at: at), to: column.type,
                    of: "\(table.name).\(column.name)"))
            let isAssignable = SQLiteExpressionTranslation.isAssignable(stored.kind, to: column.type)
            let word = SQLiteExpressionTranslation.word(of: column.type)
            values.append(numbered(isAssignable ? stored.sql : "(\(stored.sql))::\(word)", column, table))
        }
        return
            "SELECT \(values.joined(separator: ", ")) FROM (\(rows.sql)) AS \"rows\" (\(names.joined(separator: ", ")))"
    }

    // MARK: Conflicts

    /// Renders the ON CONFLICT that follows the rows; empty if there is none.
    private func clause(
        _ conflict: SQLiteTrigger.Insert.Conflict, _ table: NamedRelation
    ) throws(Untranslatable) -> String {
        switch conflict {
        case .abort: return ""
        case .replace:
            try requireKnownKeys(of: table.table)
            return ""
        case .ignore, .nothing(key: []):
            try requireKnownKeys(of: table.table)
            return " ON CONFLICT DO NOTHING"
        case .nothing(let key): return " ON CONFLICT (\(try named(key, of: table))) DO NOTHING"
        case .update(let key, let assignments, let condition):
            var inside = translation(writing: table)
            var scope = SQLiteScope(relations: [SQLiteRelation(excludedFrom: table)])
            scope.needsQualifier = true
            inside.scopes.insert(scope, at: 1)
            let list = try rendered(assignments, to: table, inside)
            let end = try condition.map { tree throws(Untranslatable) in " WHERE \(try inside.condition(tree))" } ?? ""
            let target = try key.isEmpty ? onlyKey(of: table.table) : named(key, of: table)
            return " ON CONFLICT (\(target)) DO UPDATE SET \(list)\(end)"
        }
    }

    /// Renders the columns of an ON CONFLICT, as the unique index has them that was made for the key.
    private func named(_ key: [String], of table: NamedRelation) throws(Untranslatable) -> String {
        var names: [String] = []
        for name in key {
            let column = try written(name, of: table)
            try requireKnown(column.collation)
            names.append(Self.compared(column))
        }
        return names.joined(separator: ", ")
    }

    /// Returns the statement, which has no semicolon yet, with the statements and conditions that REPLACE and IGNORE need.
    private func prepared(
        _ statement: String, _ conflict: SQLiteTrigger.Insert.Conflict, _ values: [Value], _ table: Table
    ) throws(Untranslatable) -> [String] {
        switch conflict {
        case .abort, .nothing, .update: return ["\(statement);"]
        case .ignore: return try ignoring("\(statement);", values, table)
        case .replace: return try replacing(statement, values, table)
        }
    }

    /// Adds conditions to an INSERT OR IGNORE. SQLite also ignores a row that breaks NOT NULL or a check; ON CONFLICT does not.
    private func ignoring(_ statement: String, _ values: [Value], _ table: Table) throws(Untranslatable) -> [String] {
        guard table.checks.isEmpty else { throw Untranslatable("it ignores rows that break a check") }
        let given = Dictionary(values.map { ($0.column.name, $0) }, uniquingKeysWith: { first, _ in first })
        var conditions: [String] = []
        for column in table.columns where !column.isNullable && !column.isIdentity && column.generated == nil {
            guard let value = given[column.name] else {
                guard column.default != nil else {
                    throw Untranslatable("it gives no value to \(table.name).\(column.name)")
                }
                continue
            }
            if !value.tree.isLiteral { conditions.append("(\(value.sql)) IS NOT NULL") }
        }
        return conditions.isEmpty
            ? [statement] : Self.conditional(conditions.joined(separator: " AND "), [statement])
    }
}

extension SQLiteTrigger.Insert.Conflict {
    /// Whether nothing has to precede the INSERT, so that its rows may come from a query.
    fileprivate var keepsOtherRows: Bool {
        switch self {
        case .abort, .nothing, .update: true
        case .ignore, .replace: false
        }
    }
}

extension ExpressionTree {
    /// Whether the expression is a literal other than NULL.
    var isLiteral: Bool {
        switch self {
        case .number, .string, .blob, .boolean: true
        case .null, .name, .column, .unary, .binary, .call, .aggregate, .row, .query, .exists, .isNull, .isIn,
            .isInQuery, .between, .matches, .collated, .cast, .choice:
            false
        }
    }
}

extension QueryTree {
    /// The rows of a VALUES, or the single row of a SELECT that reads no table, with its condition; `nil` for any other query.
    var singleRow: (rows: [[ExpressionTree]], condition: ExpressionTree?)? {
        if cores.count == 1, named.isEmpty, order.isEmpty, limit == nil, case .values(let rows) = cores[0] {
            return (rows, nil)
        }
        guard let select = plainSelect, select.sources.isEmpty else { return nil }
        var row: [ExpressionTree] = []
        for result in select.results {
            guard case .expression(let tree, _, _) = result, !tree.isAggregate else { return nil }
            row.append(tree)
        }
        return ([row], select.condition)
    }
}
