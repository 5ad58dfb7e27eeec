/// The mark of a database that a transfer has not completed. Such a database holds only a part of the rows, so no program should
/// work with it. The mark stands until everything was loaded and compared.
public struct UnfinishedTransfer: Error, Sendable, Equatable {
    /// The source's URL, without a password.
    public var source: String
    /// The time at which the transfer started, as RFC 3339 in UTC.
    public var startedAt: String
    /// Whether the transfer goes on: a session holds the lock under which it fills the database (`Connection.withTransferLock`), or
    /// writes for it (`Connection.joinTransfer`).
    public var isRunning: Bool

    package init(source: String, startedAt: String, isRunning: Bool = false) {
        self.source = source
        self.startedAt = startedAt
        self.isRunning = isRunning
    }

    package static let tableName = "tc_transfers"
    /// The condition that is true for the rows of the table that are such marks.
    package static let condition: SQL = "state <> 'complete'"

    /// Throws `UnfinishedTransfer` if the database holds such a mark, and `DatabaseError`.
    package static func requireNone(on connection: any Connection) throws {
        guard try connection.hasTable(tableName) else { return }
        let startedAt = try connection.dialect.conversion(of: "started_at", from: .timestamp, to: .text).expression
        let rows = try connection.query(
            """
            SELECT source, \(trusted: startedAt) FROM tc_transfers WHERE \(condition) ORDER BY started_at DESC LIMIT 1
            """)
        guard let row = rows.first else { return }
        let isRunning = try connection.isHeld(.schemaChange) || connection.isHeld(.transferStream)
        throw UnfinishedTransfer(source: row[0].text ?? "", startedAt: row[1].text ?? "", isRunning: isRunning)
    }
}

extension UnfinishedTransfer: CustomStringConvertible {
    /// A stable identifier of the error for programs.
    public var code: String { isRunning ? "transfer_running" : "unfinished_transfer" }

    public var description: String {
        isRunning
            ? "a transfer from \(source) into the database is running, begun \(startedAt)"
            : "the database holds an unfinished transfer from \(source), begun \(startedAt)"
    }
}
