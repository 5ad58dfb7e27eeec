import TestSupport
import Testing

@testable import Migrator

/// Tests, without a database, which migrations that were merged late may follow the applied ones.
@Suite("Plans out of order")
struct OutOfOrderPlanTests {
    private static let first = Migration("1") {
        CreateTable("t") {
            Column("id", .bigint).primaryKey()
            for name in ["a", "b", "c"] { Column(name, .text).nullable() }
        }
    }

    /// Returns the reason why `late`, which stands before `applied`, can't follow it; `nil` if it can.
    private func conflict(
        _ applied: [SchemaOperation], late: [SchemaOperation], after first: Migration = Self.first,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> OrderConflict? {
        let history = try History([
            first, Migration(id: "2-late", operations: late), Migration(id: "3-applied", operations: applied),
        ])
        let order = AppliedOrder(places: [0, 2])
        #expect(throws: MigratorError.outOfOrder("2-late", before: "3-applied"), sourceLocation: sourceLocation) {
            try history.planUp(order, to: nil, allowsOutOfOrder: false)
        }
        do {
            let plan = try history.planUp(order, to: nil, allowsOutOfOrder: true)
            #expect(plan.steps.map(\.id) == ["2-late"], sourceLocation: sourceLocation)
            let after = plan.steps.last?.operations.last?.resolved.after
            #expect(after == history.schema, sourceLocation: sourceLocation)
            return nil
        } catch MigratorError.orderMatters("2-late", after: "3-applied", let conflict) {
            return conflict
        }
    }

    private func alter(_ changes: Change...) -> [SchemaOperation] { [.alterTable("t", changes)] }

    private func adding(_ name: String) -> Change {
        var column = Column(name, .text)
        column.isNullable = true
        return .addColumn(column, filling: nil)
    }

    private func indexing(_ name: String) -> Change {
        .addIndex(Index(name: "", parts: [.init(.column(name))]))
    }

    private func computing(_ name: String, _ expression: SQLExpression) -> Change {
        .changeColumn(name, [.type(.varchar(200), using: expression, undo: nil)])
    }

    @Test("what has nothing to do with the other passes")
    func harmless() throws {
        #expect(try conflict(alter(adding("x")), late: alter(adding("y"))) == nil)
        #expect(try conflict(alter(.renameColumn("a", to: "x")), late: alter(indexing("b"))) == nil)
        #expect(try conflict(alter(computing("a", "a || b")), late: alter(computing("c", "c || 'x'"))) == nil)
        #expect(try conflict([.createTable(Table(name: "u", "id"))], late: alter(.dropColumn("c"))) == nil)
        let view = View("v", as: .sql("SELECT a FROM t"))
        #expect(try conflict([.createView(view)], late: alter(adding("x"))) == nil)
    }

    @Test("what makes no sense there, or another schema, is named")
    func schema() throws {
        let renamed = try conflict(alter(.renameColumn("a", to: "x")), late: alter(indexing("a")))
        guard case .impossible = renamed else {
            Issue.record("an index of a column that is renamed")
            return
        }
        let defaults = try conflict(
            alter(.changeColumn("a", [.default("x")])), late: alter(.changeColumn("a", [.default("y")])))
        guard case .otherSchema(let differences) = defaults else {
            Issue.record("two defaults: \(String(describing: defaults))")
            return
        }
        #expect(differences.map(\.description) == ["t.a: default 'y' here, default 'x' in the declaration"])
    }

    @Test("one schema and other rows: that is found, too")
    func rows() throws {
        let swapAB = alter(.renameColumn("a", to: "b"), .renameColumn("b", to: "a"))
        let swapBC = alter(.renameColumn("b", to: "c"), .renameColumn("c", to: "b"))
        #expect(try conflict(swapBC, late: swapAB) == .values(of: "t.b"))
        let swapCD = alter(.renameColumn("c", to: "id"), .renameColumn("id", to: "c"))
        #expect(try conflict(swapCD, late: swapAB) == nil)
        // One migration computes from values that the other has computed.
        #expect(try conflict(alter(computing("a", "a || b")), late: alter(computing("b", "b || 'x'"))) != nil)
        #expect(try conflict(alter(computing("b", "b || 'x'")), late: alter(computing("a", "a || b"))) != nil)
        let filling = Change.changeColumn("a", [.nullable(false, filling: "none")])
        #expect(try conflict(alter(filling), late: alter(computing("b", "a || b"))) == .values(of: "t.a"))
        let script = SchemaOperation.run(Script(.sql("SELECT 1"), undo: .nothing))
        #expect(try conflict([script], late: alter(adding("x"))) == .script(in: "3-applied"))
        #expect(try conflict(alter(adding("x")), late: [script]) == .script(in: "2-late"))
        let step = SchemaOperation.runSwift(DataStep("fill", { _ in }, undo: nil))
        #expect(try conflict([step], late: alter(adding("x"))) == .dataStep("fill", in: "3-applied"))
    }

    @Test("what is computed from a computed column, or kept of one, counts")
    func computed() throws {
        let table = Migration("1") {
            CreateTable("t") {
                Column("id", .bigint).primaryKey()
                for name in ["a", "b", "c"] { Column(name, .text).nullable() }
                Column("g", .text).nullable().generated("a || 'g'")
            }
        }
        func conflict(_ applied: Change, late: Change) throws -> OrderConflict? {
            try self.conflict(alter(applied), late: alter(late), after: table)
        }
        let kept = Change.changeColumn("g", [.generated(nil)])
        // A migration that reads the computed column `g` also reads `a`, from which `g` is computed.
        let a = Change.renameColumn("a", to: "z")
        #expect(try conflict(a, late: computing("c", "g || 'x'")) == .values(of: "t.a"))
        #expect(try conflict(kept, late: computing("c", "c || 'x'")) == nil)
        #expect(try conflict(kept, late: a) != nil)
    }

