/// A connection to a SQLite file, used on one thread only.
final class SQLiteConnection: Connection {
    let dialect: any Dialect = SQLiteDialect()
    let handle: SQLiteHandle
    private let statements: SQLiteStatementCache
    /// The file that is being created; `nil` for a connection that is opened beside a driver.
    var newFile: SQLiteNewFile?
    /// The snapshot that this connection and others read, as long as its transaction is open.
    var sharedSnapshot: SQLiteSharedSnapshot?
    /// Whether this connection lets others join the snapshot, and holds back writers meanwhile.
    var isSharing = false
    var writersGuard: SQLiteConnection?

    /// How long a transaction waits at least, in seconds, for the file's lock when it begins (`withLock`).
    private var beginPatience = 0.0

    /// Whether foreign keys are on and only `withForeignKeysUnenforced` has switched them off for a while.
    private var areForeignKeysOnOutside = false

    init(_ handle: SQLiteHandle) {
        self.handle = handle
        statements = SQLiteStatementCache(handle)
    }

    deinit { close() }

    var product: String { "SQLite \(handle.version)" }
    var isInTransaction: Bool { handle.isInTransaction }
    var interrupter: any Interrupter { handle.interrupter }

    @discardableResult
    func execute(_ sql: SQL) throws(DatabaseError) -> Int {
        let statement = try prepared(sql)
        defer { statements.giveBack(statement) }
        let before = handle.totalChanges
        try statement.begin(sql.bindings)
        while try statement.step() {}
        // A statement that changes no rows leaves the count of the statement before it unchanged
        // (https://www.sqlite.org/c3ref/changes.html).
        return handle.totalChanges == before ? 0 : handle.changes
    }

    func executeScript(_ text: String) throws(DatabaseError) {
        try DatabaseError.requireNoNUL(in: text)
        let source = Array(text.utf8CString)
        var start = 0
        while let (statement, end) = try SQLiteStatement.next(in: source, from: start, on: handle) {
            try statement.begin([])
            while try statement.step() {}
            start = end
        }
    }

    func rows(_ sql: SQL) throws(DatabaseError) -> any RowCursor {
        let statement = try prepared(sql)
        do {
            try statement.begin(sql.bindings)
        } catch {
            statements.giveBack(statement)
            throw error
        }
        return try SQLiteCursor(statement, from: statements)
    }

    func copyOut(_ query: String, types: [ColumnType]) throws(DatabaseError) -> any RowCursor {
        try rows(SQL(trusted: query))
    }

    func copyIn(
        table: String, columns: [String], types: [ColumnType], options: CopyOptions
    ) throws(DatabaseError) -> any BulkWriter {
        let placeholders = columns.indices.map { dialect.placeholder($0 + 1) }.joined(separator: ", ")
        let names = SQLText.identifiers(columns)
        let text = "INSERT INTO \(SQLText.identifier(table)) (\(names)) VALUES (\(placeholders))"
        return SQLiteBulkWriter(
            try statements.take(text), types: types, moments: options.moments, from: statements)
    }

    func close() {
        forgetSharedSnapshot()
        statements.removeAll()
        handle.close()
    }

    private func prepared(_ sql: SQL) throws(DatabaseError) -> SQLiteStatement {
        try statements.take(sql.text(placeholder: dialect.placeholder))
    }
}

extension SQLiteConnection {
    /// Does nothing: SQLite prepares a statement again when the schema has changed (https://www.sqlite.org/c3ref/prepare.html).
    func forgetPlans() {}

    func begin() throws(DatabaseError) {
        try waiting(atLeast: beginPatience) { () throws(DatabaseError) in _ = try execute("BEGIN IMMEDIATE") }
        do throws(DatabaseError) { try requireFile() } catch {
            try? rollback()
            throw error
        }
    }

    var lockTimeout: Double { handle.limits.lockSeconds }
    func begin(waitingUpTo _: Double) throws(DatabaseError) { try begin() }
    func executeAlone(_ sql: SQL, waitingUpTo _: Double) throws(DatabaseError) { try execute(sql) }
    func lockHolders(of _: Set<String>) throws(DatabaseError) -> [LockHolder] { [] }

    func lockHolders(keepingWaiting _: Int64) throws(DatabaseError) -> [LockHolder] { [] }
    func tableSize(_: String) throws(DatabaseError) -> Int64? { nil }
    var serverProcess: Int64? { nil }
    func indexProgress(of _: Int64) throws(DatabaseError) -> IndexProgress? { nil }
    func snapshotHolders() throws(DatabaseError) -> [LockHolder] { [] }

