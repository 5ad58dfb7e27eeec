/// The names of constraints and indexes that nobody named. A name is given once, when the object is made, and stays when a table
/// or column is renamed. So a drop is always by name, and both databases agree on the name.
struct Naming {
    /// The schema whose names are taken: PostgreSQL keeps the names of tables, views, indexes and keys in one namespace.
    private let schema: Schema
    /// Names that were given since, in lower case.
    private var claimed: Set<String>
    private var numbers = NameNumbers()

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
        var constraints = ConstraintNames(of: table)
        let columns = MentionedNames(table.columns.map(\.name))
        for at in table.checks.indices {
            constraints.remove(table.checks[at].name)
            table.checks[at] = try constraints.name(table.checks[at], columns)
            constraints.insert(table.checks[at].name)
        }
        for at in table.foreignKeys.indices {
            constraints.remove(table.foreignKeys[at].name)
            table.foreignKeys[at] = try constraints.name(table.foreignKeys[at])
            constraints.insert(table.foreignKeys[at].name)
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

    /// Returns the check that is added to `table`, with a name.
    func name(_ check: Check, in table: Table) throws(SchemaError) -> Check {
        var constraints = ConstraintNames(of: table)
        return try constraints.name(check, MentionedNames(table.columns.map(\.name)))
    }

    /// Returns the foreign key that is added to `table`, with a name.
    func name(_ key: ForeignKey, in table: Table) throws(SchemaError) -> ForeignKey {
        var constraints = ConstraintNames(of: table)
        return try constraints.name(key)
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
        var constraints = ConstraintNames(of: table)
        constraints.remove(old)
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
        try constraints.requireFree(new)
        try requireFree(new, for: old, amongRelations: isRelation)
        return table
    }

    /// Makes sure that the new name is free. `amongRelations` says that the object shares the namespace of tables, views and
    /// indexes.
    private func requireFree(_ new: String, for old: String, amongRelations: Bool) throws(SchemaError) {
        guard new != old else { throw .nameTaken(new, by: "the object that is to be renamed") }
        guard amongRelations, isTaken(new), !SQLName.equal(old, new) else { return }
        throw .nameTaken(new, by: "another table, view, index or key")
    }

    private mutating func claim(_ asked: String?, or words: [String], on table: String) throws(SchemaError) -> String {
        let name = asked ?? free(words)
        guard !isTaken(name) else { throw .nameTaken(name, by: "another table, view, index or key") }
        claimed.insert(SQLName.folded(name))
        return name
    }

    private mutating func free(_ words: [String]) -> String {
        let whole = Naming.whole(words)
        let number = numbers.number(of: whole) { !isTaken($0) }
        return numbers.numbered(whole, number)
    }

    /// Returns the words joined by `_`, cut to the longest allowed name.
    static func whole(_ words: [String]) -> String { fitting(words.joined(separator: "_"), into: longestName - 2) }

    /// Returns the name with a number behind it, for which `whole` leaves room as long as it has two digits.
    static func numbered(_ name: String, _ number: Int) -> String { fitting("\(name)\(number)", into: longestName) }

    /// Cuts a name that is longer than `room` bytes: it keeps its beginning and gets a digest, so that two long names stay different.
    private static func fitting(_ name: String, into room: Int) -> String {
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

/// The names of a table's constraints. Names of checks and foreign keys must be unique within their table only.
private struct ConstraintNames {
    private let table: String
    /// How many constraints have each name, by the name in lower case.
    private var counts: [String: Int] = [:]
    private var numbers = NameNumbers()

    init(of table: Table) {
        self.table = table.name
        let names =
            table.checks.map(\.name) + table.foreignKeys.map(\.name) + table.uniques.map(\.name)
            + [table.primaryKey?.name]
        for name in names { insert(name) }
    }

    mutating func insert(_ name: String?) { if let name { counts[SQLName.folded(name), default: 0] += 1 } }
    mutating func remove(_ name: String?) { if let name { counts[SQLName.folded(name), default: 1] -= 1 } }

    private func isFree(_ name: String) -> Bool { counts[SQLName.folded(name), default: 0] == 0 }

    func requireFree(_ name: String) throws(SchemaError) {
        guard isFree(name) else { throw .nameTaken(name, by: "another constraint of \(table)") }
    }

    /// Returns the check with a name. A check that mentions only one column is named after that column.
    ///
    /// - Parameter columns: The names of the table's columns.
    mutating func name(_ check: Check, _ columns: MentionedNames) throws(SchemaError) -> Check {
        if let asked = check.name {
            try requireFree(asked)
            return check
        }
        let mentioned = columns.mentioned(in: check.expression)
        return Check(check.expression, name: free([table] + (mentioned.count == 1 ? mentioned : []) + ["check"]))
    }

    mutating func name(_ key: ForeignKey) throws(SchemaError) -> ForeignKey {
        if let asked = key.name {
            try requireFree(asked)
            return key
        }
        var key = key
        key.name = free([table] + key.columns + ["fkey"])
        return key
    }

    private mutating func free(_ words: [String]) -> String {
        let whole = Naming.whole(words)
        let number = numbers.number(of: whole) { isFree($0) }
        return numbers.numbered(whole, number)
    }
}

/// The numbers appended to names that would otherwise be equal. A number that is taken is not tried again, so that a thousand checks of
/// one column need a thousand tries.
private struct NameNumbers {
    private var last: [String: Int] = [:]

    /// Returns the number with which the name is free; `nil` if it is free without one.
    func number(of name: String, isFree: (String) -> Bool) -> Int? {
        if last[name] == nil && isFree(name) { return nil }
        var number = last[name, default: 0] + 1
        while !isFree(Naming.numbered(name, number)) { number += 1 }
        return number
    }

    /// Returns the name with its number appended, and remembers the number.
    mutating func numbered(_ name: String, _ number: Int?) -> String {
        guard let number else { return name }
        last[name] = number
        return Naming.numbered(name, number)
    }
}
