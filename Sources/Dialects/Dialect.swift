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

    /// Returns a condition that is true for the rows in whose texts this index finds every one of `words`, and whose scope bears
    /// `mark`. If `mark` is `nil`, the scope does not count. A word consists of letters and digits alone, and there must be at
    /// least one word.
    func finding(_ words: [String], by index: WordIndex, for mark: String?) -> SQL

    /// Returns the steps as a script for the database's own shell. The script stops at the first error.
    func script(_ steps: [ScriptStep]) -> String

    /// Returns a query that counts the tables of this name in the current schema: 0 or 1.
    func countTables(named name: String) -> SQL

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

/// The statements of one operation or migration in order, and what has to surround them.
public struct Lowering: Sendable, Equatable {
    /// The statements, in the order in which they run.
    public var statements: [String]
    /// Whether the statements rebuild a table. Foreign keys are then off while the statements run, and are checked before the
    /// commit.
    public var rebuildsTable: Bool

    package init(_ statements: [String] = [], rebuildsTable: Bool = false) {
        self.statements = statements
        self.rebuildsTable = rebuildsTable
    }

    package static func + (a: Lowering, b: Lowering) -> Lowering {
        Lowering(a.statements + b.statements, rebuildsTable: a.rebuildsTable || b.rebuildsTable)
    }
}

/// The conversion of a column's values into another type.
public struct Conversion: Sendable, Equatable {
    /// The expression that computes the new value from the column.
    public var expression: String
    /// A condition that is true for each value that would be lost or changed; `nil` when every value fits.
    public var incompatibility: String?
    /// A condition that SQL can't express without raising an error. The values are read and judged one by one instead.
    public var form: TextForm?
    /// Whether converting back gives the old value. The text `007` becomes the number 7, which becomes the text `7`.
    public var isReversible = true

    package init(_ expression: String, incompatibility: String? = nil) {
        self.expression = expression
        self.incompatibility = incompatibility
    }
}

/// A schema's DDL in two halves, before and after a bulk load.
public struct Construction: Sendable, Equatable {
    /// One statement of the second half, and the name by which a report calls it.
    public struct Part: Sendable, Equatable {
        /// The kind of object that a statement makes.
        public enum Kind: String, Sendable {
            /// A primary key.
            case primaryKey
            /// A unique key.
            case unique
            /// An index, unique or not.
            case index
            /// A check.
            case check
            /// A foreign key.
            case foreignKey
            /// A view.
            case view
            /// A trigger.
            case trigger
        }
        /// The kind of object that the statement makes.
        public var kind: Kind
        /// The table or view that the object belongs to.
        public var table: String
        /// The name of the object that the statement makes.
        public var name: String
        /// The statement, without a closing `;`.
        public var statement: String

        package init(_ kind: Kind, table: String, name: String, statement: String) {
            self.kind = kind
            self.table = table
            self.name = name
            self.statement = statement
        }
    }

    /// One `CREATE TABLE` per table, in foreign-key order.
    public var tables: [String]
    /// The statements to run after the load, in this order: primary keys, uniques, indexes, checks, foreign keys, views,
    /// triggers.
    public var afterLoad: [Part]

    package init(tables: [String], afterLoad: [Part]) {
        self.tables = tables
        self.afterLoad = afterLoad
    }
}

/// The kind of lock that a row gets until the transaction ends.
public enum RowLock: Sendable, Equatable {
    /// Others may lock the row in the same way.
    case shared
    /// Nobody else may lock or change the row.
    case exclusive
}

/// One migration of a script: a comment, its statements, and what the statements need.
public struct ScriptStep: Sendable, Equatable {
    /// The comment above the step: `up 0002-session-owners`.
    public var title: String
    /// Statements that run one by one before the step's transaction, because they can't run inside of one.
    public var alone: [String]
    /// The statements of the step's transaction.
    public var lowering: Lowering

    /// All statements, in the order in which they run.
    public var statements: [String] { alone + lowering.statements }

