/// A session with a database. It lives on a thread of its own and is lent out whole (`Database.withConnection`), so that nobody
/// else can come in between two statements of a transaction. Therefore none of its methods is `async`.
public protocol Connection: AnyObject {
    /// The translator of the database behind this connection.
    var dialect: any Dialect { get }

    /// Runs a statement and returns how many rows it touched.
    ///
    /// - Throws: ``DatabaseError``.
    @discardableResult
    func execute(_ sql: SQL) throws(DatabaseError) -> Int

    /// Has the server plan every statement anew. A cached plan can outlive what it was made for: after a rule that replaces an
    /// insert by nothing was dropped, the old plan goes on doing nothing.
    func forgetPlans()

    /// Runs several statements separated by `;`, without bindings: a script.
    ///
    /// - Throws: ``DatabaseError``, at the first statement that fails.
    func executeScript(_ text: String) throws(DatabaseError)

    /// Runs a script in the open transaction, as `executeScript` does.
    ///
    /// - Throws: ``DatabaseError``; of kind `transactionEnded` when the script ended the transaction or, where that can be kept
    ///   from it, tried to. What the script did before that may then be there.
    func executeInTransaction(_ text: String) throws(DatabaseError)

    /// Runs `body`, which executes a script of a migration's author in the open transaction, and restores the session's settings
    /// afterwards.
    ///
    /// - Throws: What `body` throws, and ``DatabaseError``.
    func keepingSettings<T>(_ body: () throws -> T) throws -> T

    /// Removes the file that opening this database has made, if nothing was written to it, and closes the connection. Does
    /// nothing for a server's database.
    func discardIfNew()

    /// Makes sure that there is a current schema, in which tables can be found and made.
    ///
    /// - Throws: ``DatabaseError`` when there is none.
    func requireSchema() throws(DatabaseError)

    /// Opens a cursor over a query's rows. Close it (or read it to its end) before the next statement.
    ///
    /// - Throws: ``DatabaseError``.
    func rows(_ sql: SQL) throws(DatabaseError) -> any RowCursor

    /// The database's program and its version, for records: `SQLite 3.40.1`, `PostgreSQL 15.18`.
    var product: String { get }

    /// Whether a transaction is open.
    var isInTransaction: Bool { get }
    /// Whether the server or the file is gone, so that a new connection is needed.
    var isLost: Bool { get }

    /// Begins a transaction that can write. On SQLite this is `BEGIN IMMEDIATE`: a deferred transaction that turns to writing can
    /// fail with "database is locked", which no timeout cures (https://www.sqlite.org/lang_transaction.html).
    ///
    /// - Throws: ``DatabaseError``.
    func begin() throws(DatabaseError)
    /// How long a statement waits for what another session holds, in seconds.
    var lockTimeout: Double { get }
    /// Begins a transaction that can write, as `begin` does, whose statements wait no longer than this for what other sessions hold.
    /// SQLite has one lock, which it waits for as long as ever before the transaction has begun.
    ///
    /// - Parameter seconds: The longest wait of a statement, where `lockTimeout` is not shorter.
    /// - Throws: ``DatabaseError``.
    func begin(waitingUpTo seconds: Double) throws(DatabaseError)
    /// Finds the sessions that hold one of these tables of the current schema, at most five; none in SQLite, which does not tell.
    ///
    /// - Throws: ``DatabaseError``.
    func lockHolders(of tables: Set<String>) throws(DatabaseError) -> [LockHolder]
    /// Begins a transaction that only reads and sees one state of the database throughout.
    ///
    /// - Throws: ``DatabaseError``.
    func beginSnapshot() throws(DatabaseError)
    /// Commits the open transaction.
    ///
    /// - Throws: ``DatabaseError``; of kind `lost` where the connection broke, so that nobody knows whether the commit was made.
    func commit() throws(DatabaseError)
    /// Undoes everything since `begin`.
    ///
    /// - Throws: ``DatabaseError``.
    func rollback() throws(DatabaseError)

