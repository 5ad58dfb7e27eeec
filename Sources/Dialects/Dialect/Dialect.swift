/// A translator from schema values to one database's SQL. Each difference between the databases is the answer to one of these
/// questions, so no code outside a dialect's folder asks which database it works with.
public protocol Dialect: Sendable {
    /// The dialect's name for messages and file names: `sqlite` or `postgresql`. Never decide by it.
    var name: String { get }

    /// Whether the database holds a column to its declared type. SQLite's declared types are mere preferences, and our own STRICT
    /// tables keep timestamps and decimals in columns of text.
    var holdsDeclaredTypes: Bool { get }

    /// Returns the type in this database's SQL.
    ///
    /// - Throws: ``LoweringError`` when the database has no such type.
    func render(_ type: ColumnType) throws(LoweringError) -> String
    /// Returns a default in this database's SQL, in parentheses where the database requires them.
    ///
    /// - Throws: ``LoweringError`` when the column's type does not take the default.
    func render(_ value: Default, for type: ColumnType) throws(LoweringError) -> String
    /// Returns an expression in this database's SQL. Text that is written once for both databases means the same in both.
    ///
    /// - Throws: ``LoweringError`` when portable text would not mean the same in both databases.
    func render(_ expression: SQLExpression, as use: ExpressionUse) throws(LoweringError) -> String
    /// Returns ` COLLATE …` for the collation in this database's SQL.
    ///
    /// - Throws: ``LoweringError`` when the database has no such collation.
    func collate(_ collation: Collation) throws(LoweringError) -> String
    /// Returns the SQL of a value as the column would hold it: converted to the column's type, with its collation.
    ///
    /// - Throws: ``LoweringError`` when the database has no such type or collation.
    func stored(_ value: String, by column: Column) throws(LoweringError) -> String
    /// Returns a condition that is true for each value which the column would refuse or cut although no declared check says so: a
    /// word among numbers, 2 in a boolean, too many characters. Returns `nil` if the column takes every value.
    func incompatibility(of value: String, in column: Column) -> String?
    /// Makes sure that `text` is a single statement, and one that reads or writes rows. A data step may send nothing else.
    ///
    /// - Throws: ``DatabaseError``, of kind `permission` for a statement that does something else. Its message says what to write
    ///   instead.
    func requireRowStatement(_ text: String) throws(DatabaseError)
    /// Returns the placeholder of the `number`th binding, counted from 1.
    func placeholder(_ number: Int) -> String

    /// Returns the statements that turn a database of schema `operation.before` into one of `operation.after`.
    ///
    /// - Parameters:
    ///   - operation: The operation, with the schemas before and after it.
    ///   - undeclared: The live database's own objects that the schema does not declare. The statements keep them, or the operation
    ///     is refused.
    /// - Throws: ``LoweringError`` when the dialect can't do the operation, before anything was sent to a database.
    func lower(_ operation: ResolvedOperation, keeping undeclared: UndeclaredObjects) throws(LoweringError) -> Lowering

    /// Returns the steps of the operation for an online migration, which runs beside those who read and write the table; `nil` if
    /// the database does this no differently from `lower`.
    ///
    /// - Throws: ``LoweringError`` as `lower` does, and for what can't be done online in a database that holds `undeclared`.
    func online(
        _ operation: ResolvedOperation, keeping undeclared: UndeclaredObjects
    ) throws(LoweringError) -> [OnlineStep]?

    /// Returns the locks that `lower`'s statements keep while they read or write all rows of a table. There are none for a
    /// database file, which has a single writer anyway.
    func longLocks(of operation: ResolvedOperation) -> [LongLock]

    /// Returns the conversion of a column's values into another type.
    ///
    /// - Throws: ``LoweringError`` when no conversion keeps the meaning of the values.
    func conversion(of column: String, from old: ColumnType, to new: ColumnType) throws(LoweringError) -> Conversion

    /// Returns the statements that make a whole schema, in two halves: those before the rows are loaded, and those after.
    ///
    /// - Throws: ``LoweringError`` when the database can't express a part of the schema.
    func construct(_ schema: Schema) throws(LoweringError) -> Construction

    /// Returns the statements that drop these tables and views, however they refer to one another. They fail when an object
    /// outside still needs one of them. Run them with foreign keys off (`Connection.withForeignKeysUnenforced`).
    func remove(tables: [String], views: [String]) -> [String]

    /// Returns the statement that drops these sequences, to be run after the tables' that use them; `nil` if there are none.
    func remove(sequences: [String]) -> String?

    /// Returns statements that take the virtual tables among `tables` out of the schema, to be run before `remove`. A module
    /// can't open its virtual table before all tables in which it keeps the data have come in (https://www.sqlite.org/vtab.html).
    /// There are no statements if none of the tables is virtual.
    func forgetModules(of tables: [String]) -> [String]

    /// Returns the statement that drops the objects which columns under this policy needed, unless another object needs them;
    /// `nil` if the policy needs no objects.
    func removeSupport(of policy: NocasePolicy) -> String?

