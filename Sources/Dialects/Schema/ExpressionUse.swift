/// What an expression is for: which names it may say, and what it has to yield.
public enum ExpressionUse: Sendable {
    /// A check, or the condition of an index.
    case condition(of: Table)
    /// An expression that an index holds.
    case key(of: Table, isUnique: Bool)
    /// What a column of the table is computed from.
    case generated(Column, of: Table)
    /// What a value of this type is computed from, by the table as it was before: `using:` of a retype.
    case value(ColumnType, of: Table)
    /// A default: it knows no columns.
    case constant(ColumnType)
    /// The query of the view of this name, which reads what `schema` holds.
    case query(of: String, over: Schema)
}
