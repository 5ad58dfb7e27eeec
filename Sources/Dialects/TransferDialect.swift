// What a transfer between two databases asks of their dialects, beyond `Dialect`.

/// A dialect whose databases a transfer reads and fills.
package typealias TransferDialect = TransferSource & TransferTarget

/// A dialect whose databases can be read by a transfer.
package protocol TransferSource: Dialect {
    /// How a table's rows are read, each exactly once.
    func reading(of table: Table, in inspection: Inspection) -> TableReading

    /// Says one table's expressions in the words of the target. `columns` are the source's, with the types that they get in
    /// the target; `names` says what a column is called there, where that differs.
    func translator(of columns: [Column], names: [String: String]) -> any ExpressionTranslator

    /// The types of a view's columns, in their order; `nil` where each value has a type of its own. Throws `DatabaseError`.
    func viewTypes(_ view: String, on connection: any Connection) throws -> [ColumnType]?

    /// A view in words that mean the same in the target. `relations` are what it names: tables with the types of the target, and
    /// other views as what `query` said of them.
    func query(of view: View, over relations: [Table]) throws(Untranslatable) -> TranslatedView

    /// The triggers that a target can be given, or why it can't. `relations` are the tables and views that they can name: with the
    /// names of the source and the types of the target. None where the source's triggers are programs in a language of its own.
    func triggers(of inspection: Inspection, over relations: [Table]) -> [TranslatedTrigger]
}

/// A view's query in the words of the target.
package struct TranslatedView: Sendable, Equatable {
    package var query: SQLExpression
    /// What is known of the columns that another view finds in it.
    package var columns: [Column]
    /// Whether it asks for the time, so that it yields other rows each time.
    package var asksForTime: Bool

    package init(_ query: SQLExpression, columns: [Column], asksForTime: Bool = false) {
        self.query = query
        self.columns = columns
        self.asksForTime = asksForTime
    }
}

