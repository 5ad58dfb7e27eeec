/// A translator from schema values to one database's SQL. Each difference between the databases is the answer to one of these
/// questions, so no code outside a dialect's folder asks which one it has.
public protocol Dialect: Sendable {
    /// `sqlite` or `postgresql`, for messages and file names. Never decide by it.
    var name: String { get }

    /// Whether the database holds a column to its declared type. SQLite's declared types are preferences, and our own STRICT
    /// tables keep timestamps and decimals in columns of text.
    var holdsDeclaredTypes: Bool { get }

    /// The type in this database's words.
    ///
    /// - Throws: ``LoweringError`` when it has none.
    func render(_ type: ColumnType) throws(LoweringError) -> String
    /// A default in this database's words, parenthesized where it must be.
    ///
    /// - Throws: ``LoweringError`` when the column's type does not take it.
    func render(_ value: Default, for type: ColumnType) throws(LoweringError) -> String
    /// An expression in this database's words. What is written once for both says the same in both.
    ///
    /// - Throws: ``LoweringError`` when portable text would not say the same on both databases.
    func render(_ expression: SQLExpression, as use: ExpressionUse) throws(LoweringError) -> String
    /// ` COLLATE …` in this database's words.
    ///
    /// - Throws: ``LoweringError`` when it has none.
    func collate(_ collation: Collation) throws(LoweringError) -> String
    /// The SQL of a value as the column would hold it: converted to its type, with its collation.
    ///
    /// - Throws: ``LoweringError`` when it has no word for the type or the collation.
    func stored(_ value: String, by column: Column) throws(LoweringError) -> String
    /// A condition that is true for each value which the column would refuse or cut though no declared check says so: a word
    /// among numbers, 2 in a boolean, too many characters. `nil` when the column takes every value.
    func incompatibility(of value: String, in column: Column) -> String?
    /// Makes sure that this is one statement, and one that reads or writes rows: what a data step may send.
    ///
    /// - Throws: ``DatabaseError``; of kind `permission` for what does something else, with what to write instead.
    func requireRowStatement(_ text: String) throws(DatabaseError)
    /// The placeholder of the `number`th binding, from 1.
    func placeholder(_ number: Int) -> String

    /// The statements that turn a database of `operation.before` into one of `operation.after`.
    ///
    /// `undeclared` are the live database's own objects that the schema does not declare: they are kept, or the operation is
    /// refused.
    ///
    /// - Throws: ``LoweringError`` when the dialect can't do it, before anything was sent to a database.
    func lower(_ operation: ResolvedOperation, keeping undeclared: UndeclaredObjects) throws(LoweringError) -> Lowering

    /// The same for a migration that is applied online, beside those who read and write the table; `nil` where the database has no way
    /// that differs from `lower`.
    ///
    /// - Throws: ``LoweringError`` as `lower` does, and for what can't be done online in a database that holds `undeclared`.
    func online(
        _ operation: ResolvedOperation, keeping undeclared: UndeclaredObjects
    ) throws(LoweringError) -> [OnlineStep]?

    /// The locks that `lower`'s statements keep while they read or write all rows of a table. None where a file has one writer anyway.
    func longLocks(of operation: ResolvedOperation) -> [LongLock]

    /// The conversion of a column's values into another type.
    ///
    /// - Throws: ``LoweringError`` when no way keeps the meaning of values.
    func conversion(of column: String, from old: ColumnType, to new: ColumnType) throws(LoweringError) -> Conversion

    /// The statements that make a whole schema, in two halves: before rows are loaded, and after.
    ///
    /// - Throws: ``LoweringError`` when the database has no words for a part of the schema.
    func construct(_ schema: Schema) throws(LoweringError) -> Construction

    /// The statements that drop these tables and views, whatever refers to what among them. They fail when an object outside
    /// still needs one. Run them with foreign keys off (`Connection.withForeignKeysUnenforced`).
    func remove(tables: [String], views: [String]) -> [String]

    /// Statements that take those of `tables` out of the schema that are a module's, before `remove`: a module can't open its table
    /// before all has come in which it keeps it (https://www.sqlite.org/vtab.html). None where no table is.
    func forgetModules(of tables: [String]) -> [String]

    /// The statement that drops what columns under this policy needed, unless another object needs it; `nil` where nothing was
    /// needed.
    func removeSupport(of policy: NocasePolicy) -> String?

    /// `INSERT … ON CONFLICT (key) DO UPDATE …` for one row, with a placeholder a column, in the order of `columns`.
    func upsert(into table: String, columns: [String], key: [String]) -> String

    /// The end of a SELECT that locks its rows of this table until the transaction ends. A lock of another table may follow it.
    func rowLock(_ lock: RowLock, of table: String) -> String

    /// A condition that is true for the rows of a table in whose texts every one of `words` is found, by this index, and which bear
    /// `mark` in its scope; `nil`: whatever they bear. A word is letters and digits alone; there must be one at least.
    func finding(_ words: [String], by index: WordIndex, for mark: String?) -> SQL

    /// The steps as a script for the database's own shell. It stops at the first error.
    func script(_ steps: [ScriptStep]) -> String

    /// A query that counts the tables of this name in the current schema: 0 or 1.
    func countTables(named name: String) -> SQL

    /// A query for the guards of this table: kind (`TableGuard.Kind`), name and definition, a row each.
    func guards(on table: String) -> SQL

    /// A query for how many bytes the database takes.
    var databaseSize: SQL { get }

    /// Reads the schema of a live database.
    ///
    /// - Throws: ``DatabaseError``.
    func inspect(_ connection: any Connection) throws -> Inspection

