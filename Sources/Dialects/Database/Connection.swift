/// One conversation with a database. It lives on its own thread and is lent out whole (`Database.withConnection`), so that
/// nobody else can come in between two statements of a transaction; hence nothing here is `async`.
public protocol Connection: AnyObject {
    var dialect: any Dialect { get }

    /// Runs a statement and returns how many rows it touched. Throws `DatabaseError`.
    @discardableResult
    func execute(_ sql: SQL) throws(DatabaseError) -> Int

    /// Has every statement planned anew. A server may go on with a plan that somebody has taken the ground from: a rule that lets
    /// nothing happen leaves a plan in which no table is named, and so none whose change would end it.
    func forgetPlans()

    /// Runs several statements separated by `;`, without bindings: a script.
    func executeScript(_ text: String) throws(DatabaseError)

    /// Runs a script in the open transaction, as `executeScript` does. Throws an error of kind `transactionEnded` when the
    /// script ended that transaction or, where that can be kept from it, tried to; what stands before it may then be there.
    func executeInTransaction(_ text: String) throws(DatabaseError)

    /// Runs `body`, in which a script of somebody else's runs in the open transaction. What it sets in the session is
    /// afterwards as it was before.
    func keepingSettings<T>(_ body: () throws -> T) throws -> T

    /// Takes back the file that opening this database has made, where nothing came into it: the connection is then closed. A
    /// server's database is nobody's to take back.
    func discardIfNew()

    /// Throws when there is no current schema: tables could be neither found nor made.
    func requireSchema() throws(DatabaseError)

    /// Opens a cursor over a query's rows. Close it (or read it to its end) before the next statement.
    func rows(_ sql: SQL) throws(DatabaseError) -> any RowCursor

    /// The database's program and its version, for records: `SQLite 3.40.1`, `PostgreSQL 15.18`.
    var product: String { get }

    /// Whether a transaction is open.
    var isInTransaction: Bool { get }
    /// Whether the other end is gone, or the file: a new connection is needed.
    var isLost: Bool { get }

    /// Begins a transaction that is able to write at once (`BEGIN IMMEDIATE` in SQLite: a deferred one that turns to writing
    /// fails with "database is locked" which no timeout cures; https://www.sqlite.org/lang_transaction.html).
    func begin() throws(DatabaseError)
    /// Begins a transaction that only reads and sees one moment of the database throughout.
    func beginSnapshot() throws(DatabaseError)
    func commit() throws(DatabaseError)
    func rollback() throws(DatabaseError)

    /// Begins a snapshot whose moment other connections of the same `Database` join. Where it takes that, programs that
    /// write the database are held back until `endSharing`: let the others join soon.
    func beginSharedSnapshot() throws(DatabaseError) -> SnapshotShare
    /// Begins a snapshot at exactly the moment that another connection shares. Throws when it no longer does.
    func beginSnapshot(joining share: SnapshotShare) throws(DatabaseError)
    /// Lets nobody else join, and those who write the database go on. So do `commit`, `rollback` and `close`.
    func endSharing() throws(DatabaseError)

    /// Throws when what the open snapshot showed may be no single moment, because somebody wrote a file that nobody else
    /// had open when it was. To be asked before anyone relies on what was read; `commit` asks too.
    func confirmSnapshot() throws(DatabaseError)

    /// What reading the shared snapshot means for others, as sentences for people. Empty outside one.
    var readingRemarks: [String] { get }

    /// What the database holds in the shared snapshot, as one short line: equal lines mean that nothing was written in
    /// between. Different ones may mean nothing. Throws outside a shared snapshot.
    func sourceFingerprint() throws(DatabaseError) -> String

    /// Runs `body` while nobody else who asks for the same lock can. Waits at most `seconds`, by polling outside any
    /// transaction; then throws an error of kind `locked` that says who holds it, as far as the database tells.
    /// SQLite has no such lock: there `begin()` is the lock, and this runs `body` straight away.
    func withLock<T>(_ lock: AdvisoryLock, waiting seconds: Double, _ body: () throws -> T) throws -> T

    /// Takes a lock that is kept until it is released or this connection ends, whatever the process is doing meanwhile; `nil`
    /// when somebody else has it. In SQLite it is a lock on a file beside the database, so that statements don't wait for it.
    func hold(_ lock: AdvisoryLock) throws(DatabaseError) -> (any HeldLock)?

    /// Runs `body` so that rebuilding a table leaves rows that refer to it alone. It must be called outside a transaction;
    /// the connection is afterwards as it was before, also when `body` throws. PostgreSQL needs nothing for this.
    func withForeignKeysUnenforced<T>(_ body: () throws -> T) throws -> T

    /// Runs `body`, inside of `withForeignKeysUnenforced`, as if it stood outside: what it deletes takes along what refers to it.
    func withForeignKeysEnforced<T>(_ body: () throws -> T) throws -> T

    /// Lets this transaction's foreign keys be checked at its commit, so that what is wrong can be named then. PostgreSQL
    /// names it at once, and does nothing here.
    func deferForeignKeys() throws(DatabaseError)

    /// Rows that point nowhere, of these tables and of those that refer to one of them; of all tables where `tables` is `nil`. Empty
    /// when all is well, and always in PostgreSQL, which checks as it goes. Names of tables that are not there are passed over.
    func foreignKeyViolations(around tables: Set<String>?) throws(DatabaseError) -> [ForeignKeyViolation]

