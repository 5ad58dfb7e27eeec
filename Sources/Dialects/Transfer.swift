// What a transfer between two databases asks of their dialects, beyond `Dialect`.

/// A dialect whose databases a transfer reads and fills.
public typealias TransferDialect = TransferSource & TransferTarget

/// A dialect whose databases can be read by a transfer.
public protocol TransferSource: Dialect {
    /// How a table's rows are read, each exactly once. Throws `DatabaseError`.
    func reading(of table: Table, on connection: any Connection) throws -> TableReading

    /// Says one table's expressions in the words of the target. `columns` are the source's, with the types that they get in
    /// the target; `names` says what a column is called there, where that differs.
    func translator(of columns: [Column], names: [String: String]) -> any ExpressionTranslator

    /// A view's query in words that mean the same in the target; `tables` are those that come along.
    func query(of view: View, over tables: [Table]) throws(Untranslatable) -> Expression
}

/// A dialect whose databases a transfer can fill.
public protocol TransferTarget: Dialect {
    /// The most bytes of a name; what is longer gets cut by the database.
    var longestName: Int { get }
    /// Names that no column of a table can have.
    var reservedColumns: Set<String> { get }
    /// Whether `Users` and `users` are two names.
    var distinguishesCase: Bool { get }
    /// Whether a table that has rows takes checks and foreign keys; otherwise they stand in it from the start.
    var addsConstraints: Bool { get }
    /// Whether a column counts by itself only where it is the whole primary key.
    var countsInPrimaryKeysOnly: Bool { get }

    /// The tables, views and sequences of the current schema that are somebody's: not an extension's, and none of `ignored`
    /// as long as that holds no row. Empty when the target is free. Throws `DatabaseError`.
    func occupants(ignoring ignored: Set<String>, on connection: any Connection) throws -> [String]

    /// Lets the column that counts by itself go on after `number`.
    func setSequence(of column: String, in table: String, past number: Int64, on connection: any Connection) throws

    /// Adds a check to a table that has rows: fails when one of them breaks it.
    func addCheck(_ check: Check, to table: String) throws(LoweringError) -> String
    /// Adds a foreign key that holds for rows to come and does not look at those that are there.
    func addUnvalidated(_ key: ForeignKey, to table: String) throws(LoweringError) -> String
    /// Lets the database count and sample a loaded table, so that its planner knows it.
    func analyze(_ table: String) -> String
}

/// How a source gives out one table.
public struct TableReading: Sendable, Equatable {
    /// What follows the columns in a query: `FROM … ORDER BY …`, the same order each time within a snapshot.
    public var from: String
    /// The columns that tell a row from others, for people.
    public var key: [String]
    /// The key's column where it is none of the table's own, as the query spells it: `rowid`. It comes after all others.
    public var hiddenKey: String?

    public init(from: String, key: [String], hiddenKey: String? = nil) {
        self.from = from
        self.key = key
        self.hiddenKey = hiddenKey
    }

    /// The query of these columns, and of `hiddenKey`.
    public func query(_ columns: [String]) -> String {
        let list = columns.map(SQLText.identifier) + [hiddenKey].compactMap { $0 }
        return "SELECT \(list.joined(separator: ", ")) \(from)"
    }

    /// Where the key stands in what `query(columns)` yields.
    public func keyPositions(in columns: [String]) -> [Int] {
        hiddenKey == nil ? key.compactMap(columns.firstIndex) : [columns.count]
    }
}

/// Says a source's expressions in a target's words, for one table.
public protocol ExpressionTranslator {
    /// An expression that is true or not: a check, an index's condition.
    func predicate(_ expression: Expression) throws(Untranslatable) -> Expression
    /// An expression that an index orders by, as it compares under this collation.
    func value(_ expression: Expression, collated collation: Collation?) throws(Untranslatable) -> Expression
    /// An expression that a column of this type is computed from, and that yields exactly the same there.
    func generated(_ expression: Expression, for type: ColumnType) throws(Untranslatable) -> Expression
    /// A default for a column of this type; `nil` when there is nothing to say, as with NULL.
    func value(_ value: Default, for type: ColumnType) throws(Untranslatable) -> Default?
    /// A column as an index has it whose collation is this; `nil` when the column itself will do.
    func collated(_ column: String, _ collation: Collation) throws(Untranslatable) -> Expression?
}

/// Why an expression can't be said in the words of the target.
public struct Untranslatable: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
}
