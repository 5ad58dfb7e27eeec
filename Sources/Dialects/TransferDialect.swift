// The requirements of a transfer between two databases on their dialects, beyond `Dialect`.

/// A dialect whose databases a transfer reads and fills.
package typealias TransferDialect = TransferSource & TransferTarget

/// A dialect whose databases can be read by a transfer.
package protocol TransferSource: Dialect {
    /// Returns how a table's rows are read, each exactly once.
    func reading(of table: Table, in inspection: Inspection) -> TableReading

    /// Returns a translator of one table's expressions into the target's SQL.
    ///
    /// - Parameter relation: The table. An expression that computes with converted values means something else in the target.
    /// - Parameter names: What a column is called in the target, by its name in the source, where the two differ.
    func translator(of relation: NamedRelation, names: [String: String]) -> any ExpressionTranslator

    /// Returns the types of a view's columns, in their order; `nil` if every value has a type of its own.
    ///
    /// - Throws: `DatabaseError`.
    func viewTypes(_ view: String, on connection: any Connection) throws -> [ColumnType]?

    /// Returns a view in SQL that means the same in the target.
    ///
    /// - Parameter relations: What the view reads: tables, and other views as an earlier call of this function described them.
    func query(of view: View, over relations: [NamedRelation]) throws(Untranslatable) -> TranslatedView

    /// Returns a sentence about a function of the expression that does a little less in the target; `nil` for most expressions.
    func remark(on expression: SQLExpression) -> String?

    /// Returns a sentence about keys that let more rows pass in the target, because values that are equal in the source differ there;
    /// `nil` for most tables. The table has the names of the source, as its views see it.
    func remark(onKeysOf table: Table) -> String?

    /// Returns why a foreign key between columns of these types would refuse rows in a target that keeps their values as texts: those
    /// of equal values differ there. `nil` for most types. They are those by which the source's expressions compute.
    func objection(toKeyFrom child: ColumnType, to parent: ColumnType) -> String?

    /// The triggers that a target can be given, or why it can't. `relations` are the tables and views that they can name. `renaming`
    /// returns a text with the target's names, or throws.
    func triggers(
        of inspection: Inspection, over relations: [NamedRelation],
        renaming: (String) throws(Untranslatable) -> String
    ) -> [TranslatedTrigger]
}

