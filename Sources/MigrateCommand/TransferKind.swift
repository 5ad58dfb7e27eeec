import Transfer

/// A transfer of one of the three kinds that the command offers.
enum TransferKind {
    case wholeDatabase(DatabaseTransfer)
    case history(HistoryTransfer)
    case existing(ExistingTransfer)

    /// Returns what `run` would do. Only the plan of a whole database has events to report.
    ///
    /// - Throws: The errors of the transfer's own `plan`.
    func plan(_ events: @escaping @Sendable (TransferEvent) -> Void) async throws -> TransferPlan {
        switch self {
        case .wholeDatabase(let transfer): try await transfer.plan(events)
        case .history(let transfer): try await transfer.plan()
        case .existing(let transfer): try await transfer.plan()
        }
    }

    /// Copies the rows.
    ///
    /// - Throws: The errors of the transfer's own `run`.
    func run(_ events: @escaping @Sendable (TransferEvent) -> Void) async throws -> TransferReport {
        switch self {
        case .wholeDatabase(let transfer): try await transfer.run(events)
        case .history(let transfer): try await transfer.run(events)
        case .existing(let transfer): try await transfer.run(events)
        }
    }
}
