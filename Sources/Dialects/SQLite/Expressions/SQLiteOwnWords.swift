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

    /// Returns the same views, each after those that it reads. All are read over one collection of the views before them, so that each
    /// view's columns are found once: a chain of a thousand views takes a thousand steps.
    static func settled(_ views: [View], over tables: [Table]) -> [View] {
        let known = PortableViews(Schema(tables: tables))
        return views.map { view in
            let query = settled(view.query, as: .query(of: view.name, over: Schema()), over: known)
            known.append(view)
            return View(view.name, as: query)
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

    private static func settled(
        _ expression: SQLExpression, as use: ExpressionUse, over known: PortableViews? = nil
    ) -> SQLExpression {
        guard case .sql(let text) = expression else { return expression }
        guard let spelled = try? PortableText.render(text, as: use, over: known, SQLitePortable.answer), spelled == text
        else { return .native(sqlite: text, postgresql: "") }
        return expression
    }
}
