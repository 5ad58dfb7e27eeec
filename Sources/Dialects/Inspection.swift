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
    /// What each table is beside its columns and constraints, in the database's own words: `WITHOUT ROWID`, `UNLOGGED`.
    public var options: [String: Set<String>] = [:]
    /// Indexes over words. What they consist of is listed in `notCarried` as well: a schema value has no place for them.
    public var fullText: [FullText]
    /// What is there and has no place in a schema value, with the reason.
    public var notCarried: [NotCarried]
    /// The same database in its own words.
    public var replica = Replica()
    /// What each column holds in words that any database has, by table and column: where the database itself holds its columns
    /// to their types, and nowhere else.
    public var heldTypes: [String: [String: HeldType]] = [:]

    public init(
        schema: Schema, declaredTypes: [String: [String: String]] = [:], sequences: [String: Int64] = [:],
        rowidAliases: [String: String] = [:], fullText: [FullText] = [], notCarried: [NotCarried] = []
    ) {
        self.schema = schema
        self.declaredTypes = declaredTypes
        self.sequences = sequences
        self.rowidAliases = rowidAliases
        self.fullText = fullText
        self.notCarried = notCarried
    }

    /// All tables that hold rows of their own: those of the schema, and the full-text tables that keep their text themselves.
    public var tablesWithRows: [Table] { schema.tables + fullText.compactMap(\.table) }
}

/// A table of SQLite's that finds rows by their words.
public struct FullText: Sendable, Equatable {
    public enum Content: Sendable, Equatable {
        /// The text is kept in the table itself.
        case own
        /// The text is another table's; `key` is its column that the full-text table calls `rowid`.
        case table(String, key: String)
    }

    public var name: String
    public var columns: [String]
    /// The columns whose words are found.
    public var indexed: [String]
    public var content: Content
    /// Whether English endings make no difference.
    public var stems: Bool
    /// The tables in which it keeps its index.
    public var shadowTables: [String] = []
    /// The triggers that tell it what was written.
    public var triggers: [String] = []

    /// The table as one of any other database; `nil` when the text is another table's.
    public var table: Table? {
        switch content {
        case .table: return nil
        case .own:
            var table = Table(name: name)
            table.columns =
                [Column("rowid", .bigint)]
                + columns.map { name in
                    // Whatever is written there is kept as it is, and indexed as text.
                    var column = Column(name, .ownForm)
                    column.isNullable = true
                    return column
                }
            table.primaryKey = PrimaryKey(["rowid"])
            return table
        }
    }
}

/// What a column's values are, in a database that lets nothing else in.
public struct HeldType: Sendable, Equatable {
    public var type: ColumnType
    /// Why it is not the declared type: "is an enumeration". `nil` where it says the same.
    public var reason: String?
    /// The only values of an enumeration.
    public var labels: [String]
    /// Whether its texts compare without regard to case.
    public var isCaseless = false
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
    /// The table that a trigger belongs to.
    public var table: String?

    public init(_ kind: Kind, _ name: String, reason: String, of table: String? = nil) {
        self.kind = kind
        self.name = name
        self.reason = reason
        self.table = table
    }
}
