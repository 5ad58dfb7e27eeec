import Migrator
import Testing

@Suite("One table, one primary key")
struct PrimaryKeyTests {
    private func objection(@TableBuilder _ parts: () -> [TablePart]) -> SchemaError? {
        do throws(HistoryError) {
            let table = CreateTable("t", parts)
            _ = try History([Migration(id: "1", operations: [table.operation])])
            return nil
        } catch {
            guard case .impossible(_, let cause) = error else { return nil }
            return cause
        }
    }

    @Test func aSecondOneIsRefusedHoweverItIsWritten() {
        let reason =
            "it is declared as (a) and (b); a table has one, and one of several columns is PrimaryKey(\"a\", \"b\")"
        let expected = SchemaError.contradiction("primary key", table: "t", because: reason)
        #expect(
            objection {
                Column("a", .bigint).primaryKey()
                Column("b", .bigint).primaryKey()
            } == expected)
        #expect(
            objection {
                Column("a", .bigint).primaryKey()
                Column("b", .bigint)
                PrimaryKey("b")
            } == expected)
        #expect(
            objection {
                Column("a", .bigint)
                Column("b", .bigint)
                PrimaryKey("a", "b")
            } == nil)
    }

    @Test func oneMoreIsRefusedInAnAlterationToo() {
        let error = #expect(throws: HistoryError.self) {
            try History([
                Migration("1") { CreateTable("t") { Column("a", .bigint).primaryKey() } },
                Migration("2") { AlterTable("t") { AddColumn("b", .bigint).default(1).primaryKey() } },
            ])
        }
        guard case .impossible("2", .contradiction("primary key", table: "t", because: _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
