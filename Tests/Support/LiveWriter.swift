import Dialects
import Foundation
import Testing

/// Another program that writes to a SQLite database all the time. Each transaction adds the same number to three tables,
/// increments a counter in a fourth, and deletes the oldest numbers.
///
/// The program is SQLite's own shell, so that it is another process with locks of its own.
public final class LiveWriter: Sendable {
    private static let transaction = """
        BEGIN IMMEDIATE; \
        INSERT INTO a SELECT n, hex(randomblob(50)) FROM total; INSERT INTO b SELECT n, n * 0.5 FROM total; \
        INSERT INTO c SELECT n FROM total; UPDATE total SET n = n + 1; \
        DELETE FROM a WHERE n < (SELECT n FROM total) - 300; DELETE FROM b WHERE n < (SELECT n FROM total) - 300; \
        DELETE FROM c WHERE n < (SELECT n FROM total) - 300; COMMIT;
        """

    /// A query that gives 1 for any single state of the database, of either kind, and 0 if the tables come from different states.
    public static let invariant: SQL = """
        SELECT count(*) FROM total WHERE n = (SELECT max(n) FROM a) + 1
            AND (SELECT count(*) FROM a) = (SELECT count(*) FROM b) AND (SELECT count(*) FROM a) = (SELECT count(*) FROM c)
            AND (SELECT sum(n) FROM a) = (SELECT sum(n) FROM b) AND (SELECT sum(n) FROM a) = (SELECT sum(n) FROM c)
        """

    private let path: String
    private let shell: Process

    /// Creates the database and starts to write to it. Returns once the first transactions are committed.
    public init(_ path: String, journalMode: String) throws {
        self.path = path
        let made = try connect(to: DatabaseURL(parsing: "sqlite:" + path), ConnectionOptions(access: .create))
        try made.executeScript(
            """
            PRAGMA journal_mode = \(journalMode);
            CREATE TABLE a (n INTEGER PRIMARY KEY, filler TEXT); CREATE TABLE b (n INTEGER PRIMARY KEY, half REAL);
            CREATE TABLE c (n INTEGER PRIMARY KEY); CREATE TABLE total (n INTEGER); INSERT INTO total VALUES (1);
            """)
        made.close()
        // The script is read often enough to run for many minutes, and ends when this process is gone.
        let some = path + ".some.sql"
        let all = path + ".all.sql"
        let watch = ".system kill -0 \(getpid()) 2>/dev/null || kill -9 $PPID\n"
        try (String(repeating: Self.transaction + "\n", count: 1_000) + watch)
            .write(toFile: some, atomically: false, encoding: .utf8)
        try String(repeating: ".read '\(some)'\n", count: 20_000)
            .write(toFile: all, atomically: false, encoding: .utf8)
        shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        shell.arguments = [
            // The timeout comes first: the pragma already reads the file, and would fail at once if the file were locked.
            "sqlite3", "-bail", "-cmd", ".timeout 120000", "-cmd", "PRAGMA synchronous = OFF", path, ".read '\(all)'",
        ]
        shell.standardInput = FileHandle.nullDevice
        shell.standardOutput = FileHandle.nullDevice
        try Data().write(to: URL(fileURLWithPath: errors))
        shell.standardError = FileHandle(forWritingAtPath: errors)
        try shell.run()
        try waitForProgress()
    }

    /// The file with the shell's standard error, which says why it has ended early.
    private var errors: String { path + ".errors" }

    /// Returns the number of committed transactions, plus 1.
    public func committed() throws -> Int64 {
        let connection = try connect(to: DatabaseURL(parsing: "sqlite:" + path))
        defer { connection.close() }
        return try connection.queryValue("SELECT n FROM total")?.integer ?? 0
    }

    /// Waits until the writer has committed another transaction.
    public func waitForProgress() throws {
        let before = try committed()
        let deadline = ContinuousClock.now + .seconds(60)
        while try committed() == before {
            let isGoingOn = shell.isRunning && ContinuousClock.now < deadline
            try #require(
                isGoingOn, "nobody writes \(path): \((try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")")
            usleep(2_000)
        }
    }

    /// Ends the writer, between two transactions or within one. It uses SIGKILL because a test's threads block the gentler signals,
    /// and the programs that they start inherit that.
    public func stop() {
        kill(shell.processIdentifier, SIGKILL)
        shell.waitUntilExit()
        for name in [".some.sql", ".all.sql", ".errors"] { unlink(path + name) }
    }
}
