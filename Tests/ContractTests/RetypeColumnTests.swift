import Migrator
import TestSupport
import Testing

@Suite("Columns are retyped")
struct RetypeColumnTests {
    @Test("case 35: text becomes an integer only where every value is one", arguments: Backend.available)
    func case35TextToInteger(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .text).nullable()
                }
            }
            try await test.run(
                "INSERT INTO t VALUES (1, '12'), (2, 'abc'), (3, '1.50'), (4, NULL), (5, '007')")
            let retype = AlterTable("t") { ChangeColumn("a").type(.integer) }
            let error = try await test.refusal { retype }
            #expect(error.measured.map(\.hazard.kind) == [.doesNotFit(.integer)])
            #expect(error.measured.map(\.hazard.table) == ["t"])
            #expect(error.measured.map(\.hazard.column) == ["a"])
            #expect(error.measured.map(\.rows) == [2])
            #expect(error.measured.map { $0.examples.sorted() } == [["1.50", "abc"]])
            #expect(error.remedy?.description.contains("using") == true)

            // The author is responsible for any other conversion.
            try await test.migrate {
                AlterTable("t") {
                    AddColumn("b", .text).nullable()
                    ChangeColumn("a").type(.integer, using: "CAST(nullif(nullif(a, 'abc'), '1.50') AS INTEGER)")
                }
            }
            let rows = [["1", "12"], ["2", nil], ["3", nil], ["4", nil], ["5", "7"]]
            #expect(try await test.rows("t", "id", "a") == rows)
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 35: what is put right in the same migration fits", arguments: Backend.available)
    func case35PutRight(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .text)
                }
            }
            try await test.run("INSERT INTO t VALUES (1, 'abc'), (2, '-5')")
            try await test.migrate {
                RunSQL("UPDATE t SET a = '0' WHERE a = 'abc'", undo: .nothing)
                AlterTable("t") { ChangeColumn("a").type(.integer) }
            }
            #expect(try await test.rows("t", "id", "a") == [["1", "0"], ["2", "-5"]])
        }
    }

    @Test("case 36: a column with a default is retyped", arguments: Backend.available)
    func case36Default(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("level", .text).default("low")
                }
            }
            try await test.run("INSERT INTO t VALUES (1, '9')")
            // A default that the new type can't hold is found without a database.
            let objection = try test.objection { AlterTable("t") { ChangeColumn("level").type(.integer) } }
            guard case .contradiction("level", table: "t", because: _) = objection else {
                Issue.record("\(objection)")
                return
            }
            let retype = AlterTable("t") { ChangeColumn("level").type(.integer).default(3) }
            let statements = try await test.preview { retype }.steps.flatMap(\.statements)
            switch backend {
            case .sqlite: break
            case .postgresql:
                #expect(statements.count == 1)
                for clause in ["DROP DEFAULT", "TYPE integer USING", "SET DEFAULT 3"] {
                    #expect(statements[0].contains(clause))
                }
            }
            try await test.migrate { retype }
            try await test.run("INSERT INTO t (id) VALUES (2)")
            #expect(try await test.rows("t", "id", "level") == [["1", "9"], ["2", "3"]])
            #expect(try await test.drift().isEmpty)
            try await test.down(allowsDataLoss: true)
            try await test.run("INSERT INTO t (id) VALUES (3)")
            #expect(try await test.values("SELECT level FROM t ORDER BY id") == [["9"], ["3"], ["low"]])
        }
    }

    @Test("case 40: a naive time becomes a moment as UTC, whatever the server's zone", arguments: Backend.available)
    func case40Timestamp(_ backend: Backend) async throws {
        try await backend.withURL { url in
            switch backend {
            case .sqlite: break
            case .postgresql:
                let connection = try connect(to: url)
                defer { connection.close() }
                let name = try #require(try connection.queryValue("SELECT current_database()")?.text)
                try connection.execute("ALTER DATABASE \(identifier: name) SET timezone = 'America/New_York'")
            }
            let database = try Database(url, options: ConnectionOptions(access: .create))
            var test = CaseDatabase(backend: backend, database: database)
            try await Self.toMomentAndBack(&test)
            await database.close()
        }
    }

    private static func toMomentAndBack(_ test: inout CaseDatabase) async throws {
        try await test.migrate {
            CreateTable("t") {
                Column("id", .bigint).primaryKey()
                Column("at", .datetime).nullable()
                Column("epoch", .bigint).default(1)
            }
        }
        try await test.run(
            "INSERT INTO t VALUES (1, '2024-01-15 10:00:00.000000', 2), (2, '2024-07-15 10:00:00.123456', 3), (3, NULL, 4)"
        )
        let retype = AlterTable("t") { ChangeColumn("at").type(.timestamp) }
        let text = try await test.preview { retype }.steps.flatMap(\.statements).joined(separator: "\n")
        #expect(text.contains(test.backend.words(sqlite: "|| 'Z'", postgresql: "AT TIME ZONE 'UTC'")))
        try await test.migrate { retype }
        let moments = [["1", "2024-01-15T10:00:00.000000Z"], ["2", "2024-07-15T10:00:00.123456Z"], ["3", nil]]
        #expect(try await test.rows("t", "id", "at") == moments)
        #expect(try await test.drift().isEmpty)
        // The epoch from which a number counts is never guessed.
        let error = try await test.refusal {
            AlterTable("t") { ChangeColumn("epoch").type(.timestamp).withoutDefault() }
        }
        #expect(error.lowering?.place == "t.epoch")
        try await test.down()
        let naive = test.backend.words(sqlite: "at", postgresql: "to_char(at, 'YYYY-MM-DD HH24:MI:SS.US')")
        let rows = try await test.values("SELECT \(trusted: naive) FROM t ORDER BY id")
        #expect(rows == [["2024-01-15 10:00:00.000000"], ["2024-07-15 10:00:00.123456"], [nil]])
    }

    @Test("case 41: no digit of a decimal is lost", arguments: Backend.available)
    func case41Decimal(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("amount", .decimal(20, 4))
                    Column("note", .text).default("")
                }
            }
            let amounts = ["12345678901234.5678", "-0.0001", "9999999999999999.9999"]
            for (id, amount) in amounts.enumerated() {
                try await test.run("INSERT INTO t (id, amount) VALUES (\(id), '\(amount)')")
            }
            // On SQLite, each of these migrations rebuilds the table.
            try await test.migrate { AlterTable("t") { ChangeColumn("note").type(.varchar(10)) } }
            try await test.migrate { AlterTable("t") { ChangeColumn("amount").type(.numeric) } }
            try await test.migrate { AlterTable("t") { ChangeColumn("amount").type(.decimal(24, 4)) } }
            try await test.migrate { AlterTable("t") { ChangeColumn("amount").type(.text) } }
            try await test.migrate { AlterTable("t") { ChangeColumn("amount").type(.decimal(20, 4)) } }
            let found = try await test.rows("t", "id", "amount").compactMap { $0[1] }
            #expect(found == amounts)
            // The sum is computed exactly, in units of the last digit.
            let units = try found.map { try #require(Int128($0.filter { $0 != "." })) }
            #expect(units.reduce(0, +).description == "100123456789012345676")
            let error = try await test.refusal { AlterTable("t") { ChangeColumn("amount").type(.decimal(20, 3)) } }
            #expect(error.measured.map(\.rows) == [3])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 42: 0 and 1 become a boolean, with their default", arguments: Backend.available)
    func case42Boolean(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("active", .integer).nullable().default(1)
                    Column("grp", .integer).default(0)
                }
            }
            try await test.run("INSERT INTO t (id, active) VALUES (1, 0), (2, 1), (3, NULL), (4, 2)")
            let retype = AlterTable("t") {
                ChangeColumn("active").type(.boolean)
                AddIndex("grp").named("one_active").unique().where("active")
            }
            let error = try await test.refusal { retype }
            #expect(error.measured.map(\.hazard.kind) == [.doesNotFit(.boolean)])
            #expect(error.measured.map(\.rows) == [1])
            #expect(error.measured.map(\.examples) == [["2"]])

            try await test.run("DELETE FROM t WHERE id = 4")
            try await test.migrate { retype }
            #expect(try await test.rows("t", "id", "active") == [["1", "false"], ["2", "true"], ["3", nil]])
            try await test.run("INSERT INTO t (id, grp) VALUES (5, 7)")
            #expect(try await test.rows("t", "id", "active").last == ["5", "true"])
            #expect(try await test.values("SELECT id FROM t WHERE active ORDER BY id") == [[2], [5]])
            try await test.run("INSERT INTO t (id, active, grp) VALUES (6, false, 7), (7, false, 7)")
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO t (id, grp) VALUES (8, 7)") }
            #expect(try await test.drift().isEmpty)
        }
    }
}
