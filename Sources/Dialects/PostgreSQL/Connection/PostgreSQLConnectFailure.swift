import TCPostgreSQL

/// The reason why a connection failed. libpq gives it as text only, which may contain the parameters of the connection.
struct PostgreSQLConnectFailure {
    /// libpq's text, in one line and without secrets.
    let reason: String
    let destination: PostgreSQLDestination
    /// Whether a server has answered, in whichever language: behind the severity are two spaces, and libpq has them nowhere else.
    private let isAnswer: Bool

    init(_ reason: String, _ destination: PostgreSQLDestination) {
        isAnswer = reason.contains(":  ")
        self.reason = reason.singleLine.replacing(":  ", with: ": ")
        self.destination = destination
    }

    init(_ handle: OpaquePointer, _ parameters: PostgreSQLParameters) {
        // The password may also have come from the environment or a password file.
        let found = PQpass(handle).map { String(cString: $0) } ?? ""
        let secrets = parameters.secrets + (found.isEmpty ? [] : [found])
        let reason = secrets.reduce(String(cString: PQerrorMessage(handle))) { $0.replacing($1, with: "***") }
        self.init(reason, PostgreSQLDestination(of: handle))
    }

    /// The error for people: one sentence of ours, followed by libpq's text.
    var error: DatabaseError {
        let meaning = meanings.first { reason.contains($0.words) } ?? (isAnswer ? Self.refusal : Self.silence)
        return DatabaseError(meaning.kind, "\(meaning.message): \(reason)", code: meaning.code, remedy: meaning.remedy)
    }
}

extension DatabaseError {
    /// `too_many_connections` (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    static let tooManyConnections = "53300"

    /// The error of a connection that a server, or a pooler before it, keeps waiting for a session.
    static func wantOfConnections(_ reason: String) -> DatabaseError {
        DatabaseError(
            .unreachable, "the server takes no more connections: \(reason)", code: tooManyConnections,
            remedy: "end others, or raise the pooler's pool_size")
    }

    /// Whether the server may take this connection once another one has ended.
    package var isForWantOfConnections: Bool { code == Self.tooManyConnections }
}
