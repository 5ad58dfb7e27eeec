import Dialects
import FoundationEssentials

/// The reason why a host can't deliver to the daemon, and since when. It is stored in the host's folder, where `telec sessions
/// list` finds it.
struct HostStanding: Codable, Sendable, Equatable {
    /// The time of the first answer of this kind, in RFC 3339, UTC.
    var since: String
    var code: String
    var message: String

    /// Whether the daemon refused. Otherwise it did not answer, or could not do anything at that time.
    var isRefusal: Bool { RuntimeError.Code(rawValue: code).map(Self.isRefusal) ?? false }

    /// How many milliseconds a daemon may be silent before that is worth a word: it may be starting again.
    private static let patience: Int64 = 3_000

    /// Whether the owner should hear of this. A refusal is told at once, and silence only if it lasts.
    func isNews(at now: Timestamp) -> Bool {
        guard !isRefusal, let since = Timestamp(parsing: since) else { return true }
        return since.advanced(milliseconds: Self.patience) < now
    }

    static func isRefusal(_ code: RuntimeError.Code) -> Bool {
        switch code {
        case .badRequest, .unknownToken, .notAllowed, .notFound, .methodNotAllowed, .reasonRequired, .sessionEnded,
            .quotaExceeded:
            true
        case .notRunning, .tooManyConnections, .auditUnavailable, .databaseUnavailable, .fenced, .socketInUse,
            .socketForeign, .socketFailed, .alreadyRunning, .noDaemon, .noPermission, .brokenAnswer, .failed:
            false
        }
    }
}

extension HostFolder {
    func readStanding() -> HostStanding? {
        Self.read(standing).flatMap { try? JSONDecoder().decode(HostStanding.self, from: Data($0)) }
    }

    func note(_ standing: HostStanding) {
        guard let data = try? JSONEncoder().encode(standing) else { return }
        _ = Self.write(Array(data), to: self.standing)
    }
}