    /// Finds what the database holds beside `declared`: triggers, views and indexes that no migration declares, and what depends
    /// on declared tables from outside.
    ///
    /// `subjects` are the tables and views that it is asked for, all of them where it is `nil`. What has nothing to do with them
    /// is not read; of tables that refer to them, rows are counted.
    ///
    /// - Throws: ``DatabaseError``.
    func undeclaredObjects(
        of declared: Schema, around subjects: Set<String>?, on connection: any Connection
    ) throws -> UndeclaredObjects

    /// Makes `schema` in a scratch place, reads it back, and removes it.
    ///
    /// Both engines rewrite what they are told, so only this can be compared with a live database.
    ///
    /// - Throws: ``DatabaseError``, and ``LoweringError`` for what this database can't make.
    func inspectScratch(_ schema: Schema, beside connection: any Connection) throws -> Inspection

    /// Runs `body` in an empty scratch place, and removes all that was made there.
    ///
    /// - Throws: What `body` throws, and ``DatabaseError``.
    func withScratch<T>(beside connection: any Connection, _ body: (any Connection) throws -> T) throws -> T
}

extension Dialect {
    /// The same for all rows.
    public func finding(_ words: [String], by index: WordIndex) -> SQL { finding(words, by: index, for: nil) }

    /// The same for the whole database.
    ///
    /// - Throws: ``DatabaseError``.
    public func undeclaredObjects(of declared: Schema, on connection: any Connection) throws -> UndeclaredObjects {
        try undeclaredObjects(of: declared, around: nil, on: connection)
    }

    /// The same for a column that stands in a table: an error then names both. `source` is what computes its value so far.
    func conversion(
        of source: String, in table: String, from old: Column, to type: ColumnType
    ) throws(LoweringError) -> Conversion {
        do throws(LoweringError) { return try conversion(of: source, from: old.type, to: type) } catch {
            throw error.at("\(table).\(old.name)")
        }
    }
}

/// Statements in order, and what has to surround them.
public struct Lowering: Sendable, Equatable {
    /// The statements, in the order in which they run.
    public var statements: [String]
    /// Whether a table is rebuilt. Foreign keys are then off while the statements run, and are checked before the commit.
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
    /// A condition that SQL can't express without an error: the values are read and judged one by one.
    public var form: TextForm?
    /// Whether converting back gives the old value. The text `007` becomes the number 7, which becomes the text `7`.
    public var isReversible = true

    package init(_ expression: String, incompatibility: String? = nil) {
        self.expression = expression
        self.incompatibility = incompatibility
    }
}

/// A schema's DDL around a bulk load.
public struct Construction: Sendable, Equatable {
    /// One statement of the second half, and what to call it in a report.
    public struct Part: Sendable, Equatable {
        /// What a statement makes.
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
        /// What the statement makes.
        public var kind: Kind
        /// The table or view that it belongs to.
        public var table: String
        /// The name of what it makes.
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

    /// `CREATE TABLE` for each table, in foreign-key order.
    public var tables: [String]
    /// In this order: primary keys, uniques, indexes, checks, foreign keys, views, triggers.
    public var afterLoad: [Part]

    package init(tables: [String], afterLoad: [Part]) {
        self.tables = tables
        self.afterLoad = afterLoad
    }
}

/// How a row is locked until the transaction ends.
public enum RowLock: Sendable, Equatable {
    /// Others may lock it so too.
    case shared
    /// Nobody else may lock or change it.
    case exclusive
}

/// One migration of a script: a comment, its statements, and what they need.
public struct ScriptStep: Sendable, Equatable {
    /// The comment above the step: `up 0002-session-owners`.
    public var title: String
    /// Statements that run one by one before the step's transaction, because none of them can run in one.
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
        /// What an undeclared object is.
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
        /// What it is.
        public var kind: Kind
        /// Its name in the database.
        public var name: String
        /// The table or view that it belongs to; for a view, its own name.
        public var owner: String
        /// The statement that makes it again, without a closing `;`.
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

    /// In the order in which they can be made again.
    public var objects: [Object]
    /// Names of tables that a rebuild must not choose for its draft.
    public var takenNames: Set<String>
    /// Statements that follow a declared view when it is made again, by its name: grants, comments, options.
    public var epilogues: [String: [String]]
    /// Statements that follow a column when it is made anew, by table and column: grants and comments.
    public var columnEpilogues: [String: [String: [String]]] = [:]
    /// The undeclared objects that depend on declared tables and views.
    public var dependents: [Dependent] = []
    /// Declared tables that somebody has made as ones of many partitions.
    public var partitioned: Set<String> = []

    package init(objects: [Object] = [], takenNames: Set<String> = [], epilogues: [String: [String]] = [:]) {
        self.objects = objects
        self.takenNames = takenNames
        self.epilogues = epilogues
    }

    /// No undeclared objects: what a script is written for.
    public static let none = UndeclaredObjects()

    /// Whether the database holds nothing beside what is declared.
    public var isEmpty: Bool { self == .none }
}

/// The reason why a dialect can't do what a migration asks for.
public struct LoweringError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The place in the schema: `sessions.title`.
    public var place: String
    /// Why it can't be done.
    public var reason: String
    /// What to do instead, where that is known.
    public var remedy: String?

    package init(_ place: String, _ reason: String, remedy: String? = nil) {
        self.place = place
        self.reason = reason
        self.remedy = remedy
    }

    /// The same for who knows the place better than the words that were refused.
    func at(_ place: String) -> LoweringError { LoweringError(place, reason, remedy: remedy) }

    public var description: String { "\(place): \(reason)" + (remedy.map { "; \($0)" } ?? "") }
}
