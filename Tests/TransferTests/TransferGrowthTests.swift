import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests databases with thousands of tables: the time to plan and to match them is linear in their number.
@Suite("Databases of thousands of tables")
struct TransferGrowthTests {
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
        try expectLinear(from: 250) { count in
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

    @Test("the columns that one expression asks for numbers are found without planning all tables for each of them")
    func guessesAreFoundTogether() throws {
        let names = (0..<30).map { "x\($0)" }
        func plan(_ tables: [Table]) -> TransferPlan {
            let profiled = tables.map { table in
                ProfiledTable(
                    table: table, reading: TableReading(from: "FROM \(table.name)", key: []),
                    profiles: table.columns.map { ColumnProfile(DeclaredKind($0.type)) },
                    columnRules: table.columns.map { _ in EffectiveColumnRule(policy: .widen) }, rows: 0)
            }
            let query = "SELECT \(names.map { "sum(\($0)) AS \($0)" }.joined(separator: ", ")) FROM viewed"
            let view = View("sums", as: .native(sqlite: query, postgresql: ""))
            let schema = Schema(tables: tables, views: tables.count > 300 ? [view] : [])
            return TransferPlanner.plan(
                Inspection(schema: schema), profiled, TransferRules(), from: SQLiteDialect(), to: PostgreSQLDialect())
        }
        let guessed = ["checked", "viewed"].map { name in
            var table = Table(name: name)
            table.columns = names.map { Column($0, .native(sqlite: "", postgresql: "")) }
            if name == "checked" { table.checks = [Check(.sql("\(names.joined(separator: " + ")) > 0"), name: "all")] }
            return table
        }
        let others = tables(300)
        _ = plan(others)
        let without = processorSeconds { _ = plan(others) }
        let with = processorSeconds {
            let made = plan(others + guessed)
            #expect(guessed.allSatisfy { made.schema[$0.name]?.columns.allSatisfy { $0.type == .numeric } == true })
            #expect(made.omitted.isEmpty && made.schema.views.count == 1, "\(made.omitted)")
        }
        #expect(with < without * 10, "\(without) s, \(with) s")
    }

    @Test func rulesGrow() throws {
        try expectLinear(from: 500) { count in
            var rules = TransferRules()
            rules.tables = tables(count).map { TransferRules.TableRule(name: $0.name, line: 1) }
            try rules.check(against: tables(count))
            for table in tables(count) { #expect(rules[table.name]?.name == table.name) }
        }
    }

    @Test func comparisonsGrow() throws {
        try expectLinear(from: 250) { count in
            let inspection = Inspection(schema: Schema(tables: tables(count)))
            let plan = try VerificationPlan(
                inspection, inspection, excluding: [], from: SQLiteDialect(), to: PostgreSQLDialect())
            #expect(plan.tables.count == count)
        }
    }

    @Test("a step that asks about another one does not read the records of all")
    func questionsAboutStepsGrow() throws {
        try expectLinear(from: 250) { count in
            let fixture = try SQLiteFixture("")
            defer { fixture.remove() }
            let connection = try connect(to: fixture.url)
            defer { connection.close() }
            let records = TransferRecords(connection)
            try connection.transaction {
                try records.begin(
                    TransferRecord(id: "x", source: "s", fingerprint: "f", plan: "p", state: .loading))
                for at in 0..<count {
                    let chunk = ChunkRecord(kind: .foreignKey, table: "t\(at)", name: "k", isLeftOut: at % 2 == 0)
                    try records.add(chunk, to: "x")
                }
            }
            for at in 0..<count {
                #expect(try records.hasLeftOut(.foreignKey, "k", of: "t\(at)", "x") == (at % 2 == 0))
            }
        }
    }

    @Test("rows that repeat a key are found by their numbers, a batch at a time")
    func repeatedRowsGrow() throws {
        var table = Table(name: "t")
        table.columns = [Column("id", .bigint), Column("k", .bigint)]
        let key = Index(name: "k", parts: [Index.Part(.column("k"))])
        let statements = try DuplicateStatements(of: key, in: table, order: ["id"], for: SQLiteDialect())
        try expectLinear(from: 1_000) { count in
            let fixture = try SQLiteFixture(
                """
                CREATE TABLE t (id INTEGER, k INTEGER);
                WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
                INSERT INTO t SELECT i, 1 FROM n;
                """)
            defer { fixture.remove() }
            let connection = try connect(to: fixture.url)
            defer { connection.close() }
            for statement in statements.find { try connection.execute(SQL(trusted: statement)) }
            #expect(try connection.queryValue(SQL(trusted: statements.count))?.integer == Int64(count))
            for start in stride(from: 0, to: count, by: 5) {
                let rows = try connection.query(SQL(trusted: statements.rows(of: ["id"], after: start, limit: 5)))
                #expect(rows.compactMap { $0[0].integer } == (1...5).map { Int64(start + $0) })
            }
        }
    }

    @Test func namesThatAreCutAlikeGrow() throws {
        try expectLinear(from: 250) { count in
            let long = String(repeating: "x", count: 62)
            var names = TargetNames(longest: 63)
            let given = names.tables((0..<count).map { "\(long)_\($0)" })
            #expect(Set(given.values).count == count)
            // One of them stays as the server cuts it; the others leave room for the `_` of their arrays' types.
            #expect(given.values.count { $0.utf8.count > 62 } == 1)
        }
    }
    @Test("SQLite gathers the statistics of all tables in one statement, because it reads all of them again after each")
    func statistics() async throws {
        #expect(SQLiteDialect().analyze(all: ["a", "b"]) == ["ANALYZE"])
        #expect(PostgreSQLDialect().analyze(all: ["a", "b"]) == [#"ANALYZE "a""#, #"ANALYZE "b""#])
        let fixture = try SQLiteFixture(
            "CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT UNIQUE); CREATE TABLE b (n INTEGER); CREATE INDEX bn ON b (n);"
                + "INSERT INTO a VALUES (1, 'x'), (2, 'y'); INSERT INTO b VALUES (1), (2), (3);")
        defer { fixture.remove() }
        let empty = try SQLiteFixture("")
        defer { empty.remove() }
        #expect(try await TransferTests.transfer(fixture, into: empty.url).verdict == .verified)
        try await Database.withConnections(Database(empty.url), Database(fixture.url)) { target, _ in
            let rows = try target.values("SELECT tbl, stat FROM sqlite_stat1 WHERE tbl IN ('a', 'b') ORDER BY tbl")
            #expect(rows == [["a", "2 1"], ["b", "3 1"]])
        }
    }
}
