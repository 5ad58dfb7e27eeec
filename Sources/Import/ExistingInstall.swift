import TCPOSIX

/// The files that hold the data of an existing single-user install.
package struct ExistingInstall: Sendable, Equatable {
    /// The path of `teleclaude.db`, in the checkout.
    package var database: String
    /// The path of `~/.teleclaude/events.db`; `nil` if there is none.
    package var events: String?
    /// The file on which the old daemon holds a lock while it runs.
    package var lock: String?
    /// The paths at which `events.db` was looked for.
    var placesOfEvents: [String]

    /// Searches for the files below a home, a checkout, or a folder that contains the checkout.
    ///
    /// - Parameter home: The home of the user whose install it is, where `events.db` is looked for last: a checkout need not be beside the
    ///   folder that holds it. It counts only if `folder` is not a home itself.
    /// - Throws: ``ImportError`` if there is no `teleclaude.db`.
    package static func find(in folder: String, home: String? = nil) throws(ImportError) -> ExistingInstall {
        let folder = Path.plain(folder)
        let checkouts = [folder, "\(folder)/teleclaude"]
        guard let checkout = checkouts.first(where: { isFile("\($0)/teleclaude.db") }) else {
            throw ImportError(
                "no_install", "there is no teleclaude.db in \(checkouts.joined(separator: " or in "))",
                remedy: "give the home or the checkout of the existing install with --from")
        }
        let isHome = checkout != folder && access("\(folder)/.teleclaude", F_OK) == 0
        let homes = [folder, Path.folder(of: checkout)] + [isHome ? nil : home].compactMap { $0 }
        var places: [String] = []
        for place in homes.map({ "\($0)/.teleclaude/events.db" }) where !places.contains(place) { places.append(place) }
        return ExistingInstall(
            database: "\(checkout)/teleclaude.db", events: places.first(where: isFile),
            lock: ["\(checkout)/teleclaude.pid"].first(where: isFile), placesOfEvents: places)
    }

    /// The parts that were not found, and the consequences.
    var absences: [String] {
        var absences: [String] = []
        if events == nil {
            absences.append("events.db was looked for in vain: at \(placesOfEvents.joined(separator: ", "))")
        }
        if lock == nil {
            absences.append(
                "there is no \(Path.folder(of: database))/teleclaude.pid, by whose lock the old daemon is kept away: it must not run"
            )
        }
        return absences
    }

    private static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && UInt32(status.st_mode) & UInt32(S_IFMT) == UInt32(S_IFREG)
    }
}

/// The lock of the old daemon, held so that the daemon can't start while its data is copied (flock(2)). The file itself is not
/// changed.
package final class OldDaemonLock: Sendable {
    private let file: Descriptor

    /// - Throws: ``ImportError`` while the daemon runs. A file that an ended daemon has left behind does not count as a lock.
    package init?(of install: ExistingInstall) throws(ImportError) {
        guard let path = install.lock else { return nil }
        guard let file = Descriptor.open(path, O_RDONLY) else {
            throw ImportError(
                "lock_unreadable", "\(path) can't be opened: \(SystemError.last)",
                remedy: "run this as a user who may read it")
        }
        guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
            throw ImportError(
                "daemon_running", "the existing daemon or another adoption is running: it holds the lock on \(path)",
                remedy: "stop it and the agents' hooks, then run this again")
        }
        self.file = file
    }
}
