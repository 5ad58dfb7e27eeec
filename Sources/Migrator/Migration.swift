import Dialects

/// One step of a schema's history: an id and operations. Once a migration has been applied anywhere, it must not be edited; the
/// next change is the next migration.
///
///     Migration("0003-session-titles") {
///         AlterTable("sessions") { AddColumn("title", .text).nullable() }
///     }
public struct Migration: Sendable, Equatable {
    /// The id, unique in its history and on one printable line: `0003-session-titles`.
    public let id: String
    /// The migration's operations, in this order.
    public let operations: [SchemaOperation]
    /// Whether the migration is applied beside those who read and write its tables (``online()``).
    public let isOnline: Bool
    /// The ids of the migrations that this one stands for, in their order; empty for most (``replacing(_:)``).
    public let replaces: [String]

    /// Declares a migration by its operations.
    public init(_ id: String, @MigrationBuilder _ operations: () -> [SchemaOperation]) {
        self.init(id: id, operations: operations())
    }

    /// Creates a migration from an array of operations.
    public init(id: String, operations: [SchemaOperation], isOnline: Bool = false, replaces: [String] = []) {
        self.id = id
        self.operations = operations
        self.isOnline = isOnline
        self.replaces = replaces
    }

    /// Returns the same migration, to be applied beside those who read and write its tables. It adds an index, key, check or
    /// foreign key to a large table, or makes a column required, and nobody waits for longer than a moment.
    ///
    ///     Migration("0012-notes-by-owner") {
    ///         AlterTable("notes") { AddIndex("owner", "made_at") }
    ///     }.online()
    ///
    /// On PostgreSQL each step runs outside of a transaction: `CREATE INDEX CONCURRENTLY …`, or `ADD CONSTRAINT … NOT VALID` and
    /// then `VALIDATE CONSTRAINT`. So a failure in the middle leaves the steps before it in place, and the next `up` continues
    /// from there. On SQLite, where a file has one writer, the migration is applied like any other. A history refuses every other
    /// operation in an online migration (``HistoryError/notOnline(_:verb:of:)``). The checksum does not depend on whether a
    /// migration is online, because the resulting schema is the same.
    public func online() -> Migration {
        Migration(id: id, operations: operations, isOnline: true, replaces: replaces)
    }

    /// Returns the same migration as a squash: it stands in place of these migrations, which are taken out of the history. It
    /// must be the history's first.
    ///
    ///     Migration("0050-everything") {
    ///         CreateTable("people") { … }
    ///     }.replacing("0001-people", "0002-notes", …)
    ///
    /// A new database runs the squash alone. In a database that has applied all of the replaced migrations, the next `up` or
    /// `down` records the squash in their place: it runs nothing, and makes sure that the squash makes the very schema which they
    /// have made. A database that has only some of them is refused (``MigratorError/partlyReplaced(by:missing:)``); the previous
    /// version of the program, which still has them, can apply the rest.
    public func replacing(_ ids: String...) -> Migration {
        Migration(id: id, operations: operations, isOnline: isOnline, replaces: ids)
    }
}