    /// Begins a snapshot that other connections of the same ``Database`` can join. Some sources hold back programs that write until
    /// `endSharing`, so let the others join soon.
    ///
    /// - Throws: ``DatabaseError``.
    func beginSharedSnapshot() throws(DatabaseError) -> SnapshotShare
    /// Begins a snapshot that is exactly the one that another connection shares.
    ///
    /// - Throws: ``DatabaseError``, also when that connection no longer shares it.
    func beginSnapshot(joining share: SnapshotShare) throws(DatabaseError)
    /// Ends the joining: no other connection can join, and programs that write the database go on. `commit`, `rollback` and
    /// `close` do the same.
    ///
    /// - Throws: ``DatabaseError``.
    func endSharing() throws(DatabaseError)

    /// Makes sure that the open snapshot showed one single state: nobody wrote a file meanwhile that nobody else had open when it
    /// was opened. Ask before you rely on what was read; `commit` asks too.
    ///
    /// - Throws: ``DatabaseError`` of kind `changedMeanwhile`.
    func confirmSnapshot() throws(DatabaseError)

    /// What reading in the shared snapshot means for other programs, as sentences. Empty outside a shared snapshot.
    var readingRemarks: [String] { get }

    /// A short text for the state of the database in the shared snapshot. Equal texts mean that nothing was written in between;
    /// different ones may mean nothing.
    ///
    /// - Throws: ``DatabaseError``, also outside a shared snapshot.
    func sourceFingerprint() throws(DatabaseError) -> String

    /// Runs `body` while nobody else who asks for the same lock can. Waits at most `seconds`, by polling outside any transaction.
    /// SQLite has no such lock: there `begin()` is the lock, and this runs `body` straight away.
    ///
    /// - Throws: What `body` throws, and ``DatabaseError``; of kind `locked` when somebody else keeps the lock, with the holder's
    ///   name as far as the database tells.
    func withLock<T>(_ lock: AdvisoryLock, waiting seconds: Double, _ body: () throws -> T) throws -> T

    /// Takes a lock and keeps it until it is released or this connection ends; `nil` when another session has it. On SQLite it is
    /// a lock on a file beside the database, so statements don't wait for it.
    ///
    /// - Throws: ``DatabaseError``.
    func hold(_ lock: AdvisoryLock) throws(DatabaseError) -> (any HeldLock)?

    /// Runs `body` with foreign keys off, so that rebuilding a table leaves rows alone that refer to it. Call it outside a
    /// transaction. The connection is restored afterwards, also when `body` throws. PostgreSQL needs nothing for this.
    ///
    /// - Throws: What `body` throws, and ``DatabaseError``.
    func withForeignKeysUnenforced<T>(_ body: () throws -> T) throws -> T

    /// Runs `body` with foreign keys on again, inside `withForeignKeysUnenforced`: deleting a row takes its children along.
    ///
    /// - Throws: What `body` throws, and ``DatabaseError``.
    func withForeignKeysEnforced<T>(_ body: () throws -> T) throws -> T

    /// Defers the foreign keys of this transaction to its commit, so that all violations can be named there. PostgreSQL names a
    /// violation at once, and does nothing here.
    ///
    /// - Throws: ``DatabaseError``.
    func deferForeignKeys() throws(DatabaseError)

    /// Finds rows without a parent in these tables and in those that refer to them; in all tables where `tables` is `nil`. Always
    /// empty on PostgreSQL, which checks each statement. Tables that don't exist are passed over.
    ///
    /// - Throws: ``DatabaseError``.
    func foreignKeyViolations(around tables: Set<String>?) throws(DatabaseError) -> [ForeignKeyViolation]

    /// Writes many rows into one table. `types` are the columns' types in this database.
    ///
    /// - Throws: ``DatabaseError``.
    func copyIn(
        table: String, columns: [String], types: [ColumnType], options: CopyOptions
    ) throws(DatabaseError) -> any BulkWriter
    /// Reads a table or query in the database's fastest way. `types` are the columns' types in this database.
    ///
    /// - Throws: ``DatabaseError``.
    func copyOut(_ query: String, types: [ColumnType]) throws(DatabaseError) -> any RowCursor

