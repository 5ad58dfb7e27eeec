import Testing

@testable import Dialects

/// libpq's texts are those of its source (fe-connect.c, fe-secure-openssl.c). A server can't be brought to give most of them for a test.
@Suite("what libpq says of a connection that failed")
struct PostgreSQLConnectMeaningTests {
    private func error(_ reason: String) -> DatabaseError {
        let destination = PostgreSQLDestination(host: "db", port: "5433", user: "app", database: "shop")
        return PostgreSQLConnectFailure(reason, destination).error
    }

    private static let at = "connection to server at \"db\" (192.0.2.1), port 5433 failed: "

    @Test(
        "a server that answered is not called unreachable",
        arguments: [
            ("server does not support SSL, but SSL was required", "the server answers without TLS", "sslmode=prefer"),
            ("root certificate file \"/r\" does not exist\nEither provide it", "the certificates", "sslrootcert"),
            (
                "server certificate for \"a\" does not match host name \"db\"",
                "the server's certificate is for another name", "write the host"
            ),
            ("SSL error: certificate verify failed", "the server's certificate is not trusted", "sslrootcert"),
            ("SSL error: tlsv1 alert protocol version", "the server and this program agree on no TLS", "TLS versions"),
            ("could not open certificate file \"/c\": No such file", "the client's certificate", "sslcert"),
            ("private key file \"/k\" has group or world access", "the client's certificate", "sslkey"),
            ("GSSAPI encryption required but was impossible", "there is no GSSAPI encryption", "kinit"),
            (
                "server doesn't support GSSAPI encryption, but it was required", "there is no GSSAPI encryption",
                "gssencmode"
            ),
            ("session is read-only", "the server answers, and target_session_attrs", "name that one"),
            ("session is not read-only", "the server answers, and target_session_attrs", "name that one"),
            ("server is not in hot standby mode", "the server answers, and target_session_attrs", "name that one"),
        ])
    func answered(text: String, message: String, remedy: String) {
        let error = error(Self.at + text)
        #expect(error.kind == .unreachable)
        #expect(error.message.hasPrefix(message), "\(error)")
        #expect(error.remedy?.contains(remedy) == true, "\(error)")
    }

    @Test(
        "any other refusal of the server's is one, too, in whichever language",
        arguments: [
            "FATAL:  unrecognized configuration parameter \"x\"", "FATAL:  Rolle »app« existiert nicht",
            "ВАЖНО:  роль \"app\" не существует", "FATALT:  rollen \"app\" finns inte",
        ])
    func otherRefusal(text: String) {
        let error = error(Self.at + text)
        #expect(error.message.hasPrefix("the server refuses the connection: ") && error.remedy == nil, "\(error)")
        #expect(self.error(Self.at + "Connection refused").message.hasPrefix("the server can't be reached: "))
    }

    @Test("what is there and takes no connections is not said to be missing")
    func closed() {
        let role = error("FATAL:  role \"app\" is not permitted to log in")
        #expect(role.kind == .authentication && role.remedy?.contains("ALTER ROLE … LOGIN") == true, "\(role)")
        let database = error("FATAL:  database \"shop\" is not currently accepting connections")
        #expect(database.message.hasPrefix("the database takes no connections: "), "\(database)")
        #expect(database.remedy?.contains("createdb") == false, "\(database)")
        let invalid = error("FATAL:  cannot connect to invalid database \"shop\"\nHINT:  Use DROP DATABASE to drop …")
        #expect(invalid.remedy == "DROP DATABASE removes it", "\(invalid)")
    }

    @Test(
        "where no server was asked, the URL or the file of services is at fault",
        arguments: [
            ("service file \"/none\" not found", "PGSERVICEFILE"),
            ("syntax error in service file \"/f\", line 3", "PGSERVICEFILE"),
            ("definition of service \"s\" not found", "~/.pg_service.conf"),
        ])
    func parameters(text: String, remedy: String) {
        let error = error(text)
        #expect(error.kind == .invalidURL && error.remedy?.contains(remedy) == true, "\(error)")
    }

    @Test("the commands name the server, and the user where he exists")
    func commands() {
        #expect(
            error("FATAL:  database \"shop\" does not exist").remedy
                == "create it with createdb -h db -p 5433 -U app shop")
        #expect(error("FATAL:  role \"app\" does not exist").remedy == "create it with createuser -h db -p 5433 app")
        #expect(PostgreSQLDestination(database: "a b").createdb == "createdb 'a b'")
        #expect(PostgreSQLDestination(database: "-z").createdb == "createdb -- -z")
    }
}
