// SQLite as a transfer's target.

extension SQLiteDialect: TransferTarget {
    /// The longest name. SQLite cuts no name; a statement may have a billion bytes (https://www.sqlite.org/limits.html).
    package var longestName: Int { 1_000_000 }
    package var reservedColumns: Set<String> { [] }
    package var reservedRelations: Set<String> { [] }
    /// The prefix of names that SQLite reserves for itself (https://www.sqlite.org/lang_createtable.html).
    package var reservedPrefix: String? { "sqlite_" }
    package func counter(of column: String, in table: String) -> String? { nil }
    package func isRefusal(_ error: DatabaseError) -> Bool { false }
    package func reason(of refusal: DatabaseError) -> String { refusal.message }

    /// The codes with which SQLite reports its file, its disk, its memory and other connections (https://www.sqlite.org/rescode.html).
    package func isFault(_ error: DatabaseError) -> Bool {
        let codes = [
            "BUSY", "LOCKED", "PROTOCOL", "NOMEM", "IOERR", "FULL", "CANTOPEN", "READONLY", "PERM", "CORRUPT", "NOTADB",
        ]
        return codes.contains { error.code?.hasPrefix("SQLITE_\($0)") ?? false }
    }

    /// Functions report their errors, such as malformed JSON, as SQLITE_ERROR, and a result that is too long as SQLITE_TOOBIG
    /// (https://www.sqlite.org/rescode.html).
    package func isComputing(_ error: DatabaseError) -> Bool {
        error.kind == .check || error.code == "SQLITE_TOOBIG"
            || error.code == "SQLITE_ERROR" && !isMissingTable(error)
    }

    /// SQLite has no code of its own for this, and its messages are not translated.
    package func isMissingTable(_ error: DatabaseError) -> Bool {
        error.code == "SQLITE_ERROR" && error.message.hasPrefix("no such table: ")
    }

    package var distinguishesCase: Bool { false }
    /// https://www.sqlite.org/limits.html: the default of SQLITE_MAX_COLUMN.
    package var mostColumns: Int { 2_000 }
    package var addsConstraints: Bool { false }
    package var countsInPrimaryKeysOnly: Bool { true }

    package func isGone(_ connection: any Connection) -> Bool { connection.isLost }

    package func remedy(
        for error: DatabaseError, making schema: Schema, on connection: any Connection
    ) throws -> String? { nil }

    /// A file is opened for writing, or not at all.
    package func requireRoomForTables(on connection: any Connection) throws {}

    /// The first transaction that writes makes the file's pages (https://www.sqlite.org/pragma.html#pragma_page_size). The pages of a file that
    /// has held tables are left alone.
    package func adoptPages(of source: any Connection, on connection: any Connection) throws {
        guard try !Self.hasEncoding(connection) else { return }
        for pragma in ["page_size", "auto_vacuum"] {
            guard let value = try source.queryValue("PRAGMA \(trusted: pragma)")?.integer else { continue }
            try connection.execute("PRAGMA \(trusted: pragma) = \(trusted: String(value))")
        }
    }

    /// Checks and indexes may depend on the encoding, through casts to BLOB and `hex`
    /// (https://www.sqlite.org/pragma.html#pragma_encoding). A session that has read the schema of an empty file accepts another encoding
    /// than the file's, and would then write a file that nobody can read, so that of a file with an encoding is left alone.
    package func adoptEncoding(of source: any Connection, on connection: any Connection) throws {
        guard try !Self.hasEncoding(connection) else { return }
        let wanted = SQLText.literal(try Self.encoding(of: source))
        try connection.execute("PRAGMA encoding = \(trusted: wanted)")
    }

    package func remark(onEncodingOf source: any Connection, on connection: any Connection) throws -> String? {
        let (wanted, found) = (try Self.encoding(of: source), try Self.encoding(of: connection))
        guard wanted != found, try Self.hasEncoding(connection) else { return nil }
        return
            "the source's texts are in \(wanted), and stay in \(found) in the target, whose file was made for it: a check or an index over "
            + "their bytes (CAST(… AS BLOB), hex()) sees others; in a file that does not exist yet they would be in \(wanted)"
    }

    private static func encoding(of connection: any Connection) throws -> String {
        try connection.queryValue("PRAGMA encoding")?.text ?? "UTF-8"
    }

