import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests databases of thousands of tables: the time to plan and to match them is linear in their number.
@Suite("Databases of thousands of tables")
struct TransferGrowthTests {
    /// Makes sure that eight times as much takes about eight times the time.
    private func expectLinear(_ few: Int, _ work: (Int) throws -> Void) throws {
        _ = try processorSeconds { try work(few) }
        let less = try processorSeconds { try work(few) }
        let more = try processorSeconds { try work(few * 8) }
        #expect(more < less * 8 * 3, "\(less) s, \(more) s")
    }

    /// Returns tables of which each refers to the one before by a key of text, and has a check.
    private func tables(_ count: Int) -> [Table] {
        (0..<count).map { at in
            var table = Table(name: "table_\(100_000 + at)")
            table.columns = [Column("id", .text), Column("n", .bigint)]
            table.primaryKey = PrimaryKey(["id"])
            table.checks = [Check("n > 0", name: "positive")]
            if at > 0 { table.foreignKeys = [ForeignKey(["id"], to: "table_\(100_000 + at - 1)", ["id"])] }
            return table
        }
    }

    @Test func plansGrow() throws {
        try expectLinear(250) { count in
            let inspection = Inspection(schema: Schema(tables: tables(count)))
            let profiled = tables(count).map { table in
                ProfiledTable(
                    table: table, reading: TableReading(from: "FROM \(table.name)", key: []),
                    profiles: table.columns.map { ColumnProfile($0.type == .text ? .text : .integer) },
                    columnRules: table.columns.map { _ in EffectiveColumnRule(policy: .widen) }, rows: 0)
            }
            let plan = TransferPlanner.plan(
                inspection, profiled, TransferRules(), from: SQLiteDialect(), to: PostgreSQLDialect())
            #expect(plan.schema.tables.flatMap(\.foreignKeys).count == count - 1)
            #expect(plan.checks.count == count)
        }
    }

    @Test func rulesGrow() throws {
        try expectLinear(500) { count in
            var rules = TransferRules()
            rules.tables = tables(count).map { TransferRules.TableRule(name: $0.name, line: 1) }
            try rules.check(against: tables(count))
            for table in tables(count) { #expect(rules[table.name]?.name == table.name) }
        }
    }

    @Test func comparisonsGrow() throws {
        try expectLinear(250) { count in
            let inspection = Inspection(schema: Schema(tables: tables(count)))
            let plan = VerificationPlan(inspection, inspection, from: SQLiteDialect(), to: PostgreSQLDialect())
            #expect(plan.tables.count == count)
        }
    }

    @Test func namesThatAreCutAlikeGrow() throws {
        try expectLinear(250) { count in
            let long = String(repeating: "x", count: 62)
            var names = TargetNames(longest: 63)
            let given = names.tables((0..<count).map { "\(long)_\($0)" })
            #expect(Set(given.values).count == count)
            // One of them stays as the server cuts it; the others leave room for the `_` of their arrays' types.
            #expect(given.values.count { $0.utf8.count > 62 } == 1)
        }
    }
}
