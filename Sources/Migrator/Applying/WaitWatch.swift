import Dialects

/// Reports, from a second session, which sessions hold the table that a reading session is waiting for. If no second session is possible,
/// nothing is reported.
struct WaitWatch {
    private let task: Task<Void, Never>

    /// Starts watching; `nil` if the connection has no server process that could be asked about.
    init?(
        over connection: any Connection, of database: Database, _ tell: @escaping @Sendable ([LockHolder]) -> Void
    ) {
        guard let process = connection.serverProcess else { return nil }
        task = Task.detached { try? await Self.watch(process, of: database, tell) }
    }

    private static func watch(
        _ process: Int64, of database: Database, _ tell: @Sendable ([LockHolder]) -> Void
    ) async throws {
        var told: [Int64] = []
        while true {
            try await Task.sleep(for: .seconds(1))
            let holders = try await database.withConnection { try $0.lockHolders(keepingWaiting: process) }
            guard !holders.isEmpty, holders.map(\.process) != told else { continue }
            told = holders.map(\.process)
            tell(holders)
        }
    }

    func stop() { task.cancel() }
}
