import MigrateCommand
import Synchronization
import TCBackup
import TCTerminal

/// Shows the progress of a backup: first the database, as a transfer reports it, then the number of recordings.
final class BackupProgress: Sendable {
    private let isQuiet: Bool
    private let transfer: TransferProgress
    private let shownAt = Mutex<ContinuousClock.Instant>(.now)

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        transfer = TransferProgress(isQuiet: isQuiet)
    }

    @Sendable func show(_ event: Backup.Event) {
        switch event.what {
        case .database(let event): transfer.show(event)
        case .recordings(let count): show(count)
        }
    }

    func end() { transfer.end() }

    private func show(_ count: Int) {
        guard !isQuiet else { return }
        let pause: Duration = Console.errorIsTerminal ? .milliseconds(100) : .seconds(5)
        let isDue = shownAt.withLock { shownAt in
            guard ContinuousClock.now - shownAt >= pause else { return false }
            shownAt = .now
            return true
        }
        guard isDue else { return }
        let line = "recordings: \(Formatting.count(count))"
        Console.errorIsTerminal ? Console.progress("\r\u{1B}[K" + line) : Console.error(line)
    }
}
