import TestSupport
import Testing

@testable import Dialects
@testable import Migrator

/// What the engine does when a plan turns out to be wrong: it must not happen, and must then be loud.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferEngineTests {
    /// Runs a plan that was tampered with.
    private func run(
        _ script: String, tampering: (inout TransferPlan) -> Void,
        _ check: (Result<TransferReport, any Error>, any Connection) throws -> Void
    ) throws {
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        try TestPostgreSQL.withFreshDatabase { url in
            try TransferTests.withBothEnds(fixture, url) { source, target in
                let result = try source.snapshot {
                    var plan = try SourceSurvey(source, SQLiteDialect(), TransferOptions()).plan(
                        for: PostgreSQLDialect())
                    tampering(&plan)
                    let engine = TransferEngine(plan, TransferOptions(), from: source, to: target, PostgreSQLDialect())
                    { _ in }
                    return Result { try engine.run() }
                }
                try check(result, target)
            }
            try TransferTests.expectOccupants([], of: url)
        }
    }

    @Test func aValueThatDoesNotFitStopsTheRun() throws {
        let script = "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 5), (7, 'n/a')"
        try run(script) { plan in
            plan.tables[0].types[1] = .bigint
        } _: { result, _ in
            #expect(
                throws: TransferError.doesNotFit(
                    table: "t", column: "v", key: "id=7", value: "'n/a'", type: "bigint",
                    reason: "is no whole number of 64 bits")
            ) { try result.get() }
        }
    }

    @Test func aMissingRowIsAMismatchAndNothingIsKept() throws {
        let script = "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)"
        try run(script) { plan in
            plan.tables[0].reading.from = "FROM t WHERE id < 3"
        } _: { result, _ in
            let report = try result.get()
            #expect(report.verdict == .mismatch)
            #expect(report.tables.map { [$0.sourceRows, $0.rowsRead, $0.targetRows] } == [[3, 2, 2]])
        }
    }
}
