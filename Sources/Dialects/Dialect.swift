/// A translator from schema values to one database's SQL. Everything that differs between databases is an answer to one of
/// these questions; nobody outside a dialect's folder asks which one it is.
public protocol Dialect: Sendable {
    /// `sqlite` or `postgresql`: for people and file names, never to decide by.
    var name: String { get }

    /// Whether a column holds nothing but what its type says. SQLite's types say what a column prefers, and our own STRICT tables
    /// keep moments and decimals in columns of text.
    var holdsDeclaredTypes: Bool { get }

    /// The type in this database's words. Throws when it has none.
    func spell(_ type: ColumnType) throws(LoweringError) -> String
    /// A default in this database's words, parenthesized where it must be.
    func spell(_ value: Default, for type: ColumnType) throws(LoweringError) -> String
    /// An expression in this database's words. What is written once for both says the same in both, or this throws.
    func spell(_ expression: SQLExpression, as use: ExpressionUse) throws(LoweringError) -> String
    /// ` COLLATE …` in this database's words. Throws when it has none.
    func collate(_ collation: Collation) throws(LoweringError) -> String
    /// A value as it is once a column holds it: of the column's type, compared in its way.
    func held(_ value: String, by column: Column) throws(LoweringError) -> String
    /// A condition that is true for each value which the column would refuse or cut, although no declared check says so: a word
    /// among numbers, 2 in a boolean, more characters than there is room for. `nil` when it takes whatever comes.
    func misfit(of value: String, in column: Column) -> String?
    /// The placeholder of the `number`th binding, from 1.
    func placeholder(_ number: Int) -> String

    /// What turns a database that holds `operation.before` into one that holds `operation.after`.
    ///
    /// `surroundings` are the live database's own objects that the schema does not declare: they are kept, or the operation
    /// is refused. Throws when the dialect cannot do it, before anything was sent to a database.
    func lower(_ operation: ResolvedOperation, keeping surroundings: Surroundings) throws(LoweringError) -> Lowering

    /// How a value of one type becomes one of another; throws when there is no way that keeps its meaning.
    func conversion(of column: String, from old: ColumnType, to new: ColumnType) throws(LoweringError) -> Conversion

    /// A whole schema in two halves: what must stand before rows are loaded, and what is better built afterwards.
    func construct(_ schema: Schema) throws(LoweringError) -> Construction

    /// Removes these, whatever they are to one another; fails when something else still needs one of them. Foreign keys are not
    /// to be enforced meanwhile (`Connection.withForeignKeysUnenforced`).
    func remove(tables: [String], views: [String]) -> [String]

    /// Takes away what columns under this policy needed, unless something else needs it; `nil` where that is nothing.
    func removeSupport(of policy: NocasePolicy) -> String?

    /// `INSERT … ON CONFLICT (key) DO UPDATE …` for one row, with a placeholder a column, in the order of `columns`.
    func upsert(into table: String, columns: [String], key: [String]) -> String

    /// What a SELECT ends with so that nobody else changes its rows of this table before the transaction ends. Behind one lock
    /// there may be another, on another table.
    func rowLock(_ lock: RowLock, of table: String) -> String

    /// The script that a person can feed to the database's own shell: it stops at the first error.
    func script(_ steps: [ScriptStep]) -> String

    /// A query whose one value counts the tables of this name in the current schema: 0 or 1.
    func countTables(named name: String) -> SQL

    /// A query for what stands on the table of this name: kind (`TableGuard.Kind`), name and definition, a row each.
    func guards(on table: String) -> SQL

    /// Reads what the database holds. Throws `DatabaseError`.
    func inspect(_ connection: any Connection) throws -> Inspection

    /// What the database holds beside `declared`: undeclared triggers, views and indexes, and what hangs on it from outside.
    ///
    /// `subjects` are the tables and views that it is asked for, all of them where it is `nil`. What has nothing to do with them
    /// is not read; of tables that refer to them, rows are counted.
    func surroundings(
        of declared: Schema, around subjects: Set<String>?, on connection: any Connection
    ) throws -> Surroundings

    /// What a database reads back right after `schema` was made in it: made in a scratch place and removed again.
    ///
    /// Both engines rewrite what they are told, so only this can be compared with a live database.
    func inspectScratch(_ schema: Schema, beside connection: any Connection) throws -> Inspection

    /// Runs `body` on a scratch place that holds nothing yet, and removes it again with all that was made in it.
    func withScratch<T>(beside connection: any Connection, _ body: (any Connection) throws -> T) throws -> T
}

