/// How a dialect's databases are filled fast.
package protocol TargetLoading: Dialect {
    /// Whether several sessions may write at the same time.
    var takesManyWriters: Bool { get }

    /// Sets a session up for loading and building a lot of data. Nothing of it outlasts the session.
    /// If `isSameEngine`, rows arrive as they are in the other database, including those that break a check.
    func prepareForLoading(_ connection: any Connection, isSameEngine: Bool) throws(DatabaseError)

    /// Makes the next transaction, which is the last one, outlast a crash together with everything before it.
    func finishLoading(_ connection: any Connection) throws(DatabaseError)

    /// Returns the statement that must run first in the transaction that loads a whole table, so that its rows need no later work
    /// or no log; `nil` if the database has no such statement.
    func truncationBeforeFreeze(_ table: String) -> String?

    /// The statement that lets one session use several processors for the rest of a transaction that builds indexes and the like;
    /// `nil` if there is no such statement.
    var sharingWork: String? { get }

    /// Returns conditions that divide a table's rows into `count` sets of about the same size, each of which can be read without
    /// reading the others. It returns none if that is not possible or not worth it.
    ///
    /// - Throws: `DatabaseError`.
    func slices(of table: String, into count: Int, on connection: any Connection) throws -> [String]

    /// Returns the statement that makes the database count and sample a loaded table, so that its planner knows it.
    func analyze(_ table: String) -> String

    /// Returns the statements that gather statistics on these tables, which are all that the database holds. Sessions may share them.
    func analyze(all tables: [String]) -> [String]

    /// Runs `body` in a transaction that is always rolled back, also in a session that may only read.
    func trying<T>(on connection: any Connection, _ body: () throws -> T) throws -> T

    /// Whether the database which the session has written can't be found under its name any more, so that nothing can be resumed there.
    func isGone(_ connection: any Connection) -> Bool

    /// Returns what to change on a server that lacks room for a transaction which makes or removes all tables of the schema; `nil` for any
    /// other error, and for a database without such a limit.
    ///
    /// - Throws: `DatabaseError`.
    func remedy(for error: DatabaseError, making schema: Schema, on connection: any Connection) throws -> String?

    /// Returns whether the error means that the database can't have the new object for another reason than rows that repeat a
    /// key: it refuses an expression, a value can't be computed, or a value is too long for an index.
    func isRefusal(_ error: DatabaseError) -> Bool

    /// Returns why the database can't have the new object, in words that say more than the error does where its own are not about the
    /// object.
    func reason(of refusal: DatabaseError) -> String

    /// Returns whether the error tells of the database's own state and not of the object that is built: the connection, the disk, the
    /// memory, a damaged file. The same object may be built later.
    func isFault(_ error: DatabaseError) -> Bool

    /// Returns whether the error says that a table which the statement names is not there.
    func isMissingTable(_ error: DatabaseError) -> Bool

    /// Returns whether the error, raised while rows were loaded, can be about what the target computes from a row or checks in it.
    func isComputing(_ error: DatabaseError) -> Bool
}