    func beginSnapshot() throws(DatabaseError) {
        try execute("BEGIN")
        // BEGIN alone takes no lock: the snapshot starts with the first read (https://www.sqlite.org/lang_transaction.html).
        do {
            _ = try query("SELECT count(*) FROM sqlite_schema")
        } catch {
            // The first error is the one to report.
            try? rollback()
            throw error
        }
    }

    func commit() throws(DatabaseError) {
        try confirmSnapshot()
        forgetSharedSnapshot()
        try execute("COMMIT")
    }

    func rollback() throws(DatabaseError) {
        forgetSharedSnapshot()
        // After some errors SQLite has already rolled back (https://www.sqlite.org/lang_transaction.html, section 3).
        guard isInTransaction else { return }
        handle.resetStatements()
        try cleanUp("ROLLBACK")
    }

    func hold(_ lock: AdvisoryLock) throws(DatabaseError) -> (any HeldLock)? {
        if handle.path == ":memory:" { return SQLiteMemoryLock() }
        return try SQLiteHeldLock(lock, beside: handle.path)
    }

    func isHeld(_ lock: AdvisoryLock) throws(DatabaseError) -> Bool {
        if handle.path == ":memory:" { return false }
        return try SQLiteHeldLock.isHeld(lock, beside: handle.path)
    }

    /// Runs `body`, whose transactions wait for the file's one lock, when they begin, as long as another database waits for this one. No
    /// other statement waits longer than usual: while a COMMIT waits for readers, it lets no others in.
    func withLock<T>(_: AdvisoryLock, waiting seconds: Double, _ body: () throws -> T) throws -> T {
        beginPatience = seconds
        defer { beginPatience = 0 }
        return try body()
    }

    private func waiting(atLeast seconds: Double, _ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
        let usual = handle.limits.lockSeconds
        handle.limits.lockSeconds = max(usual, seconds)
        defer { handle.limits.lockSeconds = usual }
        try body()
    }

    func withTransferLock<T>(waiting seconds: Double, _ body: () throws -> T) throws -> T {
        if handle.path == ":memory:" { return try body() }
        let lock = try SQLiteTransientLock(.schemaChange, beside: handle.path, waiting: seconds)
        return try withExtendedLifetime(lock, body)
    }

    func withFillingLock<T>(waiting seconds: Double, _ body: () throws -> T) throws -> T {
        try withTransferLock(waiting: seconds, body)
    }

    func joinTransfer() throws(DatabaseError) {}

    func withForeignKeysUnenforced<T>(_ body: () throws -> T) throws -> T {
        // https://www.sqlite.org/pragma.html#pragma_foreign_keys: "This pragma is a no-op within a transaction".
        guard !isInTransaction else {
            throw DatabaseError(
                .other, "foreign keys can't be switched off inside a transaction",
                remedy: "commit or roll back before the table is rebuilt")
        }
        let foreignKeys = try pragma("foreign_keys")
        let legacyRename = try pragma("legacy_alter_table")
        try execute("PRAGMA foreign_keys = OFF")
        areForeignKeysOnOutside = foreignKeys == "1"
        defer { areForeignKeysOnOutside = false }
        let result = Result { try body() }
        return try afterwards(result) { () throws(DatabaseError) in
            if isInTransaction { try rollback() }
            try cleanUp("PRAGMA foreign_keys = \(foreignKeys)")
            try cleanUp("PRAGMA legacy_alter_table = \(legacyRename)")
        }
    }

    /// Whether the connection is unusable: it was closed because its state could not be restored, or its file was moved or
    /// removed.
    var isLost: Bool { !handle.isOpen || handle.hasMoved }

    func withForeignKeysEnforced<T>(_ body: () throws -> T) throws -> T {
        guard areForeignKeysOnOutside else { return try body() }
        try handle.enforceForeignKeys(true)
        let result = Result { try body() }
        return try afterwards(result) { () throws(DatabaseError) in try handle.enforceForeignKeys(false) }
    }

    /// Defers foreign keys until the end of the transaction, which also ends the deferral
    /// (https://www.sqlite.org/pragma.html#pragma_defer_foreign_keys).
    func deferForeignKeys() throws(DatabaseError) { try executeScript("PRAGMA defer_foreign_keys = ON") }

