// The rows that a trigger names: NEW, OLD, and the `excluded` of an upsert. SQLite compares their values as values, not as columns.

extension SQLiteRelation {
    /// Creates the relation that NEW or OLD is. A declared type converts nothing there: `NEW.n = '5'` is never true of an INTEGER.
    /// The rowid alone keeps its type, and all columns keep their collations.
    init(row name: String, of named: NamedRelation) {
        self.init(named)
        self.name = name
        for at in columns.indices where columns[at].name != rowid { columns[at].dropType() }
    }

    /// Creates the relation `excluded`, whose values have no collations either.
    init(excludedFrom named: NamedRelation) {
        self.init(named)
        name = "excluded"
        for at in columns.indices {
            columns[at].dropType()
            (columns[at].collation, columns[at].hasCollation) = (nil, false)
        }
    }
}

extension SQLiteExpressionTranslation.ColumnSense {
    /// Takes away what a declared type, or its absence, does to the values that the column is compared with.
    fileprivate mutating func dropType() { (hasAffinity, isUntyped) = (false, false) }
}
