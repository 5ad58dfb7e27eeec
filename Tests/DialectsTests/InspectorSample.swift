@testable import Dialects

/// A schema with one of each kind of object that both databases can hold.
enum InspectorSample {
    static var schema: Schema { Schema(tables: [customers, orders], views: [View("open_orders", as: query)]) }

    private static let query: SQLExpression = "SELECT id, note FROM orders WHERE note IS NOT NULL"

    private static var customers: Table {
        var table = Table(name: "customers")
        table.columns = [
            Column("id", .bigint), Column("e mail", .text), Column("is_member", .boolean), Column("profile", .json),
        ]
        table.columns[0].isIdentity = true
        table.columns[2].default = false
        table.columns[3].isNullable = true
        table.columns[3].default = .json("{}")
        table.primaryKey = PrimaryKey(["id"])
        table.uniques = [Unique(["e mail"], name: "customers_mail_key")]
        return table
    }

    private static var orders: Table {
        var table = Table(name: "orders")
        table.columns = [
            Column("id", .uuid), Column("customer", .bigint), Column("note", .varchar(20)),
            Column("price", .decimal(10, 2)),
            Column("made", .timestamp), Column("twice", .integer), Column("count", .integer), Column("key", .text),
        ]
        table.columns[0].default = .uuid
        table.columns[2].isNullable = true
        table.columns[2].default = "it's"
        table.columns[4].default = .now
        table.columns[5].generated = Generated("count * 2", .stored)
        table.columns[5].isNullable = true
        table.columns[6].default = -1
        table.columns[7].collation = .binary
        table.primaryKey = PrimaryKey(["id", "customer"], name: "orders_key")
        table.checks = [Check("count IN (-1, 1, 2)", name: "orders_count_check")]
        var key = ForeignKey(["customer"], to: "customers", ["id"], name: "orders_customer_fkey")
        key.onDelete = .cascade
        key.isDeferred = true
        table.foreignKeys = [key]
        var index = Index(
            name: "orders_made_idx",
            parts: [.init(.column("made"), descending: true), .init(.expression("lower(note)"))])
        index.condition = "note IS NOT NULL"
        table.indexes = [index]
        return table
    }
}
