import Dialects

/// One step of a schema's history: an id and operations. Once applied anywhere it is frozen; the next change is the next
/// migration.
///
///     Migration("0003-session-titles") {
///         AlterTable("sessions") { AddColumn("title", .text).nullable() }
///     }
public struct Migration: Sendable, Equatable {
    /// The id, unique in its history: `0003-session-titles`.
    public let id: String
    /// What it does, in this order.
    public let operations: [SchemaOperation]
    /// Whether it is applied beside those who read and write its tables (``online()``).
    public let isOnline: Bool
    /// The ids of the migrations that it stands for, in their order; none for most (``replacing(_:)``).
    public let replaces: [String]

    /// Declares a migration by its operations.
    public init(_ id: String, @MigrationBuilder _ operations: () -> [SchemaOperation]) {
        self.init(id: id, operations: operations())
    }

    /// A migration of operations that are there as values.
    public init(id: String, operations: [SchemaOperation], isOnline: Bool = false, replaces: [String] = []) {
        self.id = id
        self.operations = operations
        self.isOnline = isOnline
        self.replaces = replaces
    }

    /// The same, applied beside those who read and write its tables: a large table's index, key, check or foreign key is added, or a column
    /// becomes required, and nobody waits for longer than a moment.
    ///
    ///     Migration("0012-notes-by-owner") {
    ///         AlterTable("notes") { AddIndex("owner", "made_at") }
    ///     }.online()
    ///
    /// On PostgreSQL each step runs outside of a transaction: `CREATE INDEX CONCURRENTLY …`, or `ADD CONSTRAINT … NOT VALID` and then
    /// `VALIDATE CONSTRAINT`. So a failure in the middle leaves the steps before it, and the next `up` goes on from there. On SQLite,
    /// where a file has one writer, it is applied like any other. A history refuses whatever else an online migration would do
    /// (``HistoryError/notOnline(_:verb:of:)``). Whether a migration is online is no part of its checksum: what it makes is the same.
    public func online() -> Migration {
        Migration(id: id, operations: operations, isOnline: true, replaces: replaces)
    }

    /// The same, in place of these migrations, which are taken out of the history: a squash. It is the history's first.
    ///
    ///     Migration("0050-everything") {
    ///         CreateTable("people") { … }
    ///     }.replacing("0001-people", "0002-notes", …)
    ///
    /// A new database runs it alone. One that has applied all of them gets it recorded in their place by the next `up` or `down`, which runs
    /// nothing and makes sure that it makes the very schema which they have made. One that has some of them is refused
    /// (``MigratorError/partlyReplaced(by:missing:)``): the program before brings it to the last of them.
    public func replacing(_ ids: String...) -> Migration {
        Migration(id: id, operations: operations, isOnline: isOnline, replaces: ids)
    }
}
