import TCPostgreSQL

/// The reason why a connection failed. libpq gives it as text only, which may contain the parameters of the connection.
struct PostgreSQLConnectFailure {
    /// libpq's text, in one line and without secrets.
    let reason: String
    let destination: PostgreSQLDestination
    /// Whether a server has answered, in whichever language: behind the severity are two spaces, and libpq has them nowhere else.
    private let isAnswer: Bool
    /// The codes that the server gave when it was asked for them.
    private var codes: [String]

    init(_ reason: String, _ destination: PostgreSQLDestination, codes: [String] = []) {
        isAnswer = reason.contains(Self.behindSeverity)
        self.reason = reason.singleLine.replacing(Self.behindSeverity, with: ": ")
        self.destination = destination
        self.codes = codes
    }

    init(_ handle: OpaquePointer, _ parameters: PostgreSQLParameters) {
        // The password may also have come from the environment or a password file.
        let found = PQpass(handle).map { String(cString: $0) } ?? ""
        let secrets = parameters.secrets + (found.isEmpty ? [] : [found])
        let reason = secrets.reduce(String(cString: PQerrorMessage(handle))) { $0.replacing($1, with: "***") }
        self.init(reason, PostgreSQLDestination(of: handle))
        if isAnswer, meaningOfWords == nil { codes = Self.codes(askingAgain: handle) }
    }

    private static let behindSeverity = ":  "

    /// Connects once more, since libpq puts the server's code into its text only if that was asked for before: `FATAL:  28P01: …`.
    /// https://www.postgresql.org/docs/current/libpq-control.html#LIBPQ-PQSETERRORVERBOSITY
    static func codes(askingAgain handle: OpaquePointer) -> [String] {
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        PQreset(handle)
        let text = String(cString: PQerrorMessage(handle))
        return text.split(separator: behindSeverity).dropFirst().map { String($0.prefix(5)) }
    }

    /// The error for people: one sentence of ours, followed by libpq's text.
    var error: DatabaseError {
        let meaning = meaningOfWords ?? meaningOfCodes ?? (isAnswer ? Self.refusal : Self.silence)
        return DatabaseError(meaning.kind, "\(meaning.message): \(reason)", code: meaning.code, remedy: meaning.remedy)
    }

    private var meaningOfWords: Meaning? { meanings.first { reason.contains($0.words) } }

    private var meaningOfCodes: Meaning? { meaningsByCode.first { codes.contains($0.code) }?.meaning }
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
