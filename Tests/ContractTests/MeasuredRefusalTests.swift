import Dialects
import Migrator
import TestSupport
import Testing

/// Tests that violations by rows are found before anything is changed: their number, and three examples.
@Suite("Refusals are measured")
struct MeasuredRefusalTests {
    private static var table: CreateTable {
        CreateTable("t") {
            Column("id", .bigint).primaryKey()
            Column("a", .text).nullable()
            Column("n", .integer).nullable()
        }
    }

    private func expect(
        _ kind: Hazard.Kind, rows: Int64, _ examples: [String], of error: MigratorError,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(error.measured.map(\.hazard.kind) == [kind], "\(error)", sourceLocation: sourceLocation)
        #expect(error.measured.map(\.rows) == [rows], "\(error)", sourceLocation: sourceLocation)
        #expect(error.measured.map { $0.examples.sorted() } == [examples], "\(error)", sourceLocation: sourceLocation)
    }

    @Test("rows that a new check or enumeration does not let pass", arguments: Backend.available)
    func checks(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            try await test.run(
                "INSERT INTO t VALUES (1, 'on', 5), (2, 'off', -1), (3, 'broken', -2), (4, NULL, NULL), (5, 'on', -3), (6, 'on', -4)"
            )
            let enumeration = try await test.refusal {
                AlterTable("t") { Add(Check(.column("a", isOneOf: ["on", "off"])).named("a_known")) }
            }
            expect(.breaks("a_known"), rows: 1, ["id 3, a broken"], of: enumeration)
            let check = try await test.refusal { AlterTable("t") { Add(Check("n > 0").named("positive")) } }
            #expect(check.measured.map(\.rows) == [4])
            #expect(check.measured.first?.examples.count == 3)
            // The check applies to the values that the same alteration makes, under the column's new name.
            let later = try await test.refusal {
                AlterTable("t") {
                    RenameColumn("n", to: "m")
                    ChangeColumn("m").type(.bigint, using: "n + 2")
                    Add(Check("m > 0 OR a = 'off'").named("positive"))
                }
            }
            expect(
                .breaks("positive"), rows: 3, ["id 3, a broken, m 0", "id 5, a on, m -1", "id 6, a on, m -2"], of: later
            )
            // An existing check applies to a column that gets other values.
            try await test.migrate { AlterTable("t") { Add(Check("n < 6").named("small")) } }
            let stood = try await test.refusal { AlterTable("t") { ChangeColumn("n").type(.integer, using: "n * 2") } }
            expect(.breaks("small"), rows: 1, ["id 1, n 10"], of: stood)
            let added = try await test.refusal {
                AlterTable("t") {
                    AddColumn("state", .text).default("new").oneOf("old")
                }
            }
            #expect(added.measured.map(\.rows) == [6])
        }
    }

    @Test("the dry run says the same", arguments: Backend.available)
    func dryRun(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            try await test.run("INSERT INTO t VALUES (1, 'x', 5), (2, 'x', 5)")
            let alter = AlterTable("t") {
                Add(Check("n > 5").named("many"))
                Add(Unique("a"))
            }
            let error = try await test.refusal { alter }
            #expect(error.measured.count == 2)
            #expect(try await test.preview { alter }.hazards == error.measured)
        }
    }

    @Test("repeats that a retype, a computed value, a filling or a new column makes", arguments: Backend.available)
    func repeats(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                Self.table
                AlterTable("t") { Add(Unique("a")) }
            }
            try await test.run("INSERT INTO t VALUES (1, '7', 1), (2, '007', 2), (3, '8', 3), (4, NULL, NULL)")
            let retyped = try await test.refusal { AlterTable("t") { ChangeColumn("a").type(.integer) } }
            expect(.repeats, rows: 2, ["7"], of: retyped)
            let computed = try await test.refusal {
                AlterTable("t") { ChangeColumn("a").type(.text, using: "lower('SAME')") }
            }
            expect(.repeats, rows: 4, ["same"], of: computed)
            let filled = try await test.refusal { AlterTable("t") { ChangeColumn("a").required(filling: "8") } }
            expect(.repeats, rows: 2, ["8"], of: filled)
            let renamed = try await test.refusal {
                AlterTable("t") {
                    ChangeColumn("n").type(.integer, using: "n / 2")
                    RenameColumn("n", to: "half")
                    Add(Unique("half"))
                }
            }
            expect(.repeats, rows: 2, ["1"], of: renamed)
            let constant = try await test.refusal {
                AlterTable("t") { AddColumn("kind", .text).default("x").unique() }
            }
            expect(.repeats, rows: 4, ["x"], of: constant)
        }
    }

    @Test("SQLite: repeats that a collation makes")
    func collation() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                Self.table
                AlterTable("t") { Add(Unique("a")) }
            }
            try await test.run("INSERT INTO t VALUES (1, 'x', 1), (2, 'X', 2), (3, 'y', 3)")
            let error = try await test.refusal { AlterTable("t") { ChangeColumn("a").collated(.nocase) } }
            #expect(error.measured.map(\.hazard.kind) == [.repeats])
            #expect(error.measured.map(\.rows) == [2])
            let index = try await test.refusal {
                AlterTable("t") { AddIndex(.ascending("a").collated(.nocase)).named("folded").unique() }
            }
            #expect(index.measured.map(\.rows) == [2])
        }
    }

    @Test("a new foreign key's orphans", arguments: Backend.available)
    func orphans(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                Self.table
                CreateTable("c") {
                    Column("id", .bigint).primaryKey()
                    Column("t", .bigint).nullable()
                }
            }
            try await test.run(
                "INSERT INTO t VALUES (1, NULL, NULL); INSERT INTO c VALUES (1, 1), (2, NULL), (3, 7), (4, 8)")
            let error = try await test.refusal { AlterTable("c") { Add(ForeignKey("t", to: "t")) } }
            expect(.orphans("t"), rows: 2, ["id 3, t 7", "id 4, t 8"], of: error)
            try await test.run("DELETE FROM c WHERE id > 2")
            try await test.migrate { AlterTable("c") { Add(ForeignKey("t", to: "t")) } }
            let filled = try await test.refusal { AlterTable("c") { ChangeColumn("t").required(filling: 5) } }
            expect(.orphans("t"), rows: 1, ["id 2, t 5"], of: filled)
            // The author's expression gives a referenced key new values.
            let moved = try await test.refusal { AlterTable("t") { ChangeColumn("id").type(.bigint, using: "id + 1") } }
            expect(.orphans("t"), rows: 1, ["id 1, t 1"], of: moved)
        }
    }

    @Test("NULL that a computed value makes, and a value that is none of the type", arguments: Backend.available)
    func computed(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                Self.table
                AlterTable("t") { ChangeColumn("a").required(filling: "") }
            }
            try await test.run("INSERT INTO t VALUES (1, 'x', 1), (2, 'long', 2)")
            let empty = try await test.refusal {
                AlterTable("t") { ChangeColumn("a").type(.text, using: "nullif(a, 'x')") }
            }
            expect(.holdsNulls, rows: 1, ["id 1"], of: empty)
            let long = try await test.refusal {
                AlterTable("t") { ChangeColumn("a").type(.varchar(3), using: "lower(a)") }
            }
            expect(.doesNotFit(.varchar(3)), rows: 1, ["long"], of: long)
            switch backend {
            // SQLite stores a decimal as text, with any number of digits.
            case .sqlite: break
            case .postgresql:
                let large = try await test.refusal {
                    AlterTable("t") { ChangeColumn("n").type(.decimal(3, 1), using: "n * 100") }
                }
                expect(.doesNotFit(.decimal(3, 1)), rows: 2, ["100", "200"], of: large)
            }
            let generated = try await test.refusal {
                AlterTable("t") { AddColumn("g", .text).generated("nullif(a, 'x')") }
            }
            expect(.holdsNulls, rows: 1, ["id 1"], of: generated)
        }
    }

    @Test("texts that are no JSON, each of a kind", arguments: Backend.available)
    func json(_ backend: Backend) async throws {
        let always = ["{a: 1}", "", "[1,", "'x'", "{\"a\":1} x"]
        let onlyThere = [#"{"a": "\u0000"}"#, #""\ud800""#]
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            let refused = always + (backend == .postgresql ? onlyThere : [])
            for (id, text) in (refused + ["{}", "null", "1"]).enumerated() {
                try await test.run("INSERT INTO t VALUES (\(id), \(SQLText.literal(text)), NULL)")
            }
            try await test.run("INSERT INTO t VALUES (100, NULL, NULL)")
            let error = try await test.refusal { AlterTable("t") { ChangeColumn("a").type(.json) } }
            #expect(error.measured.map(\.hazard.kind) == [.doesNotFit(.json)])
            #expect(error.measured.map(\.rows) == [Int64(refused.count)])
            #expect(error.measured.first?.examples.count == 3)
            try await test.run("DELETE FROM t WHERE id < \(refused.count)")
            try await test.migrate { AlterTable("t") { ChangeColumn("a").type(.json) } }
        }
    }

    @Test("a refusal says what was done before it", arguments: Backend.available)
    func stopped(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrator([Migration("1") { Self.table }]).up()
            try await database.run("INSERT INTO t VALUES (1, 'x', 1)")
            let error = await #expect(throws: MigratorError.self) {
                try await database.migrator([
                    Migration("1") { Self.table }, Migration("2") { CreateTable("u") { Column("a", .text) } },
                    Migration("3") { AlterTable("t") { DropColumn("a") } },
                ]).up()
            }
            guard case .stopped(after: ["2"], .dataLoss("3", _))? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(error?.description.contains("2 was done before it") == true)
        }
    }

    @Test("PostgreSQL: a check or an index that does not go with a new type is named before anything is touched")
    func withoutSense() async throws {
        guard Backend.available.contains(.postgresql) else { return }
        try await Backend.postgresql.withCase { test in
            try await test.migrate { Self.table }
            try await test.run("INSERT INTO t VALUES (1, '7', 1)")
            func own(_ text: String) -> SQLExpression { .native(sqlite: text, postgresql: text) }
            let rules: [(any ChangeVerb, String)] = [
                (Add(Check(own("lower(a) = '7'")).named("a_known")), "a_known"),
                (AddIndex(.expression(own("lower(a)"))).named("folded"), "folded"),
                (AddIndex("id").named("some").where(own("lower(a) = 'x'")), "some"),
            ]
            for (verb, name) in rules {
                try await test.migrate { AlterTable("t") { verb } }
                let error = try await test.refusal { AlterTable("t") { ChangeColumn("a").type(.integer) } }
                #expect("\(error)".contains(name), "\(error)")
                try await test.down()
                test.forget()
            }
        }
    }

    @Test(
        "an expression that fails is the statement's own error, and nothing is left of it", arguments: Backend.available
    )
    func failingExpression(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            try await test.run("INSERT INTO t VALUES (1, 'x', 0)")
            let words = SQLExpression.native(sqlite: "abs(-9223372036854775808)", postgresql: "1 / n")
            var attempt = test
            await #expect(throws: MigrationFailure.self) {
                try await attempt.migrate { AlterTable("t") { ChangeColumn("n").type(.integer, using: words) } }
            }
            #expect(try await test.rows("t", "id", "a", "n") == [["1", "x", "0"]])
        }
    }
}