/// A dialect whose databases a transfer can fill.
package protocol TransferTarget: Dialect {
    /// The most bytes of a name; what is longer gets cut by the database.
    var longestName: Int { get }
    /// Names that no column of a table can have.
    var reservedColumns: Set<String> { get }
    /// Names under which the database finds something of its own before it finds a table, view or index.
    var reservedRelations: Set<String> { get }
    /// What the name of no table, view or index begins with, in whichever case; `nil` where there is no such thing.
    var reservedPrefix: String? { get }
    /// The relation that comes with a column which the database numbers; `nil` where there is none.
    func counter(of column: String, in table: String) -> String?
    /// Whether `Users` and `users` are two names.
    var distinguishesCase: Bool { get }
    /// Whether a table that has rows takes checks and foreign keys; otherwise they stand in it from the start.
    var addsConstraints: Bool { get }
    /// Whether a column is numbered by the database only where it is the whole primary key.
    var countsInPrimaryKeysOnly: Bool { get }

    /// The tables, views and sequences of the current schema that are somebody's: not an extension's. Throws `DatabaseError`.
    func existingObjects(on connection: any Connection) throws -> [String]

    /// Says which values columns of these types take, as `Connection.copyIn` would.
    func judge(of types: [ColumnType]) -> any ValueJudge

    /// Where the places of rows that repeat a unique key are kept (`DuplicateStatements`).
    var duplicatesTable: DuplicatesTable { get }

    /// A column of text as one that compares without regard to case; as it is where that takes no other column.
    func caseless(_ column: Column, as policy: NocasePolicy) -> Column
    /// Whether what such columns need is there. Throws `DatabaseError`.
    func support(of policy: NocasePolicy, on connection: any Connection) throws -> NocaseSupport
    /// Runs `body` in a transaction of which nothing stays, in a session that may only read as well.
    func trying<T>(on connection: any Connection, _ body: () throws -> T) throws -> T

    /// Whether the database can't have what was to be made, and not because of rows that repeat a key: it refuses an expression, a
    /// value can't be computed, or is too long for an index.
    func isRefusal(_ error: DatabaseError) -> Bool

    /// Lets the column that the database numbers go on after `number`.
    func setSequence(of column: String, in table: String, past number: Int64, on connection: any Connection) throws

    /// Whether a table may have no columns.
    var takesTablesWithoutColumns: Bool { get }
    /// Whether several sessions may write at once.
    var takesManyWriters: Bool { get }
    /// Sets a session up for loading and building much: nothing that outlasts the session.
    /// In a copy from another database of this kind rows come as they are there, also those that break a check.
    func prepareForLoading(_ connection: any Connection, isSameEngine: Bool) throws(DatabaseError)
    /// Lets the transaction that comes next, the last one, outlast a crash, with all that came before it.
    func finishLoading(_ connection: any Connection) throws(DatabaseError)
    /// What must run first in the transaction that loads a whole table, so that its rows need no work later on, or no log;
    /// `nil` where there is no such thing.
    func truncationBeforeFreeze(_ table: String) -> String?
    /// What lets the rest of a transaction that builds use several processors by itself; `nil` where there is no such thing.
    var sharingWork: String? { get }

    /// Makes an index over the words of a table's texts; `nil` where the database has none that this could be.
    func fullTextIndex(_ name: String, on table: String, columns: [String], stems: Bool) -> String?

    /// Has full-text tables over the texts of these tables read them anew; nothing where an index follows by itself. Throws
    /// `DatabaseError`.
    func rebuildFullText(over tables: [String], on connection: any Connection) throws

    /// Adds a check to a table that has rows: fails when one of them breaks it.
    func addCheck(_ check: Check, to table: Table) throws(LoweringError) -> String
    /// Adds a foreign key that holds for rows to come and does not look at those that are there.
    func addUnvalidated(_ key: ForeignKey, to table: String) throws(LoweringError) -> String
    /// Looks at the rows that are there for an unvalidated foreign key: fails when one of them breaks it.
    func validate(_ key: String, of table: String) -> String
    /// Keeps others from writing into these tables until the transaction ends. Throws `DatabaseError`.
    func lock(_ tables: [String], on connection: any Connection) throws
    /// The foreign keys from and to these tables, from tables of other schemas too; none where a database keeps them in the table
    /// and need not enforce them. Throws `DatabaseError`.
    func foreignKeys(touching tables: [String], on connection: any Connection) throws -> [RemovableConstraint]
    /// By table and column, the types as which `Connection.copyIn` writes into the columns that are there, whatever they were
    /// declared as; a column that it can't write is missing. Throws `DatabaseError`.
    func writtenTypes(on connection: any Connection) throws -> [String: [String: ColumnType]]
    /// Conditions that part a table's rows into so many sets of about the same size, each of which can be read without reading the
    /// others; none where that is not possible or not worth it. Throws `DatabaseError`.
    func slices(of table: String, into count: Int, on connection: any Connection) throws -> [String]

    /// Takes a trigger off its table.
    func dropTrigger(_ name: String, on table: String) -> String
    /// Lets the database count and sample a loaded table, so that its planner knows it.
    func analyze(_ table: String) -> String
}

extension TransferTarget {
    /// The same, and none of `ignored` as long as that holds no row. Empty when the target is free. Throws `DatabaseError`.
    package func existingObjects(ignoring ignored: Set<String>, on connection: any Connection) throws -> [String] {
        try existingObjects(on: connection).filter { name in
            guard ignored.contains(name) else { return true }
            return try connection.queryValue("SELECT EXISTS (SELECT 1 FROM \(identifier: name))")?.boolean ?? true
        }
    }
}

/// A constraint that stands in a table, and the statements that take it off and make it again word for word.
package struct RemovableConstraint: Sendable, Equatable {
    package var table: String
    package var name: String
    /// Whether it was found to hold for every row.
    package var isValid: Bool
    package var drop: String
    /// Makes it for rows to come.
    package var restore: [String]
    /// Has it hold for those that are there: fails when one of them breaks it.
    package var validate: String
}

