import Testing

@testable import Dialects

@Suite struct PostgreSQLLockDemandTests {
    private static func table(_ number: Int) -> Table {
        var table = Table(name: "t\(number)")
        var id = Column("id", .bigint)
        id.isIdentity = true
        table.columns = [id, Column("a", .text)]
        table.primaryKey = PrimaryKey(["id"])
        table.foreignKeys = [ForeignKey(["id"], to: "t0", ["id"])]
        return table
    }

    @Test("8,000 tables need a setting that has room for each of their objects")
    func setting() {
        let demand = PostgreSQLLockDemand(of: Schema(tables: (0..<8_000).map(Self.table)))
        #expect(demand.tables == 8_000 && demand.objects == 8_000 * 13)
        #expect(demand.setting(now: 64, sessions: 100) == 1_040)
        #expect(demand.setting(now: 64, sessions: 10_000) == 128)
    }
}
