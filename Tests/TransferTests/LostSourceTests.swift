import Dialects
import Synchronization
import TestSupport
import Testing
import Transfer

/// Tests a transfer into a SQLite file when the source's server ends its session.
@Suite("a source whose connection is lost", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct LostSourceTests {
    @Test("interrupts the transfer: the new file keeps what is loaded, and the transfer is resumed from there")
    func isResumed() async throws {
        try await TestPostgreSQL.withFreshDatabase { url in
            try await withTemporaryFolder { folder in
                let source = try connect(to: url)
                try source.executeScript(
                    """
                    CREATE TABLE a (id bigint PRIMARY KEY, v text); CREATE TABLE b (id bigint PRIMARY KEY, v text);
                    INSERT INTO a SELECT i, 'a text' FROM generate_series(1, 1000) i; INSERT INTO b SELECT * FROM a;
                    """)
                source.close()
                let copy = try DatabaseURL(parsing: "sqlite:\(folder)/copy.db")
                let error = await #expect(throws: TransferError.self) {
                    _ = try await Self.transfer(url, copy) { event in
                        guard case .loaded = event else { return }
                        Self.endSessions(url)
                    }
                }
                guard case .interrupted(let reason, let cause)? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(cause?.kind == .lost && cause?.remedy?.contains("put the file back") != true, "\(reason)")
                let resumed = Mutex(0)
                let report = try await Self.transfer(url, copy, resumes: true) { event in
                    guard case .resumed(_, let rows) = event else { return }
                    resumed.withLock { $0 += rows }
                }
                #expect(report.verdict == .verified && resumed.withLock { $0 } == 1_000)
            }
        }
    }

    private static func transfer(
        _ from: DatabaseURL, _ to: DatabaseURL, resumes: Bool = false,
        _ events: @escaping @Sendable (TransferEvent) -> Void
    ) async throws -> TransferReport {
        let source = try Database(from, options: ConnectionOptions(access: .readOnly))
        let target = try Database(to, options: ConnectionOptions(access: .create))
        let result: Result<TransferReport, any Error>
        do {
            let options = TransferOptions(resumes: resumes)
            result = .success(try await DatabaseTransfer(from: source, to: target, options: options).run(events))
        } catch {
            result = .failure(error)
        }
        await source.close()
        await target.close()
        return try result.get()
    }

    private static func endSessions(_ url: DatabaseURL) {
        guard let connection = try? connect(to: url) else { return }
        defer { connection.close() }
        _ = try? connection.values(
            """
            SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
    }
}