    /// Returns `INSERT … ON CONFLICT (key) DO UPDATE …` for one row, with one placeholder per column, in the order of `columns`.
    func upsert(into table: String, columns: [String], key: [String]) -> String

    /// Returns the end of a SELECT that locks the rows it reads from this table until the transaction ends. The lock of another
    /// table may follow it.
    func rowLock(_ lock: RowLock, of table: String) -> String

    /// Returns the lock that keeps all others from these tables until the open transaction ends: the strongest one, which
    /// `lower`'s own statements take of tables whose rows they lose. Returns `nil` if there are no tables, or if a transaction that
    /// may write keeps others from writing anyway.
    func tableLock(on tables: [String]) -> TableLock?

    /// Returns a condition that is true for the rows in whose texts this index finds every one of `words`, and whose scope bears
    /// `mark`. If `mark` is `nil`, the scope does not count. A word consists of letters and digits alone, and there must be at
    /// least one word.
    func finding(_ words: [String], by index: WordIndex, for mark: String?) -> SQL

    /// Returns the steps as a script for the database's own shell. The script stops at the first error.
    func script(_ steps: [ScriptStep]) -> String

    /// Returns a statement that fails with this message, for a place where a script has to stop.
    func stop(saying message: String) -> String

    /// Returns a query that counts the tables of this name in the current schema: 0 or 1.
    func countTables(named name: String) -> SQL

    /// Finds the triggers of the current schema whose functions name this table in a text that a rename does not reach. SQLite has
    /// none: it rewrites its triggers.
    ///
    /// - Throws: ``DatabaseError``.
    func triggers(naming table: String, on connection: any Connection) throws(DatabaseError) -> [NamingTrigger]

    /// Returns a query for the guards of this table. Each row holds the kind (`TableGuard.Kind`), the name and the definition of
    /// one guard.
    func guards(on table: String) -> SQL

    /// A query for the size of the database in bytes.
    var databaseSize: SQL { get }

    /// Reads the schema of a live database.
    ///
    /// - Throws: ``DatabaseError``.
    func inspect(_ connection: any Connection) throws -> Inspection

    /// Finds the objects that the database holds beside `declared`: triggers, views and indexes that no migration declares, and
    /// objects outside that depend on declared tables.
    ///
    /// - Parameters:
    ///   - declared: The schema that the migrations declare.
    ///   - subjects: The tables and views whose undeclared objects are wanted; `nil` for all of them. Objects that have nothing to
    ///     do with them are not read. The rows of tables that refer to them are counted.
    ///   - connection: A connection to the database.
    /// - Throws: ``DatabaseError``.
    func undeclaredObjects(
        of declared: Schema, around subjects: Set<String>?, on connection: any Connection
    ) throws -> UndeclaredObjects

    /// Makes `schema` in a scratch place, reads it back, and removes it.
    ///
    /// Both engines rewrite the definitions that they are given. So only a schema that was read back can be compared with a live
    /// database.
    ///
    /// - Throws: ``DatabaseError``, and ``LoweringError`` for a schema that this database can't make.
    func inspectScratch(_ schema: Schema, beside connection: any Connection) throws -> Inspection

    /// Runs `body` in an empty scratch place, and then removes everything that was made there.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError``.
    func withScratch<T>(beside connection: any Connection, _ body: (any Connection) throws -> T) throws -> T

    /// Runs the texts of a migration's script in a scratch place, where they reach nothing of the live schema: they could lock its
    /// tables, or change for good what no rollback takes back. Call it inside `keepingSettings`.
    ///
    /// - Throws: ``DatabaseError``, also for a script that names the live schema.
    func runScript(_ texts: [String], inScratch scratch: any Connection) throws(DatabaseError)
}

extension Dialect {
    /// Returns a condition that is true for the rows in whose texts this index finds every one of `words`, whatever their scope.
    public func finding(_ words: [String], by index: WordIndex) -> SQL { finding(words, by: index, for: nil) }

    /// Finds the objects that the whole database holds beside `declared`.
    ///
    /// - Throws: ``DatabaseError``.
    public func undeclaredObjects(of declared: Schema, on connection: any Connection) throws -> UndeclaredObjects {
        try undeclaredObjects(of: declared, around: nil, on: connection)
    }

    /// Returns the conversion of a column that stands in a table, so that an error names both. `source` is the expression that
    /// computes the column's value so far.
    func conversion(
        of source: String, in table: String, from old: Column, to type: ColumnType
    ) throws(LoweringError) -> Conversion {
        do throws(LoweringError) { return try conversion(of: source, from: old.type, to: type) } catch {
            throw error.at("\(table).\(old.name)")
        }
    }
}

/// The kind of lock that a row gets until the transaction ends.
public enum RowLock: Sendable, Equatable {
    /// Others may lock the row in the same way.
    case shared
    /// Nobody else may lock or change the row.
    case exclusive
}
