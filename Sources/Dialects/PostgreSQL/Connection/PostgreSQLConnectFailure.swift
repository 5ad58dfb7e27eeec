import TCPostgreSQL

/// The reason why a connection failed. libpq gives it as text only, which may contain the parameters of the connection.
struct PostgreSQLConnectFailure {
    /// libpq's text, in one line and without secrets.
    let reason: String
    let destination: PostgreSQLDestination
    /// Whether a server has answered, in whichever language: behind the severity are two spaces, and libpq has them nowhere else.
    private let isAnswer: Bool
    /// The codes that the server gave when it was asked for them, and the functions of its program that found the errors.
    private var marks: Set<String> = []

    init(_ reason: String, _ destination: PostgreSQLDestination) {
        isAnswer = reason.contains(Self.behindSeverity)
        self.reason = reason.singleLine.replacing(Self.behindSeverity, with: ": ")
        self.destination = destination
    }

    init(_ handle: OpaquePointer, _ parameters: PostgreSQLParameters) {
        // The password may also have come from the environment or a password file.
        let found = PQpass(handle).map { String(cString: $0) } ?? ""
        let secrets = parameters.secrets + (found.isEmpty ? [] : [found])
        let reason = secrets.reduce(String(cString: PQerrorMessage(handle))) { $0.replacing($1, with: "***") }
        self.init(reason, PostgreSQLDestination(of: handle))
        if isAnswer, meaningOfWords == nil { marks = Self.marks(askingAgain: handle) }
    }

    private static let behindSeverity = ":  "

    /// Connects once more, since libpq puts these into its text only if they were asked for before: `FATAL:  28P01: …`, and in a line
    /// `LOCATION:  auth_failed, auth.c:334`.
    /// https://www.postgresql.org/docs/current/libpq-control.html#LIBPQ-PQSETERRORVERBOSITY
    private static func marks(askingAgain handle: OpaquePointer) -> Set<String> {
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        PQreset(handle)
        let text = String(cString: PQerrorMessage(handle))
        let answers = text.split(separator: behindSeverity).dropFirst()
        return Set(answers.map { String($0.prefix { $0 != ":" && $0 != "," }) })
    }

    /// The error for people: one sentence of ours, followed by libpq's text.
    var error: DatabaseError {
        let meaning = meaningOfWords ?? meaningOfMarks ?? (isAnswer ? Self.refusal : Self.silence)
        return DatabaseError(meaning.kind, "\(meaning.message): \(reason)", code: meaning.code, remedy: meaning.remedy)
    }

    private var meaningOfWords: Meaning? { meanings.first { reason.contains($0.words) } }

    private var meaningOfMarks: Meaning? { meaningsByMarks.first { marks.isSuperset(of: $0.marks) }?.meaning }
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
