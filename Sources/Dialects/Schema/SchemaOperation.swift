/// One operation of a migration on a schema.
public enum SchemaOperation: Hashable, Sendable {
    /// Makes a table with its keys, checks and indexes.
    case createTable(Table)
    /// Drops a table. Its inverse makes the whole table again, without the rows.
    case dropTable(String)
    /// Renames a table. Foreign keys and views follow.
    case renameTable(String, to: String)
    /// Changes a table by these changes, in this order.
    case alterTable(String, [Change])
    /// Makes a view.
    case createView(View)
    /// Drops a view.
    case dropView(String)
    /// Runs SQL that was written by hand.
    case run(Script)
    /// Runs Swift that reads and writes rows.
    case runSwift(DataStep)
}

/// One change of an existing table.
public enum Change: Hashable, Sendable {
    /// Adds a column. `filling` is the value that existing rows get if the column has no default that they could take.
    case addColumn(Column, filling: Default?)
    /// Drops a column. `undoFilling` is the value that rows get when the drop is undone, if the column has no default that they
    /// could take.
    case dropColumn(String, undoFilling: Default? = nil)
    /// Renames a column, and rewrites the expressions that name it.
    case renameColumn(String, to: String)
    /// Changes properties of a column.
    case changeColumn(String, [Facet])
    /// Makes an index.
    case addIndex(Index)
    /// Drops the index of this name.
    case dropIndex(String)
    /// Adds the primary key.
    case addPrimaryKey(PrimaryKey)
    /// Drops the primary key.
    case dropPrimaryKey
    /// Adds a unique key.
    case addUnique(Unique)
    /// Drops the unique key of this name.
    case dropUnique(String)
    /// Adds a check.
    case addCheck(Check)
    /// Drops the check of this name.
    case dropCheck(String)
    /// Adds a foreign key.
    case addForeignKey(ForeignKey)
    /// Drops the foreign key of this name.
    case dropForeignKey(String)
    /// Renames an index. SQLite makes it again under the new name.
    case renameIndex(String, to: String)
    /// Renames the primary key, a unique key, a check or a foreign key.
    case renameConstraint(String, to: String)
}

/// One property of a column that changes.
public enum Facet: Hashable, Sendable {
    /// Sets another type. `using` computes the new value, if the dialect's own conversion is not the right one. `undo` computes
    /// the old value again when the change is undone.
    case type(ColumnType, using: SQLExpression? = nil, undo: SQLExpression? = nil)
    /// Makes the column nullable or required. `filling` is the value that rows without one get when the column becomes required,
    /// by this change or when it is undone.
    case nullable(Bool, filling: Default?)
    /// Sets another default; `nil` removes it.
    case `default`(Default?)
    /// Sets another expression from which the column is computed; `nil` makes it a column that is written and keeps its values.
    case generated(Generated?)
    /// Sets another collation; `nil` for the database's own.
    case collation(Collation?)
}

/// SQL that runs exactly as it is written. It does not change the schema value, so it is meant for rows, triggers and the like.
public struct Script: Hashable, Sendable {
    /// The SQL that the migration runs.
    public var up: SQLExpression
    /// How the SQL is undone.
    public var undo: Undo

    /// Makes a script of SQL and the way to undo it.
    public init(_ up: SQLExpression, undo: Undo) {
        self.up = up
        self.undo = undo
    }
}

/// How a script is undone. All other operations need none, because a history computes their inverse.
public enum Undo: Hashable, Sendable {
    /// Runs this SQL.
    case script(SQLExpression)
    /// There is nothing to undo.
    case nothing
    /// Refuses to undo the migration, and shows the reason.
    case impossible(because: String)
}
