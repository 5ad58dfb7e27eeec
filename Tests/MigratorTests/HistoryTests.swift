import TCMigrations
import Migrator
import Testing

@Suite("TeleClaude's history")
struct HistoryTests {
    @Test("the declared schema is what the history makes")
    func declaredEqualsReplayed() throws {
        let replayed = try History.teleclaude().schema
        #expect(replayed.differences(from: Schema.current).isEmpty)
        #expect(replayed == Schema.current)
    }

    @Test("it has the application's tables, the audit log with its head, the daemon's lease, and what was imported")
    func tables() throws {
        #expect(try History.teleclaude().schema.tables.count == 33)
    }

    @Test("undone, it leaves nothing")
    func undone() throws {
        let history = try History.teleclaude()
        let plan = try history.planDown(applied: history.migrations.count, .none)
        #expect(plan.steps.last?.operations.last?.resolved.after == Schema())
    }
}
