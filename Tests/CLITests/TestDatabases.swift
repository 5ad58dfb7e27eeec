import Dialects
import Foundation
import TestSupport
import Testing

/// Passes a sandbox and the URL of an empty database to `body`. A SQLite file does not exist yet.
func withDatabase<T>(_ backend: Backend, _ body: (Sandbox, String) async throws -> T) async throws -> T {
    try await withSandbox { box in
        switch backend {
        case .sqlite: try await body(box, "sqlite:\(box("test.db"))")
        case .postgresql: try await backend.withURL { try await body(box, "\($0)") }
        }
    }
}

/// Runs statements on a separate connection.
func execute(_ script: String, on url: String, creating: Bool = false) throws {
    try withTestConnection(url, creating ? .create : .readWrite) { try $0.executeScript(script) }
}

/// Returns the first column of a query's rows as text.
func query(_ sql: String, on url: String) throws -> [String] {
    try withTestConnection(url) { connection in
        try connection.values(SQL(trusted: sql)).map { $0[0].text ?? "" }
    }
}

/// Returns the names of a database's tables, sorted.
func tables(_ url: String) throws -> [String] {
    try query(
        try DatabaseURL(parsing: url).filePath == nil
            ? "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            : "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1", on: url)
}

func expectTables(_ url: String, _ names: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let found = try tables(url)
    #expect(found == names, sourceLocation: sourceLocation)
}

/// Asks again and again until the condition is true, for 30 seconds by default. It does not give its thread away between two
/// attempts, because the condition may be true only for a short time.
func waitUntil(_ what: Comment, seconds: Double = 30, _ isTrue: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try !isTrue() {
        try #require(ContinuousClock.now < deadline, what)
        usleep(20_000)
    }
}

/// The state that a command must leave as it is if it changes nothing: every byte of every file, and a server's data.
struct Fingerprint: Equatable {
    var files: [String: Sandbox.Entry]
    var server: [String]
}

func fingerprint(_ box: Sandbox, _ url: String) throws -> Fingerprint {
    let files = try box.contents()
    guard try DatabaseURL(parsing: url).filePath == nil else { return Fingerprint(files: files, server: []) }
    let objects = try query(
        """
        SELECT concat_ws(' ', relkind, nspname, relname, c.oid, relfilenode, attname, format_type(atttypid, atttypmod), \
        attnotnull) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace LEFT JOIN pg_attribute ON attrelid = c.oid \
        WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1
        """, on: url)
    var rows: [String] = []
    for table in try tables(url) {
        rows += try query("SELECT '\(table) ' || t::text FROM \"\(table)\" t ORDER BY 1", on: url)
    }
    return Fingerprint(files: files, server: objects + rows)
}

func withTestConnection<T>(
    _ url: String, _ access: ConnectionOptions.Access = .readWrite, _ body: (any Connection) throws -> T
) throws -> T {
    let connection = try connect(to: try DatabaseURL(parsing: url), ConnectionOptions(access: access))
    defer { connection.close() }
    return try body(connection)
}
