import Dialects
import TestSupport
import Testing
import Transfer

/// Tests failed transfers whose tables another program already uses: the report says so, and the other program's objects stay.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct FailedRemovalTests {
    /// The arguments are the phase, the other program's statements at its beginning, and the words of the report.
    @Test(arguments: [
        (
            TransferEvent.Phase.building,
            "INSERT INTO t SELECT * FROM t LIMIT 1; CREATE VIEW theirs AS SELECT * FROM t",
            "Key (id)=(1) is duplicated"
        ),
        (
            .verifying, "UPDATE t SET v = 'theirs' WHERE id = 2; CREATE VIEW theirs AS SELECT * FROM t",
            "the rows of t are not the source's"
        ),
    ])
    func theFirstFailureIsToldToo(_ phase: TransferEvent.Phase, _ script: String, _ words: String) async throws {
        let fixture = try SQLiteFixture(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b')")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let error = await #expect(throws: TransferError.self) {
                try await Self.transfer(fixture, into: url) {
                    guard case .phase(phase) = $0 else { return }
                    let other = try connect(to: url)
                    defer { other.close() }
                    try other.executeScript(script)
                }
            }
            let text = "\(try #require(error))"
            #expect(text.contains("interrupted") && text.contains(words), "\(text)")
            #expect(text.contains("then the new tables could not be removed") && text.contains("theirs"), "\(text)")
            // The other program's view exists. Once it is dropped, the rest can be removed.
            let other = try connect(to: url)
            #expect(try other.queryValue("SELECT count(*) FROM theirs")?.integer ?? 0 > 0)
            try other.execute("DROP VIEW theirs")
            other.close()
            let target = try Database(url)
            _ = try await DatabaseTransfer.abandon(in: target)
            await target.close()
            try TransferTests.expectOccupants([], of: url)
        }
    }

    @Test("a view that another program has made meanwhile under the name of one of the source's stays")
    func viewOfAnother() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a');
            CREATE VIEW shown AS SELECT v FROM t;
            """)
        defer { fixture.remove() }
        let scripts: [TransferEvent.Phase: String] = [
            .building: "CREATE VIEW shown AS SELECT 1 AS one", .verifying: "UPDATE t SET v = 'theirs'",
        ]
        try await TestPostgreSQL.withFreshDatabase { url in
            try await Self.transfer(fixture, into: url) {
                guard case .phase(let phase) = $0, let script = scripts[phase] else { return }
                let other = try connect(to: url)
                defer { other.close() }
                try other.executeScript(script)
            }
            try TransferTests.expectOccupants(["shown"], of: url)
        }
    }

    @Test("a transfer whose record somebody removed promises nothing, and names what it leaves")
    func recordIsGone() async throws {
        let fixture = try SQLiteFixture("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let error = await #expect(throws: TransferError.self) {
                try await Self.transfer(fixture, into: url) {
                    guard case .phase(.building) = $0 else { return }
                    let other = try connect(to: url)
                    defer { other.close() }
                    try other.execute("DROP TABLE tc_transfer_chunks, tc_transfers")
                }
            }
            guard case .recordGone(let left, let reason)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(left == ["t"] && reason.contains("tc_transfers"), "\(reason)")
            let text = "\(try #require(error))"
            #expect(text.hasSuffix("is still there: t") && !text.contains("marked"), "\(text)")
        }
    }

    @Test(
        "a table that somebody removes or renames meanwhile is named, and the rest can be abandoned",
        arguments: [TransferEvent.Phase.loading, .building, .verifying],
        ["DROP TABLE t", "ALTER TABLE t RENAME TO theirs"])
    func removedMeanwhile(_ phase: TransferEvent.Phase, _ script: String) async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, w TEXT AS (v || '!')); INSERT INTO t (id, v) VALUES (1, 'a');
            CREATE TABLE u (id INTEGER PRIMARY KEY); INSERT INTO u VALUES (1);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            await #expect(throws: TransferError.madeObjectsGone(["t"])) {
                try await Self.transfer(fixture, into: url) {
                    guard case .phase(phase) = $0 else { return }
                    let other = try connect(to: url)
                    defer { other.close() }
                    try other.executeScript(script)
                }
            }
            let target = try Database(url)
            _ = try await DatabaseTransfer.abandon(in: target)
            await target.close()
            try TransferTests.expectOccupants(script.hasPrefix("DROP") ? [] : ["theirs"], of: url)
        }
    }

    @Test("a table that somebody removed after its comparison is not called verified")
    func removedAfterItsComparison() async throws {
        let fixture = try SQLiteFixture("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let error = await #expect(throws: DatabaseError.self) {
                try await Self.transfer(fixture, into: url, options: TransferOptions(verification: .count)) {
                    guard case .verified = $0 else { return }
                    let other = try connect(to: url)
                    defer { other.close() }
                    try other.execute("DROP TABLE t")
                }
            }
            #expect(error?.message == "somebody has removed what the transfer had made: t")
            try TransferTests.expectOccupants([], of: url)
        }
    }

    private static func transfer(
        _ fixture: SQLiteFixture, into url: DatabaseURL, options: TransferOptions = TransferOptions(),
        _ meanwhile: @escaping @Sendable (TransferEvent) throws -> Void
    ) async throws {
        let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
        let target = try Database(url)
        let result: Result<TransferReport, any Error>
        do {
            result = .success(
                try await DatabaseTransfer(from: source, to: target, options: options).run { event in
                    do { try meanwhile(event) } catch { Issue.record(error) }
                })
        } catch {
            result = .failure(error)
        }
        await source.close()
        await target.close()
        _ = try result.get()
    }
}
