import FoundationEssentials

/// What keeps a host from its daemon: the answer that it got, since when. It is written down in the host's folder, where
/// `telec sessions list` finds it.
struct HostStanding: Codable, Sendable, Equatable {
    /// RFC 3339, UTC, of the first of such answers.
    var since: String
    var code: String
    var message: String

    /// Whether the daemon said no. Else it did not answer, or could do nothing just then.
    var isRefusal: Bool { RuntimeError.Code(rawValue: code).map(Self.isRefusal) ?? false }

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