/// A dialect whose databases a transfer can fill.
package protocol TransferTarget: Dialect {
    /// The largest number of bytes in a name. The database cuts longer names.
    var longestName: Int { get }
    /// Names that no column of a table can have.
    var reservedColumns: Set<String> { get }
    /// Names under which the database finds an object of its own before it finds a table, view or index.
    var reservedRelations: Set<String> { get }
    /// The prefix, in any case, that no name of a table, view or index may have; `nil` if there is none.
    var reservedPrefix: String? { get }
    /// Returns the relation that the database makes along with a column that it numbers; `nil` if it makes none.
    func counter(of column: String, in table: String) -> String?
    /// Whether `Users` and `users` are two different names.
    var distinguishesCase: Bool { get }
    /// Whether checks and foreign keys can be added to a table that has rows. Otherwise the table is made with them from the
    /// start.
    var addsConstraints: Bool { get }
    /// Whether the database numbers a column only if that column is the whole primary key.
    var countsInPrimaryKeysOnly: Bool { get }

    /// Whether the error says that the database which the session has written can't be found under its name any more, so that nothing can
    /// be resumed there.
    func isGone(_ error: DatabaseError) -> Bool

    /// Makes sure that tables can be made in the current schema. A session that reads only may ask, so that a plan tells what a run would
    /// meet.
    ///
    /// - Throws: `DatabaseError` of kind `permission`.
    func requireRoomForTables(on connection: any Connection) throws

    /// Makes an empty database hold texts in the same encoding as the source, a database of the same kind. It must run before anything is
    /// made there. A server's encoding was chosen when its database was made, and so was that of a file which has held tables; values are
    /// converted.
    ///
    /// - Throws: `DatabaseError`.
    func adoptEncoding(of source: any Connection, on connection: any Connection) throws

    /// Returns a remark if `adoptEncoding` leaves, or has left, texts in another encoding than that of the source, a database of the same
    /// kind, so that expressions over their bytes mean something else; otherwise `nil`.
    ///
    /// - Throws: `DatabaseError`.
    func remark(onEncodingOf source: any Connection, on connection: any Connection) throws -> String?

    /// Returns the tables, views and sequences of the current schema that do not belong to an extension.
    ///
    /// - Throws: `DatabaseError`.
    func existingObjects(on connection: any Connection) throws -> [String]

    /// Returns the statements that drop those of these objects (`existingObjects`) which are there, each by the word for its kind, and what
    /// reads another one before it. Run them with foreign keys off (`Connection.withForeignKeysUnenforced`).
    ///
    /// - Throws: `DatabaseError`.
    func removal(of objects: [String], on connection: any Connection) throws -> [String]

    /// Returns a table as a statement names it that means the table's own rows, and not those of tables that inherit from it.
    ///
    /// - Throws: `DatabaseError`.
    func ownRows(of table: String, on connection: any Connection) throws -> String

    /// Returns the partitions of these tables, of any depth, that are in the current schema. They hold the tables' rows, and can have keys
    /// and triggers that the table does not have.
    ///
    /// - Throws: `DatabaseError`.
    func partitions(of tables: [String], on connection: any Connection) throws -> [String]

    /// Returns those of the tables which another role owns, so that this session may not set their keys and triggers aside.
    ///
    /// - Throws: `DatabaseError`.
    func tablesOfOthers(among tables: [String], on connection: any Connection) throws -> [String]

    /// Returns a judge of the values that columns of these types take, with the same rules as `Connection.copyIn`.
    func judge(of types: [ColumnType]) -> any ValueJudge

    /// The table that keeps the places of rows which repeat a unique key (`DuplicateStatements`).
    var duplicatesTable: DuplicatesTable { get }

    /// Returns a column of text as one that compares without regard to case, or the column unchanged if the policy asks for no
    /// other column.
    func caseless(_ column: Column, as policy: NocasePolicy) -> Column
    /// Returns a sentence about columns of a table, all of them made for this target, that compare and sort otherwise than their types
    /// do; `nil` for most tables.
    func remark(onOrderIn table: Table) -> String?
    /// Returns a sentence about columns of these tables, all of them made for this target, that the database numbers by itself though
    /// they are not made for it; `nil` if there are none.
    func remark(onNumbersIn tables: [Table]) -> String?
    /// Returns whether the database has what the columns of this policy need. Otherwise the result says how to make it, or why
    /// that is impossible.
    ///
    /// - Throws: `DatabaseError`.
    func support(of policy: NocasePolicy, on connection: any Connection) throws -> NocaseSupport
    /// Runs `body` in a transaction that is always rolled back, also in a session that may only read.
    func trying<T>(on connection: any Connection, _ body: () throws -> T) throws -> T

    /// Returns whether the error means that the database can't have the new object for another reason than rows that repeat a
    /// key: it refuses an expression, a value can't be computed, or a value is too long for an index.
    func isRefusal(_ error: DatabaseError) -> Bool

    /// Returns whether the error, raised while rows were loaded, can be about what the target computes from a row or checks in it.
    func isComputing(_ error: DatabaseError) -> Bool

    /// Returns whether the database numbers this column downwards.
    ///
    /// - Throws: `DatabaseError`.
    func countsDown(_ column: String, of table: String, on connection: any Connection) throws -> Bool
    /// Makes the column that the database numbers continue after `number`.
    func setSequence(of column: String, in table: String, past number: Int64, on connection: any Connection) throws
    /// Returns whether the column's counter would go on behind `number` by itself: above it, or below it if it counts down.
    ///
    /// - Throws: `DatabaseError`.
    func hasCounted(_ column: String, of table: String, past number: Int64, on connection: any Connection) throws
        -> Bool
    /// Makes the sequences that belong to no column, but number the rows of these tables, continue after their largest number. Returns
    /// a remark on each sequence that stays as it is.
    func continueFreeSequences(of tables: [String], on connection: any Connection) throws -> [String]

    /// Whether a table may have no columns.
    var takesTablesWithoutColumns: Bool { get }
    /// Whether several sessions may write at the same time.
    var takesManyWriters: Bool { get }
    /// Sets a session up for loading and building a lot of data. Nothing of it outlasts the session.
    /// If `isSameEngine`, rows arrive as they are in the other database, including those that break a check.
    func prepareForLoading(_ connection: any Connection, isSameEngine: Bool) throws(DatabaseError)
    /// Makes the next transaction, which is the last one, outlast a crash together with everything before it.
    func finishLoading(_ connection: any Connection) throws(DatabaseError)
    /// Returns the statement that must run first in the transaction that loads a whole table, so that its rows need no later work
    /// or no log; `nil` if the database has no such statement.
    func truncationBeforeFreeze(_ table: String) -> String?
    /// The statement that lets one session use several processors for the rest of a transaction that builds indexes and the like;
    /// `nil` if there is no such statement.
    var sharingWork: String? { get }

    /// Returns the statement that makes an index over the words of a table's texts; `nil` if the database has no index of that
    /// kind.
    func fullTextIndex(_ name: String, on table: String, columns: [String], stems: Bool) -> String?

    /// Makes the full-text tables over the texts of these tables read them anew. It does nothing if indexes follow their tables
    /// by themselves.
    ///
    /// - Throws: `DatabaseError`.
    func rebuildFullText(over tables: [String], on connection: any Connection) throws

    /// Returns the statement that adds a check to a table that has rows. The statement fails if one of the rows breaks the check.
    func addCheck(_ check: Check, to table: Table) throws(LoweringError) -> String
    /// Returns the statement that adds a foreign key which holds for future rows, without a look at the existing ones.
    func addUnvalidated(_ key: ForeignKey, to table: String) throws(LoweringError) -> String
    /// Returns the statement that validates an unvalidated foreign key on the existing rows. The statement fails if one of them
    /// breaks it.
    func validate(_ key: String, of table: String) -> String
    /// Keeps others from writing into these tables until the transaction ends.
    ///
    /// - Throws: `DatabaseError`.
    func lock(_ tables: [String], on connection: any Connection) throws
    /// Checks now what the open transaction would check at its end, and from now on each statement at once.
    ///
    /// - Throws: `DatabaseError` if a row breaks a deferred constraint.
    func checkDeferred(on connection: any Connection) throws
    /// Returns the foreign keys from and to these tables and their partitions, also from tables of other schemas. It returns none
    /// for a database that keeps foreign keys in the table and need not enforce them.
    ///
    /// - Throws: `DatabaseError`.
    func foreignKeys(touching tables: [String], on connection: any Connection) throws -> [RemovableConstraint]
    /// Returns what acts on statements on these tables beside the triggers of the current schema, as far as it is on: rules by which the
    /// database rewrites them (`CREATE RULE`), and triggers of partitions in other schemas. It returns none for a database that has neither.
    ///
    /// - Throws: `DatabaseError`.
    func reactions(of tables: [String], on connection: any Connection) throws -> [Reaction]
    /// Returns how `Connection.copyIn` writes into the existing columns, whatever they were declared as, by table and column.
    ///
    /// - Throws: `DatabaseError`.
    func writtenColumns(on connection: any Connection) throws -> [String: [String: WrittenColumn]]
    /// Returns conditions that divide a table's rows into `count` sets of about the same size, each of which can be read without
    /// reading the others. It returns none if that is not possible or not worth it.
    ///
    /// - Throws: `DatabaseError`.
    func slices(of table: String, into count: Int, on connection: any Connection) throws -> [String]

    /// Returns the statement that removes a trigger from its table.
    func dropTrigger(_ name: String, on table: String) -> String
    /// Returns the statement that makes the database count and sample a loaded table, so that its planner knows it.
    func analyze(_ table: String) -> String
    /// Whether the database gathers statistics of its own, so that they are to be renewed after another program's tables were filled.
    func hasStatistics(on connection: any Connection) throws -> Bool

    /// Returns the statements that gather statistics on these tables, which are all that the database holds. Sessions may share them.
    func analyze(all tables: [String]) -> [String]
}

