import Dialects

/// Reports the progress of an index build from a second session. The report is a courtesy: if no second session is possible,
/// nothing is reported.
struct OnlineWatch {
    private let task: Task<Void, Never>

    /// Starts watching; `nil` if the connection has no server process that could be asked about.
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
    /// Whether the progress is worth a new event: there is one for each tenth of a phase, not for each second.
    fileprivate func isNews(after told: IndexProgress?) -> Bool {
        guard let told, told.index == index, told.phase == phase, told.waitsFor?.process == waitsFor?.process else {
            return true
        }
        return (percent ?? 0) / 10 != (told.percent ?? 0) / 10
    }
}
