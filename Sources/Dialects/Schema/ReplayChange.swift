// Replay of the changes inside of an `alterTable`.

extension Schema {
    /// Applies one change, and returns it with every name given. Tables whose columns change their type along with a retyped one
    /// are added to `followers`.
    mutating func apply(
        _ change: Change, to name: String, _ followers: inout Set<String>
    ) throws(SchemaError) -> Change {
        var table = try table(name)
        var resolved = change
        switch change {
        case .addColumn(let column, let fill):
            try requireUnread(column.name, by: table)
            try column.check(filling: fill, in: name)
            try table.add(column)
        case .dropColumn(let column, let fill): try drop(column, undoFilling: fill, of: &table)
        case .renameColumn(let old, let new): try rename(old, to: new, of: &table)
        case .changeColumn(let column, let facets):
            // Undoing the change fills in a value of the type that the column has at present.
            let was = table.columns[try table.position(of: column)]
            for case .nullable(true, let fill?) in facets { try was.check(undoFilling: fill, in: name) }
            var retyped: Set<String> = []
            for facet in facets { try apply(facet, to: column, of: &table, &retyped) }
            let now = table.columns[try table.position(of: column)]
            try now.checkComputing(facets, after: was, in: name)
            for case .nullable(false, let fill?) in facets { try now.check(filling: fill, in: name) }
            try table.checkColumns()
            retyped.remove(name)
            for other in retyped.sorted() { try self.table(other).checkColumns() }
            followers.formUnion(retyped)
        case .addIndex, .addPrimaryKey, .addUnique, .addCheck, .addForeignKey: resolved = try add(change, to: &table)
        case .dropIndex(let index): try table.remove(\.indexes, named: index) { $0.name }
        case .dropUnique(let unique): try table.remove(\.uniques, named: unique) { $0.name }
        case .dropCheck(let check): try table.remove(\.checks, named: check) { $0.name }
        case .dropForeignKey(let key): try table.remove(\.foreignKeys, named: key) { $0.name }
        case .dropPrimaryKey:
            guard table.primaryKey != nil else { throw .noConstraint("primary key", table: name) }
            table.primaryKey = nil
        case .renameIndex(let old, let new): table = try Naming(beside: self).renaming(index: old, to: new, of: table)
        case .renameConstraint(let old, let new):
            table = try Naming(beside: self).renaming(constraint: old, to: new, of: table)
        }
        put(table)
        return resolved
    }

    /// Adds a key, check or index, and returns the change with the name that was given.
    private func add(_ change: Change, to table: inout Table) throws(SchemaError) -> Change {
        var naming = Naming(beside: self)
        var resolved = change
        switch change {
        case .addIndex(let index):
            let named = try naming.name(index, on: table.name)
            table.indexes.append(named)
            resolved = .addIndex(named)
        case .addUnique(let unique):
            let named = try naming.name(unique, on: table.name)
            table.uniques.append(named)
            resolved = .addUnique(named)
        case .addCheck(let check):
            let named = try naming.name(check, in: table)
            table.checks.append(named)
            resolved = .addCheck(named)
        case .addForeignKey(let key):
            let named = try naming.name(key, in: table)
            table.foreignKeys.append(named)
            resolved = .addForeignKey(named)
        case .addPrimaryKey(let key):
            guard table.primaryKey == nil else {
                throw .contradiction(
                    "primary key", table: table.name, because: "the table already has one; drop it first")
            }
            let named = try naming.name(key, on: table.name)
            table.primaryKey = named
            resolved = .addPrimaryKey(named)
        case .addColumn, .dropColumn, .renameColumn, .changeColumn, .dropIndex, .dropPrimaryKey, .dropUnique,
            .dropCheck,
            .dropForeignKey, .renameIndex, .renameConstraint:
            break
        }
        try table.checkColumns()
        return resolved
    }

    private mutating func drop(
        _ column: String, undoFilling fill: Default?, of table: inout Table
    ) throws(SchemaError) {
        let at = try table.position(of: column)
        if let fill { try table.columns[at].check(undoFilling: fill, in: table.name) }
        let users = table.users(of: column) + usersElsewhere(of: column, in: table.name)
        guard users.isEmpty else { throw .columnInUse(column, table: table.name, by: users) }
        guard table.columns.count > 1 else { throw .lastColumn(column, table: table.name) }
        table.columns.remove(at: at)
    }

