import Dialects
import TestSupport
import Testing

@testable import Transfer

@Suite struct TableComparisonTests {
    /// The quarantine holds shortened keys, which other rows may share.
    @Test("no more rows are left out of the differences than were set aside")
    func rowsOfOneShortKey() async throws {
        let long = String(repeating: "a", count: 50)
        let table = "CREATE TABLE t (k TEXT PRIMARY KEY, n INTEGER)"
        let source = try SQLiteFixture("\(table); INSERT INTO t VALUES ('\(long)1', 1), ('\(long)2', 2), ('b', 3)")
        defer { source.remove() }
        let target = try SQLiteFixture("\(table); INSERT INTO t VALUES ('b', 3)")
        defer { target.remove() }
        let key = "k=\(ValueText.short(Value.text(long + "1")))"
        let dialect = SQLiteDialect()
        try await Database.withConnections(Database(source.url), Database(target.url)) { source, target in
            let plan = try VerificationPlan(
                try dialect.inspect(source), try dialect.inspect(target), excluding: [], from: dialect, to: dialect)
            let compared = try #require(plan.tables.first)
            for (aside, missing) in [(1, 1), (2, 0)] {
                let report = try TableComparison(compared, source, target, besides: [key: aside]).report()
                #expect(report.source.rows == 1 + missing && report.differences.count == missing, "\(report)")
                #expect(report.differences.allSatisfy { $0.kind == .onlyInSource && $0.key == key }, "\(report)")
            }
        }
    }
}
