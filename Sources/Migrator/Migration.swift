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

    /// Declares a migration by its operations.
    public init(_ id: String, @MigrationBuilder _ operations: () -> [SchemaOperation]) {
        self.init(id: id, operations: operations())
    }

    /// A migration of operations that are there as values.
    public init(id: String, operations: [SchemaOperation]) {
        self.id = id
        self.operations = operations
    }
}
