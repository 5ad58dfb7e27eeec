/// The names of constraints and indexes that nobody named. A name is given once, when the object is made, and stays when a table
/// or column is renamed. So a drop is always by name, and both databases agree on the name.
struct Naming {
    /// The schema whose names are taken: PostgreSQL keeps the names of tables, views, indexes and keys in one namespace.
    private let schema: Schema
    /// Names that were given since, in lower case.
    private var claimed: Set<String>

    init(beside schema: Schema, claimed: Set<String> = []) {
        self.schema = schema
        self.claimed = claimed
    }

    private func isTaken(_ name: String) -> Bool {
        claimed.contains(SQLName.folded(name)) || schema.isTaken(name)
    }

    /// The largest number of bytes in a name. PostgreSQL cuts longer names (its manual, section 4.1.1).
    static let longestName = 63

    /// Returns `table` with a name for each key, check and index. Throws if a requested name is taken.
    mutating func name(_ table: Table) throws(SchemaError) -> Table {
        var table = table
        if let key = table.primaryKey { table.primaryKey = try name(key, on: table.name) }
        for at in table.uniques.indices { table.uniques[at] = try name(table.uniques[at], on: table.name) }
        for at in table.indexes.indices { table.indexes[at] = try name(table.indexes[at], on: table.name) }
        for at in table.checks.indices { table.checks[at] = try name(table.checks[at], in: table, at: at) }
        for at in table.foreignKeys.indices {
            table.foreignKeys[at] = try name(table.foreignKeys[at], in: table, at: at)
        }
        return table
    }

    mutating func name(_ key: PrimaryKey, on table: String) throws(SchemaError) -> PrimaryKey {
        PrimaryKey(key.columns, name: try claim(key.name, or: [table, "pkey"], on: table))
    }

    mutating func name(_ unique: Unique, on table: String) throws(SchemaError) -> Unique {
        Unique(unique.columns, name: try claim(unique.name, or: [table] + unique.columns + ["key"], on: table))
    }

    mutating func name(_ index: Index, on table: String) throws(SchemaError) -> Index {
        var index = index
        index.name = try claim(
            index.name.isEmpty ? nil : index.name, or: [Table.indexName(on: table, index.parts)], on: table)
        return index
    }

    /// Returns the check with a name. Names of checks and foreign keys must differ within their table only.
    func name(_ check: Check, in table: Table, at position: Int?) throws(SchemaError) -> Check {
        let columns = table.columns.map(\.name).filter(check.expression.mentions)
        let words = columns.count == 1 ? [table.name, columns[0], "check"] : [table.name, "check"]
        let others = table.constraintNames(exceptCheck: position, exceptForeignKey: nil)
        return Check(check.expression, name: try constraintName(check.name, or: words, beside: others, on: table.name))
    }

    func name(_ key: ForeignKey, in table: Table, at position: Int?) throws(SchemaError) -> ForeignKey {
        var key = key
        let others = table.constraintNames(exceptCheck: nil, exceptForeignKey: position)
        let words = [table.name] + key.columns + ["fkey"]
        key.name = try constraintName(key.name, or: words, beside: others, on: table.name)
        return key
    }

    /// Returns `table` with its index `old` renamed to `new`. Throws if there is no such index, or if the name is taken.
    func renaming(index old: String, to new: String, of table: Table) throws(SchemaError) -> Table {
        guard let at = table.indexes.firstIndex(where: { $0.name == old }) else {
            throw .noConstraint(old, table: table.name)
        }
        try requireFree(new, for: old, amongRelations: true)
        var table = table
        table.indexes[at].name = new
        return table
    }

