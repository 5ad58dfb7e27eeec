/// A schema that was read from a live database, and what a schema value has no place for.
public struct Inspection: Sendable, Equatable {
    /// The tables and views.
    public var schema: Schema
    /// Each column's type as the database itself writes it, by table and column: `NVARCHAR(160)`, `timestamp with time zone`.
    public var declaredTypes: [String: [String: String]]
    /// Each counting column's last issued or highest number, by table: SQLite's `sqlite_sequence`.
    public var sequences: [String: Int64]
    /// The column that stands for SQLite's rowid, by table. It numbers new rows, with `AUTOINCREMENT` or without
    /// (https://www.sqlite.org/lang_createtable.html#rowid).
    public var rowidAliases: [String: String]
    /// The options of each table, in the database's own words: `WITHOUT ROWID`, `UNLOGGED`.
    public var options: [String: Set<String>] = [:]
    /// Indexes over words. What they consist of is listed in `omitted` as well: a schema value has no place for them.
    package var fullText: [FullText]
    /// The columns that a sequence of PostgreSQL's numbers by their default, by table: a schema calls them identity columns.
    package var serials: [String: [String]] = [:]
    /// Tables whose rows have no place in the table that tells them apart: those of SQLite that are WITHOUT ROWID, and partitioned ones
    /// of PostgreSQL, whose rows lie in other tables.
    package var tablesWithoutPlaces: Set<String> = []
    /// How many tables there are in which other schema of the database: they are not among those of `schema`.
    package var tablesOfOtherSchemas: [String: Int] = [:]
    /// Objects that a schema value has no place for, with the reason.
    public var omitted: [Omission]
    /// The triggers, in the database's own words, where a dialect can say them in another one's.
    package var triggers: [SourceTrigger] = []
    /// The same database in its own words.
    package var sameEngineCopy = SameEngineCopy()
    /// What each column holds in words that any database has, by table and column: where the database itself holds its columns
    /// to their types, and nowhere else.
    package var enforcedTypes: [String: [String: EnforcedType]] = [:]

    package init(
        schema: Schema, declaredTypes: [String: [String: String]] = [:], sequences: [String: Int64] = [:],
        rowidAliases: [String: String] = [:], fullText: [FullText] = [], omitted: [Omission] = []
    ) {
        self.schema = schema
        self.declaredTypes = declaredTypes
        self.sequences = sequences
        self.rowidAliases = rowidAliases
        self.fullText = fullText
        self.omitted = omitted
    }

    /// What becomes of the serial columns of these tables, for people; `nil` where they have none.
    package func remarkOnSerials(of tables: [Table]) -> String? {
        let names = tables.flatMap { table in (serials[table.name] ?? []).map { "\(table.name).\($0)" } }
        return names.isEmpty ? nil : "serial columns become identity columns: \(names.joined(separator: ", "))"
    }

    /// What of the database is not looked at, for people; `nil` where that is nothing.
    package var remarkOnOtherSchemas: String? {
        guard !tablesOfOtherSchemas.isEmpty else { return nil }
        let schemas = tablesOfOtherSchemas.sorted { $0.key < $1.key }.map { name, tables in
            "\(name) (\(tables == 1 ? "1 table" : "\(tables) tables"))"
        }
        return "other schemas of the source stay behind: \(schemas.joined(separator: ", ")); a URL with "
            + "options=-csearch_path%3DNAME speaks of another one"
    }

    /// All tables that hold rows of their own: those of the schema, and the full-text tables that keep their text themselves.
    package var tablesWithRows: [Table] { schema.tables + fullText.compactMap(\.table) }
}

/// A table of SQLite's that finds rows by their words.
package struct FullText: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        /// The text is kept in the table itself.
        case own
        /// The text is another table's; `key` is its column that the full-text table calls `rowid`.
        case table(String, key: String)
    }

    package var name: String
    package var columns: [String]
    /// The columns whose words are found.
    package var indexed: [String]
    package var content: Content
    /// Whether English endings make no difference.
    package var stems: Bool
    /// The tables in which it keeps its index.
    package var shadowTables: [String] = []
    /// The triggers that tell it what was written.
    package var triggers: [String] = []

    /// The table as one of any other database; `nil` when the text is another table's.
    package var table: Table? {
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
package struct EnforcedType: Sendable, Equatable {
    package var type: ColumnType
    /// Why it is not the declared type: "is an enumeration". `nil` where it says the same.
    package var reason: String?
    /// The only values of an enumeration.
    package var labels: [String]
    /// Whether its texts compare without regard to case.
    package var isCaseless = false
    /// Values which other databases know nothing like, what changes most first.
    package var specials: [Specials]

    package struct Specials: Sendable, Equatable {
        /// True for them, in the database's words.
        package var condition: String
        /// "are NaN".
        package var words: String
        /// The type that holds them elsewhere, where that is another one.
        package var instead: ColumnType?
    }

    package init(_ type: ColumnType, reason: String? = nil, labels: [String] = [], specials: [Specials] = []) {
        self.type = type
        self.reason = reason
        self.labels = labels
        self.specials = specials
    }
}

/// An object of a database that does not come along.
public struct Omission: Sendable, Equatable, Codable {
    /// What does not come along.
    public enum Kind: String, Sendable, Codable {
        /// A virtual table of SQLite (https://www.sqlite.org/vtab.html).
        case virtualTable = "virtual_table"
        /// A table in which a virtual table keeps its data.
        case shadowTable = "shadow_table"
        /// A trigger.
        case trigger
        /// A view.
        case view
        /// An index.
        case index
        /// A column.
        case column
        /// A check or key.
        case constraint
        /// Anything else: a function, a policy, an extension.
        case other
        /// A foreign key.
        case foreignKey = "foreign_key"

        /// For people: `virtual table`.
        public var words: String { rawValue.replacing("_", with: " ") }
    }

    /// What it is.
    public var kind: Kind
    /// Its name in the database it was read from.
    public var name: String
    /// Why it stays behind, without a subject: `calls json_each`.
    public var reason: String
    /// The table that a trigger belongs to.
    public var table: String?

    package init(_ kind: Kind, _ name: String, reason: String, of table: String? = nil) {
        self.kind = kind
        self.name = name
        self.reason = reason
        self.table = table
    }
}
