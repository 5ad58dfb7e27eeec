/// What an inspector read from a live database: a schema, and beside it what a schema value does not say.
public struct Inspection: Sendable, Equatable {
    public var schema: Schema
    /// Each column's type as the database itself writes it, by table and column: `NVARCHAR(160)`, `timestamp with time zone`.
    public var declaredTypes: [String: [String: String]]
    /// Each counting column's last issued or highest number, by table: SQLite's `sqlite_sequence`.
    public var sequences: [String: Int64]
    /// The column that is SQLite's rowid under a name of its own, by table: it counts by itself, `AUTOINCREMENT` or not
    /// (https://www.sqlite.org/lang_createtable.html#rowid).
    public var rowidAliases: [String: String]
    /// What is there and has no place in a schema value, with the reason.
    public var notCarried: [NotCarried]
    /// The same database in its own words.
    public var replica = Replica()
    /// What each column holds in words that any database has, by table and column: where the database itself holds its columns
    /// to their types, and nowhere else.
    public var heldTypes: [String: [String: HeldType]] = [:]

    public init(
        schema: Schema, declaredTypes: [String: [String: String]] = [:], sequences: [String: Int64] = [:],
        rowidAliases: [String: String] = [:], notCarried: [NotCarried] = []
    ) {
        self.schema = schema
        self.declaredTypes = declaredTypes
        self.sequences = sequences
        self.rowidAliases = rowidAliases
        self.notCarried = notCarried
    }
}

/// What a column's values are, in a database that lets nothing else in.
public struct HeldType: Sendable, Equatable {
    public var type: ColumnType
    /// Why it is not the declared type: "is an enumeration". `nil` where it says the same.
    public var reason: String?
    /// The only values of an enumeration.
    public var labels: [String]
    /// A condition in the database's words that is true for values which other databases know nothing like, and what they are.
    public var specials: Specials?

    public struct Specials: Sendable, Equatable {
        public var condition: String
        /// "are NaN".
        public var words: String
    }

    public init(_ type: ColumnType, reason: String? = nil, labels: [String] = [], specials: Specials? = nil) {
        self.type = type
        self.reason = reason
        self.labels = labels
        self.specials = specials
    }
}

/// Something that a database holds and that does not come along.
public struct NotCarried: Sendable, Equatable, Codable {
    public enum Kind: String, Sendable, Codable {
        case virtualTable = "virtual_table"
        case shadowTable = "shadow_table"
        case trigger, view, index, column, constraint, other
        case foreignKey = "foreign_key"

        /// For people: `virtual table`.
        public var words: String { rawValue.replacing("_", with: " ") }
    }

    public var kind: Kind
    public var name: String
    public var reason: String

    public init(_ kind: Kind, _ name: String, reason: String) {
        self.kind = kind
        self.name = name
        self.reason = reason
    }
}
