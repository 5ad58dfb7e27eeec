import Testing

@testable import Dialects

@Suite struct DatabaseURLTests {
    private func parameters(_ text: String) throws -> [String: String] {
        guard case .postgresql(let parameters) = try DatabaseURL(parsing: text).target else { return [:] }
        return Dictionary(uniqueKeysWithValues: parameters.all.map { ($0.keyword, $0.value) })
    }

    @Test(arguments: [
        ("sqlite:data/tc.db", "data/tc.db"), ("sqlite:///srv/tc.db", "/srv/tc.db"), ("sqlite:/srv/tc.db", "/srv/tc.db"),
        ("SQLite:tc", "tc"), ("sqlite::memory:", ":memory:"), ("sqlite:a?b%20c.db", "a?b%20c.db"), ("./tc", "./tc"),
        ("tc.db", "tc.db"), ("tc.sqlite", "tc.sqlite"), ("tc.sqlite3", "tc.sqlite3"), ("/tmp", "/tmp"),
    ])
    func sqlitePaths(text: String, path: String) throws {
        let url = try DatabaseURL(parsing: text)
        #expect(url.target == .sqlite(path: path))
        #expect(url.filePath == (path == ":memory:" ? nil : path))
        #expect(url.dialect.name == "sqlite")
        #expect(try DatabaseURL(parsing: url.description) == url)
    }

