import TCPostgreSQL

/// The reason why a connection failed. libpq gives it as text only, which may contain the parameters of the connection.
struct PostgreSQLConnectFailure {
    /// The meaning, for people, of a part of libpq's text.
    private struct Meaning {
        var words: String
        var kind: DatabaseError.Kind
        var message: String
        var remedy: String?
        var code: String?
    }

    private let reason: String
    private let database: String

    init(_ handle: OpaquePointer, _ parameters: PostgreSQLParameters) {
        database = PQdb(handle).map { String(cString: $0) } ?? ""
        // The password may also have come from the environment or a password file.
        let found = PQpass(handle).map { String(cString: $0) } ?? ""
        let secrets = parameters.secrets + (found.isEmpty ? [] : [found])
        reason = secrets.reduce(String(cString: PQerrorMessage(handle))) { $0.replacing($1, with: "***") }.singleLine
    }

    /// The known meanings. The first one whose words occur in the reason counts.
    private var meanings: [Meaning] {
        [
            Meaning(
                words: "no password supplied", kind: .authentication, message: "the server requires a password",
                remedy: "put it into ~/.pgpass, PGPASSWORD or the URL"),
            Meaning(
                words: "authentication failed for user", kind: .authentication,
                message: "the server rejects this user or password", remedy: "check both, and the server's pg_hba.conf"),
            Meaning(
                words: "FATAL: role \"", kind: .authentication, message: "the server does not know this user",
                remedy: "create it with createuser"),
            Meaning(
                words: "no pg_hba.conf entry", kind: .authentication, message: "the server does not let this user in",
                remedy: "add a line to the server's pg_hba.conf"),
            Meaning(
                words: "permission denied for database", kind: .authentication,
                message: "this user may not connect to the database", remedy: "GRANT CONNECT on the database to it"),
            Meaning(
                words: "FATAL: database \"", kind: .unreachable, message: "there is no such database",
                remedy: "create it with createdb \(database)"),
            Meaning(
                words: "FATAL: the database system is ", kind: .unreachable,
                message: "the server takes no connections now",
                remedy: "try again when it has started; the server's log says how far it is"),
            full("too many connections for"), full("too many clients already"), full("connection slots are reserved"),
            // PgBouncer's words.
            full("no more connections allowed"),
            Meaning(words: "invalid integer value", kind: .invalidURL, message: "the URL's parameters are not valid"),
            Meaning(words: "invalid sslmode value", kind: .invalidURL, message: "the URL's parameters are not valid"),
            Meaning(
                words: "definition of service", kind: .invalidURL, message: "the service's definition can't be found"),
        ]
    }

    private func full(_ words: String) -> Meaning {
        Meaning(
            words: words, kind: .unreachable, message: "the server takes no more connections",
            remedy: "end others, or raise the limit of the role, the database or the server (max_connections)",
            code: DatabaseError.tooManyConnections)
    }

    /// The error for people: one sentence of ours, followed by libpq's text.
    var error: DatabaseError {
        // The server puts two spaces behind the severity.
        let spoken = reason.replacing(":  ", with: ": ")
        let meaning =
            meanings.first { spoken.contains($0.words) }
            ?? Meaning(
                words: "", kind: .unreachable, message: "the server can't be reached",
                remedy: "check that it runs, its host and its port")
        return DatabaseError(
            meaning.kind, "\(meaning.message): \(spoken)", code: meaning.code, remedy: meaning.remedy)
    }
}

extension DatabaseError {
    /// `too_many_connections` (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    fileprivate static let tooManyConnections = "53300"

    /// The error of a connection that a server, or a pooler before it, keeps waiting for a session.
    static func wantOfConnections(_ reason: String) -> DatabaseError {
        DatabaseError(
            .unreachable, "the server takes no more connections: \(reason)", code: tooManyConnections,
            remedy: "end others, or raise the pooler's pool_size")
    }

    /// Whether the server may take this connection once another one has ended.
    package var isForWantOfConnections: Bool { code == Self.tooManyConnections }
}