    /// Returns `table` with its key, check or foreign key `old` renamed to `new`. Throws if there is no such constraint, or if
    /// the name is taken.
    func renaming(constraint old: String, to new: String, of table: Table) throws(SchemaError) -> Table {
        var table = table
        let others = table.constraintNames(exceptCheck: nil, exceptForeignKey: nil).subtracting([SQLName.folded(old)])
        let isRelation = table.relationNames.contains(old)
        if table.primaryKey?.name == old {
            table.primaryKey?.name = new
        } else if let at = table.uniques.firstIndex(where: { $0.name == old }) {
            table.uniques[at].name = new
        } else if let at = table.checks.firstIndex(where: { $0.name == old }) {
            table.checks[at].name = new
        } else if let at = table.foreignKeys.firstIndex(where: { $0.name == old }) {
            table.foreignKeys[at].name = new
        } else {
            throw .noConstraint(old, table: table.name)
        }
        guard !others.contains(SQLName.folded(new)) else {
            throw .nameTaken(new, by: "another constraint of \(table.name)")
        }
        try requireFree(new, for: old, amongRelations: isRelation)
        return table
    }

    /// Makes sure that the new name is free. `amongRelations` says that the object shares the namespace of tables, views and
    /// indexes.
    private func requireFree(_ new: String, for old: String, amongRelations: Bool) throws(SchemaError) {
        guard new != old else { throw .nameTaken(new, by: "what is to be renamed itself") }
        guard amongRelations, isTaken(new), !SQLName.equal(old, new) else { return }
        throw .nameTaken(new, by: "another table, view, index or key")
    }

    private func constraintName(
        _ asked: String?, or words: [String], beside others: Set<String>, on table: String
    ) throws(SchemaError) -> String {
        guard let asked else { return Naming.derived(words) { !others.contains(SQLName.folded($0)) } }
        guard !others.contains(SQLName.folded(asked)) else {
            throw .nameTaken(asked, by: "another constraint of \(table)")
        }
        return asked
    }

    private mutating func claim(_ asked: String?, or words: [String], on table: String) throws(SchemaError) -> String {
        let name = asked ?? Naming.derived(words) { !isTaken($0) }
        guard !isTaken(name) else { throw .nameTaken(name, by: "another table, view, index or key") }
        claimed.insert(SQLName.folded(name))
        return name
    }

    /// Returns the words joined by `_`, cut to the longest name, and numbered if needed until the name is free.
    static func derived(_ words: [String], isFree: (String) -> Bool) -> String {
        let whole = fitting(words.joined(separator: "_"))
        if isFree(whole) { return whole }
        var number = 1
        while !isFree("\(whole)\(number)") { number += 1 }
        return "\(whole)\(number)"
    }

    /// Cuts a long name: it keeps its beginning and gets a digest, so that two long names stay different.
    private static func fitting(_ name: String) -> String {
        let room = longestName - 2
        guard name.utf8.count > room else { return name }
        var beginning = name
        while beginning.utf8.count > room - 9 { beginning.removeLast() }
        return beginning + "_" + Digest(of: name.utf8).hexadecimal.prefix(8)
    }
}

extension Table {
    /// Returns the table with a name for each key, check and index, as replay names them.
    ///
    /// - Throws: ``SchemaError`` when two of its parts have the same name.
    public func named() throws(SchemaError) -> Table {
        var naming = Naming(beside: Schema(), claimed: [SQLName.folded(name)])
        return try naming.name(self)
    }

    /// Returns the names of the table's constraints, in lower case, except for those at the given positions.
    fileprivate func constraintNames(exceptCheck check: Int?, exceptForeignKey key: Int?) -> Set<String> {
        let others =
            checks.enumerated().filter { $0.offset != check }.map(\.element.name)
            + foreignKeys.enumerated().filter { $0.offset != key }.map(\.element.name)
            + uniques.map(\.name) + [primaryKey?.name]
        return Set(others.compactMap { $0.map(SQLName.folded) })
    }

    /// The names that the table takes in the database's one namespace of relations.
    var relationNames: [String] {
        var names = [name]
        names.reserveCapacity(indexes.count + uniques.count + 2)
        for index in indexes { names.append(index.name) }
        for unique in uniques { if let name = unique.name { names.append(name) } }
        if let key = primaryKey?.name { names.append(key) }
        return names
    }
}
