import Dialects

/// One step of a schema's history: an id and what it does. Once applied anywhere it is frozen; the next change is the next
/// migration.
///
///     Migration("0003-session-titles") {
///         AlterTable("sessions") { AddColumn("title", .text).nullable() }
///     }
public struct Migration: Sendable, Equatable {
    /// Unique in its history: `0003-session-titles`.
    public let id: String
    public let operations: [SchemaOperation]

    public init(_ id: String, @MigrationBuilder _ operations: () -> [SchemaOperation]) {
        self.init(id: id, operations: operations())
    }

    public init(id: String, operations: [SchemaOperation]) {
        self.id = id
        self.operations = operations
    }
}