    private mutating func rename(_ old: String, to new: String, of table: inout Table) throws(SchemaError) {
        let at = try table.position(of: old)
        let isTaken = table.columns.contains { $0.name != old && SQLName.equal($0.name, new) }
        guard !isTaken, old != new else { throw .columnExists(new, table: table.name) }
        let users = table.users(of: new)
        guard users.isEmpty || SQLName.equal(old, new) else { throw .columnInUse(new, table: table.name, by: users) }
        try renameInViews(old, to: new, of: table.name)
        table.columns[at].name = new
        table.renameInside([old: new])
        let parent = table.name
        for key in table.foreignKeys.indices where table.foreignKeys[key].parent == parent {
            table.foreignKeys[key].parentColumns.rename([old: new])
        }
        editForeignKeys(to: parent) { $0.parentColumns.rename([old: new]) }
    }

    private mutating func apply(
        _ facet: Facet, to column: String, of table: inout Table, _ retyped: inout Set<String>
    ) throws(SchemaError) {
        let at = try table.position(of: column)
        switch facet {
        case .type(let type, _, _):
            if let key = table.foreignKeys.first(where: {
                $0.columns.contains(column) && !($0.parent == table.name && $0.parentColumns.contains(column))
            }) {
                let reason =
                    "it refers to \(key.parent); change the type there, and the referring columns follow"
                throw .contradiction(column, table: table.name, because: reason)
            }
            put(table)
            try retype(column, of: table.name, as: type, &retyped)
            table = try self.table(table.name)
        case .nullable(let flag, _): table.columns[at].isNullable = flag
        case .default(let value): table.columns[at].default = value
        case .generated(let value): table.columns[at].generated = value
        case .collation(let value): table.columns[at].collation = value
        }
    }

    /// Retypes a column and, through any number of tables, every column that refers to it. Both sides of a foreign key always
    /// have the same type. A column from which another one is computed keeps its type: PostgreSQL refuses to change it
    /// (https://www.postgresql.org/docs/current/ddl-generated-columns.html).
    private mutating func retype(
        _ column: String, of name: String, as type: ColumnType, _ retyped: inout Set<String>
    ) throws(SchemaError) {
        guard var table = self[name], let at = table.columns.firstIndex(where: { $0.name == column }),
            table.columns[at].type != type
        else { return }
        let computed = table.columns.filter {
            $0.name != column && $0.generated?.expression.readsColumn(column) == true
        }
        guard computed.isEmpty else {
            throw .columnInUse(column, table: name, by: computed.map { "generated column \($0.name)" })
        }
        table.columns[at].type = type
        put(table)
        retyped.insert(name)
        for child in tables(referringTo: [name]) {
            for key in child.foreignKeys where key.parent == name {
                for (own, target) in zip(key.columns, key.parentColumns) where target == column {
                    try retype(own, of: child.name, as: type, &retyped)
                }
            }
        }
    }

    private func usersElsewhere(of column: String, in table: String) -> [String] {
        let referring = children(of: table).filter { child in
            child.foreignKeys.contains { $0.parent == table && $0.parentColumns.contains(column) }
        }
        return referring.map { "foreign keys of \($0.name)" } + viewsReading(column, of: table)
    }

    /// Returns the views that read this column of the table. A view with `SELECT *` does not name the column; the dialects make
    /// such a view again.
    private func viewsReading(_ column: String, of table: String) -> [String] {
        views(reading: table).filter { reading(of: column, in: table, by: $0) != .none }.map { "view \($0.name)" }
    }

    /// Makes sure that adding the column changes the meaning of no expression: a name that is used before the column exists means
    /// another column, or would become ambiguous.
    private func requireUnread(_ column: String, by table: Table) throws(SchemaError) {
        let readers = table.users(of: column) + viewsReading(column, of: table.name)
        guard readers.isEmpty else { throw .columnInUse(column, table: table.name, by: readers) }
    }
}

extension Table {
    fileprivate mutating func add(_ column: Column) throws(SchemaError) {
        columns.append(column)
        try checkColumns()
    }

