/// A table: its columns, what must hold, and how it is found quickly.
public struct Table: Hashable, Sendable {
    public var name: String
    public var columns: [Column] = []
    public var primaryKey: PrimaryKey?
    /// Keys that were declared beside the first: no table has two, so replay refuses one that holds any.
    public var furtherPrimaryKeys: [PrimaryKey] = []
    public var uniques: [Unique] = []
    public var checks: [Check] = []
    public var foreignKeys: [ForeignKey] = []
    public var indexes: [Index] = []

    public init(name: String) { self.name = name }
}

public struct PrimaryKey: Hashable, Sendable, Decodable {
    public var name: String?
    public var columns: [String]

    public init(_ columns: [String], name: String? = nil) {
        self.columns = columns
        self.name = name
    }
}

public struct Unique: Hashable, Sendable, Decodable {
    public var name: String?
    public var columns: [String]

    public init(_ columns: [String], name: String? = nil) {
        self.columns = columns
        self.name = name
    }
}

public struct Check: Hashable, Sendable, Decodable {
    public var name: String?
    public var expression: SQLExpression

    public init(_ expression: SQLExpression, name: String? = nil) {
        self.expression = expression
        self.name = name
    }
}

public struct ForeignKey: Hashable, Sendable {
    public enum Action: String, Hashable, Sendable, Decodable, CaseIterable {
        case noAction = "NO ACTION"
        case restrict = "RESTRICT"
        case cascade = "CASCADE"
        case setNull = "SET NULL"
        case setDefault = "SET DEFAULT"
    }

    public var name: String?
    public var columns: [String]
    public var parent: String
    public var parentColumns: [String]
    public var onDelete: Action = .noAction
    public var onUpdate: Action = .noAction
    /// Checked at the end of the transaction (`DEFERRABLE INITIALLY DEFERRED`).
    public var isDeferred = false

    public init(_ columns: [String], to parent: String, _ parentColumns: [String], name: String? = nil) {
        self.columns = columns
        self.parent = parent
        self.parentColumns = parentColumns
        self.name = name
    }
}

public struct Index: Hashable, Sendable {
    public var name: String
    public var parts: [Part]
    public var isUnique = false
    public var condition: SQLExpression?

    public init(name: String, parts: [Part]) {
        self.name = name
        self.parts = parts
    }

    /// A column or an expression, and how the index sorts it. A string literal is a column, smallest value first.
    public struct Part: Hashable, Sendable, ExpressibleByStringLiteral {
        public enum Key: Hashable, Sendable { case column(String), expression(SQLExpression) }
        public var key: Key
        public var isDescending = false
        public var collation: Collation?

        public init(_ key: Key, descending: Bool = false, collation: Collation? = nil) {
            self.key = key
            self.isDescending = descending
            self.collation = collation
        }

        public init(stringLiteral column: String) { self.init(.column(column)) }
    }
}

/// A view. `query` is written in words that both databases share, or once for each.
public struct View: Hashable, Sendable, Decodable {
    public var name: String
    public var query: SQLExpression

    public init(_ name: String, as query: SQLExpression) {
        self.name = name
        self.query = query
    }
}

extension Table {
    public subscript(column name: String) -> Column? { columns.first { $0.name == name } }

    /// What an index is called when nobody names it: `table_column_column_idx`.
    public static func indexName(on table: String, _ parts: [Index.Part]) -> String {
        let words = parts.map { part in
            switch part.key {
            case .column(let name): name
            case .expression: "expr"
            }
        }
        return ([table] + words + ["idx"]).joined(separator: "_")
    }

    /// The same table, its parts in one order, so that tables which hold the same compare equal.
    ///
    /// Names of columns and order of key columns count; the order in which constraints and columns were added does not.
    public var normalized: Table {
        var table = self
        table.columns = table.columns.map(\.canonical).sorted { $0.name < $1.name }
        table.indexes = table.indexes.map(\.canonical)
        table.checks = table.checks.map { Check($0.expression.compared, name: $0.name) }
        table.uniques.sort {
            ($0.columns.joined(separator: ","), $0.name ?? "") < ($1.columns.joined(separator: ","), $1.name ?? "")
        }
        table.checks.sort { "\($0)" < "\($1)" }
        table.foreignKeys.sort { "\($0)" < "\($1)" }
        table.indexes.sort { $0.name < $1.name }
        return table
    }
}

extension Column {
    /// The same column with its expressions in canonical form.
    fileprivate var canonical: Column {
        var column = self
        column.generated = generated?.compared
        column.default = self.default?.compared
        return column
    }
}

extension Index {
    /// The same index with its expressions in canonical form.
    fileprivate var canonical: Index {
        var index = self
        index.condition = condition?.compared
        index.parts = parts.map { part in
            guard case .expression(let expression) = part.key else { return part }
            return Part(.expression(expression.compared), descending: part.isDescending, collation: part.collation)
        }
        return index
    }
}
