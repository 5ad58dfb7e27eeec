import Migrator
import TestSupport
import Testing

@Suite("smallint: 16 bits where the database has them")
struct SmallIntegerTests {
    @Test("stands wherever an integer may, and is read back without drift", arguments: Backend.available)
    func declared(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("levels") {
                    Column("id", .smallint).identity().primaryKey()
                    Column("rank", .smallint).default(-1).unique()
                    Check("rank >= -1")
                    Index("rank", .descending("id"))
                }
                CreateTable("people") {
                    Column("id", .bigint).primaryKey()
                    Column("level_id", .smallint).references("levels").nullable()
                    Column("twice", .bigint).generated("level_id + level_id")
                }
            }
            try await test.run("INSERT INTO levels (rank) VALUES (32767)")
            try await test.run("INSERT INTO people (id, level_id) VALUES (1, 1)")
            #expect(try await test.rows("levels", "id", "rank") == [["1", "32767"]])
            #expect(try await test.rows("people", "id", "twice") == [["1", "2"]])
            #expect(try await test.drift() == [])
            let live = try await test.database.withConnection { try $0.dialect.inspect($0).schema }
            let expected: ColumnType = backend == .postgresql ? .smallint : .bigint
            #expect(live["people"]?[column: "level_id"]?.type == expected)
            if backend == .postgresql { #expect(live["levels"]?[column: "rank"]?.default == .integer(-1)) }
            try await test.down(allowsDataLoss: true)
        }
    }

    /// 32767 + 32767 needs more than 16 bits, but PostgreSQL would compute it with 16.
    @Test("is computed with more than 16 bits by both", arguments: Backend.available)
    func computed(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .smallint)
                    Column("b", .smallint)
                    Column("sum", .bigint).generated("a + b")
                    Column("product", .bigint).generated("a * b")
                    Column("turned", .bigint).generated("-a")
                    Check("a * b > -2000000000 AND -a <= 32768")
                }
                CreateView("v", as: "SELECT id, a * b AS p, sum(a) AS s FROM t GROUP BY id, a, b")
            }
            try await test.run("INSERT INTO t (id, a, b) VALUES (1, 32767, 32767), (2, -32768, 2)")
            #expect(
                try await test.rows("t", "id", "sum", "product", "turned") == [
                    ["1", "65534", "1073676289", "-32767"], ["2", "-32766", "-65536", "32768"],
                ])
            #expect(try await test.texts("SELECT CAST(p AS text) FROM v ORDER BY id") == ["1073676289", "-65536"])
            #expect(try await test.drift() == [])
        }
    }

    @Test("widens without loss; the other way, what does not fit is counted and refused", arguments: Backend.available)
    func retyped(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("n", .smallint)
                }
            }
            try await test.run("INSERT INTO t VALUES (1, 7)")
            try await test.migrate { AlterTable("t") { ChangeColumn("n").type(.integer) } }
            try await test.run("INSERT INTO t VALUES (2, 32768)")
            let migrations = test.migrations
            let error = try await test.refusalDown()
            #expect(error.measured.map(\.rows) == [1] && error.measured.first?.hazard.column == "n", "\(error)")
            let again = try await test.refusal { AlterTable("t") { ChangeColumn("n").type(.smallint) } }
            #expect(again.measured.first?.examples == ["32768"], "\(again)")
            try await test.run("DELETE FROM t WHERE id = 2")
            try await test.database.migrator(migrations).down()
            #expect(try await test.rows("t", "id", "n") == [["1", "7"]])
        }
    }

    @Test("what it can't hold or mean is found without a database")
    func refused() async throws {
        func objection(_ column: ColumnSpec) -> SchemaError? {
            let error = #expect(throws: HistoryError.self) {
                try History {
                    Migration("1") {
                        CreateTable("parents") { Column("id", .integer).primaryKey() }
                        CreateTable("t") { column }
                    }
                }
            }
            guard case .impossible(_, let cause) = error else { return nil }
            return cause
        }
        #expect(objection(Column("n", .smallint).default(32_768)) != nil)
        #expect(objection(Column("n", .smallint).default(-32_769)) != nil)
        #expect(objection(Column("n", .smallint).default(.now)) != nil)
        #expect(objection(Column("n", .smallint).default("7")) != nil)
        #expect(objection(Column("n", .smallint).references("parents")) != nil)
    }
}