extension TransferTarget {
    /// Returns the existing objects, without those of `ignored` that hold no row. The result is empty when the target is free.
    ///
    /// - Throws: `DatabaseError`.
    package func existingObjects(ignoring ignored: Set<String>, on connection: any Connection) throws -> [String] {
        try existingObjects(on: connection).filter { name in
            guard ignored.contains(name) else { return true }
            return try connection.queryValue("SELECT EXISTS (SELECT 1 FROM \(identifier: name))")?.boolean ?? true
        }
    }
}

/// A constraint of a table, and the statements that remove it and make it again word for word.
package struct RemovableConstraint: Sendable, Equatable {
    package var table: String
    package var name: String
    /// Whether the constraint was found to hold for every row.
    package var isValid: Bool
    package var drop: String
    /// The statements that make the constraint again for future rows, or for all rows if there is no `validate`.
    package var restore: [String]
    /// The statement that validates the constraint on the existing rows. It fails if one of them breaks the constraint. `nil` if the
    /// constraint can only be made for all rows.
    package var validate: String?
}

/// What acts on statements on a table: the statements that switch it off, and on again as it was.
package struct Reaction: Sendable, Equatable {
    package var disable: String
    package var enable: String
}

/// How values are written into an existing column.
package struct WrittenColumn: Sendable, Equatable {
    /// The type as which they are written.
    package var type: ColumnType
    /// The only values that the column takes; empty if it takes all of the type.
    package var labels: [String] = []

    package init(type: ColumnType, labels: [String] = []) {
        self.type = type
        self.labels = labels
    }
}