    /// Returns whether the file's encoding is settled. The first table settles it, and counts the version of the schema up from 0.
    private static func hasEncoding(_ connection: any Connection) throws -> Bool {
        try connection.queryValue("PRAGMA schema_version")?.integer != 0
    }

    package func existingObjects(on connection: any Connection) throws -> [String] {
        try connection.query(
            """
            SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
            ORDER BY name
            """
        ).compactMap { $0[0].text }
    }

    package func removal(of objects: [String], on connection: any Connection) throws -> [String] {
        let views = Set(
            try connection.query("SELECT name FROM sqlite_master WHERE type = 'view'").compactMap { $0[0].text })
        return remove(tables: objects.filter { !views.contains($0) }, views: objects.filter(views.contains))
    }

    package func judge(of types: [ColumnType]) -> any ValueJudge { SQLiteJudge(types) }

    package var duplicatesTable: DuplicatesTable {
        DuplicatesTable(
            place: "rowid",
            creation: "CREATE TEMPORARY TABLE tc_duplicates (number INTEGER PRIMARY KEY, place INTEGER, first INTEGER)",
            name: "temp.tc_duplicates")
    }

    package func remark(onOrderIn table: Table) -> String? {
        let decimals = table.columns.filter { $0.type.isDecimal }.map(\.name)
        guard let first = decimals.first else { return nil }
        return
            "\(table.name): \(decimals.joined(separator: ", ")): a decimal is text in SQLite, so that it keeps all its digits, and "
            + "is compared and sorted as text, in keys too: 10.5 before 9.0; cast it to compare numbers "
            + "(CAST(\(SQLText.identifier(first)) AS REAL)), or transfer it by a rule with type: real"
    }

    /// An integer that is the whole primary key is the row's number, which SQLite chooses if a row gives none
    /// (https://www.sqlite.org/lang_createtable.html#rowid).
    package func remark(onNumbersIn tables: [Table]) -> String? {
        let names = tables.compactMap { table -> String? in
            guard let key = table.primaryKey?.columns, key.count == 1, let column = table[column: key[0]],
                column.type.isInteger, !column.isIdentity
            else { return nil }
            return "\(table.name).\(column.name)"
        }
        guard !names.isEmpty else { return nil }
        return
            "a row without a value for its integer key gets a number from SQLite, and would be refused by the source: "
            + names.joined(separator: ", ")
    }

    /// Returns the column with a collation that is built into SQLite (https://www.sqlite.org/datatype3.html, 7).
    package func caseless(_ column: Column, as policy: NocasePolicy) -> Column {
        var column = column
        column.collation = .nocase
        return column
    }

    package func support(of policy: NocasePolicy, on connection: any Connection) throws -> NocaseSupport {
        switch policy {
        case .text: .there
        case .citext, .icu:
            .impossible(
                reason: "SQLite compares without regard to case only by COLLATE NOCASE",
                remedy: "leave the policy out: such columns become COLLATE NOCASE")
        }
    }

    public func removeSupport(of policy: NocasePolicy) -> String? { nil }

    package func trying<T>(on connection: any Connection, _ body: () throws -> T) throws -> T {
        try connection.begin()
        let result = Result { try body() }
        try connection.rollback()
        return try result.get()
    }

    package func countsDown(_ column: String, of table: String, on connection: any Connection) throws -> Bool { false }

    package func hasCounted(
        _ column: String, of table: String, past number: Int64, on connection: any Connection
    ) throws -> Bool {
        let last = try connection.queryValue("SELECT max(seq) FROM sqlite_sequence WHERE name = \(table)")?.integer
        return last.map { $0 >= number } ?? false
    }

    package func largestCount(of type: ColumnType) -> Int64 { .max }

    package func isAtItsEnd(_ column: String, of table: String, on connection: any Connection) throws -> Bool {
        try hasCounted(column, of: table, past: .max, on: connection)
    }

    /// Sets the sequence of an identity column past a number. https://www.sqlite.org/autoinc.html: "The content of the
    /// sqlite_sequence table can be modified using ordinary UPDATE, INSERT, and DELETE statements."
    package func setSequence(of column: String, in table: String, past number: Int64, on connection: any Connection)
        throws
    {
        try connection.execute("DELETE FROM sqlite_sequence WHERE name = \(table)")
        try connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (\(table), \(number))")
    }

