extension SQLiteExpressionTranslation {
    /// What the translation of an expression has to know of a column that the expression names.
    struct ColumnSense {
        var name: String
        var type: ColumnType
        var collation: Collation?
        /// Whether a comparison takes its collation from the column, or compares by bytes if the column names none. It does not take any
        /// from a value of `excluded`.
        var hasCollation = true
        /// The column's type in PostgreSQL if that type compares without regard to case. Such a column is read as text.
        var caselessType: ColumnType?
        /// The expression from which the column is computed.
        var generated: SQLExpression?
        var storage: WholeStorage
        /// The conversion that the transfer applies to the column's values; `nil` for none.
        var conversion: ValueConversion?
        var hasAffinity = true
        var isNullable = true
        /// The test for the rows in which the value is a number in SQLite, if the column holds texts in the target
        /// nevertheless; `unknown` also for bytes that are values of several classes in SQLite.
        var numberTest: NumberTest?
        /// Whether the column is one of a table, or of a query that shows such a column, without a declared type.
        var isUntyped = false
        /// The column of a table that this one is or shows, if its type in the target is a guess.
        var guess: GuessedColumn?
        /// Whether the column, if it is one of integers, has 64 bits.
        var isWide: Bool
        /// How the source writes the column, if it is one of moments.
        var momentTexts = NamedRelation.MomentTexts.alike

        /// Creates a column of a table or view. `name` is its name in the target.
        init(_ column: Column, of relation: NamedRelation, name: String) {
            self.name = name
            caselessType = PostgreSQLNocase.holds(column.type) ? column.type : nil
            type = caselessType == nil ? column.type : .text
            collation = column.collation
            generated = column.generated?.expression
            isNullable = column.isNullable
            conversion = relation.conversions[column.name]
            isWide = type != .smallint && type != .integer
            momentTexts = relation.momentTexts[column.name] ?? .alike
            let declared = relation.declared[column.name]
            storage = WholeStorage(declared: declared)
            isUntyped = declared?.isWithoutAffinity == true
            guess = relation.guesses[column.name]
            hasAffinity = !isUntyped && !relation.computedColumns.contains(column.name)
            if let isRead = relation.dynamicColumns[column.name], type.isText || type == .bytes {
                numberTest = isRead ? .reading : .unknown
            } else if type.isText, declared?.convertsTexts == true {
                numberTest = .reading
            }
        }

        /// Creates the column that a query yields.
        init(_ piece: Piece, _ collation: Collation?, name: String) {
            self.name = name
            type = piece.isDecimal ? .numeric : piece.kind.columnType
            caselessType = piece.own?.type
            self.collation = collation
            (hasAffinity, isNullable, conversion) = (piece.hasAffinity, piece.isNullable, piece.conversion)
            storage = piece.storage
            (numberTest, momentTexts, isWide) = (piece.numberTest?.ofColumn, piece.momentTexts, piece.isWide)
            (isUntyped, guess) = (piece.isUntypedColumn, piece.guess)
        }
    }
}
