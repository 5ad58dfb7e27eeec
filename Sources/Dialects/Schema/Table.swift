/// A table: its columns, keys, checks and indexes.
public struct Table: Hashable, Sendable {
    /// The table's name, without quotes.
    public var name: String
    /// The columns, in the order in which the database makes them.
    public var columns: [Column] = []
    /// The primary key; `nil` for a table without one.
    public var primaryKey: PrimaryKey?
    /// Primary keys that were declared in addition to the first. Replay refuses a table that has any.
    public var furtherPrimaryKeys: [PrimaryKey] = []
    /// Unique keys beside the primary one.
    public var uniques: [Unique] = []
    /// Conditions that each row satisfies.
    public var checks: [Check] = []
    /// Foreign keys to other tables, or to the table itself.
    public var foreignKeys: [ForeignKey] = []
    /// Indexes, in the order in which they are made.
    public var indexes: [Index] = []

    /// Makes a table without columns.
    public init(name: String) { self.name = name }
}

/// The key that identifies a table's rows. Its columns are unique together, and none of them holds NULL.
public struct PrimaryKey: Hashable, Sendable, Decodable {
    /// The constraint's name; without one, replay gives `table_pkey`.
    public var name: String?
    /// The key's columns, in the order of its index.
    public var columns: [String]

    /// Makes a primary key over these columns.
    public init(_ columns: [String], name: String? = nil) {
        self.columns = columns
        self.name = name
    }
}

/// Columns in which no two rows agree. Rows that hold NULL in one of them never collide.
public struct Unique: Hashable, Sendable, Decodable {
    /// The constraint's name; without one, replay gives `table_a_b_key`.
    public var name: String?
    /// The key's columns, in the order of its index.
    public var columns: [String]

    /// Makes a unique key over these columns.
    public init(_ columns: [String], name: String? = nil) {
        self.columns = columns
        self.name = name
    }
}

/// A condition that every row satisfies. A row for which the condition is NULL passes too.
public struct Check: Hashable, Sendable, Decodable {
    /// The constraint's name; without one, replay gives `table_check`, or `table_column_check` if the check reads a single column.
    public var name: String?
    /// The condition, over the columns of one row.
    public var expression: SQLExpression

    /// Makes a check of this condition.
    public init(_ expression: SQLExpression, name: String? = nil) {
        self.expression = expression
        self.name = name
    }
}

/// Columns that hold the key of a row in another table, or NULL.
public struct ForeignKey: Hashable, Sendable {
    /// What happens to a row when the row that it refers to is deleted, or gets another key.
    public enum Action: String, Hashable, Sendable, Decodable, CaseIterable {
        /// The change is refused, at the end of the statement or of the transaction.
        case noAction = "NO ACTION"
        /// The change is refused at once.
        case restrict = "RESTRICT"
        /// The row is deleted as well, or takes the new key.
        case cascade = "CASCADE"
        /// The row's columns become NULL.
        case setNull = "SET NULL"
        /// The row's columns get their defaults.
        case setDefault = "SET DEFAULT"
    }

    /// The constraint's name; without one, replay gives `table_column_fkey`.
    public var name: String?
    /// The columns of this table.
    public var columns: [String]
    /// The table that the key refers to.
    public var parent: String
    /// The columns of the parent's primary key or of one of its unique keys, in the order of `columns`.
    public var parentColumns: [String]
    /// What happens when the row that is referred to is deleted.
    public var onDelete: Action = .noAction
    /// What happens when the key that is referred to changes.
    public var onUpdate: Action = .noAction
    /// Whether the key is checked only at the end of the transaction (`DEFERRABLE INITIALLY DEFERRED`).
    public var isDeferred = false

    /// Makes a foreign key of one column or several. `columns` and `parentColumns` go in pairs.
    public init(_ columns: [String], to parent: String, _ parentColumns: [String], name: String? = nil) {
        self.columns = columns
        self.parent = parent
        self.parentColumns = parentColumns
        self.name = name
    }
}

/// An index of a table.
public struct Index: Hashable, Sendable {
    /// The index's name; if it is empty, replay gives `table_a_b_idx`.
    public var name: String
    /// The columns and expressions that the index sorts by, most important first.
    public var parts: [Part]
    /// Whether no two rows may agree in all parts.
    public var isUnique = false
    /// The condition of the rows that are indexed; `nil` for all rows.
    public var condition: SQLExpression?

    /// Makes an index over these parts, of all rows.
    public init(name: String, parts: [Part]) {
        self.name = name
        self.parts = parts
    }

    /// A column or an expression of an index, and how the index sorts it. A string literal stands for a column, smallest value
    /// first.
    public struct Part: Hashable, Sendable, ExpressibleByStringLiteral {
        /// The column or expression that a part sorts by.
        public enum Key: Hashable, Sendable {
            /// The values of a column.
            case column(String)
            /// The value of an expression.
            case expression(SQLExpression)
        }
        /// The column or expression that the part sorts by.
        public var key: Key
        /// Whether the largest value comes first.
        public var isDescending = false
        /// How texts are sorted; `nil` for the collation of the column.
        public var collation: Collation?

        /// Makes a part. The smallest value comes first unless `descending`.
        public init(_ key: Key, descending: Bool = false, collation: Collation? = nil) {
            self.key = key
            self.isDescending = descending
            self.collation = collation
        }

        public init(stringLiteral column: String) { self.init(.column(column)) }
    }
}

/// A view. `query` is either SQL that both databases share, or separate SQL for each.
public struct View: Hashable, Sendable, Decodable {
    /// The view's name, without quotes.
    public var name: String
    /// The SELECT that the view stands for.
    public var query: SQLExpression

    /// Makes a view over this query.
    public init(_ name: String, as query: SQLExpression) {
        self.name = name
        self.query = query
    }
}

extension Table {
    /// The column of exactly this name; `nil` where there is none.
    public subscript(column name: String) -> Column? { columns.first { $0.name == name } }

    /// Returns the name of an index that nobody named: `table_column_column_idx`.
    public static func indexName(on table: String, _ parts: [Index.Part]) -> String {
        let words = parts.map { part in
            switch part.key {
            case .column(let name): name
            case .expression: "expr"
            }
        }
        return ([table] + words + ["idx"]).joined(separator: "_")
    }

    /// The same table with its parts in a fixed order, so that tables with the same contents compare equal.
    ///
    /// The names of columns and the order of key columns count. The order in which constraints and columns were added does not.
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
