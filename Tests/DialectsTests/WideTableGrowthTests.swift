import TestSupport
import Testing

@testable import Dialects

/// Tests tables with very many parts: the time to read and to name the parts is linear in their number.
@Suite("Tables with thousands of parts")
struct WideTableGrowthTests {
    @Test func unnamedConstraintsGetTheirNames() throws {
        try expectLinear(from: 500) { count in
            var table = Table(name: "t")
            table.columns = [Column("a", .bigint), Column("b", .bigint)]
            table.checks = (0..<count).map { Check(.sql("a <> \($0)")) }
            table.foreignKeys = (0..<count).map { _ in ForeignKey(["b"], to: "p", ["id"]) }
            let named = try table.named()
            #expect(named.checks.last?.name == "t_a_check\(count - 1)")
            #expect(named.foreignKeys.last?.name == "t_b_fkey\(count - 1)")
        }
    }

    @Test func namesThatAreAskedForKeepTheirPlaces() throws {
        var table = Table(name: "t")
        table.columns = [Column("a", .bigint)]
        table.checks = [Check("a > 1"), Check("a > 2"), Check("a > 3", name: "T_a_check1"), Check("a > 4")]
        #expect(try table.named().checks.map(\.name) == ["t_a_check", "t_a_check2", "T_a_check1", "t_a_check3"])
        table.checks.append(Check("a > 5", name: "t_A_check1"))
        #expect(throws: SchemaError.self) { try table.named() }
    }

    /// PostgreSQL cuts longer names, and then two of them are one.
    @Test func manyUnnamedConstraintsOfLongNamesFitTheLongestName() throws {
        var table = Table(name: String(repeating: "n", count: 70))
        table.columns = [Column("a", .bigint)]
        table.checks = (0..<1_200).map { Check(.sql("a <> \($0)")) }
        let names = try table.named().checks.compactMap(\.name)
        #expect(Set(names).count == 1_200)
        #expect(names.allSatisfy { $0.utf8.count <= Naming.longestName })
        #expect(names[99] == names[0] + "99" && names[100] != names[0] + "100")
    }

    @Test func columnsAreReadFromSQLite() throws {
        try expectLinear(from: 200) { count in
            let columns = (0..<count).map { at in "a_column_\(100_000 + at) INT REFERENCES p(id)" }
            let inspection = try InspectorFixture.inspect(
                "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE t(\(columns.joined(separator: ",")));")
            #expect(inspection.schema["t"]?.foreignKeys.count == count)
        }
    }

    @Test func virtualTablesAreFoundBehindTheirShadows() throws {
        func object(_ name: String, _ sql: String) -> SQLiteCatalog.Object {
            SQLiteCatalog.Object(kind: .table, name: name, table: name, sql: sql)
        }
        try expectLinear(from: 100) { count in
            let objects = (0..<count).flatMap { at in
                [object("f\(at)", "CREATE VIRTUAL TABLE f\(at) USING fts5(a)")]
                    + ["data", "idx", "content"].map { object("f\(at)_\($0)", "CREATE TABLE f\(at)_\($0)(id)") }
            }
            #expect(SQLiteShadowTables.find(in: objects, marked: []).count == 3 * count)
        }
        let both = [
            object("a", "CREATE VIRTUAL TABLE a USING fts5(x)"),
            object("A_b", "CREATE VIRTUAL TABLE A_b USING fts5(x)"),
            object("a_B_data", "CREATE TABLE a_B_data(id)"), object("a_data", "CREATE TABLE a_data(id)"),
            object("a_other", "CREATE TABLE a_other(id)"),
        ]
        #expect(SQLiteShadowTables.find(in: both, marked: ["a_B_data"]) == ["a_B_data": "A_b", "a_data": "a"])
    }

    @Test func aQueryMayDefineManyNames() throws {
        try expectLinear(from: 100) { count in
            let steps = (1..<count).map { ", c\($0) AS (SELECT a FROM c\($0 - 1))" }.joined()
            let sources = ViewSources("WITH c0 AS (SELECT a FROM t)\(steps) SELECT a FROM c\(count - 1)")
            #expect(sources.names.map(\.text) == ["t"])
        }
    }

    @Test func eachViewMayReadTheOneBefore() throws {
        try expectLinear(from: 40) { count in
            let views = (1...count).map { "CREATE VIEW v\($0) AS SELECT a, b FROM \($0 == 1 ? "t" : "v\($0 - 1)");" }
            let inspection = try InspectorFixture.inspect("CREATE TABLE t(a INT, b TEXT);" + views.joined())
            #expect(inspection.schema.views.count == count)
            #expect(inspection.schema.views.last?.query == .sql("SELECT a, b FROM v\(count - 1)"))
        }
    }

    @Test func allColumnsMayBeRenamed() throws {
        try expectLinear(from: 500) { count in
            var table = Table(name: "t")
            table.columns = (0..<count).map { Column("a\($0)", .bigint) }
            let steps = (0..<count).map { at in
                ChangeStep(change: .renameColumn("a\(at)", to: "b\(at)"), before: table, after: table)
            }
            let renames = SQLiteRenames(of: table, steps)
            #expect(renames.renamedColumns.count == count)
            #expect(renames.statements(on: "t").count == count)
            #expect(steps.finalNames["a\(count - 1)"] == "b\(count - 1)")
        }
    }

    @Test func allNamesOfAQueryMayChange() throws {
        try expectLinear(from: 200) { count in
            let names = (0..<count).map { "Column_\($0)" }
            let columns = Dictionary(uniqueKeysWithValues: names.map { ($0, "new_\($0)") })
            let old = names.map { #""t"."\#($0)""# }.joined(separator: ", ")
            let new = names.map { #""t"."new_\#($0)" AS "\#($0)""# }.joined(separator: ", ")
            let renames = QueryRenames([RelationNames("t", as: "t", columns: columns)])
            let renamed = try renames.renamed("SELECT \(old) FROM \"t\"", results: [:])
            #expect(renamed == "SELECT \(new) FROM \"t\"")
        }
    }

    @Test func chainsAreLongerThanAStack() {
        let names = (0..<30_000).map { "table_\(100_000 + $0)" }
        let tables = names.indices.map { at in
            var table = Table(name: names[at])
            if at + 1 < names.count { table.foreignKeys = [ForeignKey(["id"], to: names[at + 1], ["id"])] }
            return table
        }
        #expect(Schema(tables: tables).tablesInForeignKeyOrder.map(\.name) == names.reversed())
        let sorted = DependencyOrder.sort(Array(names.indices), name: { names[$0] }) { at in
            at + 1 < names.count ? [names[at + 1]] : []
        }
        #expect(sorted == names.indices.reversed())
    }

    @Test func manyNamesAreFoundByOneReading() {
        var names = MentionedNames(["id", "Name", "name", "order", "Order", "at"])
        let expression: SQLExpression = #"ID > 1 AND "name" = 'at' AND "order" <> order AND other IS NULL"#
        #expect(names.mentioned(in: expression) == ["id", "name", "order"])
        names.append("other")
        #expect(names.mentioned(in: expression) == ["id", "name", "order", "other"])
    }
}
