// Replay: computes the schema after an operation, without a database.

extension Schema {
    /// Returns the schema after `operation`. Replaying a history from `Schema()` gives today's schema.
    ///
    /// - Throws: ``SchemaError`` when the operation makes no sense here, or would leave a reference that points nowhere.
    public func applying(_ operation: SchemaOperation) throws(SchemaError) -> Schema {
        var after = self
        _ = try after.apply(operation)
        return after
    }

    /// Returns the resolved operation between this schema and the one that it leads to.
    ///
    /// - Throws: ``SchemaError`` when an operation makes no sense here.
    public func resolving(_ operation: SchemaOperation) throws(SchemaError) -> ResolvedOperation {
        var after = self
        let action = try after.apply(operation)
        return ResolvedOperation(action, from: self, to: after)
    }

    /// Returns each of `operations`, resolved after those before it.
    ///
    /// - Throws: ``SchemaError`` when an operation makes no sense here.
    public func resolving(_ operations: [SchemaOperation]) throws(SchemaError) -> [ResolvedOperation] {
        var resolved: [ResolvedOperation] = []
        for operation in operations { resolved.append(try (resolved.last?.after ?? self).resolving(operation)) }
        return resolved
    }

    /// Applies all of `operations`, one after the other. After an error the schema is in an intermediate state.
    ///
    /// - Throws: ``SchemaError`` at the first operation that makes no sense.
    public mutating func apply(_ operations: [SchemaOperation]) throws(SchemaError) {
        for operation in operations { _ = try apply(operation) }
    }

    /// Applies `operation`. After an error the schema is in an intermediate state.
    mutating func apply(_ operation: SchemaOperation) throws(SchemaError) -> ResolvedOperation.Action {
        switch operation.inOneForm {
        case .createTable(let table):
            let named = try create(table)
            try checkForeignKeys(of: [named])
            return .createTable(named)
        case .dropTable(let name): return .dropTable(try drop(name))
        case .renameTable(let old, let new): return .renameTable(try rename(old, to: new), to: new)
        case .alterTable(let name, let changes):
            let alteration = try alter(name, changes)
            try checkForeignKeys(after: alteration)
            return .alterTable(alteration)
        case .createView(let view):
            try requireFree(view.name)
            try requireSources(of: view)
            append(view)
            return .createView(view)
        case .dropView(let name): return .dropView(try dropView(name))
        case .run(let script): return .run(script)
        case .runSwift(let step):
            try step.requireName()
            return .runSwift(step)
        }
    }

    /// Makes sure that the tables and views that a view reads exist.
    private func requireSources(of view: View) throws(SchemaError) {
        guard case .sql(let text) = view.query else { return }
        for source in ViewSources(text).names {
            guard !isRelation(named: source) else { continue }
            throw .contradiction("query", table: view.name, because: "there is no table or view \(source.text)")
        }
    }

    /// Returns whether the token names a table or view.
    private func isRelation(named token: SQLToken) -> Bool {
        guard let name = token.name else { return false }
        return (tables(like: name).map(\.name) + views(like: name).map(\.name)).contains(where: token.names)
    }

    /// Returns the views that read the table or view of this name.
    private func viewsReading(_ name: String) -> [String] {
        views(containingWord: name).filter { $0.query.texts.contains { QueryNames($0).reads(name) } }.map {
            "view \($0.name)"
        }
    }

    private func requireFree(_ name: String) throws(SchemaError) {
        guard !isTaken(name) else {
            throw .nameTaken(name, by: "another table, view, index or key")
        }
        let readers = viewsReading(name)
        guard readers.isEmpty else { throw .tableInUse(name, by: readers) }
    }
}

extension Schema {
    private mutating func create(_ table: Table) throws(SchemaError) -> Table {
        try requireFree(table.name)
        guard !table.columns.isEmpty else {
            throw .contradiction("*", table: table.name, because: "a table needs a column")
        }
        let named = try named(table)
        try named.checkColumns()
        put(named)
        return named
    }

    /// Names the parts of the table. This is a function of its own because `Naming` holds a copy of this schema, whose maps are
    /// edited in place only while nobody else holds them.
    private func named(_ table: Table) throws(SchemaError) -> Table {
        var naming = Naming(beside: self, claimed: [SQLName.folded(table.name)])
        return try naming.name(table)
    }

    private mutating func drop(_ name: String) throws(SchemaError) -> Table {
        let dropped = try table(name)
        let users = children(of: name).map { "foreign keys of \($0.name)" } + viewsReading(name)
        guard users.isEmpty else { throw .tableInUse(name, by: users) }
        removeTable(name)
        return dropped
    }

    /// Renames a table, and returns the table as it was before.
    private mutating func rename(_ old: String, to new: String) throws(SchemaError) -> Table {
        let table = try table(old)
        guard old != new else { throw .nameTaken(new, by: "the table itself") }
        if !SQLName.equal(old, new) { try requireFree(new) }
        try renameInViews(table: old, to: new)
        var renamed = table
        renamed.name = new
        removeTable(old)
        put(renamed)
        editForeignKeys(to: old) { $0.parent = new }
        return table
    }

    private mutating func dropView(_ name: String) throws(SchemaError) -> View {
        guard let view = self[view: name] else { throw .noView(name) }
        let users = viewsReading(name).filter { $0 != "view \(name)" }
        guard users.isEmpty else { throw .tableInUse(name, by: users) }
        removeView(name)
        return view
    }