    package init(title: String, alone: [String] = [], lowering: Lowering) {
        self.title = title
        self.alone = alone
        self.lowering = lowering
    }
}

/// The objects of a live database that the declared schema does not mention.
public struct UndeclaredObjects: Sendable, Equatable {
    /// A trigger, view, index, column or constraint that no migration declares.
    public struct Object: Sendable, Equatable {
        /// The kind of an undeclared object.
        public enum Kind: String, Sendable {
            /// A trigger on a declared table or view.
            case trigger
            /// A view over declared tables.
            case view
            /// An index of a declared table.
            case index
            /// A column of a declared table.
            case column
            /// A key, check or foreign key of a declared table.
            case constraint
            /// An option of the table: `WITHOUT ROWID`.
            case option
        }
        /// The kind of the object.
        public var kind: Kind
        /// The object's name in the database.
        public var name: String
        /// The table or view that the object belongs to; for a view, its own name.
        public var owner: String
        /// The statement that makes the object again, without a closing `;`.
        public var definition: String
        /// Statements that follow the definition: a view's grants and comments, a trigger's state.
        public var epilogue: [String]

        package init(_ kind: Kind, name: String, owner: String, definition: String, epilogue: [String] = []) {
            self.kind = kind
            self.name = name
            self.owner = owner
            self.definition = definition
            self.epilogue = epilogue
        }
    }

    /// The undeclared objects, in the order in which they can be made again.
    public var objects: [Object]
    /// Names of tables that a rebuild must not choose for its draft table.
    public var takenNames: Set<String>
    /// What follows a declared view when it is made again, by the view's name.
    public var epilogues: [String: ViewEpilogue]
    /// Statements that follow a column when it is made again or has other values, by table and column: grants and comments; in
    /// SQLite, what makes full-text tables read it again.
    public var columnEpilogues: [String: [String: [String]]] = [:]
    /// The defaults that are not the declared ones, by table and column, as the database writes them; `nil` for one that is gone.
    public var strangeDefaults: [String: [String: String?]] = [:]
    /// Those columns among the objects, by table, that differ from the declared ones by nothing but the expression that computes them.
    public var strangeExpressions: [String: Set<String>] = [:]
    /// The undeclared objects that depend on declared tables and views.
    public var dependents: [Dependent] = []
    /// Declared tables that somebody has made as ones of many partitions.
    public var partitioned: Set<String> = []

    package init(objects: [Object] = [], takenNames: Set<String> = [], epilogues: [String: ViewEpilogue] = [:]) {
        self.objects = objects
        self.takenNames = takenNames
        self.epilogues = epilogues
    }

    /// No undeclared objects. Scripts are written for a database without any.
    public static let none = UndeclaredObjects()

    /// Whether the database holds nothing but declared objects.
    public var isEmpty: Bool { self == .none }
}

/// The reason why a dialect can't do an operation of a migration.
public struct LoweringError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The place in the schema: `sessions.title`.
    public var place: String
    /// Why the operation can't be done.
    public var reason: String
    /// The advice on what to do instead, if there is any.
    public var remedy: String?
    /// The advice where the operation undoes another one, if it differs.
    package var undoRemedy: String?
    /// The undeclared objects that the reason lists.
    package var dependents: [UndeclaredObjects.Dependent] = []

    package init(_ place: String, _ reason: String, remedy: String? = nil, undoRemedy: String? = nil) {
        self.place = place
        self.reason = reason
        self.remedy = remedy
        self.undoRemedy = undoRemedy
    }

    /// The same error for an operation that undoes another one.
    package var undoing: LoweringError {
        var error = self
        error.remedy = undoRemedy ?? remedy
        error.undoRemedy = nil
        return error
    }

    /// Returns the same error with a more exact place than the SQL that was refused.
    func at(_ place: String) -> LoweringError {
        var error = self
        error.place = place
        return error
    }

    public var description: String { "\(place): \(reason)" + (remedy.map { "; \($0)" } ?? "") }
}
