// Replay: the schema after an operation, found without a database.

extension Schema {
    /// The schema after `operation`. Replaying a history from `Schema()` gives today's schema. Throws `SchemaError` when the
    /// operation makes no sense here, or would leave a reference that points nowhere.
    public func applying(_ operation: Operation) throws(SchemaError) -> Schema {
        var after = self
        switch operation.inOneForm {
        case .createTable(let table): try after.create(table)
        case .dropTable(let name): try after.drop(name)
        case .renameTable(let old, let new): try after.rename(old, to: new)
        case .alterTable(let name, let changes): try after.alter(name, changes)
        case .createView(let view):
            try after.requireFree(view.name)
            try after.requireSources(of: view)
            after.append(view)
        case .dropView(let name): try after.dropView(name)
        case .run: break
        }
        try after.checkForeignKeys()
        return after
    }

    /// The schemas after each of `operations`, the one before them first.
    public func states(through operations: [Operation]) throws(SchemaError) -> [Schema] {
        var states = [self]
        for operation in operations { states.append(try states[states.count - 1].applying(operation)) }
        return states
    }

    /// One of an `alterTable`'s changes, with the tables that it lies between.
    public struct ChangeStep: Sendable {
        public var change: Change
        public var before: Table
        public var after: Table
    }

    /// Each change seen between the two tables it separates.
    public func walk(_ changes: [Change], of name: String) throws(SchemaError) -> [ChangeStep] {
        var schema = self
        var steps: [ChangeStep] = []
        try schema.alter(name, changes) { steps.append($0) }
        return steps
    }

    func table(_ name: String) throws(SchemaError) -> Table {
        guard let table = self[name] else { throw .noTable(name) }
        return table
    }

    /// Every name that tables, views, indexes and keys have, in lower case: SQLite compares names without case.
    var relationNames: Set<String> {
        Set(tables.flatMap(\.relationNames).map(SQLName.folded) + views.map { SQLName.folded($0.name) })
    }

    /// A view reads what is there, under a name that both databases find it by.
    private func requireSources(of view: View) throws(SchemaError) {
        guard case .sql(let text) = view.query else { return }
        for source in ViewSources(text).names {
            let known = tables.map(\.name) + views.map(\.name)
            guard let name = known.first(where: source.names) else {
                throw .contradiction("query", table: view.name, because: "there is no table or view \(source.text)")
            }
            guard source.kind == .quoted || name == SQLName.folded(name) else {
                let reason = "PostgreSQL reads a bare \(source.text) in lower case; write \(SQLText.identifier(name))"
                throw .contradiction("query", table: view.name, because: reason)
            }
        }
    }

    /// Views that read the table or view of this name.
    private func viewsReading(_ name: String) -> [String] {
        views.filter { $0.query.texts.contains { QueryNames($0).reads(name) } }.map { "view \($0.name)" }
    }

    private func requireFree(_ name: String) throws(SchemaError) {
        guard !relationNames.contains(SQLName.folded(name)) else {
            throw .nameTaken(name, by: "another table, view, index or key")
        }
        let readers = viewsReading(name)
        guard readers.isEmpty else { throw .tableInUse(name, by: readers) }
    }
}

extension Schema {
    private mutating func create(_ table: Table) throws(SchemaError) {
        try requireFree(table.name)
        guard !table.columns.isEmpty else {
            throw .contradiction("*", table: table.name, because: "a table needs a column")
        }
        var naming = Naming(taken: relationNames.union([SQLName.folded(table.name)]))
        let named = try naming.name(table)
        try named.checkColumns()
        insert(named)
    }

    private mutating func drop(_ name: String) throws(SchemaError) {
        _ = try table(name)
        let children = tables.filter { $0.name != name && $0.foreignKeys.contains { $0.parent == name } }
        let users = children.map { "foreign keys of \($0.name)" } + viewsReading(name)
        guard users.isEmpty else { throw .tableInUse(name, by: users) }
        removeTable(name)
    }

    private mutating func rename(_ old: String, to new: String) throws(SchemaError) {
        var renamed = try table(old)
        guard old != new else { throw .nameTaken(new, by: "the table itself") }
        if !SQLName.equal(old, new) { try requireFree(new) }
        try renameInViews(table: old, to: new)
        renamed.name = new
        removeTable(old)
        insert(renamed)
        editForeignKeys { if $0.parent == old { $0.parent = new } }
    }

    private mutating func dropView(_ name: String) throws(SchemaError) {
        guard self[view: name] != nil else { throw .noView(name) }
        let users = viewsReading(name).filter { $0 != "view \(name)" }
        guard users.isEmpty else { throw .tableInUse(name, by: users) }
        removeView(name)
    }

    /// No reference may dangle at any step: a rename could otherwise adopt a stranger.
    private func checkForeignKeys() throws(SchemaError) {
        for table in tables {
            for key in table.foreignKeys {
                if let reason = problem(with: key, of: table) {
                    throw .badForeignKey(
                        key.name ?? key.columns.joined(separator: ", "), table: table.name, because: reason)
                }
            }
        }
    }

