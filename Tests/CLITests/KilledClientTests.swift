import Foundation
import TestSupport
import Testing

/// A program that is killed in the middle of a statement leaves nothing running on the server.
@Suite("killed clients", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct KilledClientTests {
    private static let sleepers =
        "SELECT CAST(count(*) AS text) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"

    @Test(
        "the server ends the statement of a killed migration, and the next run finds no lock")
    func migration() async throws {
        try await withDatabase(.postgresql) { box, target in
            let up = try await box.migrate("up", "--database", target)
            #expect(up.code == 0, "\(up)")
            try execute(
                """
                CREATE FUNCTION wait_long() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN OLD; END';
                CREATE TRIGGER wait_long BEFORE DELETE ON tc_migrations FOR EACH ROW EXECUTE FUNCTION wait_long();
                """, on: target)
            let down = try box.start(.tcMigrate, ["down", "--database", target])
            try await wait(for: "1", on: target)
            down.kill(SIGKILL)
            _ = try await down.finish()
            try await wait(for: "0", on: target)
            try execute("DROP TRIGGER wait_long ON tc_migrations", on: target)
            let again = try await box.migrate("down", "--database", target, "--lock-timeout", "5")
            #expect(again.code == 0, "\(again)")
        }
    }

    private func wait(for count: String, on target: String) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try query(Self.sleepers, on: target) != [count] {
            try #require(ContinuousClock.now < deadline, "not \(count) after a minute")
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