    func foreignKeyViolations(around tables: Set<String>?) throws(DatabaseError) -> [ForeignKeyViolation] {
        var rows: [Row] = []
        var unmatched: [String] = []
        if tables == nil, let all = try checkKeys() {
            rows = all
        } else {
            for table in try family(of: tables) {
                if let found = try checkKeys(of: table) { rows += found } else { unmatched.append(table) }
            }
        }
        // There are few keys, and there may be many rows.
        var columns: [[Value]: [String]] = [:]
        var values: [[Value]: [Value]] = [:]
        for row in rows where columns[[row[0], row[3]]] == nil {
            let (table, key) = (row[0].text ?? "", row[3].integer ?? 0)
            let names = try foreignKeyColumns(table, key)
            columns[[row[0], row[3]]] = names
            for found in try orphans(table, key, names) {
                values[[row[0], row[3], found[0]]] = Array(found.values.dropFirst())
            }
        }
        return rows.map { row in
            ForeignKeyViolation(
                table: row[0].text ?? "", row: row[1].integer, parent: row[2].text ?? "",
                columns: columns[[row[0], row[3]]] ?? [], values: values[[row[0], row[3], row[1]]] ?? [])
        } + unmatched.map { ForeignKeyViolation(table: $0, row: nil, parent: "", columns: []) }
    }

    /// Checks the foreign keys of the table, or of all tables; returns `nil` if one of them refers to columns that are no key of their
    /// table, which ends the check.
    private func checkKeys(of table: String? = nil) throws(DatabaseError) -> [Row]? {
        var check = #"SELECT "table", "rowid", parent, fkid FROM pragma_foreign_key_check"# as SQL
        if let table { check = "\(check)(\(table))" }
        do throws(DatabaseError) { return try query(check) } catch {
            guard error.isForeignKeyMismatch else { throw error }
            return nil
        }
    }

    /// Returns those of the tables that exist, and the tables that refer to one of them; all tables if `tables` is `nil`.
    private func family(of tables: Set<String>?) throws(DatabaseError) -> [String] {
        let names = tables.map { Set($0.map(SQLName.folded)) }
        let found = try query(
            """
            SELECT t.name, k."table" FROM sqlite_schema t LEFT JOIN pragma_foreign_key_list(t.name) k \
            WHERE t.type = 'table' ORDER BY t.rowid, k.id
            """)
        var family: [String] = []
        for row in found {
            guard let name = row[0].text, family.last != name else { continue }
            let parent = row[1].text ?? name
            let isOne = names.map { $0.contains(SQLName.folded(name)) || $0.contains(SQLName.folded(parent)) } ?? true
            if isOne { family.append(name) }
        }
        return family
    }

    /// Returns the number of each row that breaks the foreign key, with the values of the key's columns. The result is empty if
    /// the table's rows have no number or if a column's name hides it.
    private func orphans(_ table: String, _ key: Int64, _ columns: [String]) throws(DatabaseError) -> [Row] {
        let kind = try query("SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = \(table)").first
        let names = Set(
            try query("SELECT name FROM pragma_table_xinfo(\(table))").compactMap { $0[0].text.map(SQLName.folded) })
        guard kind?[0].boolean == false, let rowid = ["rowid", "_rowid_", "oid"].first(where: { !names.contains($0) })
        else {
            return []
        }
        let list = columns.map { ", c.\(SQLText.identifier($0))" }.joined()
        return try query(
            """
            SELECT c.\(trusted: rowid)\(trusted: list) FROM pragma_foreign_key_check(\(table)) v \
            CROSS JOIN \(identifier: table) c ON c.\(trusted: rowid) = v."rowid" WHERE v.fkid = \(key)
            """)
    }

    private func foreignKeyColumns(_ table: String, _ key: Int64) throws(DatabaseError) -> [String] {
        try query(#"SELECT "from" FROM pragma_foreign_key_list(\#(table)) WHERE id = \#(key) ORDER BY seq"#)
            .compactMap { $0[0].text }
    }

    /// Runs a statement that restores the connection's state. Neither an interrupt nor an expired deadline stops it.
    func cleanUp(_ text: String) throws(DatabaseError) {
        let statement = try statements.take(text)
        defer { statements.giveBack(statement) }
        handle.limits.beginCleanup()
        while try statement.step() {}
    }

    /// Returns the value of a switch, `0` or `1`.
    private func pragma(_ name: String) throws(DatabaseError) -> String {
        try queryValue("PRAGMA \(trusted: name)")?.text ?? "0"
    }
}
