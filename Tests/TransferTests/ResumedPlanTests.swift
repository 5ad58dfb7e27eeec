import Dialects
import TestSupport
import Testing
import Transfer

/// Tests that a transfer which was interrupted while it built goes on from a source that has other indexes by then.
@Suite(
    "a resumed transfer whose source has other indexes by now",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct ResumedPlanTests {
    private static let table = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT); INSERT INTO t VALUES (1, 'a', 'b');
        CREATE INDEX t_a ON t (a); CREATE VIEW shown AS SELECT a FROM t;
        """

    /// Interrupts a transfer when all but its view is built, changes the source, and passes what comes of the resumed transfer.
    private func resume(
        _ script: String = Self.table, after change: String,
        _ check: (Result<TransferReport, any Error>, any Connection) throws -> Void
    ) async throws {
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let target = try connect(to: url)
            defer { target.close() }
            try target.executeScript(ShortageTests.shortage(at: "CREATE VIEW"))
            _ = await #expect(throws: TransferError.self) { try await TransferTests.transfer(fixture, into: url) }
            try target.executeScript("DROP EVENT TRIGGER shortage")
            let source = try connect(to: fixture.url, ConnectionOptions(access: .readWrite))
            try source.executeScript(change)
            source.close()
            let result: Result<TransferReport, any Error>
            do {
                let options = TransferOptions(resumes: true)
                result = .success(try await TransferTests.transfer(fixture, into: url, options: options))
            } catch {
                result = .failure(error)
            }
            try check(result, target)
        }
    }

    @Test("builds what is new there")
    func newIndex() async throws {
        try await resume(after: "CREATE INDEX t_b ON t (b)") { result, target in
            #expect(try result.get().verdict == .verified)
            let names = try target.values(
                "SELECT indexname::text FROM pg_indexes WHERE indexname IN ('t_a', 't_b') ORDER BY 1")
            #expect(names.map { $0[0].text } == ["t_a", "t_b"])
        }
    }

    @Test("tries its columns beside a table that has the name of the one in which it does")
    func trial() async throws {
        let script = """
            CREATE TABLE tc_trial (id INTEGER PRIMARY KEY, n INTEGER, twice INTEGER GENERATED ALWAYS AS (n * 2) STORED);
            INSERT INTO tc_trial (id, n) VALUES (1, 7); CREATE VIEW shown AS SELECT n FROM tc_trial;
            """
        try await resume(script, after: "CREATE INDEX by_n ON tc_trial (n)") { result, target in
            let report = try result.get()
            #expect(report.verdict == .verified && report.omitted == [])
            let twice = try target.queryValue("SELECT twice FROM tc_trial")?.integer
            #expect(twice == 14)
        }
    }

    @Test(
        "is refused if what is built already has changed, and says so",
        arguments: ["DROP INDEX t_a", "DROP INDEX t_a; CREATE INDEX t_a ON t (b)"])
    func otherIndex(_ change: String) async throws {
        try await resume(after: change) { result, _ in
            let error = #expect(throws: TransferError.self) { try result.get() }
            guard case .sourceChanged(_, let details)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(details == "and so have keys, indexes, checks or views that it has built: t_a")
        }
    }
}
