import Dialects
import TestSupport
import Testing

@testable import Migrator

/// Tests random histories on tables with rows and beside undeclared objects: up, down and up again. Afterwards every undeclared
/// object and every row exists, or the migration was refused with its name before anything was changed. `TC_TEST_HISTORIES` sets
/// the number of histories.
@Suite("Random histories with data on every backend")
struct RandomDataTests {
    @Test("nothing is lost without a word: up, down and up again", arguments: Backend.available)
    func nothingIsLost(_ backend: Backend) async throws {
        let count = environment("TC_TEST_HISTORIES").flatMap(Int.init) ?? 8
        let first = environment("TC_TEST_HISTORY").flatMap(UInt64.init) ?? 1
        var tally = RandomWalk.Tally()
        for seed in first..<(first + UInt64(count)) {
            try await backend.withDatabase { database in
                let before = tally
                tally = try await database.withConnection { connection in
                    var walk = try RandomWalk(backend, connection, seed: seed, tally: before)
                    try walk.run(steps: 14)
                    return walk.tally
                }
            }
        }
        #expect(tally.applied >= 4 * count && tally.refused >= count, "the generator has become too shy: \(tally)")
    }
}

/// A history that grows by one operation at a time.
struct RandomWalk {
    struct Tally: Sendable { var (applied, refused, undone) = (0, 0, 0) }

    private enum Outcome {
        case applied
        case refused(MigratorError)
    }

    private let backend: Backend
    private let connection: any Connection
    private let seed: UInt64
    private var random: SeededGenerator
    private var world: UndeclaredWorld
    private var operations: [SchemaOperation] = []
    private var schema = Schema()
    private(set) var tally: Tally

    init(_ backend: Backend, _ connection: any Connection, seed: UInt64, tally: Tally) throws {
        self.backend = backend
        self.connection = connection
        self.seed = seed
        self.tally = tally
        random = SeededGenerator(seed: seed)
        world = try UndeclaredWorld(backend, connection)
    }

    mutating func run(steps: Int) throws {
        for _ in 0..<steps {
            guard let (operation, after) = next() else { return }
            try fill()
            try world.grow(beside: schema, &random)
            guard try walk(operation, to: after) else { return }
        }
    }

    /// Returns an operation that is valid here in both directions, and the schema after it.
    private mutating func next() -> (SchemaOperation, Schema)? {
        for _ in 0..<200 {
            let operation = RandomData.operation(for: schema, &random)
            guard let resolved = try? schema.resolving(operation), let undone = try? resolved.undone(),
                (try? backend.dialect.lower(resolved, keeping: .none)) != nil,
                (try? backend.dialect.lower(undone, keeping: .none)) != nil
            else { continue }
            return (operation, resolved.after)
        }
        return nil
    }

    private mutating func fill() throws {
        for table in schema.tables {
            for _ in 0..<3 {
                let insert = RandomData.insert(into: table, keys: 1..<12, backend.dialect, &random)
                do { try connection.executeScript(insert) } catch { continue }
            }
        }
    }

    /// Applies, undoes and applies an operation. Returns whether to go on.
    private mutating func walk(_ operation: SchemaOperation, to after: Schema) throws -> Bool {
        let start = try world.snapshot(of: schema)
        guard var outcome = attempt(.up, operation, allowsDataLoss: false) else { return false }
        var isAgreedTo = false
        if case .refused(let error) = outcome {
            try expectSame(start, schema, "refused up", operation)
            tally.refused += 1
            guard case .dataLoss = error, let second = attempt(.up, operation, allowsDataLoss: true) else {
                return true
            }
            outcome = second
            isAgreedTo = true
        }
        guard case .applied = outcome else { return true }
        tally.applied += 1
        let there = try world.snapshot(of: after)
        expectKept(start, there, operation, isAgreedTo: isAgreedTo)
        if !isAgreedTo {
            guard let back = attempt(.down, operation, allowsDataLoss: false) else { return false }
            if case .refused = back {
                try expectSame(there, after, "refused down", operation)
            } else {
                tally.undone += 1
                try expectSame(start, schema, "down", operation)
                guard let again = attempt(.up, operation, allowsDataLoss: false) else { return false }
                guard case .applied = again else {
                    report("what went up before is refused", operation)
                    return false
                }
                expectKept(start, try world.snapshot(of: after), operation)
            }
        }
        operations.append(operation)
        schema = after
        return true
    }

