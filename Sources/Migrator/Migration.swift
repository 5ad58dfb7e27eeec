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
    public let operations: [Operation]

    public init(_ id: String, @MigrationBuilder _ operations: () -> [Operation]) {
        self.init(id: id, operations: operations())
    }

    public init(id: String, operations: [Operation]) {
        self.id = id
        self.operations = operations
    }
}