/// A judge that tells the values that a column's type holds from those that it doesn't, without a table.
package protocol ValueJudge: AnyObject {
    /// Returns why the column does not take the value, for people: "is not a timestamp"; `nil` if it does.
    func refusal(of value: RawValue, column: Int) -> String?
}

/// The way in which a source reads one table.
package struct TableReading: Sendable, Equatable {
    /// The part of a query that follows the columns: `FROM …`.
    package var from: String
    /// The part that follows `from`, so that rows come in the same order each time within a snapshot: `ORDER BY …`, or nothing.
    package var order: String
    /// The columns that tell one row from another, for people.
    package var key: [String]
    /// The key's column if the table does not declare it, as a query writes it: `rowid`. It comes after all other columns.
    package var hiddenKey: String?
    /// The integer by which the table can be read in pieces, as a query writes it; `nil` if there is none, or if `order` is not
    /// by it.
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

    /// Returns the query of these columns, and of `hiddenKey`, for all rows or those of a range.
    package func query(_ columns: [String], in range: KeyRange = .all) -> String {
        query(columns.map(SQLText.identifier) + [hiddenKey].compactMap { $0 }, range)
    }

    /// Returns the same query with the range's key as the first column.
    package func rangedQuery(_ columns: [String], in range: KeyRange = .all) -> String {
        query([rangeKey ?? "NULL"] + columns.map(SQLText.identifier) + [hiddenKey].compactMap { $0 }, range)
    }

    /// The query of the smallest and the largest `rangeKey`; `nil` if there is no such key. Each of the two is looked up
    /// separately, because only then no row in between is read.
    package var boundsQuery: String? {
        rangeKey.map { "SELECT (SELECT min(\($0)) \(from)), (SELECT max(\($0)) \(from))" }
    }

    private func query(_ list: [String], _ range: KeyRange) -> String {
        let conditions = rangeKey.map(range.conditions) ?? []
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return ["SELECT \(list.joined(separator: ", "))", from, condition, order].filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    /// Returns the positions of the key's columns in the rows that `query(columns)` yields.
    package func keyPositions(in columns: [String]) -> [Int] {
        hiddenKey == nil ? key.compactMap(columns.firstIndex) : [columns.count]
    }
}

/// A piece of a table: the rows whose `rangeKey` is greater than one number and at most another.
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