    /// Makes sure that no reference dangles at any step, since a later rename could make the reference point to another table. An
    /// alteration can only break the references of the tables that it changes, and the references to them.
    private func checkForeignKeys(after alteration: TableAlteration) throws(SchemaError) {
        let changed = [alteration.after] + alteration.followers.map(\.after)
        guard alteration.steps.contains(where: \.change.mayBreakReferences) else {
            return try checkForeignKeys(of: changed)
        }
        let names = Set(changed.map(\.name))
        let referring = tables(referringTo: names).filter { !names.contains($0.name) }
        try checkForeignKeys(of: (changed + referring).sorted { $0.name < $1.name })
    }

    private func checkForeignKeys(of tables: [Table]) throws(SchemaError) {
        for table in tables {
            for key in table.foreignKeys {
                guard let reason = problem(with: key, of: table) else { continue }
                throw .badForeignKey(
                    key.name ?? key.columns.joined(separator: ", "), table: table.name, because: reason)
            }
        }
    }

    /// Returns the reason why a foreign key is impossible; `nil` if it is possible.
    public func problem(with key: ForeignKey, of table: Table) -> String? {
        guard let parent = self[key.parent] else { return "there is no table \(key.parent)" }
        guard key.columns.count == key.parentColumns.count else {
            return "it does not have as many columns as its parent's key"
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
    /// Returns whether a key makes sure that no two rows agree in these columns.
    public func isUnique(_ names: [String]) -> Bool {
        let asked = Set(names)
        if let key = primaryKey, Set(key.columns) == asked { return true }
        if uniques.contains(where: { Set($0.columns) == asked }) { return true }
        return indexes.contains { index in
            index.isUnique && index.condition == nil && Set(index.parts.compactMap(\.plainColumn)) == asked
                && index.parts.count == asked.count
        }
    }

    /// Makes sure of everything within one table that any database requires.
    func checkColumns() throws(SchemaError) {
        var seen = Set<String>(minimumCapacity: columns.count)
        for column in columns where !seen.insert(SQLName.folded(column.name)).inserted {
            throw .columnExists(column.name, table: name)
        }
        for column in columns { try column.checkFacets(in: name) }
        let places = Dictionary(
            columns.indices.map { (columns[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
        let needed = keyColumns
        for column in needed where places[column] == nil { throw .noColumn(column, table: name) }
        // PostgreSQL can't compare two values of `json` (https://www.postgresql.org/docs/current/datatype-json.html).
        for column in needed where places[column].map({ columns[$0].type == .jsonText }) ?? false {
            throw .contradiction(
                column, table: name,
                because: "jsonText can't be compared, so keys and indexes can't contain it; json can be in both")
        }
        try checkOnePrimaryKey()
        try checkKeysDiffer()
        try checkExpressions(Set(places.keys))
        for key in primaryKey?.columns ?? [] where places[key].map({ columns[$0].isNullable }) ?? false {
            throw .contradiction(key, table: name, because: "a column of the primary key can't be nullable")
        }
    }

    /// The columns that keys and indexes name, in the order in which errors report them.
    private var keyColumns: [String] {
        var names = primaryKey?.columns ?? []
        for unique in uniques { names += unique.columns }
        for key in foreignKeys { names += key.columns }
        for index in indexes { for part in index.parts { if let column = part.columnName { names.append(column) } } }
        return names
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

    /// Makes sure that no two keys are equal. PostgreSQL would make a single key of two equal ones in a `CREATE TABLE`, and the
    /// other name would be missing.
    private func checkKeysDiffer() throws(SchemaError) {
        guard !uniques.isEmpty else { return }
        var keys: Set<[String]> = []
        if let key = primaryKey { keys.insert(key.columns) }
        for unique in uniques where !keys.insert(unique.columns).inserted {
            let columns = unique.columns.joined(separator: ", ")
            throw .contradiction(columns, table: name, because: "a key over these columns already exists")
        }
    }

    private func checkExpressions(_ known: Set<String>) throws(SchemaError) {
        for check in checks { try checkQuotedNames(in: check.expression, known) }
        for column in columns { if let value = column.generated { try checkQuotedNames(in: value.expression, known) } }
        for index in indexes {
            if let condition = index.condition { try checkQuotedNames(in: condition, known) }
            for part in index.parts {
                guard case .expression(let expression) = part.key else { continue }
                try checkQuotedNames(in: expression, known)
            }
        }
    }

    /// Makes sure that quoted names are columns. SQLite silently takes a quoted name that is not a column for a string
    /// (https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted).
    private func checkQuotedNames(in expression: SQLExpression, _ known: Set<String>) throws(SchemaError) {
        guard case .sql(let text) = expression else { return }
        for token in SQLToken.scan(text) where token.kind == .quoted {
            guard let name = token.name, !known.contains(name) else { continue }
            throw .noColumn(name, table: self.name)
        }
    }
}

extension Column {
    func checkFacets(in table: String) throws(SchemaError) {
        if isIdentity && !type.isInteger {
            throw .contradiction(name, table: table, because: "an identity column must be an integer or bigint")
        }
        if isIdentity && (`default` != nil || generated != nil || isNullable) {
            throw .contradiction(
                name, table: table, because: "an identity column can't be nullable or have a default")
        }
        if let incompatibility = `default`?.incompatibility(with: type) {
            throw .contradiction(name, table: table, because: "its default \(incompatibility)")
        }
        if generated != nil && `default` != nil {
            throw .contradiction(name, table: table, because: "a generated column can't have a default")
        }
    }

    /// A column that was computed and still is has no values of its own, which `using:` could convert.
    func checkComputing(_ facets: [Facet], after was: Column, in table: String) throws(SchemaError) {
        guard was.generated != nil, generated != nil else { return }
        for case .type(_, .some, _) in facets {
            throw .contradiction(
                name, table: table,
                because: "its values are computed; set the expression with .generated(…), not with using:")
        }
    }
}
