import Dialects
import TCPOSIX

/// The time during which one daemon holds the instance lock, identified by a number.
///
/// Each writing transaction checks that its epoch is still the present one, and locks the epoch's row until the transaction
/// ends. A daemon that takes over raises the number, and so waits for the transactions of earlier epochs. A daemon that lost
/// its lock writes nothing more.
package struct Epoch: Sendable {
    let number: Int64

    /// Begins a new epoch. The caller holds the instance lock: `confirm` is called when nobody else can begin an epoch any more,
    /// and nothing is begun if it throws. So whoever holds the lock later has the higher number.
    static func begin(
        _ database: Database, holder: String, confirming confirm: @escaping @Sendable () throws -> Void = {}
    ) async throws -> Epoch {
        let number = try await database.withConnection { connection in
            try connection.transaction {
                let number = try connection.queryValue(
                    """
                    UPDATE daemon_lease SET epoch = epoch + 1, holder = \(holder), taken_at = \(Timestamp.now.text) \
                    WHERE id = 1 RETURNING epoch
                    """)?.integer
                try confirm()
                return number
            }
        }
        guard let number else { throw RuntimeError(.failed, "the table daemon_lease has lost its row") }
        return Epoch(number: number)
    }

    /// Records that the epoch's daemon has ended, so that no successor needs to wait for it.
    func end(in database: Database) async throws {
        try await Fence(database: database, epoch: self).write { connection in
            _ = try connection.execute("UPDATE daemon_lease SET holder = NULL WHERE id = 1")
        }
    }

    /// Checks, at the beginning of a transaction, that the epoch is still the present one.
    ///
    /// - Throws: `RuntimeError` of code `fenced` when it is over.
    func check(on connection: any Connection) throws {
        let lock = connection.dialect.rowLock(.shared, of: "daemon_lease")
        let present = try connection.queryValue("SELECT epoch FROM daemon_lease WHERE id = 1 \(trusted: lock)")?.integer
        guard present == number else { throw Self.isOver }
    }

    /// Returns whether this epoch is the present one at this moment.
    func isPresent(on connection: any Connection) throws -> Bool {
        try connection.queryValue("SELECT epoch FROM daemon_lease WHERE id = 1")?.integer == number
    }

    static let isOver = RuntimeError(
        .fenced, "another daemon has taken over: nothing was written", remedy: "this daemon is ending; try again")
}

/// The process that began an epoch. A successor must know it to take over its socket.
struct EpochHolder: Equatable {
    var computer: String
    var pid: Int32

    init(computer: String, pid: Int32) { (self.computer, self.pid) = (computer, pid) }

    init?(text: String) {
        guard let space = text.ranges(of: " pid ").last, let pid = Int32(text[space.upperBound...]) else {
            return nil
        }
        self.init(computer: String(text[..<space.lowerBound]), pid: pid)
    }

    static var ourselves: EpochHolder { EpochHolder(computer: Computer.name, pid: getpid()) }

    /// The holder in the form in which the database keeps it.
    var text: String { "\(computer) pid \(pid)" }

    /// Returns the process that began the present epoch, in the form of `text`; `nil` when no epoch was begun, or its daemon
    /// has ended in an orderly way.
    static func last(in database: Database) async throws -> String? {
        try await database.withConnection { connection in
            guard try connection.hasTable("daemon_lease") else { return nil }
            return try connection.queryValue("SELECT holder FROM daemon_lease WHERE id = 1")?.text
        }
    }
}

/// A database into which only the present epoch writes.
package struct Fence: Sendable {
    let database: Database
    /// The daemon's epoch; `nil` where no daemon runs and nobody can take over.
    let epoch: Epoch?

    package init(database: Database, epoch: Epoch? = nil) {
        self.database = database
        self.epoch = epoch
    }

    /// Runs `body` in a transaction, and `confirm` after it, on the same connection.
    ///
    /// - Throws: `RuntimeError` of code `fenced` when the epoch is over.
    func write<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> T,
        confirming confirm: @escaping @Sendable (T, any Connection) throws -> Void = { _, _ in }
    ) async throws -> T {
        try await database.withConnection { [epoch] connection in
            let result = try connection.transaction {
                try epoch?.check(on: connection)
                return try body(connection)
            }
            try confirm(result, connection)
            return result
        }
    }

    /// A row, and how it is inserted.
    struct Insertion<T: Sendable>: Sendable {
        var row: T
        /// The INSERT; it ends with the values of its SELECT, before FROM.
        var statement: SQL
        /// The condition on the row that is locked.
        var condition: SQL
    }

    /// Inserts a row in a single statement, after locking a row of `table` that meets the condition. Returns the row; `nil`, with
    /// nothing inserted, when `make` makes none, when no row meets the condition, or when the epoch is over: `write` tells which.
    ///
    /// - Parameter make: Makes the row when a connection is free for it.
    /// - Parameter confirm: Runs only after the row was inserted, on the same connection.
    func insert<T: Sendable>(
        behind table: String,
        _ make: @escaping @Sendable () -> Insertion<T>?,
        confirming confirm: @escaping @Sendable (T, any Connection) throws -> Void
    ) async throws -> T? {
        try await database.withConnection { connection -> T? in
            guard let made = make() else { return nil }
            let statement = statement(made.statement, behind: table, where: made.condition, connection.dialect)
            guard try connection.execute(statement) == 1 else { return nil }
            try confirm(made.row, connection)
            return made.row
        }
    }

    private func statement(
        _ insertion: SQL, behind table: String, where condition: SQL, _ dialect: any Dialect
    ) -> SQL {
        let lock = dialect.rowLock(.exclusive, of: table)
        guard let epoch else { return "\(insertion) FROM \(identifier: table) WHERE \(condition) \(trusted: lock)" }
        return """
            \(insertion) FROM daemon_lease, \(identifier: table) \
            WHERE daemon_lease.id = 1 AND daemon_lease.epoch = \(epoch.number) AND \(condition) \
            \(trusted: dialect.rowLock(.shared, of: "daemon_lease")) \(trusted: lock)
            """
    }
}

extension Connection {
    /// Runs a statement that must affect one row, and throws when it affected none. A trigger or rule that somebody has put on
    /// the table may discard a row without an error; reporting success would then be false.
    func executeOnOneRow(_ sql: SQL) throws(DatabaseError) {
        guard try execute(sql) == 1 else {
            throw DatabaseError(
                .other, "the database reported success, but did not make the change",
                remedy: "check the daemon's tables for a foreign trigger, rule or policy")
        }
    }
}
