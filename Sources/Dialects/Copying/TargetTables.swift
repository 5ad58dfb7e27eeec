/// What tables, keys and columns of a transfer can be in a dialect's databases.
package protocol TargetTables: Dialect {
    /// Whether a table may have no columns.
    var takesTablesWithoutColumns: Bool { get }

    /// The largest number of columns that a table may have.
    var mostColumns: Int { get }

    /// Whether checks and foreign keys can be added to a table that has rows. Otherwise the table is made with them from the
    /// start.
    var addsConstraints: Bool { get }

    /// Whether the database numbers a column only if that column is the whole primary key.
    var countsInPrimaryKeysOnly: Bool { get }

    /// Returns a column of text as one that compares without regard to case, or the column unchanged if the policy asks for no
    /// other column.
    func caseless(_ column: Column, as policy: NocasePolicy) -> Column

    /// Returns whether the database has what the columns of this policy need. Otherwise the result says how to make it, or why
    /// that is impossible.
    ///
    /// - Throws: `DatabaseError`.
    func support(of policy: NocasePolicy, on connection: any Connection) throws -> NocaseSupport

    /// Returns a judge of the values that columns of these types take, with the same rules as `Connection.copyIn`.
    func judge(of types: [ColumnType]) -> any ValueJudge

    /// Returns a sentence about columns of a table, all of them made for this target, that compare and sort otherwise than their types
    /// do; `nil` for most tables.
    func remark(onOrderIn table: Table) -> String?

    /// Returns a sentence about columns of these tables, all of them made for this target, that the database numbers by itself though
    /// they are not made for it; `nil` if there are none.
    func remark(onNumbersIn tables: [Table]) -> String?

    /// Returns the tables and indexes of a copy of a database of the same kind that this one can't make, each with the reason: they need
    /// what only an application gives to its own connections. It returns none for a database in which everything is made by statements.
    ///
    /// - Throws: `DatabaseError`.
    func unmakeable(in copy: SameEngineCopy) throws -> [Omission]

    /// Returns the statement that makes an index over the words of a table's texts; `nil` if the database has no index of that
    /// kind.
    func fullTextIndex(_ name: String, on table: String, columns: [String], stems: Bool) -> String?

    /// The table that keeps the places of rows which repeat a unique key (`DuplicateStatements`).
    var duplicatesTable: DuplicatesTable { get }

    /// Returns the statement that adds a check to a table that has rows. The statement fails if one of the rows breaks the check.
    func addCheck(_ check: Check, to table: Table) throws(LoweringError) -> String

    /// Returns the statement that adds all these checks of a table, each given by its own statement, and reads the rows once; `nil` if there
    /// is none.
    func addTogether(_ checks: [String], to table: String) -> String?

    /// Returns the statement that adds a foreign key which holds for future rows, without a look at the existing ones.
    func addUnvalidated(_ key: ForeignKey, to table: String) throws(LoweringError) -> String

    /// Returns the statement that validates an unvalidated foreign key on the existing rows. The statement fails if one of them
    /// breaks it.
    func validate(_ key: String, of table: String) -> String

    /// Returns the statement that removes a trigger from its table.
    func dropTrigger(_ name: String, on table: String) -> String
}

/// A judge that tells the values that a column's type holds from those that it doesn't, without a table.
package protocol ValueJudge: AnyObject {
    /// Returns why the column does not take the value, for people: "is not a timestamp"; `nil` if it does.
    func refusal(of value: RawValue, column: Int) -> String?
}
