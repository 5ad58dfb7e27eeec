import TestSupport
import Testing
import Transfer

/// Tests that the report names what a SQLite file's header contains.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct FileNumbersAreSaidTests {
    private func remarks(_ script: String) async throws -> [String] {
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        var remarks: [String] = []
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            remarks = report.remarks
        }
        return remarks
    }

    /// Without its application_id a file is no GeoPackage, and Firefox recreates its tables if user_version is 0.
    @Test func theNumbersOfTheHeader() async throws {
        let remarks = try await remarks(
            "CREATE TABLE t (a INTEGER); PRAGMA user_version = 77; PRAGMA application_id = 1196444487")
        #expect(
            remarks.contains {
                $0.hasPrefix(
                    "the numbers in the file's header stay behind: PRAGMA user_version = 77, PRAGMA application_id = 1196444487;"
                )
            }, "\(remarks)")
        let others = try await self.remarks("CREATE TABLE t (a INTEGER)")
        #expect(!others.contains { $0.contains("header") }, "\(others)")
    }

    @Test func aCounterAtItsEnd() async throws {
        let remarks = try await remarks(
            """
            CREATE TABLE last (id INTEGER PRIMARY KEY); INSERT INTO last VALUES (9223372036854775807);
            CREATE TABLE other (id INTEGER PRIMARY KEY); INSERT INTO other VALUES (9223372036854775806);
            """)
        #expect(remarks.contains { $0.hasPrefix("last.id: its counter is at its end") }, "\(remarks)")
        #expect(!remarks.contains { $0.hasPrefix("other.id") }, "\(remarks)")
    }
}
