import Migrator
import TestSupport
import Testing

/// Tests long histories: an application may have five hundred migrations after five years, and its daemon must still start as fast as
/// with five.
@Suite("Histories of any length")
struct HistoryGrowthTests {
    /// Returns migrations whose tables each refer to the one before, have an index, and are later altered and read by a view.
    private func migrations(_ count: Int) -> [Migration] {
        let creations = (0..<count).map { at in
            Migration("create-\(at)") {
                CreateTable("item_\(at)") {
                    Column("id", .bigint).identity().primaryKey()
                    Column("name", .text)
                    if at > 0 { Column("parent_id", .bigint).nullable().references("item_\(at - 1)") }
                    Index("name")
                }
            }
        }
        let changes = (0..<count).map { at in
            Migration("change-\(at)") {
                CreateView("view_\(at)", as: .sql("SELECT id, name FROM item_\(at)"))
                AlterTable("item_\(at)") {
                    RenameColumn("name", to: "title")
                    AddColumn("note", .text).nullable()
                    AddIndex("note")
                }
            }
        }
        return creations + changes
    }

    @Test("eight times the migrations take about eight times the time to replay and to plan, both ways")
    func replayGrows() throws {
        func seconds(_ count: Int) throws -> Double {
            let all = migrations(count)
            return try processorSeconds {
                let history = try History(all)
                #expect(history.schema.tables.count == count)
                #expect(try history.planUp().steps.count == 2 * count)
                #expect(try history.planDown(applied: 2 * count, .none).steps.count == 2 * count)
            }
        }
        _ = try seconds(20)
        let (few, many) = (try seconds(50), try seconds(400))
        #expect(many < few * 8 * 3, "\(few) s, \(many) s")
    }

    @Test("and so does the SQL of both databases", arguments: [SQLiteDialect() as any Dialect, PostgreSQLDialect()])
    func loweringGrows(_ dialect: any Dialect) throws {
        func seconds(_ count: Int) throws -> Double {
            let plan = try History(migrations(count)).planUp()
            return try processorSeconds {
                for step in plan.steps {
                    let lowering = try step.lowering(in: dialect)
                    #expect(!lowering.statements.isEmpty)
                }
            }
        }
        _ = try seconds(20)
        let (few, many) = (try seconds(50), try seconds(400))
        #expect(many < few * 8 * 3, "\(few) s, \(many) s")
    }

    @Test("and so does the search for scripts whose objects a rebuild would lose")
    func scriptsGrow() throws {
        func index(_ name: String, on table: String) -> RunSQL {
            let text = "CREATE INDEX \(name) ON \(table) (size)"
            return RunSQL(.native(sqlite: text, postgresql: text), undo: .nothing)
        }
        try expectLinear(from: 50) { count in
            let creations = (0..<count).map { at in
                Migration("create-\(at)") {
                    CreateTable("item_\(at)") {
                        Column("id", .bigint).primaryKey()
                        Column("size", .text)
                    }
                    index("theirs_\(at)", on: "other_\(at)")
                }
            }
            let changes = (0..<count).map { at in
                Migration("change-\(at)") { AlterTable("item_\(at)") { ChangeColumn("size").type(.bigint) } }
            }
            let history = try History(creations + [Migration("index") { index("by_size", on: "item_7") }] + changes)
            let steps = try history.planUp().scriptSteps(in: SQLiteDialect(), history, version: "")
            #expect(steps.filter { $0.obstacle != nil }.map(\.title) == ["up change-7"])
        }
    }
}
