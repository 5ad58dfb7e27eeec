// The followers of a retyped key: the columns that refer to it, and their foreign keys.

/// A column that gets another type because it refers to a column that does.
struct FollowingColumn {
    var table: Table
    var was: Column
    var now: Column

    /// Returns the columns whose types differ between two states of a table whose columns are otherwise the same.
    static func all(between before: Table, _ after: Table) -> [FollowingColumn] {
        zip(before.columns, after.columns).filter { $0.type != $1.type }.map { was, now in
            FollowingColumn(table: after, was: was, now: now)
        }
    }
}

extension ChangeStep {
    /// The columns of the altered table itself that follow the column which this step retypes. They have their names at this
    /// step, and the key by which they follow may be gone after the next step.
    var followers: [FollowingColumn] {
        guard case .changeColumn(let changed, _) = change else { return [] }
        return FollowingColumn.all(between: before, after).filter { $0.now.name != changed }
    }
}

extension PostgreSQLAlter {
    /// Returns the statement that retypes a follower. `firstName` gives the name that a column had before the alteration.
    func retype(
        _ follower: FollowingColumn, called firstName: (String) -> String?
    ) throws(LoweringError) -> [String] {
        let column = SQLText.identifier(follower.now.name)
        try undeclared.requireNoHeirs(of: follower.table.name)
        if let first = firstName(follower.now.name) {
            try undeclared.requireUnread(column: first, of: follower.table.name, by: [.reference, .reader, .rule])
        }
        let value = try dialect.conversion(of: column, from: follower.was.type, to: follower.now.type).expression
        let type = try dialect.renderType(of: follower.now, in: follower.table)
        return [
            "ALTER TABLE \(SQLText.identifier(follower.table.name)) ALTER COLUMN \(column) TYPE \(type) USING \(value)"
        ]
    }

    /// Returns the statements that retype the followers of another table, around which its checks and indexes get their SQL for
    /// the new types.
    func retype(_ follower: TableAlteration.ChangedTable) throws(LoweringError) -> [String] {
        var statements: [String] = []
        for column in FollowingColumn.all(between: follower.before, follower.after) {
            statements += try retype(column) { $0 }
        }
        return try aroundRewording(statements, follower.before, follower.after)
    }

    /// The statements that drop foreign keys before the alteration. A foreign key is impossible while its two sides have
    /// different types. So all keys that refer to a changing table are dropped first, and those that the alteration keeps are
    /// added last. A key that somebody has made otherwise is refused, unless it is dropped for good.
    func foreignKeysAside() throws(LoweringError) -> [String] {
        let dropped = Set(
            alteration.steps.compactMap { step -> String? in
                guard case .dropForeignKey(let name) = step.change else { return nil }
                return name
            })
        var statements: [String] = []
        for (table, key) in foreignKeys(in: before) {
            let name = key.name ?? ""
            let isKept = table != alteration.before.name || !dropped.contains(name)
            if isKept { try undeclared.requireAsDeclared(name, of: table) }
            statements.append("ALTER TABLE \(SQLText.identifier(table)) DROP CONSTRAINT \(SQLText.identifier(name))")
        }
        return statements
    }

    var foreignKeysAgain: [String] {
        foreignKeys(in: after).map { table, key in
            "ALTER TABLE \(SQLText.identifier(table)) ADD \(DDL.define(key))"
        }
    }

    private func foreignKeys(in schema: Schema) -> [(table: String, key: ForeignKey)] {
        let parents = alteration.tableNames
        return schema.tables(referringTo: parents).flatMap { table in
            table.foreignKeys.filter { parents.contains($0.parent) }.map { (table.name, $0) }
        }
    }

    /// Returns whether a step adds, drops or renames one of those foreign keys. Dropping the key first and adding it last already
    /// makes such a change.
    func isAboutKeyAside(_ step: ChangeStep) -> Bool {
        func isAside(_ name: String) -> Bool {
            step.before.foreignKeys.contains { $0.name == name && alteration.tableNames.contains($0.parent) }
        }
        switch step.change {
        case .addForeignKey(let key): return alteration.tableNames.contains(key.parent)
        case .dropForeignKey(let name), .renameConstraint(let name, _): return isAside(name)
        case .addColumn, .dropColumn, .renameColumn, .changeColumn, .addIndex, .dropIndex, .renameIndex, .addPrimaryKey,
            .dropPrimaryKey, .addUnique, .dropUnique, .addCheck, .dropCheck:
            return false
        }
    }
}