    package func continueFreeSequences(of _: [String], on _: any Connection) throws -> [String] { [] }

    package var takesTablesWithoutColumns: Bool { false }
    package var takesManyWriters: Bool { false }

    /// Switches off waiting for the disk. A crash of this program loses nothing by that; a crash of the machine loses only a
    /// file that was still being created (https://www.sqlite.org/pragma.html#pragma_synchronous). If the source is a SQLite
    /// database too, checks are not enforced, because its rows may break them and arrive as they are.
    package func prepareForLoading(_ connection: any Connection, isSameEngine: Bool) throws(DatabaseError) {
        try connection.execute("PRAGMA synchronous = OFF")
        if isSameEngine { try connection.execute("PRAGMA ignore_check_constraints = ON") }
    }

    /// Restores waiting for the disk: the last transaction writes the whole file through to it.
    package func finishLoading(_ connection: any Connection) throws(DatabaseError) {
        try connection.execute("PRAGMA synchronous = FULL")
    }

    package func truncationBeforeFreeze(_ table: String) -> String? { nil }
    package var sharingWork: String? { nil }

    package func fullTextIndex(_ name: String, on table: String, columns: [String], stems: Bool) -> String? { nil }

    /// Rebuilds full-text indexes. FTS4 and FTS5 keep the words of another table's texts, and only triggers tell them of
    /// changes (https://www.sqlite.org/fts5.html, "The 'rebuild' Command"). Those of an application's own words stay as they are.
    package func rebuildFullText(over tables: [String], on connection: any Connection) throws {
        let filled = Set(tables.map(SQLName.folded))
        for text in SQLiteFullText.find(in: try SQLiteCatalog.read(connection)) {
            switch text.content {
            case .table(let table, _) where !text.hasOwnTokenizer && filled.contains(SQLName.folded(table)):
                try connection.execute(
                    "INSERT INTO \(identifier: text.name) (\(identifier: text.name)) VALUES ('rebuild')")
            case .table, .own: continue
            }
        }
    }

    /// Returns the statement that checks the existing rows. In SQLite a foreign key belongs to its table's definition and does
    /// not check rows that exist.
    package func validate(_ key: String, of table: String) -> String {
        "PRAGMA foreign_key_check(\(SQLText.identifier(table)))"
    }

    package func addCheck(_ check: Check, to table: Table) throws(LoweringError) -> String {
        throw LoweringError(table.name, "SQLite accepts a check only when it creates the table")
    }

    package func addTogether(_ checks: [String], to table: String) -> String? { nil }

    package func addUnvalidated(_ key: ForeignKey, to table: String) throws(LoweringError) -> String {
        throw LoweringError(table, "SQLite accepts a foreign key only when it creates the table")
    }

    package func slices(of table: String, into count: Int, on connection: any Connection) throws -> [String] { [] }

    package func dropTrigger(_ name: String, on table: String) -> String { "DROP TRIGGER \(SQLText.identifier(name))" }

    package func analyze(_ table: String) -> String { "ANALYZE \(SQLText.identifier(table))" }

    /// SQLite gathers statistics only where a program asks for it. The table that holds them would be new to a program that never
    /// has: Rails can't write it into its schema file.
    package func hasStatistics(on connection: any Connection) throws -> Bool {
        try connection.queryValue("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1')")?.boolean
            ?? false
    }

    /// One statement for all tables: SQLite reads the statistics of all tables again after each `ANALYZE`
    /// (https://www.sqlite.org/lang_analyze.html), so that one for each table would take time by the square of their number.
    package func analyze(all tables: [String]) -> [String] { ["ANALYZE"] }
}

/// Converts values to the form of their column to find out whether they have one.
private final class SQLiteJudge: ValueJudge {
    private let encodings: [SQLiteEncoding]
    private let scratch: RowScratch

    init(_ types: [ColumnType]) {
        encodings = types.map { SQLiteEncoding($0) }
        scratch = RowScratch(columns: types.count)
    }

    func refusal(of value: RawValue, column: Int) -> String? {
        encodings[column].shaped(value, scratch, column) == nil ? encodings[column].refusal : nil
    }
}
