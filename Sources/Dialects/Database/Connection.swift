/// A session with a database. The session lives on a thread of its own and is lent out as a whole (`Database.withConnection`), so
/// that nobody else can come in between two statements of a transaction. Therefore none of its methods is `async`.
public protocol Connection: AnyObject {
    /// The translator of the database behind this connection.
    var dialect: any Dialect { get }

    /// Runs a statement and returns the number of rows that it touched.
    ///
    /// - Throws: ``DatabaseError``.
    @discardableResult
    func execute(_ sql: SQL) throws(DatabaseError) -> Int

    /// Makes the server plan every statement anew. A cached plan can outlive its reason: after the drop of a rule that replaces
    /// an insert by nothing, the old plan still does nothing.
    func forgetPlans()

    /// Runs a script: several statements separated by `;`, without bindings.
    ///
    /// - Throws: ``DatabaseError`` at the first statement that fails.
    func executeScript(_ text: String) throws(DatabaseError)

    /// Runs a script in the open transaction, as `executeScript` does.
    ///
    /// - Throws: ``DatabaseError``. It is of kind `transactionEnded` when the script ended the transaction, or tried to and could
    ///   be kept from it. The effects of the statements before that may then remain.
    func executeInTransaction(_ text: String) throws(DatabaseError)

    /// Runs these statements in the open transaction, one after the other. A server gets them in one message, so that a distant one is
    /// asked once.
    ///
    /// - Parameters:
    ///   - statements: Texts of a single statement each.
    ///   - done: Raised by the number of statements that were completed, also if one fails.
    /// - Throws: As `executeInTransaction(_:)`.
    func executeInTransaction(_ statements: [String], done: inout Int) throws(DatabaseError)

    /// Runs `body`, which executes a migration author's script in the open transaction, and restores the session's settings
    /// afterwards.
    ///
    /// If `body` throws, the caller has to roll the transaction back. In PostgreSQL only this rollback restores the settings
    /// then. SQLite restores them in any case, and closes the connection if that fails.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError``.
    func keepingSettings<T>(_ body: () throws -> T) throws -> T

    /// Removes the file that opening this database made, if nothing was written to it, and closes the connection. It does nothing
    /// for a server's database.
    func discardIfNew()

    /// Removes the database's file, if nothing is left in it, and closes the connection then. It does nothing for a server's database.
    ///
    /// - Returns: Whether the file was removed.
    /// - Throws: ``DatabaseError`` when nothing is left in it, but it can't be removed.
    func discardIfEmpty() throws(DatabaseError) -> Bool

    /// Makes sure that the session has a current schema, in which tables can be found and made.
    ///
    /// - Throws: ``DatabaseError`` when there is none.
    func requireSchema() throws(DatabaseError)

    /// Opens a cursor over a query's rows. Close the cursor, or read it to its end, before the next statement.
    ///
    /// - Throws: ``DatabaseError``.
    func rows(_ sql: SQL) throws(DatabaseError) -> any RowCursor

