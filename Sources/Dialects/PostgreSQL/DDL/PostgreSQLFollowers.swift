// What follows a retyped key: the columns that refer to it, and the foreign keys by which they do.

/// A column that takes another type because it refers to one that does.
struct FollowingColumn {
    var table: Table
    var was: Column
    var now: Column

    /// The columns that differ in their types, between two states of a table whose columns are the same otherwise.
    static func all(between before: Table, _ after: Table) -> [FollowingColumn] {
        zip(before.columns, after.columns).filter { $0.type != $1.type }.map { was, now in
            FollowingColumn(table: after, was: was, now: now)
        }
    }
}

extension ChangeStep {
    /// Columns of the altered table itself that follow the one that this step retypes: they are called by their names of then, and
    /// the key by which they follow may be gone after the next step.
    var followers: [FollowingColumn] {
        guard case .changeColumn(let changed, _) = change else { return [] }
        return FollowingColumn.all(between: before, after).filter { $0.now.name != changed }
    }
}

extension PostgreSQLAlter {
    /// `firstName` gives the name that a column had before the alteration.
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

    /// A foreign key can't stand while its two sides have different types: all that refer to a table which changes are dropped
    /// first, and those that the alteration leaves are added last.
    var foreignKeysAside: [String] {
        foreignKeys(in: before).map { table, key in
            "ALTER TABLE \(SQLText.identifier(table)) DROP CONSTRAINT \(SQLText.identifier(key.name ?? ""))"
        }
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

    /// Whether a step adds, drops or renames one of those keys: it is done by their way out and back.
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