    func position(of column: String) throws(SchemaError) -> Int {
        guard let at = columns.firstIndex(where: { $0.name == column }) else { throw .noColumn(column, table: name) }
        return at
    }

    fileprivate mutating func remove<Part>(
        _ parts: WritableKeyPath<Table, [Part]>, named name: String, _ nameOf: (Part) -> String?
    ) throws(SchemaError) {
        guard let at = self[keyPath: parts].firstIndex(where: { nameOf($0) == name }) else {
            throw .noConstraint(name, table: self.name)
        }
        self[keyPath: parts].remove(at: at)
    }

    /// Returns the parts of this table that would break without the column.
    fileprivate func users(of column: String) -> [String] {
        var users: [String] = []
        if let key = primaryKey, key.columns.contains(column) { users.append("the primary key") }
        users += uniques.filter { $0.columns.contains(column) }.map { "unique key \($0.name ?? "")" }
        users += checks.filter { $0.expression.readsColumn(column) }.map { "check \($0.name ?? "")" }
        users += foreignKeys.filter {
            $0.columns.contains(column) || ($0.parent == name && $0.parentColumns.contains(column))
        }
        .map { "foreign key \($0.name ?? "")" }
        users += indexes.filter { $0.uses(column) }.map { "index \($0.name)" }
        users += columns.filter { $0.name != column && $0.generated?.expression.readsColumn(column) == true }
            .map { "generated column \($0.name)" }
        return users
    }

    /// Rewrites the table's own parts for renamed columns. `names` holds the new names by the old ones.
    mutating func renameInside(_ names: [String: String]) {
        primaryKey?.columns.rename(names)
        for at in uniques.indices { uniques[at].columns.rename(names) }
        for at in checks.indices { checks[at].expression = checks[at].expression.renamingColumns(names) }
        for at in foreignKeys.indices { foreignKeys[at].columns.rename(names) }
        for at in indexes.indices { indexes[at].rename(names) }
        for at in columns.indices {
            guard let generated = columns[at].generated else { continue }
            columns[at].generated?.expression = generated.expression.renamingColumns(names)
        }
    }
}

extension Column {
    /// Checks the value that rows get when a change is undone. The check happens when the change is declared, not when somebody
    /// needs to undo it.
    fileprivate func check(undoFilling value: Default, in table: String) throws(SchemaError) {
        guard generated == nil, !isIdentity else {
            throw .contradiction(
                name, table: table, because: "undoFilling: the database itself gives the column its values")
        }
        if let incompatibility = value.incompatibility(with: type) {
            throw .contradiction(name, table: table, because: "undoFilling: the value \(incompatibility)")
        }
    }

    /// Checks the value that existing rows get.
    fileprivate func check(filling value: Default?, in table: String) throws(SchemaError) {
        guard let incompatibility = value?.incompatibility(with: type) else { return }
        throw .contradiction(name, table: table, because: "filling: the value \(incompatibility)")
    }
}

extension Change {
    /// Whether a foreign key of another table may lack the column, the type or the key that it needs after the change.
    var mayBreakReferences: Bool {
        switch self {
        case .dropColumn, .changeColumn, .dropIndex, .dropPrimaryKey, .dropUnique: true
        case .addColumn, .renameColumn, .addIndex, .addPrimaryKey, .addUnique, .addCheck, .dropCheck, .addForeignKey,
            .dropForeignKey, .renameIndex, .renameConstraint:
            false
        }
    }
}

extension Index {
    /// Returns whether a part or the condition names this column.
    public func uses(_ column: String) -> Bool {
        let inParts = parts.contains { part in
            switch part.key {
            case .column(let name): name == column
            case .expression(let expression): expression.readsColumn(column)
            }
        }
        return inParts || condition?.readsColumn(column) == true
    }

    fileprivate mutating func rename(_ names: [String: String]) {
        for at in parts.indices {
            switch parts[at].key {
            case .column(let name): parts[at].key = .column(names[name] ?? name)
            case .expression(let expression): parts[at].key = .expression(expression.renamingColumns(names))
            }
        }
        condition = condition?.renamingColumns(names)
    }
}

extension [String] {
    mutating func rename(_ names: [String: String]) {
        for at in indices { self[at] = names[self[at]] ?? self[at] }
    }
}