    /// Writes many rows into one table. `types` are the columns' types in this database.
    func copyIn(
        table: String, columns: [String], types: [ColumnType], sparing: SparedWork
    ) throws(DatabaseError) -> any BulkWriter
    /// Reads a table or query in the database's fastest way; `types` as in `copyIn`.
    func copyOut(_ query: String, types: [ColumnType]) throws(DatabaseError) -> any RowCursor

    /// What another thread may hold to stop the statement that runs now.
    var interrupter: any Interrupter { get }

    func close()
}

/// What need not be done while rows are written.
public struct SparedWork: Sendable, Equatable {
    /// Rows are written as if they had been there for long, which only the transaction may ask for that made or emptied the
    /// table.
    public var freezing: Bool
    /// The columns, by position, whose texts are known to fit: they are not looked at again before the database does.
    public var proven: Set<Int>

    public init(freezing: Bool = false, proven: Set<Int> = []) {
        self.freezing = freezing
        self.proven = proven
    }
}

/// A moment of a database that connections join, as long as the connection that began it shares it.
public struct SnapshotShare: Sendable, Equatable {
    /// What the database calls it.
    public var id: String

    public init(id: String) { self.id = id }
}

/// Rows, one at a time. The values of a row are borrowed until the next call.
public protocol RowCursor: AnyObject {
    var columnNames: [String] { get }
    /// Moves to the next row; false after the last.
    func next() throws(DatabaseError) -> Bool
    func raw(_ column: Int) -> RawValue
    /// Puts the row's first values into `row`, as many as that has room for.
    func read(into row: inout RawRow)
    /// Ends the query early. Reading to the end does it too.
    func close()
}

/// Takes rows for one table: `write` each column of a row in order, then `endRow`; `finish` at the end, or `cancel`.
public protocol BulkWriter: AnyObject {
    /// Throws `Misfit` when the column's type can't hold the value. Its bytes must stay where they are until `endRow`.
    func write(_ value: RawValue, column: Int) throws(Misfit)
    /// Writes all columns. After a `Misfit` go on with `write(_:column:)` from that column on.
    func write(_ row: borrowing RawRow) throws(Misfit)
    func endRow() throws(DatabaseError)
    /// Returns how many rows the database took.
    func finish() throws(DatabaseError) -> Int
    /// Ends the copy without a row kept; the transaction is then to be rolled back.
    func cancel()
}

/// A value that a column's type can't hold.
public struct Misfit: Error, Sendable, Equatable {
    public var column: Int
    public var value: Value
    /// Why, for people: "is no timestamp", "is longer than 10 characters".
    public var reason: String

    public init(column: Int, value: Value, reason: String) {
        self.column = column
        self.value = value
        self.reason = reason
    }
}

/// Stops what a connection does, from any thread.
public protocol Interrupter: Sendable {
    func interrupt()
}

/// A lock by name, held by a session and freed by the database when that session ends.
public struct AdvisoryLock: Sendable, Hashable {
    public var name: String
    public init(_ name: String) { self.name = name }

    /// Held by whoever changes a database's schema: a run of migrations, or a transfer that fills it.
    public static let schemaChange = AdvisoryLock("tc_migrations")
}

/// A lock that is kept. Used on its connection's thread.
public protocol HeldLock: AnyObject {
    /// Whether somebody else can have the lock while the process that held it goes on, and does not know yet.
    var isLostUnnoticed: Bool { get }
    /// Asks whether the lock is still there. Throws an error of kind `lost` when it is not, or nobody answers.
    func confirm() throws(DatabaseError)
    func release()
}

public struct ForeignKeyViolation: Sendable, Hashable {
    public var table: String
    /// The row in the child table: its rowid, if it has one.
    public var row: Int64?
    public var parent: String
    public var columns: [String]
    /// What the row holds in them; nothing where a row has no number to find it by.
    public var values: [Value]

    public init(table: String, row: Int64?, parent: String, columns: [String], values: [Value] = []) {
        self.table = table
        self.row = row
        self.parent = parent
        self.columns = columns
        self.values = values
    }
}

extension Connection {
    /// Writes many rows into one table.
    public func copyIn(
        table: String, columns: [String], types: [ColumnType]
    ) throws(DatabaseError) -> any BulkWriter {
        try copyIn(table: table, columns: columns, types: types, sparing: SparedWork())
    }

    /// Every row of a query, copied. For results that are small.
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
    /// - Throws: `DatabaseError` of the query, and `DecodingError` for a row that is no `T`.
    public func query<T: Decodable>(_ sql: SQL, as type: T.Type) throws -> [T] {
        try query(sql).map { try T(from: RowDecoder(row: $0)) }
    }

    /// The first column of the first row; `nil` when there is no row.
    public func queryValue(_ sql: SQL) throws(DatabaseError) -> Value? { try query(sql).first?.values.first }

    /// Whether the current schema has a table of this name.
    public func hasTable(_ name: String) throws(DatabaseError) -> Bool {
        try queryValue(dialect.countTables(named: name))?.integer ?? 0 > 0
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    public func transaction<T>(_ body: () throws -> T) throws -> T {
        try begin()
        return try finishTransaction(body)
    }

    /// Runs `body` in a transaction that sees one moment of the database.
    public func snapshot<T>(_ body: () throws -> T) throws -> T {
        try beginSnapshot()
        return try finishTransaction(body)
    }

    /// The same, in a transaction whose moment others may join; `body` may end the sharing before it returns.
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
