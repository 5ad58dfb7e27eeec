import Testing

@testable import Dialects

@Suite struct SchemaDifferenceTests {
    private func lines(_ live: Schema, _ declared: Schema) -> [String] {
        live.differences(from: declared).map(\.description)
    }

    private func editing(_ name: String, _ edit: (inout Table) -> Void) -> Schema {
        let schema = InspectorSample.schema
        let tables = schema.tables.map { table in
            var table = table
            if table.name == name { edit(&table) }
            return table
        }
        return Schema(tables: tables, views: schema.views)
    }

    @Test func orderOfColumnsAndSpacingDoNotCount() {
        let other = editing("orders") { table in
            table.columns.reverse()
            table.checks[0].expression = "count IN (-1, 1,\n 2)"
            table.indexes[0].condition = "note  is not NULL"
        }
        #expect(lines(other, InspectorSample.schema).isEmpty)
    }

    @Test func aColumnIsOneLine() {
        let other = editing("orders") { table in
            table.columns[6].isNullable = true
            table.columns[6].default = 2
        }
        #expect(
            lines(other, InspectorSample.schema) == [
                "orders.count: nullable, default 2 here, required, default -1 in the declaration"
            ])
        #expect(
            lines(editing("customers") { $0.columns[1].isNullable = true }, InspectorSample.schema) == [
                "customers.e mail: nullable here, required in the declaration"
            ])
    }

    @Test func whateverIsMadeByHandIsOneLine() {
        let declared = InspectorSample.schema
        #expect(
            lines(editing("orders") { $0.indexes.append(Index(name: "x", parts: [.init(.column("note"))])) }, declared)
                == ["index x on orders exists only in the database"])
        #expect(
            lines(editing("orders") { $0.columns.append(Column("x", .text)) }, declared)
                == ["column orders.x exists only in the database"])
        #expect(
            lines(editing("orders") { $0.checks.append(Check("count > 0")) }, declared)
                == ["check (count > 0) on orders exists only in the database"])
        #expect(
            lines(Schema(tables: declared.tables + [Table(name: "x")], views: declared.views), declared)
                == ["table x exists only in the database"])
        #expect(lines(Schema(tables: declared.tables), declared) == ["view open_orders exists only in the declaration"])
    }

    @Test func keysAndReferencesAreKnownByTheirColumns() {
        let other = editing("orders") { table in
            table.foreignKeys[0].onDelete = .noAction
            table.primaryKey?.name = "other_key"
            table.checks[0].name = nil
        }
        #expect(
            lines(other, InspectorSample.schema) == [
                "primary key on orders: (id, customer), called other_key here, "
                    + "(id, customer), called orders_key in the declaration",
                "foreign key (customer) to customers (id) on orders: on delete no action, on update no action, deferred here, "
                    + "on delete cascade, on update no action, deferred in the declaration",
            ])
    }

    @Test func anIndexThatDiffersIsOneLine() {
        #expect(
            lines(editing("orders") { $0.indexes[0].parts[0].isDescending = false }, InspectorSample.schema) == [
                "index orders_made_idx on orders: (made, lower(note)) where note is not null here, "
                    + "(made descending, lower(note)) where note is not null in the declaration"
            ])
    }
}
