/// A refusal of the daemon: what it refuses, why, and what the caller can do. It travels as a problem document (RFC 9457).
public struct RuntimeError: Error, Sendable, Equatable {
    /// The kind of refusal, as a stable word for programs.
    package enum Code: String, Sendable, CaseIterable {
        case badRequest = "bad_request"
        case unknownToken = "unknown_token"
        case notAllowed = "not_allowed"
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        case reasonRequired = "reason_required"
        case sessionEnded = "session_ended"
        case notRunning = "not_running"
        case tooManyConnections = "too_many_connections"
        case quotaExceeded = "quota_exceeded"
        case auditUnavailable = "audit_unavailable"
        case databaseUnavailable = "database_unavailable"
        case fenced
        case socketInUse = "socket_in_use"
        case socketForeign = "socket_foreign"
        case socketFailed = "socket_failed"
        case alreadyRunning = "already_running"
        case noDaemon = "no_daemon"
        case noPermission = "no_permission"
        case brokenAnswer = "broken_answer"
        case failed
    }

    package var code: Code
    package var message: String
    package var remedy: String?

    package init(_ code: Code, _ message: String, remedy: String? = nil) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }
}

extension RuntimeError {
    /// The daemon's answer to a request for a path that it does not have. A client knows an older daemon by it.
    static func noRoute(_ path: some StringProtocol) -> RuntimeError {
        RuntimeError(.notFound, "there is no \(path) here")
    }
}

extension RuntimeError: CustomStringConvertible {
    public var description: String { [message, remedy].compactMap { $0 }.joined(separator: "; ") }
}
