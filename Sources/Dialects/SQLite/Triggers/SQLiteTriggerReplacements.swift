// INSERT OR REPLACE in a trigger's body.

extension SQLiteTriggerTranslation {
    /// A column of a unique key, and the collation by which the key compares it.
    private struct KeyPart {
        var column: String
        var collation: Collation?
    }

    /// Returns the INSERT, which has no semicolon yet, behind a DELETE for each unique key, which removes the rows that conflict with the
    /// new row. SQLite fires no DELETE triggers for such rows. It computes the new values before it deletes anything, so values that read
    /// what a DELETE changes are written by one statement.
    func replacing(_ statement: String, _ values: [Value], _ table: Table) throws(Untranslatable) -> [String] {
        guard !triggers.mayFire(onDeletingFrom: table.name) else {
            throw Untranslatable("it replaces rows of \(table.name), which has triggers for rows that are deleted")
        }
        for value in values where !value.column.isNullable && !value.column.isIdentity && !value.tree.isLiteral {
            // For NULL in a NOT NULL column REPLACE stores the default.
            guard value.column.default == nil else {
                throw Untranslatable("it may store the default of \(table.name).\(value.column.name) instead of NULL")
            }
        }
        var (deletions, broken): ([String], [[KeyPart]]) = ([], [])
        for key in try keys(of: table) {
            guard let condition = try condition(breaking: key, values, table) else { continue }
            deletions.append("DELETE FROM \(SQLText.identifier(table.name)) WHERE \(condition);")
            broken.append(key)
        }
        let read = values.map(\.tree).relationsRead
        let hasActions = triggers.hasActions(onDeletingFrom: table.name)
        guard !deletions.isEmpty, !read.isEmpty, hasActions || triggers.reads(read, of: table.name) else {
            return deletions + ["\(statement);"]
        }
        // An upsert fires other triggers. Of the actions of foreign keys it fires none that follow a deleted row, but those that follow a
        // changed key, because it also writes the keys that were not broken.
        guard broken.count == 1, let key = broken.first, !hasActions, !triggers.hasActions(onUpdating: table.name),
            !triggers.mayFire(onUpserting: table.name)
        else {
            throw Untranslatable("it replaces rows of \(table.name) by values that it may compute from such rows")
        }
        return ["\(statement)\(updating(table, by: key));"]
    }

    /// Renders the clause that gives a row that breaks the key all values of the new row.
    private func updating(_ table: Table, by key: [KeyPart]) -> String {
        let list = table.columns.filter { $0.generated == nil }.map { column in
            "\(SQLText.identifier(column.name)) = excluded.\(SQLText.identifier(column.name))"
        }
        return " ON CONFLICT (\(terms(of: key, in: table))) DO UPDATE SET \(list.joined(separator: ", "))"
    }

    private func terms(of key: [KeyPart], in table: Table) -> String {
        let terms = key.compactMap { part in table[column: part.column].map { Self.compared($0, part.collation) } }
        return terms.joined(separator: ", ")
    }

    /// Renders the columns of the table's only unique key, for a DO UPDATE that applies to any: PostgreSQL requires one.
    func onlyKey(of table: Table) throws(Untranslatable) -> String {
        try requireKnownKeys(of: table)
        guard table.indexes.allSatisfy({ !$0.isUnique || $0.condition == nil && $0.hasColumnsOnly }) else {
            throw Untranslatable("its DO UPDATE names no key of \(table.name)")
        }
        let keys = try keys(of: table)
        guard keys.count == 1 else { throw Untranslatable("its DO UPDATE names none of the keys of \(table.name)") }
        return terms(of: keys[0], in: table)
    }

    /// Throws if a unique key of the table compares texts by a collation that only SQLite or the application has: in the target it compares
    /// their bytes, so that it is violated by other rows.
    func requireKnownKeys(of table: Table) throws(Untranslatable) {
        let columns = (table.primaryKey?.columns ?? []) + table.uniques.flatMap(\.columns)
        for name in columns { try requireKnown(table[column: name]?.collation) }
        for part in table.indexes.filter(\.isUnique).flatMap(\.parts) {
            try requireKnown(part.collation ?? part.columnName.flatMap { table[column: $0]?.collation })
        }
    }

    func requireKnown(_ collation: Collation?) throws(Untranslatable) { _ = try translation.isCaseless(collation) }

    private func keys(of table: Table) throws(Untranslatable) -> [[KeyPart]] {
        let indexes = table.indexes.filter(\.isUnique)
        guard indexes.allSatisfy({ $0.condition == nil && $0.hasColumnsOnly }) else {
            throw Untranslatable(
                "it replaces rows of \(table.name), which has a unique index over an expression or a part")
        }
        let declared = [table.primaryKey?.columns].compactMap { $0 } + table.uniques.map(\.columns)
        var keys = declared.map { columns in
            columns.map { KeyPart(column: $0, collation: table[column: $0]?.collation) }
        }
        for index in indexes {
            keys.append(
                index.parts.compactMap { part in
                    part.columnName.map {
                        KeyPart(column: $0, collation: part.collation ?? table[column: $0]?.collation)
                    }
                })
        }
        return keys
    }

    /// Renders the condition of the rows that break the key; `nil` if the new row can't break the key, because the database
    /// numbers it.
    private func condition(
        breaking key: [KeyPart], _ values: [Value], _ table: Table
    ) throws(Untranslatable) -> String? {
        let given = Dictionary(values.map { ($0.column.name, $0) }, uniquingKeysWith: { first, _ in first })
        var conditions: [String] = []
        for part in key {
            let name = part.column
            guard let value = given[name] else {
                guard table[column: name]?.isIdentity == true else {
                    throw Untranslatable("it replaces rows by \(table.name).\(name), to which it gives no value")
                }
                return nil
            }
            guard value.sql != "DEFAULT" else { return nil }
            let own = Self.compared(value.column, part.collation)
            let isFolded = own != SQLText.identifier(name)
            let other =
                isFolded ? SQLiteExpressionTranslation.folded(.init("(\(value.sql))", .text)) : value.sql
            conditions.append("\(own) = \(other)")
        }
        return conditions.isEmpty ? nil : conditions.joined(separator: " AND ")
    }

    /// Renders a column as its unique key compares it. Where the column is a text that regards case, the transfer makes a unique index
    /// over the text in lower case for a key that does not.
    static func compared(_ column: Column, _ collation: Collation?) -> String {
        let name = SQLText.identifier(column.name)
        let isFolded = collation == .nocase && SQLiteExpressionTranslation.kind(of: column.type) == .text
        return isFolded ? SQLiteExpressionTranslation.folded(.init(name, .text)) : name
    }

    static func compared(_ column: Column) -> String { compared(column, column.collation) }
}
