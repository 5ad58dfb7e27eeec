import TCPOSIX
import Testing

import Dialects

/// The PostgreSQL server that tests run against: `TC_TEST_POSTGRESQL` holds its URL, as `ci/postgres start` prints it.
///
/// Without it the tests that need a server are skipped, and say so; with `TC_TEST_REQUIRE_ALL=1` they fail instead.
public enum TestPostgreSQL {
    public static let url: DatabaseURL? = try? requireURL()

    /// Whether tests that need the server are run. It is true without a server if no test may be skipped; those tests then fail.
    public static var isWanted: Bool {
        environment("TC_TEST_POSTGRESQL") != nil || environment("TC_TEST_REQUIRE_ALL") == "1"
    }

    public static let skipReason: Comment =
        "no PostgreSQL server: set TC_TEST_POSTGRESQL to its URL (ci/postgres start)"

    /// Returns the server's URL.
    /// - Throws: An error if none is set.
    public static func requireURL() throws -> DatabaseURL {
        let text = environment("TC_TEST_POSTGRESQL")
        return try DatabaseURL(parsing: try #require(text, "TC_TEST_REQUIRE_ALL wants TC_TEST_POSTGRESQL to be set"))
    }

    /// Returns the URL of the same server with other parameters, such as `["dbname": "x"]`.
    public static func url(_ changes: [String: String]) throws -> DatabaseURL {
        try requireURL().with(changes)
    }

    /// Creates an empty database, passes its URL to `body`, and drops the database afterwards.
    public static func withFreshDatabase<T>(_ body: (DatabaseURL) throws -> T) throws -> T {
        let name = try createDatabase()
        defer { dropDatabase(name) }
        return try body(try url(["dbname": name]))
    }

    public static func withFreshDatabase<T>(_ body: (DatabaseURL) async throws -> T) async throws -> T {
        try await Admission.toServer.admitting {
            let name = try createDatabase()
            defer { dropDatabase(name) }
            return try await body(try url(["dbname": name]))
        }
    }

    /// Creates an empty database of this encoding, as `withFreshDatabase` does.
    public static func withFreshDatabase<T>(
        encoding: String, _ body: (DatabaseURL) async throws -> T
    ) async throws -> T {
        try await Admission.toServer.admitting {
            let name = try createDatabase("ENCODING \(SQLText.literal(encoding)) LOCALE 'C'")
            defer { dropDatabase(name) }
            return try await body(try url(["dbname": name]))
        }
    }

    /// The password of the role `tc_password`, the only role that the cluster of ci/postgres asks for a password.
    public static let rolePassword = "right-cAnArY-7f3e"

    /// Creates the role `tc_password` if it is missing. Several tests use it at the same time, all with the same password.
    public static func makePasswordRole(on admin: any Connection) throws {
        try admin.withLock(AdvisoryLock("tc_test_password_role"), waiting: 60) {
            try admin.executeScript(
                """
                DO $$ BEGIN CREATE ROLE tc_password LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
                ALTER ROLE tc_password PASSWORD \(SQLText.literal(rolePassword));
                """)
        }
    }

    private static func createDatabase(_ options: String = "") throws -> String {
        let name = "tc_test_\(getpid())_\(UInt64.random(in: 0 ... .max))"
        let connection = try connect(to: requireURL())
        defer { connection.close() }
        try connection.execute("CREATE DATABASE \(identifier: name) TEMPLATE template0 \(trusted: options)")
        return name
    }

    private static func dropDatabase(_ name: String) {
        do {
            let connection = try connect(to: requireURL())
            defer { connection.close() }
            try connection.execute("DROP DATABASE \(identifier: name) WITH (FORCE)")
        } catch {
            Issue.record("the test's database \(name) was not dropped: \(error)")
        }
    }
}

/// Opens a connection on the calling thread, without a pool.
public func connect(
    to url: DatabaseURL, _ options: ConnectionOptions = ConnectionOptions()
) throws -> any Connection {
    try url.driver(options).connect()
}

public func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

extension DatabaseURL {
    /// Returns the URL with other parameters, such as `["user": "x"]`.
    /// - Throws: An error if it is no URL of a PostgreSQL server.
    public func with(_ changes: [String: String]) throws -> DatabaseURL {
        guard case .postgresql(var parameters) = target else {
            throw DatabaseError(.invalidURL, "this is no URL of a PostgreSQL server: is TC_TEST_POSTGRESQL one?")
        }
        for (keyword, value) in changes { parameters[keyword] = value }
        return DatabaseURL(.postgresql(parameters))
    }
}