    @Test("what is computed for a while, and kept, counts: the schema at the end does not show of what")
    func computedForAWhile() throws {
        var column = Column("k", .text)
        column.isNullable = true
        column.generated = Generated("a || 'k'")
        let history = try History([
            Self.first, Migration(id: "2", operations: alter(.addColumn(column, filling: nil))),
            Migration(id: "3", operations: alter(.renameColumn("a", to: "b"), .renameColumn("b", to: "a"))),
            Migration(id: "4", operations: alter(.changeColumn("k", [.generated(nil)]))),
            Migration(id: "5", operations: [.createTable(Table(name: "u", "id"))]),
        ])
        #expect(throws: MigratorError.orderMatters("2", after: "3", .values(of: "t.a"))) {
            try history.planUp(AppliedOrder(places: [0, 2, 4]), to: nil, allowsOutOfOrder: true)
        }
    }

    @Test("a view that shows all columns counts, and one that names them does not")
    func stars() throws {
        let all = SchemaOperation.createView(View("v", as: .sql("SELECT * FROM t")))
        let columns = OrderConflict.columns(of: "t", in: "v")
        #expect(try conflict([all], late: alter(adding("x"))) == columns)
        #expect(try conflict(alter(adding("x")), late: [all]) == columns)
        let count = SchemaOperation.createView(View("v", as: .sql("SELECT count(*) AS n FROM t")))
        #expect(try conflict([count], late: alter(adding("x"))) == nil)
        #expect(try conflict([all], late: [.createTable(Table(name: "u", "id"))]) == nil)
        // The view exists before both migrations, and the one that changes its column's type creates it again.
        let before = Migration(id: "1", operations: Self.first.operations + [all])
        let retype = alter(computing("a", "a || 'x'"))
        #expect(try conflict(retype, late: alter(adding("x")), after: before) == columns)
    }

    @Test("a script that stands before what was merged late is in nobody's way")
    func before() throws {
        let script = Migration("0") { RunSQL("SELECT 1", undo: .nothing) }
        let history = try History([
            script, Self.first, Migration(id: "2", operations: alter(adding("x"))),
            Migration(id: "3", operations: alter(adding("y"))), Migration(id: "4", operations: script.operations),
        ])
        let plan = try history.planUp(AppliedOrder(places: [0, 1, 3]), to: nil, allowsOutOfOrder: true)
        #expect(plan.steps.map(\.id) == ["2", "4"])
        let part = try history.planUp(AppliedOrder(places: [0, 1, 3]), to: "2", allowsOutOfOrder: true)
        #expect(part.steps.map(\.id) == ["2"])
        let none = try history.planUp(AppliedOrder(places: [0, 1, 3]), to: "1", allowsOutOfOrder: true)
        #expect(none.steps.isEmpty)
    }

    @Test("random histories: out of order is the same as in order, or refused; and the way back is whole")
    func random() throws {
        var random = SeededGenerator(seed: 66)
        var (harmless, refused) = (0, 0)
        for _ in 0..<400 {
            let operations = RandomHistory.operations(count: 10, &random)
            let history = try History(operations.enumerated().map { Migration(id: "\($0)", operations: [$1]) })
            let applied = AppliedOrder(
                places: history.migrations.indices.filter { _ in Int.random(in: 0..<4, using: &random) > 0 })
            // Such a database can exist only if the other migrations are valid without the missing ones.
            guard !applied.missing.isEmpty, let before = try? history.schema(of: applied) else { continue }
            do {
                let plan = try history.planUp(applied, to: nil, allowsOutOfOrder: true)
                harmless += 1
                #expect(plan.steps.first?.operations.first?.resolved.before == before)
                #expect(plan.steps.last?.operations.last?.resolved.after == history.schema)
                let all = AppliedOrder(places: applied.places + history.pending(after: applied))
                let back = try history.planDown(all, leaving: applied.count)
                #expect(back.steps.map(\.id) == plan.steps.map(\.id).reversed())
                #expect(back.steps.last?.operations.last?.resolved.after == before)
            } catch MigratorError.orderMatters { refused += 1 }
        }
        #expect(harmless > 5 && refused > 20, "the generator has become too shy: \(harmless), \(refused)")
    }

    @Test("eight times the migrations, half of them late, take about eight times the time")
    func grows() throws {
        func seconds(_ count: Int) throws -> Double {
            let migrations = (0..<count).map { at in
                Migration("\(at)") { CreateTable("t\(at)") { Column("id", .bigint).primaryKey() } }
            }
            let history = try History(migrations)
            let applied = AppliedOrder(places: migrations.indices.filter { !$0.isMultiple(of: 2) })
            return try processorSeconds {
                let plan = try history.planUp(applied, to: nil, allowsOutOfOrder: true)
                #expect(plan.steps.count == count / 2)
            }
        }
        _ = try seconds(50)
        let (few, many) = (try seconds(100), try seconds(800))
        #expect(many < few * 8 * 3, "\(few) s, \(many) s")
    }
}

extension Table {
    fileprivate init(name: String, _ key: String) {
        self.init(name: name)
        columns = [Column(key, .bigint)]
        primaryKey = PrimaryKey([key])
    }
}
