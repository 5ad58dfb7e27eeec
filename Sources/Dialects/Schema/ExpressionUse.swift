/// The purpose of an expression. It decides which names the expression may use and what the expression must yield.
public enum ExpressionUse: Sendable {
    /// A check, or the condition of an index.
    case condition(of: Table)
    /// An expression that an index holds.
    case key(of: Table, isUnique: Bool)
    /// The expression of a computed column.
    case generated(Column, of: Table)
    /// The `using:` of a retype, over the table as it was before the alteration.
    case value(ColumnType, of: Table)
    /// A default for a column of this type. It can't name a column.
    case constant(ColumnType)
    /// The query of a view of this name, over the tables and views of a schema.
    case query(of: String, over: Schema)
}