extension Dialect {
    /// The same for the whole database.
    public func surroundings(of declared: Schema, on connection: any Connection) throws -> Surroundings {
        try surroundings(of: declared, around: nil, on: connection)
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

/// Statements in order, and what they need around them.
public struct Lowering: Sendable, Equatable {
    public var statements: [String]
    /// A table is rebuilt: foreign keys are not to be enforced meanwhile, and are checked before the commit.
    public var rebuildsTable: Bool

    public init(_ statements: [String] = [], rebuildsTable: Bool = false) {
        self.statements = statements
        self.rebuildsTable = rebuildsTable
    }

    public static func + (a: Lowering, b: Lowering) -> Lowering {
        Lowering(a.statements + b.statements, rebuildsTable: a.rebuildsTable || b.rebuildsTable)
    }
}

/// How a column's values are brought into another type.
public struct Conversion: Sendable, Equatable {
    /// The expression that computes the new value from the column.
    public var expression: String
    /// A condition that is true for each value that would be lost or changed; `nil` when every value fits.
    public var misfit: String?
    /// What values have to be beside that, where the database can only tell by an error.
    public var form: TextForm?
    /// Whether the conversion back gives every value as it was: of the text `007` the number 7 does not.
    public var isReversible = true

    public init(_ expression: String, misfit: String? = nil) {
        self.expression = expression
        self.misfit = misfit
    }
}

/// A schema's DDL around a bulk load.
public struct Construction: Sendable, Equatable {
    /// One statement of the second half, and what to call it in a report.
    public struct Part: Sendable, Equatable {
        public enum Kind: String, Sendable { case primaryKey, unique, index, check, foreignKey, view, trigger }
        public var kind: Kind
        public var table: String
        public var name: String
        public var statement: String

        public init(_ kind: Kind, table: String, name: String, statement: String) {
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

    public init(tables: [String], afterLoad: [Part]) {
        self.tables = tables
        self.afterLoad = afterLoad
    }
}

/// How a row is locked until the transaction ends.
public enum RowLock: Sendable, Equatable {
    /// Others may lock it so too.
    case shared
    case exclusive
}

/// One migration of a script: a comment, its statements, and what they need.
public struct ScriptStep: Sendable, Equatable {
    public var title: String
    public var lowering: Lowering

    public init(title: String, lowering: Lowering) {
        self.title = title
        self.lowering = lowering
    }
}

/// What a live database holds that the declared schema does not speak of.
public struct Surroundings: Sendable, Equatable {
    public struct Object: Sendable, Equatable {
        public enum Kind: String, Sendable {
            case trigger, view, index, column, constraint
            /// What a table is: `WITHOUT ROWID`.
            case option
        }
        public var kind: Kind
        public var name: String
        /// The table or view it hangs on; of a view, its own name.
        public var owner: String
        /// What makes it again, without a closing `;`.
        public var definition: String
        /// What must follow it: a view's grants and comments, a trigger's state.
        public var epilogue: [String]

        public init(_ kind: Kind, name: String, owner: String, definition: String, epilogue: [String] = []) {
            self.kind = kind
            self.name = name
            self.owner = owner
            self.definition = definition
            self.epilogue = epilogue
        }
    }

    /// In the order in which they can be made again.
    public var objects: [Object]
    /// Names that tables have which a rebuild would otherwise choose for its own: a draft that somebody left behind.
    public var takenNames: Set<String>
    /// What must follow a declared view that is made again, by its name: grants, comments, options.
    public var epilogues: [String: [String]]
    /// What must follow a column that is made anew, by its table and name: grants and comments.
    public var columnEpilogues: [String: [String: [String]]] = [:]
    /// What hangs on declared tables and views from outside.
    public var dependents: [Dependent] = []

    public init(objects: [Object] = [], takenNames: Set<String> = [], epilogues: [String: [String]] = [:]) {
        self.objects = objects
        self.takenNames = takenNames
        self.epilogues = epilogues
    }

    /// A database that holds what is declared and nothing else: what a script is written for.
    public static let none = Surroundings()

    /// Whether the database was found to hold nothing else.
    public var isEmpty: Bool { self == .none }
}

/// Why a dialect can't do what a migration asks for.
public struct LoweringError: Error, Sendable, Equatable, CustomStringConvertible {
    /// `sessions.title`.
    public var place: String
    public var reason: String
    public var remedy: String?

    public init(_ place: String, _ reason: String, remedy: String? = nil) {
        self.place = place
        self.reason = reason
        self.remedy = remedy
    }

    /// The same for who knows the place better than the words that were refused.
    func at(_ place: String) -> LoweringError { LoweringError(place, reason, remedy: remedy) }

    public var description: String { "\(place): \(reason)" + (remedy.map { "; \($0)" } ?? "") }
}
