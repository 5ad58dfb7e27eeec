/// One thing that a migration does to a schema: the whole vocabulary.
public enum SchemaOperation: Hashable, Sendable {
    case createTable(Table)
    case dropTable(String)
    case renameTable(String, to: String)
    case alterTable(String, [Change])
    case createView(View)
    case dropView(String)
    case run(Script)
}

/// One thing that is done to a table that exists.
public enum Change: Hashable, Sendable {
    /// `filling`: what rows that exist already get, when the column has no default that would say so.
    case addColumn(Column, filling: Default?)
    /// `undoFilling`: what rows get when the drop is undone, where the column has no default that would say so.
    case dropColumn(String, undoFilling: Default? = nil)
    case renameColumn(String, to: String)
    case changeColumn(String, [Facet])
    case addIndex(Index)
    case dropIndex(String)
    case addPrimaryKey(PrimaryKey)
    case dropPrimaryKey
    case addUnique(Unique)
    case dropUnique(String)
    case addCheck(Check)
    case dropCheck(String)
    case addForeignKey(ForeignKey)
    case dropForeignKey(String)
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
    case `default`(Default?)
    case generated(Generated?)
    case collation(Collation?)
}

/// SQL that is run as it is written. It does not change the schema value, so it is for rows, triggers and the like.
public struct Script: Hashable, Sendable {
    public var up: SQLExpression
    public var undo: Undo

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
