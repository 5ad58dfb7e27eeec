/// A dialect that defines a table column by column.
protocol TableDialect: Dialect {
    /// Whether only a column that is the whole primary key can be one that the database numbers.
    var countsInPrimaryKeysOnly: Bool { get }
    /// Returns the line of a column.
    func line(of column: Column, in table: Table, isInlineKey: Bool) throws(LoweringError) -> String
    func create(_ index: Index, on table: Table) throws(LoweringError) -> String
}

extension TableDialect {
    /// Returns the line of a column. An error names the column as its place.
    func define(_ column: Column, in table: Table, isInlineKey: Bool = false) throws(LoweringError) -> String {
        do throws(LoweringError) { return try line(of: column, in: table, isInlineKey: isInlineKey) } catch {
            throw error.at("\(table.name).\(column.name)")
        }
    }

    func createIndexes(of table: Table) throws(LoweringError) -> [String] {
        var statements: [String] = []
        for index in table.indexes { statements.append(try create(index, on: table)) }
        return statements
    }

    /// Returns the column whose own line contains `PRIMARY KEY`: a key of one column that has no chosen name. PostgreSQL calls an
    /// unnamed primary key `table_pkey`, and so does replay.
    func inlinePrimaryKey(of table: Table) -> String? {
        guard let key = table.primaryKey, key.columns.count == 1 else { return nil }
        // SQLite's AUTOINCREMENT is allowed in the column's line only, so there a numbered column has even a named key in it.
        let isNumbered = countsInPrimaryKeysOnly && table[column: key.columns[0]]?.isIdentity == true
        return key.name == nil || key.name == "\(table.name)_pkey" || isNumbered ? key.columns[0] : nil
    }
}

extension Dialect {
    /// Returns the column or expression of an index in this database's SQL, without its collation and order.
    package func render(
        _ key: Index.Part.Key, of table: Table, isUnique: Bool
    ) throws(LoweringError) -> String {
        switch key {
        case .column(let name): SQLText.identifier(name)
        case .expression(let expression):
            "(\(try render(expression, as: .key(of: table, isUnique: isUnique))))"
        }
    }
}

/// Pieces of DDL that read the same in both databases.
enum DDL {
    /// Returns the parenthesised part of a `CREATE TABLE`, with one clause on each line.
    static func body(_ clauses: [String]) -> String {
        "(\n" + clauses.map { "    " + $0 }.joined(separator: ",\n") + "\n)"
    }

    /// Returns everything between the parentheses of a `CREATE TABLE`.
    static func clauses(of table: Table, in dialect: some TableDialect) throws(LoweringError) -> [String] {
        let inlineKey = dialect.inlinePrimaryKey(of: table)
        var clauses: [String] = []
        for column in table.columns {
            clauses.append(try dialect.define(column, in: table, isInlineKey: column.name == inlineKey))
        }
        if let key = table.primaryKey, inlineKey == nil { clauses.append(define(key)) }
        clauses += table.uniques.map(define)
        for check in table.checks { clauses.append(try define(check, of: table, in: dialect)) }
        return clauses + table.foreignKeys.map(define)
    }

    /// Returns `CONSTRAINT "name" `, or an empty text if there is no name.
    static func constraint(_ name: String?) -> String { name.map { "CONSTRAINT \(SQLText.identifier($0)) " } ?? "" }

    static func define(_ key: PrimaryKey) -> String {
        "\(constraint(key.name))PRIMARY KEY (\(SQLText.identifiers(key.columns)))"
    }

    static func define(_ unique: Unique) -> String {
        "\(constraint(unique.name))UNIQUE (\(SQLText.identifiers(unique.columns)))"
    }

    static func define(_ check: Check, of table: Table, in dialect: some Dialect) throws(LoweringError) -> String {
        "\(constraint(check.name))CHECK (\(try dialect.render(check.expression, as: .condition(of: table))))"
    }

