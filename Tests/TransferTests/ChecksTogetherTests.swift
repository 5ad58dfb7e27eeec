import Dialects
import TestSupport
import Testing
import Transfer

/// Tests that the checks of a table are added at once, and each by itself if one of them is refused.
@Suite("the checks of a table", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct ChecksTogetherTests {
    private static let table = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER CHECK (a > 0), b INTEGER CHECK (b > 0), c INTEGER CHECK (c > 0));
        """
    /// Notes the statements that alter tables.
    private static let notes = """
        CREATE SCHEMA notes; CREATE TABLE notes.seen (query text);
        CREATE FUNCTION notes.note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO notes.seen VALUES (current_query()); END $$;
        CREATE EVENT TRIGGER note ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION notes.note()
        """

    /// The arguments are the value of `c`, the number of statements that add checks, and the number of checks that are made.
    @Test(
        "are added by one statement, and one that is refused keeps none of the others away",
        arguments: [(3, 1, 3), (-3, 2, 2)] as [(Int, Int64, Int64)])
    func together(_ value: Int, _ statements: Int64, _ made: Int64) async throws {
        let fixture = try SQLiteFixture(
            Self.table + "PRAGMA ignore_check_constraints = ON; INSERT INTO t VALUES (1, 1, 2, \(value));")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let target = try connect(to: url)
            defer { target.close() }
            try target.executeScript(Self.notes)
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.count == Int(3 - made), "\(report.omitted)")
            let seen = try target.queryValue("SELECT count(*) FROM notes.seen WHERE query LIKE '%CHECK%'")?.integer
            #expect(seen == statements)
            let checks = try target.queryValue(
                "SELECT count(*) FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'c'")
            #expect(checks?.integer == made)
        }
    }
}