    /// The name and version of the database program, for records: `SQLite 3.40.1`, `PostgreSQL 15.18`.
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
    /// How long a statement waits for a lock that another session holds, in seconds.
    var lockTimeout: Double { get }
    /// Begins a transaction that can write, as `begin` does, whose statements wait at most this long for locks of other sessions.
    /// SQLite has a single lock, and takes it before the transaction begins. It waits for that lock as long as `begin` does.
    ///
    /// - Parameter seconds: The longest wait of a statement. A shorter `lockTimeout` still applies.
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
    /// Finds the sessions that hold one of these tables of the current schema, at most five. SQLite does not tell, so it has
    /// none.
    ///
    /// - Throws: ``DatabaseError``.
    func lockHolders(of tables: Set<String>) throws(DatabaseError) -> [LockHolder]
    /// Finds the sessions with the oldest transactions whose snapshots are still in use, at most five. An index that is built
    /// online waits for them. SQLite has none.
    ///
    /// - Throws: ``DatabaseError``.
    func snapshotHolders() throws(DatabaseError) -> [LockHolder]
    /// Finds the sessions that hold the table which another session is waiting for at this moment, at most five. SQLite has none.
    ///
    /// - Parameter process: The `serverProcess` of the session that waits.
    /// - Throws: ``DatabaseError``.
    func lockHolders(keepingWaiting process: Int64) throws(DatabaseError) -> [LockHolder]
    /// Returns the size in bytes of the rows of this table of the current schema, without its indexes; `nil` if there is no such
    /// table, or if the database can't tell the size without reading the rows.
    ///
    /// - Throws: ``DatabaseError``.
    func tableSize(_ table: String) throws(DatabaseError) -> Int64?
    /// The id of the server's process that works for this connection; `nil` if there is no server.
    var serverProcess: Int64? { get }
    /// Reads how far another session has come with building an index; `nil` while it builds none.
    ///
    /// - Parameter process: The `serverProcess` of that session.
    /// - Throws: ``DatabaseError``.
    func indexProgress(of process: Int64) throws(DatabaseError) -> IndexProgress?
    /// Begins a transaction that only reads, and that sees a single state of the database throughout.
    ///
    /// - Throws: ``DatabaseError``.
    func beginSnapshot() throws(DatabaseError)
    /// Commits the open transaction.
    ///
    /// - Throws: ``DatabaseError``. It is of kind `lost` when the connection broke, so that nobody knows whether the commit
    ///   happened.
    func commit() throws(DatabaseError)
    /// Undoes everything since the transaction began.
    ///
    /// - Throws: ``DatabaseError``.
    func rollback() throws(DatabaseError)

    /// Begins a snapshot that other connections of the same ``Database`` can join. Some databases hold back programs that write
    /// until `endSharing`, so make the other connections join soon.
    ///
    /// - Throws: ``DatabaseError``.
    func beginSharedSnapshot() throws(DatabaseError) -> SnapshotShare
    /// Begins a snapshot that shows exactly the state which another connection shares.
    ///
    /// - Throws: ``DatabaseError``, also when that connection no longer shares it.
    func beginSnapshot(joining share: SnapshotShare) throws(DatabaseError)
    /// Ends the sharing: no further connection can join, and programs that write the database go on. `commit`, `rollback` and
    /// `close` do the same.
    ///
    /// - Throws: ``DatabaseError``.
    func endSharing() throws(DatabaseError)

    /// Makes sure that the open snapshot showed a single state. It did not if somebody wrote a file that no other program had
    /// open when the snapshot was opened. Call this before you rely on the values that were read; `commit` calls it too.
    ///
    /// - Throws: ``DatabaseError`` of kind `changedMeanwhile`.
    func confirmSnapshot() throws(DatabaseError)

    /// What reading in the shared snapshot means for other programs, in sentences. Empty outside a shared snapshot.
    var readingRemarks: [String] { get }

    /// Returns a short text for the state of the database in the shared snapshot. Equal texts mean that nothing was written in
    /// between. Different texts need not mean that something was.
    ///
    /// - Throws: ``DatabaseError``, also outside a shared snapshot.
    func sourceFingerprint() throws(DatabaseError) -> String

    /// Runs `body` while this session holds the lock. It waits for the lock at most `seconds`, by polling outside any
    /// transaction. SQLite has no such lock: there `begin()` is the lock, which waits at least this long inside `body`, and this
    /// method runs `body` at once.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError``. It is of kind `locked` when somebody else keeps the lock, with the
    ///   holder's name as far as the database tells.
    func withLock<T>(_ lock: AdvisoryLock, waiting seconds: Double, _ body: () throws -> T) throws -> T

    /// Runs `body`, which fills the database or empties it in many transactions, while nobody else does. On PostgreSQL this is
    /// `withLock(.schemaChange)`, once no session is left that has joined an earlier transfer (`joinTransfer`); on SQLite it is a lock
    /// on a file beside the database that is removed afterwards.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError``. It is of kind `locked` when somebody else keeps the lock.
    func withTransferLock<T>(waiting seconds: Double, _ body: () throws -> T) throws -> T

