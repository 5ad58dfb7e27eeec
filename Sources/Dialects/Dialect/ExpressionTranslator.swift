// The translation of a source's expressions and views into the SQL of a target: what it is given, and what it yields.

/// A translator of one table's expressions from a source's SQL into a target's.
package protocol ExpressionTranslator {
    /// Translates the condition of an index.
    ///
    /// - Parameter isUnique: Whether the index is unique, so that it decides which rows there may be. Another one changes no result. So
    ///   the target's own functions will do in it, by whose names a program's queries find their index.
    func predicate(_ expression: SQLExpression, isUnique: Bool) throws(Untranslatable) -> SQLExpression
    /// Translates a check. Where it is false, the target may refuse the row by another error than that of a violated check.
    func check(_ expression: SQLExpression) throws(Untranslatable) -> SQLExpression
    /// Translates an expression that an index sorts by, as it compares under this collation.
    ///
    /// - Parameter isUnique: As in `predicate`.
    func value(
        _ expression: SQLExpression, collated collation: Collation?, isUnique: Bool
    ) throws(Untranslatable) -> SQLExpression
    /// Returns a sentence about the words in which a query must name the key of a unique index to find rows by it; `nil` if they are
    /// those of the source.
    func remark(onUnique expression: SQLExpression) -> String?
    /// Translates an expression from which a column of this type is computed, and which yields exactly the same in the target.
    func generated(_ expression: SQLExpression, for type: ColumnType) throws(Untranslatable) -> SQLExpression
    /// Returns the type in which the target keeps the values that the source computes for a column of this type: another one where the
    /// target would round them.
    func computedType(_ expression: SQLExpression, for type: ColumnType) -> ColumnType
    /// Returns the type of what an expression yields, for a computed column without a declared type; `nil` if that is not known.
    func yieldedType(_ expression: SQLExpression) -> ColumnType?
    /// Returns a sentence about the rows that the target refuses because a column of this type can't store what it computes for them; `nil`
    /// for most expressions.
    func remark(onComputed expression: SQLExpression, for type: ColumnType) -> String?
    /// Returns the digits in which the values agree that source and target compute for a column of this type.
    func computedDigits(_ expression: SQLExpression, for type: ColumnType) -> ComputedDigits
    /// Sentences about what the indexes, checks and computed columns that were translated do a little differently in the target.
    var remarks: [String] { get }
    /// Translates a default of a column of this type, whose values `rule` reads; `nil` if there is nothing to say, as with NULL.
    func value(_ value: Default, for type: ColumnType, readBy rule: ValueRule?) throws(Untranslatable) -> Default?
    /// Returns a sentence about the meaning that a transferred default has in the target but not in the source; `nil` for most
    /// defaults.
    func remark(on value: Default, for type: ColumnType) -> String?
    /// Returns a column as an index with this collation must write it; `nil` if the column's name alone will do. Throws if the target
    /// doesn't have the collation.
    func collated(_ column: String, _ collation: Collation) throws(Untranslatable) -> SQLExpression?
}

/// What an expression, a view or a trigger can name: a table or a view with the names of the source and the types of the target.
package struct NamedRelation: Sendable, Equatable {
    package var table: Table
    /// What becomes of values that a rule reads on their way, by the names of their columns.
    package var conversions: [String: ValueConversion]
    /// The types that the source declares, by the names of their columns; empty for a view.
    package var declared: [String: ColumnType]
    /// The words of SQL behind each column of a view, where the target writes them in place of its name.
    package var weights: [String: Int]
    /// The columns that are texts in the target but hold numbers in some rows of the source, in a view or in a column without a declared
    /// type; each with whether a value's text tells if it was a number.
    package var dynamicColumns: [String: Bool]
    /// The columns of a view that have no declared type, because they are computed.
    package var computedColumns: Set<String>
    /// How columns of moments are written, by their names; a column without an entry is written as in the target.
    package var momentTexts: [String: MomentTexts]
    /// The names of the source's columns that the target does not get, because a rule skips them.
    package var skippedColumns: Set<String> = []
    /// The columns whose type in the target is a guess, by their names; in a view, the column of a table that each shows.
    package var guesses: [String: GuessedColumn] = [:]
    /// The columns that the source's `*` does not show: a full-text table has such ones, and no other relation.
    package var hiddenColumns: Set<String> = []

    /// How a column's moments are written in the source, beside the texts that the target makes of them.
    package enum MomentTexts: Sendable, Equatable {
        /// Not at all: the column has no texts.
        case absent
        /// As in the target.
        case alike
        /// All in this form: `0000-00-00T00:00:00Z`, with a zero for each digit.
        case uniform(String)
        /// In several forms, or with offsets.
        case mixed(haveTimes: Bool)
        /// In a form that a rule reads, which may be another moment without the rule.
        case byRule
    }

    package init(
        _ table: Table, conversions: [String: ValueConversion] = [:], declared: [String: ColumnType] = [:],
        weights: [String: Int] = [:], dynamicColumns: [String: Bool] = [:],
        computedColumns: Set<String> = [], momentTexts: [String: MomentTexts] = [:]
    ) {
        (self.table, self.conversions, self.declared, self.weights) = (table, conversions, declared, weights)
        (self.dynamicColumns, self.computedColumns, self.momentTexts) = (dynamicColumns, computedColumns, momentTexts)
    }
}

