/// A schema that was read from a live database, together with everything that a schema value has no place for.
public struct Inspection: Sendable, Equatable {
    /// The tables and views.
    public var schema: Schema
    /// Each column's type as the database itself writes it, by table and column: `NVARCHAR(160)`, `timestamp with time zone`.
    public var declaredTypes: [String: [String: String]]
    /// The number that each counting column issued last, or its highest value, by table: SQLite's `sqlite_sequence`.
    public var sequences: [String: Int64]
    /// The same numbers by table and column, since a table of PostgreSQL may have several counting columns.
    package var lastNumbers: [String: [String: Int64]] = [:]
    /// The column that is another name of SQLite's rowid, by table. Such a column numbers new rows, with `AUTOINCREMENT` or
    /// without (https://www.sqlite.org/lang_createtable.html#rowid).
    public var rowidAliases: [String: String]
    /// The options of each table, in the database's own words: `WITHOUT ROWID`, `UNLOGGED`.
    public var options: [String: Set<String>] = [:]
    /// The indexes over words. The tables that they consist of are listed in `omitted` as well, since a schema value has no place
    /// for them.
    package var fullText: [FullText]
    /// The R-trees. `omitted` lists them too, with their shadow tables.
    package var rangeTables: [RangeTable] = []
    /// The columns whose default takes the next number of a PostgreSQL sequence, by table. A schema calls them identity columns.
    package var serials: [String: [String]] = [:]
    /// The tables whose rows have no place within the table that would tell them apart: SQLite's WITHOUT ROWID tables, and
    /// PostgreSQL's partitioned tables, whose rows lie in other tables.
    package var tablesWithoutPlaces: Set<String> = []
    /// The columns that convert nothing although their declared word has another meaning elsewhere, by table: `ANY` in SQLite's STRICT
    /// tables (https://www.sqlite.org/stricttables.html, section 2).
    package var unconvertedColumns: [String: Set<String>] = [:]
    /// The tables that hold their columns' values to the declared types, in a database where others don't: SQLite's STRICT tables.
    package var heldTables: Set<String> = []
    /// The numbers that an application keeps in a SQLite file's header, by the words that ask the database for each; none
    /// of them is 0.
    package var fileNumbers: [String: Int64] = [:]
    /// A remark that names these numbers, which have no place in another database; `nil` if there are none.
    package var remarkOnFileNumbers: String?
    /// Says which schemas of the database are not looked at, for people; `nil` if there are no others. Their tables are not part of
    /// `schema`.
    package var remarkOnOtherSchemas: String?
    /// The objects that a schema value has no place for, each with the reason.
    public var omitted: [Omission]
    /// Why columns can't be read, by table and column: only the database's own program can (`computed by …`), or the role has no privilege.
    package var unreadableColumns: [String: [String: String]] = [:]
    /// What domains demand of columns, which the columns themselves do not say.
    package var domainDemands: [DomainDemand] = []
    /// The plain form of indexes that are omitted for what no other database has, such as columns beside the key, by table. It keeps
    /// the same keys unique.
    package var plainIndexes: [String: [Index]] = [:]
    /// Why a view would show other rows in a target, by its name.
    package var viewsLeftBehind: [String: String] = [:]
    /// The texts of the objects that are omitted, as far as the database tells them.
    package var definitions: [Definition] = []
    /// The triggers, in the database's own words, if a dialect can translate them.
    package var triggers: [SourceTrigger] = []
    /// The same database in its own SQL, for a copy into a database of the same kind.
    package var sameEngineCopy = SameEngineCopy()
    /// The type that each column's values really have, in terms that every database knows, by table and column. It is filled only
    /// for a database that holds its columns to their types.
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

    /// Returns the table with its columns that convert nothing as columns without a declared type, which they are to expressions.
    package func withoutConversions(_ table: Table) -> Table {
        guard let names = unconvertedColumns[table.name] else { return table }
        var table = table
        for at in table.columns.indices where names.contains(table.columns[at].name) {
            table.columns[at].type = .native(sqlite: "", postgresql: "")
        }
        return table
    }

    /// Says what becomes of the serial columns of these tables, for people; `nil` if the tables have none.
    package func remarkOnSerials(of tables: [Table]) -> String? {
        let names = tables.flatMap { table in (serials[table.name] ?? []).map { "\(table.name).\($0)" } }
        return names.isEmpty ? nil : "serial columns become identity columns: \(names.joined(separator: ", "))"
    }

    /// Says that there is nothing to transfer, for people; `nil` if there are tables, even such as have no place elsewhere. An empty file
    /// is most often one that somebody made by a mistyped name.
    package var remarkOnNoTables: String? {
        let hasOthers = omitted.contains { [.table, .virtualTable, .other].contains($0.kind) }
        guard tablesWithRows.isEmpty, !hasOthers, remarkOnOtherSchemas == nil else { return nil }
        return "the source holds no table, so there is nothing to transfer: check that its name is the right one"
    }

    /// All tables that hold rows of their own: the schema's tables, the full-text tables that store their text, and the R-trees.
    package var tablesWithRows: [Table] { schema.tables + fullText.compactMap(\.table) + rangeTables.map(\.table) }
}
