import TCPOSIX

/// Checks whether the daemon's log exists, is being written, and does not grow without limit.
package enum LogCheck {
    package enum Facts: Sendable, Equatable {
        case absent
        case forbidden
        case there(bytes: Int64)
    }

    /// The largest accepted size in bytes, which is ten times the size that rotation leaves.
    package static let most: Int64 = 1_000_000_000

    package static func look(at path: String) -> Facts {
        var facts = stat()
        if stat(path, &facts) == 0 { return .there(bytes: Int64(facts.st_size)) }
        return errno == EACCES || errno == EPERM ? .forbidden : .absent
    }

    /// Judges the log. `isOld` says whether a file from before a rotation exists.
    package static func judge(_ path: String, _ facts: Facts, isOld: Bool, shown: (Int) -> String) -> HealthCheck {
        switch facts {
        case .forbidden: .notChecked(.log, "this user may not read \(path)", advice: "run this as root")
        case .absent:
            .failed(
                .log, "there is no \(path)", advice: "check where the service's standard error goes, and restart it")
        case .there(0) where !isOld:
            .failed(.log, "\(path) is empty", advice: "check where the service's standard error goes, and restart it")
        case .there(let bytes) where bytes > most:
            .failed(
                .log, "\(path) has \(shown(Int(bytes))): it is not rotated",
                advice: "check that logrotate runs (systemctl status logrotate.timer)")
        case .there(let bytes): .ok(.log, "\(path) is written, and has \(shown(Int(bytes)))")
        }
    }
}