    @Test(
        arguments: [
            ("postgresql://", [:]),
            ("postgres://localhost", ["host": "localhost"]),
            ("POSTGRESQL://localhost/", ["host": "localhost"]),
            ("postgresql://h:5433", ["host": "h", "port": "5433"]),
            ("postgresql://h/db", ["host": "h", "dbname": "db"]),
            ("postgresql:///db", ["dbname": "db"]),
            ("postgresql://u@h", ["user": "u", "host": "h"]),
            ("postgresql://u:p@h", ["user": "u", "password": "p", "host": "h"]),
            ("postgresql://u:@h", ["user": "u", "host": "h"]),
            ("postgresql://:p@h", ["password": "p", "host": "h"]),
            ("postgresql://u:p:q@h", ["user": "u", "password": "p:q", "host": "h"]),
            ("postgresql://u:p?q@h", ["user": "u", "password": "p?q", "host": "h"]),
            ("postgresql://%75%40:%2f%3a%25@h", ["user": "u@", "password": "/:%", "host": "h"]),
            ("postgresql://h1:1,h2:2/db", ["host": "h1,h2", "port": "1,2", "dbname": "db"]),
            ("postgresql://h1,h2:2", ["host": "h1,h2", "port": ",2"]),
            ("postgresql://[2001:db8::1]:5433/db", ["host": "2001:db8::1", "port": "5433", "dbname": "db"]),
            ("postgresql://[::1],h2", ["host": "::1,h2"]),
            ("postgresql://%2Ftmp%2Fdir/db", ["host": "/tmp/dir", "dbname": "db"]),
            ("postgresql://u@/db?host=/tmp/dir", ["user": "u", "host": "/tmp/dir", "dbname": "db"]),
            ("postgresql://h?host=other", ["host": "other"]),
            (
                "postgresql://?service=tc&passfile=%2Fhome%2Fme%2F.pgpass",
                ["service": "tc", "passfile": "/home/me/.pgpass"]
            ),
            (
                "postgresql://h/?sslmode=verify-full&options=-c%20a.b%3D1",
                ["host": "h", "sslmode": "verify-full", "options": "-c a.b=1"]
            ),
            ("postgresql://h?ssl=true", ["host": "h", "sslmode": "require"]),
            ("postgresql:///d%C3%A9?user=%E2%82%AC", ["dbname": "dé", "user": "€"]),
        ] as [(String, [String: String])])
    func postgresqlURIs(text: String, expected: [String: String]) throws {
        #expect(try parameters(text) == expected)
        let url = try DatabaseURL(parsing: text)
        #expect(url.dialect.name == "postgresql")
        #expect(url.filePath == nil)
        if expected["password"] == nil { #expect(try parameters(url.description) == expected) }
    }

    @Test(arguments: [
        ("postgresql://u:c4nary@h/db", "postgresql://u:***@h/db"),
        ("postgresql://h/db?password=c4nary", "postgresql://:***@h/db"),
        (
            "postgresql://u@h/db?sslpassword=c4nary&sslmode=require",
            "postgresql://u@h/db?sslpassword=***&sslmode=require"
        ),
        ("postgresql://u:c4nary@/db?host=/tmp/dir", "postgresql://u:***@/db?host=/tmp/dir"),
    ])
    func descriptionHidesPasswords(text: String, description: String) throws {
        #expect(try DatabaseURL(parsing: text).description == description)
    }

    @Test(arguments: [
        ("postgresql://u:c4nary@h/db", true), ("postgresql://u:***@h/db", true),
        ("postgresql://h/db?password=c4nary", true), ("postgresql://u@h/db?sslpassword=c4nary", true),
        ("postgresql://u@h/***", false), ("postgresql:///db", false), ("sqlite:/srv/***/tc.db", false),
    ])
    func aURLHasAPasswordIfItHoldsOneWhateverItsTextLooksLike(text: String, hasPassword: Bool) throws {
        #expect(try DatabaseURL(parsing: text).hasPassword == hasPassword)
    }

    /// Unescaped reserved characters in a password make parts of it look like other parts of the URL. No message may show any of them.
    @Test(arguments: [
        "postgresql://u:c4nary/x@h/db", "postgresql://u:1/c4nary@h/db", "postgresql://u:x@c4nary@h/db",
        "postgresql://u:x%c4nary@h/db", "postgresql://u:%zz@c4nary", "postgresql://u@h:c4nary/db",
        "postgresql://u@h/db?c4nary", "postgresql://u@h/db?password=a&c4nary=b",
        "postgresql://u@h/db?password=a=c4nary",
        "postgresql://u@[::1/c4nary", "postgresql://u@[::1]c4nary", "postgresql://u:c4nary%00@h", "postgresql:c4nary",
        "mysql://u:c4nary@h/db", "u:c4nary@h/db", "host=h password=c4nary sslrootcert=/x", "c4nary", "sqlite://c4nary",
        "postgresql://u:%FFc4nary@h", "u:c4//nary://x", "c4nary\0", "postgresql://u@h:0/c4nary",
        "postgresql://u@h:70000/c4nary",
    ])
    func errorsShowNothingOfTheURL(text: String) {
        let error = #expect(throws: DatabaseError.self) { try DatabaseURL(parsing: text) }
        #expect(error?.kind == .invalidURL)
        #expect(error.map { "\($0)" }?.contains("c4nary") == false)
    }

    @Test func anUnknownSchemeIsNamedWithWhatIsAccepted() {
        let error = #expect(throws: DatabaseError.self) { try DatabaseURL(parsing: "mysql://u:p@h/db") }
        #expect(error?.message == "there is no driver for mysql://")
        #expect(error?.remedy?.contains("postgresql://") == true)
    }

    @Test(arguments: ["teleclaude", "out-a:b.db", "./out=b.db"])
    func aBareWordIsToldWhatIsAcceptedAndHowToNameANewFile(text: String) {
        let error = #expect(throws: DatabaseError.self) { try DatabaseURL(parsing: text) }
        #expect(error?.remedy?.contains("sqlite:PATH") == true)
        #expect(error?.remedy?.hasPrefix("for a file that is to be made, write sqlite: before its path") == true)
    }

    @Test(arguments: [("sslmod", "sslmode"), ("pasword", "password"), ("hots", "host")])
    func aMistypedKeywordIsCorrected(typed: String, meant: String) {
        let error = #expect(throws: DatabaseError.self) { try DatabaseURL(parsing: "postgresql://h?\(typed)=x") }
        #expect(error?.message == "PostgreSQL's client library does not know parameter 1 behind the URL's ?")
        #expect(error?.remedy == "did you mean \(meant)?")
    }
}
