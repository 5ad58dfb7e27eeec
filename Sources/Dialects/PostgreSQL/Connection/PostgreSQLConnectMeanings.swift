extension PostgreSQLConnectFailure {
    /// The meaning, for people, of a part of libpq's text.
    struct Meaning {
        var words: String
        var kind: DatabaseError.Kind
        var message: String
        var remedy: String?
        var code: String?
    }

    /// The known meanings. The first one whose words occur in the reason counts.
    var meanings: [Meaning] { refusals + Self.wants + Self.encryption + Self.parameters }

    /// What the server itself says.
    private var refusals: [Meaning] {
        [
            Meaning(
                words: "no password supplied", kind: .authentication, message: "the server requires a password",
                remedy: "put it into ~/.pgpass, PGPASSWORD or the URL"),
            Self.rejected,
            Meaning(
                words: "is not permitted to log in", kind: .authentication,
                message: "the server does not let this user log in", remedy: "ALTER ROLE … LOGIN permits it"),
            Meaning(
                words: "FATAL: role \"", kind: .authentication, message: "the server does not know this user",
                remedy: "create it with \(destination.createuser)"),
            Meaning(
                words: "no pg_hba.conf entry", kind: .authentication, message: "the server does not let this user in",
                remedy: "add a line to the server's pg_hba.conf"),
            Meaning(
                words: "requires a valid client certificate", kind: .authentication,
                message: "the server requires a client's certificate", remedy: "name one with sslcert and sslkey"),
            Self.forbidden, Self.closed, Self.halfDropped, missing, Self.starting,
            Self.full("too many connections for"), Self.full("too many clients already"),
            Self.full("connection slots are reserved"),
            // PgBouncer's words.
            Self.full("no more connections allowed"),
        ]
    }

    /// The meanings of the server's codes (https://www.postgresql.org/docs/current/errcodes-appendix.html), for a server whose words are in
    /// another language than English (`lc_messages`). Where a code has several, the function that found the error tells them apart: 42501
    /// is also a setting in the URL's `options` that the user may not change. The first one here that was given counts: libpq also tries
    /// without TLS.
    var meaningsByMarks: [(marks: Set<String>, meaning: Meaning)] {
        [
            (["28P01"], Self.rejected), (["42501", "CheckMyDatabase"], Self.forbidden),
            (["55000", "CheckMyDatabase"], Self.closed), (["55000", "InitPostgres"], Self.halfDropped),
            (["3D000"], missing), (["57P03"], Self.starting), ([DatabaseError.tooManyConnections], Self.full("")),
            (
                ["28000"],
                Meaning(
                    words: "", kind: .authentication, message: "the server does not let this user in",
                    remedy: "check that it exists and may log in, and the server's pg_hba.conf")
            ),
        ]
    }

    private static let rejected = Meaning(
        words: "authentication failed for user", kind: .authentication,
        message: "the server rejects this user or password", remedy: "check both, and the server's pg_hba.conf")

    private static let forbidden = Meaning(
        words: "permission denied for database", kind: .authentication,
        message: "this user may not connect to the database", remedy: "GRANT CONNECT on the database to it")

    private static let closed = Meaning(
        words: "is not currently accepting connections", kind: .unreachable,
        message: "the database takes no connections",
        remedy: "ALTER DATABASE … ALLOW_CONNECTIONS true permits them")

    private static let halfDropped = Meaning(
        words: "cannot connect to invalid database", kind: .unreachable,
        message: "the database is what an interrupted DROP DATABASE has left", remedy: "DROP DATABASE removes it")

    private var missing: Meaning {
        Meaning(
            words: "FATAL: database \"", kind: .unreachable, message: "there is no such database",
            remedy: "create it with \(destination.createdb)")
    }

    private static let starting = Meaning(
        words: "FATAL: the database system is ", kind: .unreachable, message: "the server takes no connections now",
        remedy: "try again when it has started; the server's log says how far it is")

    private static func full(_ words: String) -> Meaning {
        Meaning(
            words: words, kind: .unreachable, message: "the server takes no more connections",
            remedy: "end others, or raise the limit of the role, the database or the server (max_connections)",
            code: DatabaseError.tooManyConnections)
    }

    /// The server answers, and is not of the kind that `target_session_attrs` asks for.
    private static let wants: [Meaning] = ["session is read-only", "session is not read-only", "in hot standby mode"]
        .map {
            Meaning(
                words: $0, kind: .unreachable,
                message: "the server answers, and target_session_attrs asks for another one",
                remedy: "name that one, too, or write another target_session_attrs")
        }

    /// The server answers, and the two agree on no encryption. The last entry means every other failure of TLS.
    private static let encryption: [Meaning] = [
        Meaning(
            words: "does not support SSL", kind: .unreachable,
            message: "the server answers without TLS, which sslmode asks for",
            remedy: "turn TLS on there (ssl = on); sslmode=prefer would connect without it"),
        Meaning(
            words: "root certificate file", kind: .unreachable,
            message: "the certificates to compare the server's with can't be read",
            remedy: "name their file with sslrootcert"),
        Meaning(
            words: "does not match host name", kind: .unreachable,
            message: "the server's certificate is for another name", remedy: "write the host as the certificate does"),
        Meaning(
            words: "certificate verify failed", kind: .unreachable, message: "the server's certificate is not trusted",
            remedy: "name the file of its authority with sslrootcert"),
        ofClient("certificate file"), ofClient("private key file"),
        withoutGSSAPI("GSSAPI encryption required"), withoutGSSAPI("doesn't support GSSAPI encryption"),
        Meaning(
            words: "SSL error", kind: .unreachable, message: "the server and this program agree on no TLS",
            remedy: "check sslmode, and the certificates and TLS versions of both"),
    ]

    private static func withoutGSSAPI(_ words: String) -> Meaning {
        Meaning(
            words: words, kind: .unreachable, message: "there is no GSSAPI encryption, which gssencmode asks for",
            remedy: "get a ticket with kinit, or write another gssencmode")
    }

    private static func ofClient(_ words: String) -> Meaning {
        Meaning(
            words: words, kind: .unreachable, message: "the client's certificate or its key can't be used",
            remedy: "check sslcert and sslkey")
    }

    /// No server was asked.
    private static let parameters: [Meaning] =
        // As in `invalid sslmode value: "x"`.
        ["invalid integer value", " value: \"", "invalid port number", "could not match "].map {
            Meaning(words: $0, kind: .invalidURL, message: "the URL's parameters are not valid")
        } + [
            Meaning(
                words: "definition of service", kind: .invalidURL, message: "the service's definition can't be found",
                remedy: "check its name, and its file (PGSERVICEFILE, else ~/.pg_service.conf)"),
            Meaning(
                words: "service file \"", kind: .invalidURL, message: "the file of services can't be read",
                remedy: "check PGSERVICEFILE, and the file"),
        ]

    /// What a server says that is not known here.
    static let refusal = Meaning(words: "", kind: .unreachable, message: "the server refuses the connection")

    static let silence = Meaning(
        words: "", kind: .unreachable, message: "the server can't be reached",
        remedy: "check that it runs, its host and its port")
}