/// Tells values that a column's type holds from those that it doesn't, without a table.
package protocol ValueJudge: AnyObject {
    /// Why the column does not take the value, for people: "is not a timestamp"; `nil` when it does.
    func refusal(of value: RawValue, column: Int) -> String?
}

/// How a source gives out one table.
package struct TableReading: Sendable, Equatable {
    /// What follows the columns in a query: `FROM …`.
    package var from: String
    /// What follows that, so that rows come in the same order each time within a snapshot: `ORDER BY …`, or nothing.
    package var order: String
    /// The columns that tell a row from others, for people.
    package var key: [String]
    /// The key's column where the table does not declare it, as the query spells it: `rowid`. It comes after all others.
    package var hiddenKey: String?
    /// The integer by which the table can be read in pieces, as the query spells it, when there is one and `order` is by it.
    package var rangeKey: String?

    package init(
        from: String, order: String = "", key: [String], hiddenKey: String? = nil, rangeKey: String? = nil
    ) {
        self.from = from
        self.order = order
        self.key = key
        self.hiddenKey = hiddenKey
        self.rangeKey = rangeKey
    }

    /// The query of these columns, and of `hiddenKey`, for all rows or those of a range.
    package func query(_ columns: [String], in range: KeyRange = .all) -> String {
        query(columns.map(SQLText.identifier) + [hiddenKey].compactMap { $0 }, range)
    }

    /// The same with the range's key in front of all.
    package func rangedQuery(_ columns: [String], in range: KeyRange = .all) -> String {
        query([rangeKey ?? "NULL"] + columns.map(SQLText.identifier) + [hiddenKey].compactMap { $0 }, range)
    }

    /// The query of the smallest and the largest `rangeKey`; `nil` where there is none. Each is looked up by itself, because only
    /// then no row in between is read.
    package var boundsQuery: String? {
        rangeKey.map { "SELECT (SELECT min(\($0)) \(from)), (SELECT max(\($0)) \(from))" }
    }

    private func query(_ list: [String], _ range: KeyRange) -> String {
        let conditions = rangeKey.map(range.conditions) ?? []
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return ["SELECT \(list.joined(separator: ", "))", from, condition, order].filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    /// Where the key stands in what `query(columns)` yields.
    package func keyPositions(in columns: [String]) -> [Int] {
        hiddenKey == nil ? key.compactMap(columns.firstIndex) : [columns.count]
    }
}

/// A piece of a table: the rows whose `rangeKey` is above one number and at most another.
package struct KeyRange: Sendable, Hashable {
    package var above: Int64?
    package var through: Int64?

    package init(above: Int64? = nil, through: Int64? = nil) {
        self.above = above
        self.through = through
    }

    /// Every row.
    package static let all = KeyRange()

    fileprivate func conditions(_ key: String) -> [String] {
        [above.map { "\(key) > \($0)" }, through.map { "\(key) <= \($0)" }].compactMap { $0 }
    }
}

/// Says a source's expressions in a target's words, for one table.
package protocol ExpressionTranslator {
    /// An expression that is true or not: a check, an index's condition.
    func predicate(_ expression: SQLExpression) throws(Untranslatable) -> SQLExpression
    /// An expression that an index orders by, as it compares under this collation.
    func value(_ expression: SQLExpression, collated collation: Collation?) throws(Untranslatable) -> SQLExpression
    /// An expression that a column of this type is computed from, and that yields exactly the same there.
    func generated(_ expression: SQLExpression, for type: ColumnType) throws(Untranslatable) -> SQLExpression
    /// A default for a column of this type; `nil` when there is nothing to say, as with NULL.
    func value(_ value: Default, for type: ColumnType) throws(Untranslatable) -> Default?
    /// What a default means there that it does not mean here, though it is transferred; `nil` mostly.
    func remark(on value: Default) -> String?
    /// A column as an index has it whose collation is this; `nil` when the column itself will do.
    func collated(_ column: String, _ collation: Collation) throws(Untranslatable) -> SQLExpression?
}

/// Why an expression can't be said in the words of the target.
package struct Untranslatable: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}