    static func define(_ key: ForeignKey) -> String {
        var text = "\(constraint(key.name))FOREIGN KEY (\(SQLText.identifiers(key.columns))) "
        text += "REFERENCES \(SQLText.identifier(key.parent)) (\(SQLText.identifiers(key.parentColumns)))"
        if key.onDelete != .noAction { text += " ON DELETE \(key.onDelete.rawValue)" }
        if key.onUpdate != .noAction { text += " ON UPDATE \(key.onUpdate.rawValue)" }
        if key.isDeferred { text += " DEFERRABLE INITIALLY DEFERRED" }
        return text
    }

    static func create(
        _ index: Index, on table: Table, in dialect: some Dialect, manner: String = ""
    ) throws(LoweringError) -> String {
        var parts: [String] = []
        for part in index.parts {
            var text = try dialect.render(part.key, of: table, isUnique: index.isUnique)
            if let collation = part.collation { text += try dialect.collate(collation) }
            parts.append(text + (part.isDescending ? " DESC" : ""))
        }
        let unique = index.isUnique ? "UNIQUE " : ""
        var text =
            "CREATE \(unique)INDEX \(manner)\(SQLText.identifier(index.name)) ON \(SQLText.identifier(table.name))"
        text += " (\(parts.joined(separator: ", ")))"
        if let condition = index.condition {
            text += " WHERE \(try dialect.render(condition, as: .condition(of: table)))"
        }
        return text
    }

    /// Returns the statement that creates the view. `schema` holds the tables and views that the view reads.
    static func create(_ view: View, over schema: Schema, in dialect: some Dialect) throws(LoweringError) -> String {
        let query = try dialect.render(view.query, as: .query(of: view.name, over: schema))
        return "CREATE VIEW \(SQLText.identifier(view.name)) AS \(query)"
    }

    static func upsert(into table: String, columns: [String], key: [String], in dialect: some Dialect) -> String {
        let places = columns.indices.map { dialect.placeholder($0 + 1) }.joined(separator: ", ")
        let others = columns.filter { !key.contains($0) }.map(SQLText.identifier)
        let update = others.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        return "INSERT INTO \(SQLText.identifier(table)) (\(SQLText.identifiers(columns))) VALUES (\(places)) "
            + "ON CONFLICT (\(SQLText.identifiers(key))) DO " + (others.isEmpty ? "NOTHING" : "UPDATE SET \(update)")
    }
}

extension UndeclaredObjects {
    /// Returns the undeclared objects that name this column of this table. Dropping the column would break them, or drop them
    /// silently.
    func users(ofColumn column: String, in table: String) -> [Object] {
        objects.filter { object in
            if object.owner == table, let columns = object.columns { return columns.contains(column) }
            let tokens = SQLToken.scan(object.definition)
            return tokens.contains { $0.names(column) }
                && (object.owner == table || tokens.contains { $0.names(table) })
        }
    }

    /// Throws if an undeclared object uses the column that is to be dropped. SQLite would stop in the middle of the migration;
    /// PostgreSQL would silently drop an index. `dropped` are the names of what is gone by then.
    func requireUnused(
        _ column: String, in table: Table, butFor kinds: Set<Object.Kind> = [.column], without dropped: Set<String> = []
    ) throws(LoweringError) {
        let users = users(ofColumn: column, in: table.name).filter { user in
            let isDropped = user.owner == table.name && (user.kind == .index || user.kind == .constraint)
            return !kinds.contains(user.kind) && !(isDropped && dropped.contains(user.name))
        }
        guard !users.isEmpty else { return }
        let declared = table.relationNames + table.checks.compactMap(\.name) + table.foreignKeys.compactMap(\.name)
        let areRemade = users.allSatisfy { $0.owner == table.name && declared.contains($0.name) }
        let names = users.map { "\($0.kind.rawValue) \($0.name)" }.joined(separator: ", ")
        throw LoweringError(
            "\(table.name).\(column)", "undeclared objects use this column: \(names)",
            remedy: areRemade ? Self.asDeclared : "drop it first")
    }

    /// Returns the undeclared views that read any of `names`, directly or through other views, in the order in which they can
    /// be created again.
    func views(reading names: Set<String>) -> [Object] {
        var names = names
        return objects.filter { object in
            guard object.kind == .view,
                SQLToken.scan(object.definition).contains(where: { token in names.contains(where: token.names) })
            else { return false }
            names.insert(object.name)
            return true
        }
    }
}