/// A column of the source with neither a declared type nor values, so that its type in the target is a guess.
package struct GuessedColumn: Hashable, Sendable {
    package var table: String
    package var column: String

    package init(table: String, column: String) { (self.table, self.column) = (table, column) }
}

/// What becomes of a column's values on their way, by a rule or because they are written otherwise.
package struct ValueConversion: Sendable, Equatable {
    package var reading: ValueRule?
    package var type: ColumnType
    /// Whether two values compare after the conversion as they did before, for those that are equal and those that are not.
    package var keepsOrder: Bool
    /// Whether a rule of the user's makes the conversion. Otherwise the column's declared type does.
    package var isRuled: Bool

    package init(_ reading: ValueRule?, to type: ColumnType, keepsOrder: Bool, isRuled: Bool = true) {
        (self.reading, self.type, self.keepsOrder, self.isRuled) = (reading, type, keepsOrder, isRuled)
    }
}

/// A view's query in the target's SQL.
package struct TranslatedView: Sendable, Equatable {
    package var query: SQLExpression
    /// The columns of the view, as far as they are known, for another view that reads this one.
    package var columns: [Column]
    /// What has become of the values of these columns, where the view shows those of a converted column.
    package var conversions: [String: ValueConversion]
    /// The words of SQL behind each column, where the target writes them in place of its name.
    package var weights: [String: Int]
    /// The columns that are texts in the target, and numbers in some rows of the source; each with whether its text tells in which.
    package var dynamicColumns: [String: Bool]
    /// The columns without a declared type.
    package var computedColumns: Set<String>
    /// How columns of moments are written in the source, by their names.
    package var momentTexts: [String: NamedRelation.MomentTexts]
    /// The columns that show one whose type in the target is a guess.
    package var guesses: [String: GuessedColumn] = [:]
    /// Whether the query asks for the current time, so that it yields other rows each time.
    package var asksForTime: Bool
    /// What the query does a little differently in the target, in sentences.
    package var remarks: [String]

    package init(
        _ query: SQLExpression, columns: [Column], conversions: [String: ValueConversion] = [:],
        weights: [String: Int] = [:], dynamicColumns: [String: Bool] = [:], computedColumns: Set<String> = [],
        momentTexts: [String: NamedRelation.MomentTexts] = [:], asksForTime: Bool = false, remarks: [String] = []
    ) {
        self.query = query
        self.columns = columns
        self.conversions = conversions
        self.weights = weights
        self.dynamicColumns = dynamicColumns
        self.computedColumns = computedColumns
        self.momentTexts = momentTexts
        self.asksForTime = asksForTime
        self.remarks = remarks
    }
}

/// The reason why an expression can't be translated into the target's SQL.
package struct Untranslatable: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String
    /// The column whose guessed type is the reason, if the expression asks it for numbers: as one of numbers it may be translated.
    package var numbersWanted: GuessedColumn?

    package init(_ description: String, numbersWanted: GuessedColumn? = nil) {
        (self.description, self.numbersWanted) = (description, numbersWanted)
    }
}