    /// Attempts a migration. Returns `nil` and records an issue if the error came only while the migration ran.
    private func attempt(_ direction: Plan.Direction, _ operation: SchemaOperation, allowsDataLoss: Bool) -> Outcome? {
        do {
            let migrations = (operations + [operation]).enumerated().map {
                Migration(id: "\(1000 + $0.offset)", operations: [$0.element])
            }
            let run = MigrationRun(
                history: try History(migrations), options: .init(allowsDataLoss: allowsDataLoss), connection: connection
            ) { _ in }
            switch direction {
            case .up: _ = try run.up(to: nil)
            case .down: _ = try run.down(.steps(1))
            }
            return .applied
        } catch let error as MigratorError { return .refused(error) } catch {
            report("\(direction) failed while it ran: \(error)", operation)
            return nil
        }
    }

    private func expectSame(
        _ expected: UndeclaredWorld.Snapshot, _ schema: Schema, _ what: String, _ operation: SchemaOperation
    ) throws {
        let found = try world.snapshot(of: schema)
        guard found != expected else { return }
        for (table, rows) in expected.declared where found.declared[table] != rows {
            report("\(what): \(table) held \(rows) and holds \(found.declared[table] ?? [])", operation)
        }
        for (table, rows) in expected.undeclared where found.undeclared[table] != rows {
            report("\(what): \(table) held \(rows) and holds \(found.undeclared[table] ?? [])", operation)
        }
        if found.objects != expected.objects {
            report("\(what): objects \(expected.objects.symmetricDifference(found.objects).sorted())", operation)
        }
    }

    /// Expects that every undeclared object and every row still exists, and every value that the operation does not mention.
    private func expectKept(
        _ before: UndeclaredWorld.Snapshot, _ after: UndeclaredWorld.Snapshot, _ operation: SchemaOperation,
        isAgreedTo: Bool = false
    ) {
        let lost = before.objects.subtracting(after.objects)
        if !isAgreedTo && !lost.isEmpty { report("lost \(lost.sorted())", operation) }
        for (table, rows) in before.undeclared where after.undeclared[table] != rows {
            report("\(table) held \(rows) and holds \(after.undeclared[table] ?? [])", operation)
        }
        for (table, rows) in before.declared {
            guard let now = name(of: table, after: operation) else { continue }
            let found = after.declared[now] ?? []
            if found.count != rows.count { report("\(table) had \(rows.count) rows and has \(found.count)", operation) }
            for (old, new) in untouchedColumns(of: table, operation) {
                let (was, holds) = (
                    rows.map { "\($0[old] ?? .null)" }.sorted(), found.map { "\($0[new] ?? .null)" }.sorted()
                )
                if was != holds { report("\(table).\(old) held \(was) and holds \(holds)", operation) }
            }
        }
    }

    private func name(of table: String, after operation: SchemaOperation) -> String? {
        switch operation {
        case .dropTable(table): nil
        case .renameTable(table, let new): new
        default: table
        }
    }

    /// Returns the columns that the operation does not touch, each with its name afterwards.
    private func untouchedColumns(of name: String, _ operation: SchemaOperation) -> [(String, String)] {
        guard let table = schema[name], let after = try? schema.applying(operation) else { return [] }
        guard case .alterTable(name, let changes) = operation else {
            return table.columns.filter {
                after[self.name(of: name, after: operation) ?? ""]?[column: $0.name]?.type == $0.type
            }
            .map { ($0.name, $0.name) }
        }
        var names = Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, $0.name) })
        for change in changes {
            switch change {
            case .renameColumn(let old, let new): for (first, now) in names where now == old { names[first] = new }
            case .dropColumn(let column, _), .changeColumn(let column, _):
                for (first, now) in names where now == column { names[first] = nil }
            default: break
            }
        }
        return names.filter { after[name]?[column: $0.value]?.type == table[column: $0.key]?.type }.map {
            ($0.key, $0.value)
        }
    }

    private func report(_ what: String, _ operation: SchemaOperation) {
        Issue.record(
            "\(backend), seed \(seed), step \(operations.count): \(what)\nby \(operation)\nover \(schema)\nafter \(operations)"
        )
    }
}
