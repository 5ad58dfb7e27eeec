import Dialects
import Foundation
import Testing

/// Another program that writes a SQLite database all the time: each transaction adds the same number to three tables and
/// counts it in a fourth, and takes the oldest numbers away.
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

    /// 1 at each moment of the database, in either kind of it; 0 when the tables are of different moments.
    public static let invariant: SQL = """
        SELECT count(*) FROM total WHERE n = (SELECT max(n) FROM a) + 1
            AND (SELECT count(*) FROM a) = (SELECT count(*) FROM b) AND (SELECT count(*) FROM a) = (SELECT count(*) FROM c)
            AND (SELECT sum(n) FROM a) = (SELECT sum(n) FROM b) AND (SELECT sum(n) FROM a) = (SELECT sum(n) FROM c)
        """

    private let path: String
    private let shell: Process

    /// Makes the database and starts to write it. Returns once the first transactions are in.
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
        // The script calls itself often enough to run for many minutes, and ends when this process is gone.
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
            // The pragma reads the file already, and does not wait unless it is told to.
            "sqlite3", "-bail", "-cmd", ".timeout 120000", "-cmd", "PRAGMA synchronous = OFF", path, ".read '\(all)'",
        ]
        shell.standardInput = FileHandle.nullDevice
        shell.standardOutput = FileHandle.nullDevice
        try Data().write(to: URL(fileURLWithPath: errors))
        shell.standardError = FileHandle(forWritingAtPath: errors)
        try shell.run()
        try waitForProgress()
    }

    /// What it said when it ended by itself.
    private var errors: String { path + ".errors" }

    /// How many transactions it has committed.
    public func committed() throws -> Int64 {
        let connection = try connect(to: DatabaseURL(parsing: "sqlite:" + path))
        defer { connection.close() }
        return try connection.queryValue("SELECT n FROM total")?.integer ?? 0
    }

    /// Waits until it has committed something after this call.
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

    /// Ends it between two transactions or in one, as it happens. (A test's threads block the gentler signals, and what they
    /// start inherits that.)
    public func stop() {
        kill(shell.processIdentifier, SIGKILL)
        shell.waitUntilExit()
        for name in [".some.sql", ".all.sql", ".errors"] { unlink(path + name) }
    }
}
