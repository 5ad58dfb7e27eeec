import Dialects
import TestSupport
import Testing

@testable import Migrator

/// Tests migrations that were merged late in real databases, which must then hold the same as any other database.
@Suite("Migrations that were merged late")
struct OutOfOrderTests {
    private static let first = Migration("1") {
        CreateTable("t") {
            Column("id", .bigint).primaryKey()
            for name in ["a", "b", "c"] { Column(name, .text).nullable() }
        }
        RunSQL(
            "INSERT INTO t (id, a, b, c) VALUES (1, 'a', 'b', 'c'), (2, 'x', NULL, 'z'), (3, '', 'y', NULL)",
            undo: .nothing)
    }
    private static let mine = Migration("2-mine") { AlterTable("t") { AddColumn("mine", .text).default("m") } }
    private static let theirs = Migration("3-theirs") { AlterTable("t") { AddColumn("theirs", .text).default("t") } }

    @Test("case 66: two branches that add a column each", arguments: Backend.available)
    func columns(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrator([Self.first, Self.theirs]).up()
            let migrator = try database.lenient([Self.first, Self.mine, Self.theirs])
            #expect(try await migrator.status().outOfOrder == ["2-mine"])
            #expect(try await migrator.status().position == .behind(["2-mine"]))
            #expect(try await migrator.up().steps.map(\.id) == ["2-mine"])
            let strict = try database.migrator([Self.first, Self.mine, Self.theirs])
            #expect(try await strict.status().position == .current)
            #expect(try await strict.status().lines.map(\.id) == ["1", "3-theirs", "2-mine"])
            #expect(try await strict.up().steps.isEmpty)
            #expect(try await strict.drift() == [])
            #expect(try await database.values("SELECT mine, theirs FROM t WHERE id = 1") == [["m", "t"]])
            // A later migration rebuilds the table in SQLite.
            let next = Migration("4") { AlterTable("t") { ChangeColumn("c").required(filling: "none") } }
            let longer = try database.migrator([Self.first, Self.mine, Self.theirs, next], allowsDataLoss: true)
            #expect(try await longer.up().steps.map(\.id) == ["4"])
            #expect(try await longer.drift() == [])
            #expect(try await longer.down(.to("1")).steps.map(\.id) == ["4", "2-mine", "3-theirs"])
            #expect(try await longer.drift() == [])
            #expect(try await longer.up().steps.map(\.id) == ["2-mine", "3-theirs", "4"])
        }
    }

    @Test("a part of what was merged late, a wait for it, and a start", arguments: Backend.available)
    func partly(_ backend: Backend) async throws {
        let late = ["2", "3", "5"].map { id in
            Migration(id) { CreateTable("late\(id)") { Column("id", .bigint).primaryKey() } }
        }
        let view = Migration("6") { CreateView("v", as: "SELECT theirs FROM t") }
        let all = [Self.first, late[0], late[1], Self.theirs, late[2], view]
        try await backend.withDatabase { database in
            try await database.migrator([Self.first, Self.theirs, view]).up()
            let migrator = try database.lenient(all)
            #expect(try await migrator.preview().steps.map(\.id) == ["2", "3", "5"])
            #expect(try await migrator.up(to: "2").steps.map(\.id) == ["2"])
            #expect(try await migrator.status().outOfOrder == ["3", "5"])
            #expect(try await migrator.drift() == [])
            let strict = try database.migrator(all)
            await #expect(throws: MigratorError.outOfOrder("3", before: "3-theirs")) {
                try await strict.start(.migrate)
            }
            // What is applied is done, whatever else is missing behind it.
            for id in ["1", "2"] { #expect(try await strict.up(to: id).steps.isEmpty) }
            await #expect(throws: MigratorError.behind(["3", "5"])) { try await strict.start(.refuseIfBehind) }
            await #expect(throws: MigratorError.behind(["3", "5"])) { try await strict.start(.wait, patience: 0) }
            #expect(try await strict.down().steps.map(\.id) == ["2"])
            try await migrator.start(.migrate)
            try await strict.start(.check)
            #expect(try await strict.status().lines.map(\.id) == ["1", "3-theirs", "6", "2", "3", "5"])
        }
    }

    /// `TC_TEST_HISTORIES` sets the number of histories.
    @Test("case 66: random alterations of rows that exist: as in order, or refused", arguments: Backend.available)
    func random(_ backend: Backend) async throws {
        let count = environment("TC_TEST_HISTORIES").flatMap(Int.init) ?? 20
        var random = SeededGenerator(seed: environment("TC_TEST_HISTORY").flatMap(UInt64.init) ?? 6_600)
        var (harmless, refused) = (0, 0)
        while harmless < count || refused < count / 2 {
            let history = try Self.history(&random)
            let applied = AppliedOrder(
                places: [0] + (1..<history.migrations.count).filter { _ in Bool.random(using: &random) })
            guard !applied.missing.isEmpty, (try? history.schema(of: applied)) != nil else { continue }
            let ordered = try await backend.withDatabase { database -> [[Value]]? in
                guard try await Self.isPossible(history, database) else { return nil }
                return try await Self.contents(database, history.schema)
            }
            try await backend.withDatabase { database in
                let part = try History(applied.places.map { history.migrations[$0] })
                guard let ordered, try await Self.isPossible(part, database) else { return }
                let before = try await Self.contents(database, history.schema(of: applied))
                do {
                    try await Migrator(history: history, database: database, options: .lenient).up()
                    harmless += 1
                    #expect(try await Migrator(history: history, database: database).drift() == [])
                    #expect(try await Self.contents(database, history.schema) == ordered, "\(history.migrations)")
                } catch MigratorError.orderMatters {
                    refused += 1
                    #expect(try await Self.contents(database, history.schema(of: applied)) == before)
                }
            }
        }
    }

    /// Returns whether the history can be applied to the rows, and with the names in expressions. Replay checks neither.
    private static func isPossible(_ history: History, _ database: Database) async throws -> Bool {
        do { try await Migrator(history: history, database: database, options: .lenient).up() } catch let error
            as MigratorError where ["rows_in_the_way", "not_possible_here"].contains(error.code)
        { return false }
        return true
    }

    private static func history(_ random: inout SeededGenerator) throws -> History {
        var schema = try History([first]).schema
        var migrations = [first]
        while migrations.count < 5 {
            let changes = changes(of: schema, migrations.count, &random)
            let views = ["SELECT * FROM t", "SELECT count(*) AS n FROM t", "SELECT id FROM t"]
            let view = View("v\(migrations.count)", as: .sql(views.randomElement(using: &random) ?? ""))
            let operation: SchemaOperation = changes.isEmpty ? .createView(view) : .alterTable("t", changes)
            guard let after = try? schema.applying(operation) else { continue }
            schema = after
            migrations.append(Migration(id: "\(migrations.count + 1)", operations: [operation]))
        }
        return try History(migrations)
    }

    private static func changes(of schema: Schema, _ number: Int, _ random: inout SeededGenerator) -> [Change] {
        let names = (schema["t"]?.columns.map(\.name).dropFirst() ?? []).shuffled(using: &random)
        guard names.count > 1 else { return [] }
        switch Int.random(in: 0..<9, using: &random) {
        case 0: return [.addColumn(Column("x\(number)", .text), filling: .text("new"))]
        case 1: return [.renameColumn(names[0], to: "r\(number)")]
        case 2: return [.renameColumn(names[0], to: names[1]), .renameColumn(names[1], to: names[0])]
        case 3: return [.dropColumn(names[0])]
        case 4: return [.changeColumn(names[0], [.nullable(false, filling: .text("filled"))])]
        case 5: return []
        case 6:
            var computed = Column("g\(number)", .text)
            computed.isNullable = true
            computed.generated = Generated(.sql("\(names[0]) || 'g'"), .stored)
            return [.addColumn(computed, filling: nil)]
        case 7: return [.changeColumn(names[0], [.generated(nil)])]
        default:
            // A computed column can't be given other values, so it is skipped.
            guard schema["t"]?[column: names[0]]?.generated == nil else { return [] }
            let type: ColumnType = schema["t"]?[column: names[0]]?.type == .text ? .varchar(900) : .text
            let using = SQLExpression.sql("\(names[0]) || \(names[1])")
            return [.changeColumn(names[0], [.type(type, using: using, undo: nil)])]
        }
    }

    private static func contents(_ database: Database, _ schema: Schema) async throws -> [[Value]] {
        let columns = (schema["t"]?.columns.map(\.name) ?? []).sorted().map(SQLText.identifier)
        return try await database.values(
            "SELECT \(trusted: columns.joined(separator: ", ")) FROM t ORDER BY id")
    }
}

extension Migrator.Options {
    fileprivate static let lenient = Migrator.Options(allowsDataLoss: true, allowsOutOfOrder: true)
}

extension Database {
    /// Returns a migrator that may apply migrations that were merged late.
    fileprivate func lenient(_ migrations: [Migration]) throws -> Migrator {
        Migrator(history: try History(migrations), database: self, options: .lenient)
    }
}
