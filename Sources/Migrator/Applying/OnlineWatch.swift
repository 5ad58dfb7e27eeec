import Dialects

/// Tells how far a session is with an index, from a session of its own. It is a courtesy: where there is no second session to be had,
/// nothing is told.
struct OnlineWatch {
    private let task: Task<Void, Never>

    /// `nil` where the connection has no server that could be asked.
    init?(_ id: String, in run: MigrationRun) {
        guard let process = run.connection.serverProcess, let database = run.database else { return nil }
        let onEvent = run.onEvent
        task = Task.detached {
            try? await Self.watch(process, of: database) { onEvent(.building(id, $0)) }
        }
    }

    private static func watch(
        _ process: Int64, of database: Database, _ tell: @Sendable (IndexProgress) -> Void
    ) async throws {
        var told: IndexProgress?
        while true {
            try await Task.sleep(for: .seconds(1))
            let progress = try await database.withConnection { try $0.indexProgress(of: process) }
            guard let progress, progress.isNews(after: told) else { continue }
            told = progress
            tell(progress)
        }
    }

    func stop() { task.cancel() }
}

extension IndexProgress {
    /// A line for each tenth of a phase, and not for each second.
    fileprivate func isNews(after told: IndexProgress?) -> Bool {
        guard let told, told.index == index, told.phase == phase, told.waitsFor?.process == waitsFor?.process else {
            return true
        }
        return (percent ?? 0) / 10 != (told.percent ?? 0) / 10
    }
}