    /// Why a foreign key can't stand, or `nil`.
    public func problem(with key: ForeignKey, of table: Table) -> String? {
        guard let parent = self[key.parent] else { return "there is no table \(key.parent)" }
        guard key.columns.count == key.parentColumns.count else {
            return "it has not as many columns as its parent's key"
        }
        for (child, target) in zip(key.columns, key.parentColumns) {
            guard let column = table[column: child] else { return "there is no column \(table.name).\(child)" }
            guard let aim = parent[column: target] else { return "there is no column \(parent.name).\(target)" }
            guard column.type == aim.type else {
                return "\(child) is \(column.type) and \(parent.name).\(target) is \(aim.type)"
            }
        }
        guard parent.isUnique(key.parentColumns) else {
            return "\(parent.name) (\(key.parentColumns.joined(separator: ", "))) is neither its primary key nor unique"
        }
        return nil
    }
}

extension Table {
    /// Whether no two rows can agree in these columns.
    public func isUnique(_ names: [String]) -> Bool {
        let asked = Set(names)
        if let key = primaryKey, Set(key.columns) == asked { return true }
        if uniques.contains(where: { Set($0.columns) == asked }) { return true }
        return indexes.contains { index in
            index.isUnique && index.condition == nil && Set(index.parts.compactMap(\.plainColumn)) == asked
                && index.parts.count == asked.count
        }
    }

    /// What must hold within one table for any database to take it.
    func checkColumns() throws(SchemaError) {
        var seen: Set<String> = []
        for column in columns where !seen.insert(SQLName.folded(column.name)).inserted {
            throw .columnExists(column.name, table: name)
        }
        for column in columns { try column.checkFacets(in: name) }
        let needed =
            (primaryKey?.columns ?? []) + uniques.flatMap(\.columns) + foreignKeys.flatMap(\.columns)
            + indexes.flatMap(\.parts).compactMap(\.columnName)
        for column in needed where self[column: column] == nil { throw .noColumn(column, table: name) }
        try checkOnePrimaryKey()
        try checkKeysDiffer()
        for expression in expressions { try checkQuotedNames(in: expression) }
        for key in primaryKey?.columns ?? [] where self[column: key]?.isNullable == true {
            throw .contradiction(key, table: name, because: "a column of the primary key can't be nullable")
        }
    }
}

extension Table {
    private func checkOnePrimaryKey() throws(SchemaError) {
        guard let key = primaryKey, !furtherPrimaryKeys.isEmpty else { return }
        let keys = ([key] + furtherPrimaryKeys).map(\.columns)
        let listed = keys.map { "(\($0.joined(separator: ", ")))" }.joined(separator: " and ")
        let joined = keys.joined().map { "\"\($0)\"" }.joined(separator: ", ")
        throw .contradiction(
            "primary key", table: name,
            because: "it is declared as \(listed); a table has one, and one of several columns is PrimaryKey(\(joined))"
        )
    }

    /// PostgreSQL makes one of two equal keys in a `CREATE TABLE`, and the other name is then missing.
    private func checkKeysDiffer() throws(SchemaError) {
        var keys: Set<[String]> = []
        if let key = primaryKey { keys.insert(key.columns) }
        for unique in uniques where !keys.insert(unique.columns).inserted {
            let columns = unique.columns.joined(separator: ", ")
            throw .contradiction(columns, table: name, because: "a key over these columns is there already")
        }
    }

    private var expressions: [Expression] {
        let inIndexes = indexes.flatMap { index in
            [index.condition]
                + index.parts.map { part in
                    switch part.key {
                    case .column: nil
                    case .expression(let expression): expression
                    }
                }
        }
        return checks.map(\.expression) + columns.compactMap { $0.generated?.expression } + inIndexes.compactMap { $0 }
    }

    /// SQLite takes a quoted name that is no column for a string, without a word
    /// (https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted).
    private func checkQuotedNames(in expression: Expression) throws(SchemaError) {
        guard case .sql(let text) = expression else { return }
        for token in SQLToken.scan(text) where token.kind == .quoted {
            guard let name = token.name, self[column: name] == nil else { continue }
            throw .noColumn(name, table: self.name)
        }
    }
}

extension Column {
    func checkFacets(in table: String) throws(SchemaError) {
        if isIdentity && !type.isInteger {
            throw .contradiction(name, table: table, because: "an identity column is an integer or bigint")
        }
        if isIdentity && (`default` != nil || generated != nil || isNullable) {
            throw .contradiction(
                name, table: table, because: "an identity column has no other default and is not nullable")
        }
        if let value = `default`, !value.fits(type) {
            throw .contradiction(
                name, table: table, because: "its default is no \(type); give the default in that type")
        }
        if generated != nil && `default` != nil {
            throw .contradiction(name, table: table, because: "a generated column has no default")
        }
    }
}

extension Index.Part {
    /// The column, also when a collation goes with it.
    var columnName: String? {
        switch key {
        case .column(let name): name
        case .expression: nil
        }
    }

    /// The column, if the part compares as the column itself does.
    var plainColumn: String? { collation == nil ? columnName : nil }
}