    /// Stops the statement that runs now, from another thread.
    var interrupter: any Interrupter { get }

    /// Ends the connection. An open transaction is rolled back.
    func close()
}

/// What a bulk load may leave out: the logging that `FREEZE` saves, and checks of values that are known to fit.
public struct CopyOptions: Sendable, Equatable {
    /// Whether rows are written as frozen (`COPY … FREEZE`). Only the transaction that made or emptied the table may ask for it.
    public var freezing: Bool
    /// The columns, by position, whose texts are known to fit, so that only the database checks them.
    public var proven: Set<Int>

    /// Leaves out nothing where neither is given.
    public init(freezing: Bool = false, proven: Set<Int> = []) {
        self.freezing = freezing
        self.proven = proven
    }
}

/// A snapshot that other connections can join while the connection that began it shares it.
public struct SnapshotShare: Sendable, Equatable {
    /// The database's name for the snapshot.
    public var id: String

    package init(id: String) { self.id = id }
}

/// Rows, one at a time. The values of a row are borrowed until the next call.
public protocol RowCursor: AnyObject {
    /// The columns of the query, in order.
    var columnNames: [String] { get }
    /// Moves to the next row; false after the last.
    ///
    /// - Throws: ``DatabaseError``.
    func next() throws(DatabaseError) -> Bool
    /// The value of a column of this row, counted from 0.
    func raw(_ column: Int) -> RawValue
    /// Copies the row's values into `row`, up to its capacity.
    func read(into row: inout RawRow)
    /// Ends the query early. Reading to the end does it too.
    func close()
}

/// Takes rows for one table: `write` each column of a row in order, then `endRow`; `finish` at the end, or `cancel`.
public protocol BulkWriter: AnyObject {
    /// Writes one value of the row. Its bytes must stay where they are until `endRow`.
    ///
    /// - Throws: ``IncompatibleValue`` when the column's type can't hold the value.
    func write(_ value: RawValue, column: Int) throws(IncompatibleValue)
    /// Writes all columns. After an ``IncompatibleValue`` go on with `write(_:column:)` from that column on.
    ///
    /// - Throws: ``IncompatibleValue`` at the first value that its column's type can't hold.
    func write(_ row: borrowing RawRow) throws(IncompatibleValue)
    /// Ends the row whose columns were written.
    ///
    /// - Throws: ``DatabaseError``, where the database refuses this row or one before it.
    func endRow() throws(DatabaseError)
    /// Returns how many rows the database took.
    ///
    /// - Throws: ``DatabaseError``, where the database refuses a row.
    func finish() throws(DatabaseError) -> Int
    /// Ends the copy and keeps no row. Roll the transaction back afterwards.
    func cancel()
}

/// A value that a column's type can't hold.
public struct IncompatibleValue: Error, Sendable, Equatable {
    /// The column, counted from 0.
    public var column: Int
    /// The value that does not fit.
    public var value: Value
    /// The reason, as a predicate: "is not a timestamp", "is longer than 10 characters".
    public var reason: String

    package init(column: Int, value: Value, reason: String) {
        self.column = column
        self.value = value
        self.reason = reason
    }
}

/// Stops what a connection does, from any thread.
public protocol Interrupter: Sendable {
    /// Stops the statement that runs now; it fails with an error of kind `interrupted`. Does nothing where none runs.
    func interrupt()
}

/// A lock by name, held by a session and freed by the database when that session ends.
public struct AdvisoryLock: Sendable, Hashable {
    /// The lock's name. All programs that use the same database and name share the lock.
    public var name: String
    /// A lock of this name.
    public init(_ name: String) { self.name = name }

    /// Held by whoever changes a database's schema: a run of migrations, or a transfer that fills it.
    public static let schemaChange = AdvisoryLock("tc_migrations")
}

