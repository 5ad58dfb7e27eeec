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
    /// Runs a statement outside of a transaction, which waits no longer than this for what other sessions hold. SQLite's one lock is
    /// waited for as long as ever.
    ///
    /// - Parameters:
    ///   - sql: The statement.
    ///   - seconds: The longest wait, where `lockTimeout` is not shorter.
    /// - Throws: ``DatabaseError``.
    func executeAlone(_ sql: SQL, waitingUpTo seconds: Double) throws(DatabaseError)
    /// Finds the sessions that hold one of these tables of the current schema, at most five; none in SQLite, which does not tell.
    ///
    /// - Throws: ``DatabaseError``.
    func lockHolders(of tables: Set<String>) throws(DatabaseError) -> [LockHolder]
    /// Finds the sessions whose transactions are the oldest and still see the database as it was, at most five: whoever builds an index
    /// online waits for them. None in SQLite.
    ///
    /// - Throws: ``DatabaseError``.
    func snapshotHolders() throws(DatabaseError) -> [LockHolder]
    /// How many bytes the rows of this table of the current schema take, without its indexes; `nil` where the database does not tell it
    /// without reading them, and where there is no such table.
    ///
    /// - Throws: ``DatabaseError``.
    func tableSize(_ table: String) throws(DatabaseError) -> Int64?
    /// The server's process that works for this connection; `nil` where there is no server.
    var serverProcess: Int64? { get }
    /// Reads how far another session is with an index; `nil` while it builds none.
    ///
    /// - Parameter process: That session's `serverProcess`.
    /// - Throws: ``DatabaseError``.
    func indexProgress(of process: Int64) throws(DatabaseError) -> IndexProgress?
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

/// A snapshot that other connections can join while the connection that began it shares it.
public struct SnapshotShare: Sendable, Equatable {
    /// The database's name for the snapshot.
    public var id: String

    package init(id: String) { self.id = id }
}

/// Stops what a connection does, from any thread.
public protocol Interrupter: Sendable {
    /// Stops the statement that runs now; it fails with an error of kind `interrupted`. Does nothing where none runs.
    func interrupt()
}
