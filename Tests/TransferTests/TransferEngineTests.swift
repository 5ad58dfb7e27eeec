import TestSupport
import Testing

@testable import Dialects
@testable import Transfer

/// Tests the engine with wrong plans. There should be none, but if there is one, the engine must report it.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferEngineTests {
    /// Runs a plan after changing it.
    private func run(
        _ script: String, tampering: (inout TransferPlan) -> Void,
        _ check: (Result<TransferReport, any Error>) throws -> Void
    ) async throws {
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
            let target = try Database(url)
            let streams = try await TransferStreams.open(2, from: source, to: target)
            let engine = TransferEngine(
                streams: streams, source: SQLiteDialect(), target: PostgreSQLDialect(), options: TransferOptions(),
                sourceURL: source.url, events: { _ in })
            var work = try await engine.plan()
            tampering(&work.plan)
            let result: Result<TransferReport, any Error>
            do { result = .success(try await engine.run(work, try await engine.begin(work))) } catch {
                result = .failure(error)
            }
            await streams.close()
            try check(result)
            try TransferTests.expectOccupants([], of: url)
        }
    }

    @Test func aValueThatDoesNotFitStopsTheRun() async throws {
        let script = "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 5), (7, 'n/a')"
        try await run(script) { plan in
            plan.tables[0].types[1] = .bigint
        } _: { result in
            #expect(
                throws: TransferError.doesNotFit(
                    table: "t", column: "v", key: "id=7", value: "'n/a'", type: "bigint",
                    reason: "is not a whole number of 64 bits")
            ) { try result.get() }
        }
    }

    @Test func aMissingRowIsAMismatchAndNothingIsKept() async throws {
        let script = "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)"
        try await run(script) { plan in
            plan.tables[0].pieces = [KeyRange(above: nil, through: 2)]
        } _: { result in
            let report = try result.get()
            #expect(report.verdict == .mismatch)
            #expect(report.tables.map { [$0.sourceRows, $0.rowsRead, $0.targetRows] } == [[3, 2, 2]])
        }
    }
}