/// A lock that is held. Use it on its connection's thread.
public protocol HeldLock: AnyObject {
    /// Whether another session can take the lock while this process goes on and has not noticed yet.
    var isLostUnnoticed: Bool { get }
    /// Asks whether the lock is still there.
    ///
    /// - Throws: ``DatabaseError`` of kind `lost` when the lock is gone, or nobody answers.
    func confirm() throws(DatabaseError)
    /// Gives the lock back.
    func release()
}

/// A row whose foreign key points to no row.
public struct ForeignKeyViolation: Sendable, Hashable {
    /// The table that holds the row.
    public var table: String
    /// The row in the child table: its rowid, if it has one.
    public var row: Int64?
    /// The table that the key refers to.
    public var parent: String
    /// The columns of the foreign key.
    public var columns: [String]
    /// The values of those columns; empty where the row has no rowid to find it by.
    public var values: [Value]

    package init(table: String, row: Int64?, parent: String, columns: [String], values: [Value] = []) {
        self.table = table
        self.row = row
        self.parent = parent
        self.columns = columns
        self.values = values
    }
}

extension Connection {
    /// Writes many rows into one table.
    ///
    /// - Throws: ``DatabaseError``.
    public func copyIn(
        table: String, columns: [String], types: [ColumnType]
    ) throws(DatabaseError) -> any BulkWriter {
        try copyIn(table: table, columns: columns, types: types, options: CopyOptions())
    }

    /// Every row of a query, copied. For results that are small.
    ///
    /// - Throws: ``DatabaseError``.
    public func query(_ sql: SQL) throws(DatabaseError) -> [Row] {
        let cursor = try rows(sql)
        defer { cursor.close() }
        let names = cursor.columnNames
        var result: [Row] = []
        while try cursor.next() {
            result.append(Row(columnNames: names, values: names.indices.map { cursor.raw($0).copied }))
        }
        return result
    }

    /// Every row of a query as a value of your own: a property for a column of its name, `madeAt` also from `made_at`.
    ///
    ///     struct Note: Decodable { var id: Int; var text: String; var madeAt: Date? }
    ///     let notes = try connection.query("SELECT * FROM notes WHERE owner = \(name)", as: Note.self)
    ///
    /// - Throws: `DatabaseError` of the query, and `DecodingError` for a row that does not decode as `T`.
    public func query<T: Decodable>(_ sql: SQL, as type: T.Type) throws -> [T] {
        try query(sql).map { try T(from: RowDecoder(row: $0)) }
    }

    /// The first column of the first row; `nil` when there is no row.
    ///
    /// - Throws: ``DatabaseError``.
    public func queryValue(_ sql: SQL) throws(DatabaseError) -> Value? { try query(sql).first?.values.first }

    /// Whether the current schema has a table of this name.
    ///
    /// - Throws: ``DatabaseError``.
    public func hasTable(_ name: String) throws(DatabaseError) -> Bool {
        try queryValue(dialect.countTables(named: name))?.integer ?? 0 > 0
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// - Throws: What `body` throws, and ``DatabaseError`` when the transaction can't begin or be committed.
    public func transaction<T>(_ body: () throws -> T) throws -> T {
        try begin()
        return try finishTransaction(body)
    }

    /// Runs `body` in a transaction that sees one state of the database.
    ///
    /// - Throws: What `body` throws, and ``DatabaseError``.
    public func snapshot<T>(_ body: () throws -> T) throws -> T {
        try beginSnapshot()
        return try finishTransaction(body)
    }

    /// The same, in a transaction whose snapshot others may join; `body` may end the sharing before it returns.
    ///
    /// - Throws: What `body` throws, and ``DatabaseError``.
    public func sharedSnapshot<T>(_ body: (SnapshotShare) throws -> T) throws -> T {
        let share = try beginSharedSnapshot()
        return try finishTransaction { try body(share) }
    }

    private func finishTransaction<T>(_ body: () throws -> T) throws -> T {
        do {
            let result = try body()
            try commit()
            return result
        } catch {
            // The first error is the one to report: a rollback after a lost connection fails too, and says nothing new.
            if isInTransaction { try? rollback() }
            throw error
        }
    }
}