    /// Runs `body`, which migrates the database and then fills it, while nobody else does. Unlike `withTransferLock`, other sessions
    /// may migrate inside `body`. On SQLite it is the same lock, since no migration takes that one.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError``. It is of kind `locked` when somebody else keeps the lock.
    func withFillingLock<T>(waiting seconds: Double, _ body: () throws -> T) throws -> T

    /// Lets nobody else take the transfer lock as long as this session is there, whatever becomes of the one that holds it: an
    /// administrator may end it, or the server itself (`idle_session_timeout`). On SQLite the lock belongs to the process, and this
    /// method does nothing.
    ///
    /// - Throws: ``DatabaseError``. It is of kind `locked` when another transfer has begun meanwhile.
    func joinTransfer() throws(DatabaseError)

    /// Takes a lock and keeps it until it is released or this connection ends; `nil` when another session has the lock. On SQLite
    /// it is a lock on a file beside the database, so that statements don't wait for it.
    ///
    /// - Throws: ``DatabaseError``.
    func hold(_ lock: AdvisoryLock) throws(DatabaseError) -> (any HeldLock)?

    /// Returns whether another session has the lock that `hold` takes, and leaves nothing behind.
    ///
    /// - Throws: ``DatabaseError``.
    func isHeld(_ lock: AdvisoryLock) throws(DatabaseError) -> Bool

    /// Runs `body` with foreign keys off, so that rebuilding a table leaves the rows that refer to it alone. Call it outside a
    /// transaction. The connection is restored afterwards, also when `body` throws. PostgreSQL needs nothing for this.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError``.
    func withForeignKeysUnenforced<T>(_ body: () throws -> T) throws -> T

    /// Runs `body` with foreign keys on again, inside `withForeignKeysUnenforced`, so that foreign keys act when a row is
    /// deleted.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError``.
    func withForeignKeysEnforced<T>(_ body: () throws -> T) throws -> T

    /// Defers the checks of this transaction's foreign keys to its commit, so that all violations can be named there.
    /// PostgreSQL names a violation at once, and does nothing here.
    ///
    /// - Throws: ``DatabaseError``.
    func deferForeignKeys() throws(DatabaseError)

    /// Finds the rows without a parent in these tables and in those that refer to them; in all tables if `tables` is `nil`. The
    /// result is always empty on PostgreSQL, which checks each statement. Tables that don't exist are passed over,
    /// and one whose keys SQLite can't check is a single violation without columns.
    ///
    /// - Throws: ``DatabaseError``.
    func foreignKeyViolations(around tables: Set<String>?) throws(DatabaseError) -> [ForeignKeyViolation]

    /// Returns a writer of many rows into one table.
    ///
    /// - Parameters:
    ///   - table: The table's name, unquoted.
    ///   - columns: The columns that get values, in the order of the values.
    ///   - types: The columns' types in this database.
    ///   - options: How the rows are written.
    /// - Throws: ``DatabaseError``.
    func copyIn(
        table: String, columns: [String], types: [ColumnType], options: CopyOptions
    ) throws(DatabaseError) -> any BulkWriter
    /// Reads a table or query in the database's fastest way.
    ///
    /// - Parameters:
    ///   - query: The SELECT whose rows are read.
    ///   - types: The columns' types in this database.
    /// - Throws: ``DatabaseError``.
    func copyOut(_ query: String, types: [ColumnType]) throws(DatabaseError) -> any RowCursor

    /// An object that stops this connection's running statement from another thread.
    var interrupter: any Interrupter { get }

    /// Ends the connection. An open transaction is rolled back.
    func close()
}

/// A snapshot that other connections can join while the connection that began the snapshot shares it.
public struct SnapshotShare: Sendable, Equatable {
    /// The database's name for the snapshot.
    public var id: String

    package init(id: String) { self.id = id }
}

/// An object that stops a connection's running statement from any thread.
public protocol Interrupter: Sendable {
    /// Stops the running statement, which then fails with an error of kind `interrupted`. Does nothing if no statement runs.
    func interrupt()
}
