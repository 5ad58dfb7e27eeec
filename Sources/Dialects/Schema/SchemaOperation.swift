/// One operation of a migration on a schema: the whole vocabulary.
public enum SchemaOperation: Hashable, Sendable {
    /// Makes a table with its keys, checks and indexes.
    case createTable(Table)
    /// Drops a table. Its inverse makes the whole table again, without the rows.
    case dropTable(String)
    /// Renames a table. Foreign keys and views follow.
    case renameTable(String, to: String)
    /// Changes a table, in this order.
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

/// One change of a table that exists.
public enum Change: Hashable, Sendable {
    /// `filling`: what rows that exist already get, when the column has no default that would say so.
    case addColumn(Column, filling: Default?)
    /// `undoFilling`: what rows get when the drop is undone, where the column has no default that would say so.
    case dropColumn(String, undoFilling: Default? = nil)
    /// Renames a column, and what names it.
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
    /// `using`: how to compute the new value, when the dialect's own conversion is not what is meant. `undo`: how to compute
    /// the old one again, when the change is undone.
    case type(ColumnType, using: SQLExpression? = nil, undo: SQLExpression? = nil)
    /// `filling`: what rows without a value get when the column becomes required, by this change or when it is undone.
    case nullable(Bool, filling: Default?)
    /// Another default; `nil` for none.
    case `default`(Default?)
    /// Computed from something else; `nil` for a column that is written from now on and keeps its values.
    case generated(Generated?)
    /// Another collation; `nil` for the database's own.
    case collation(Collation?)
}

/// SQL that is run as it is written. It does not change the schema value, so it is for rows, triggers and the like.
public struct Script: Hashable, Sendable {
    /// What the migration runs.
    public var up: SQLExpression
    /// What undoes it.
    public var undo: Undo

    /// SQL with its way back.
    public init(_ up: SQLExpression, undo: Undo) {
        self.up = up
        self.undo = undo
    }
}

/// How a script is undone. A history computes the way back of everything else.
public enum Undo: Hashable, Sendable {
    /// Runs this SQL.
    case script(SQLExpression)
    /// There is nothing to undo.
    case nothing
    /// Refuses to undo the migration, and shows the reason.
    case impossible(because: String)
}
