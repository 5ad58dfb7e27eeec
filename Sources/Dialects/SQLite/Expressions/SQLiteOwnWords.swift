/// Marks expressions that were read from SQLite as SQLite's own if portable text has another meaning. SQLite's `LIKE` does not
/// distinguish case, and its comparisons of texts with numbers have their own rules.
enum SQLiteOwnWords {
    /// Returns the same table; all expressions that are not portable become SQLite's own words.
    static func settled(_ table: Table) -> Table {
        var result = table
        for at in table.checks.indices {
            result.checks[at].expression = settled(table.checks[at].expression, as: .condition(of: table))
        }
        for at in table.columns.indices {
            guard let generated = table.columns[at].generated else { continue }
            let expression = settled(generated.expression, as: .generated(table.columns[at], of: table))
            result.columns[at].generated = Generated(expression, generated.storage)
        }
        for at in table.indexes.indices { result.indexes[at] = settled(table.indexes[at], of: table) }
        return result
    }

    /// Returns the same views, in the order of reading. Each view is read only over the relations that it names, directly or by
    /// way of other views: a thousand views over a thousand tables take a thousand steps.
    static func settled(_ views: [View], over tables: [Table]) -> [View] {
        var read = Dictionary(
            tables.map { (SQLName.folded($0.name), Schema(tables: [$0])) }, uniquingKeysWith: { first, _ in first })
        return views.map { view in
            let over = view.query.namesFolded.compactMap { read[$0] }.reduce(Schema()) { $0.joined($1) }
            var whole = over
            whole.append(view)
            read[SQLName.folded(view.name)] = whole
            return View(view.name, as: settled(view.query, as: .query(of: view.name, over: over)))
        }
    }

    private static func settled(_ index: Index, of table: Table) -> Index {
        var result = index
        result.condition = index.condition.map { settled($0, as: .condition(of: table)) }
        for at in index.parts.indices {
            guard case .expression(let expression) = index.parts[at].key else { continue }
            result.parts[at].key = .expression(settled(expression, as: .key(of: table, isUnique: index.isUnique)))
        }
        return result
    }

    static func settled(_ expression: SQLExpression, as use: ExpressionUse) -> SQLExpression {
        guard case .sql(let text) = expression else { return expression }
        guard let spelled = try? SQLiteDialect().render(expression, as: use), spelled == text else {
            return .native(sqlite: text, postgresql: "")
        }
        return expression
    }
}

extension Schema {
    /// Returns a schema with the tables and views of both, each only once.
    fileprivate func joined(_ other: Schema) -> Schema {
        var joined = self
        for table in other.tables where self[table.name] == nil { joined.put(table) }
        for view in other.views where self[view: view.name] == nil { joined.append(view) }
        return joined
    }
}
