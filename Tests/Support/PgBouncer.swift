import Foundation
import Testing

import Dialects

/// A real PgBouncer in front of the server that tests run against. It has a socket of its own, and is removed afterwards.
public struct PgBouncer {
    public let folder: String

    public static let program: String? = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"]
        .first { access($0, X_OK) == 0 }

    public static var isWanted: Bool {
        TestPostgreSQL.isWanted && (program != nil || environment("TC_TEST_REQUIRE_ALL") == "1")
    }

    /// Returns the URL by which the pooler leads to a database.
    public func url(of database: DatabaseURL) throws -> DatabaseURL {
        try database.with(["host": folder, "port": "6432"])
    }

    /// Starts a pooler with `settings` (lines of its file such as `pool_mode = transaction`), and stops it when `body` is done.
    public static func run<T>(_ settings: String, _ body: (PgBouncer) async throws -> T) async throws -> T {
        let program = try #require(program, "pgbouncer is not installed")
        guard case .postgresql(let server) = try TestPostgreSQL.requireURL().target else {
            throw DatabaseError(.invalidURL, "TC_TEST_POSTGRESQL is no URL of a PostgreSQL server")
        }
        return try await withTemporaryFolder { folder in
            let host = try #require(server["host"])
            let owner = try #require(Self.userID(of: host))
            try write(folder, host: host, port: server["port"] ?? "5432", user: server["user"] ?? "tc", settings)
            let process = Process()
            // PgBouncer refuses to run as root, and only the owner of the server's socket may use that socket.
            let asOwner = ["/usr/bin/setpriv", "--reuid=\(owner)", "--clear-groups", "--"]
            let command = (geteuid() == 0 ? asOwner : []) + [program, "-q", "\(folder)/pgbouncer.ini"]
            if geteuid() == 0 { chown(folder, owner, gid_t.max) }
            process.executableURL = URL(fileURLWithPath: command[0])
            process.arguments = Array(command.dropFirst())
            process.standardError = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            defer { end(process) }
            try await waitUntilItListens(in: folder, process)
            return try await body(PgBouncer(folder: folder))
        }
    }

    private static func write(
        _ folder: String, host: String, port: String, user: String, _ settings: String
    ) throws {
        let text = """
            [databases]
            * = host=\(host) port=\(port) user=\(user)
            [pgbouncer]
            listen_addr =
            listen_port = 6432
            unix_socket_dir = \(folder)
            auth_type = any
            logfile = \(folder)/log
            \(settings)
            """
        try text.write(toFile: "\(folder)/pgbouncer.ini", atomically: false, encoding: .utf8)
        chmod("\(folder)/pgbouncer.ini", 0o644)
    }

    private static func userID(of path: String) -> uid_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_uid : nil
    }

    /// Waits until the pooler listens. Its socket exists a moment earlier than that, so this reads the log.
    private static func waitUntilItListens(in folder: String, _ process: Process) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
            if log.contains("listening on unix:") { return }
            try #require(process.isRunning && ContinuousClock.now < deadline, "pgbouncer did not start: \(log)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// Ends the process by SIGKILL, the only signal that always arrives: a child inherits the signals that this process's threads block.
private func end(_ process: Process) {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
}

/// An unrelated program that uses the same pooler: psql.
public final class Stranger {
    private let process = Process()
    private let file: String

    /// Starts psql, which repeats `statement` until it is stopped.
    public init(to url: DatabaseURL, _ statement: String) throws {
        file = "\(environment("TMPDIR") ?? "/tmp")/stranger-\(UInt64.random(in: 0 ... .max)).sql"
        let rounds = String(repeating: "\(statement);\n", count: 10_000)
        try (rounds + "\\i \(file)\n").write(toFile: file, atomically: false, encoding: .utf8)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["psql", "-X", "-q", "-d", "\(url)", "-o", "/dev/null", "-f", file]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    public func stop() {
        end(process)
        unlink(file)
    }
}

/// Returns the settings that psql finds in a session, as it prints them.
public func connectByHand(to url: DatabaseURL) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
        "psql", "-X", "-A", "-t", "-d", "\(url)", "-c",
        "SELECT current_setting('lock_timeout') || '/' || current_setting('TimeZone')",
    ]
    process.standardOutput = output
    try process.run()
    process.waitUntilExit()
    return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
}
