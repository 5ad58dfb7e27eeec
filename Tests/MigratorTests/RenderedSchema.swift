// swift-format-ignore-file
import Migrator

private let orders = Table("Orders") {
    Column("id", .bigint).identity().primaryKey()
    Column("customer", .integer)
    Column("note", .varchar(20)).nullable().default(#"say "hi"\n"#).collated(.nocase)
    Column("price", .decimal(10, 2)).default(0)
    Column("share", .real).default(1.5)
    Column("data", .json).default(.json("{}"))
    Column("odd", .native(sqlite: "ANY", postgresql: "inet")).nullable().default(.expression(.native(sqlite: "x'00'", postgresql: "")))
    Column("made", .timestamp).default(.now)
    Column("twice", .integer).nullable().generated("customer * 2", .stored)
    Unique("customer", "note")
    Unique("made").named("only_one_at_a_time")
    Check("price > 0")
    Check("customer > 0").named("real_customer")
    ForeignKey("customer", to: "Customers", "id").onDelete(.cascade).onUpdate(.setNull).deferred()
    Index("customer", "made")
    Index(.descending("made").collated(.binary), "id", .expression("lower(note)"), Index.Part(.expression("upper(note)"), descending: true)).unique().where("note IS NOT NULL").named("notes")
}

private let `default` = Table("default") {
    Column("order", .integer).nullable()
}

private let `open` = View("open", as: .native(sqlite: "SELECT 1", postgresql: "SELECT\n2"))

let schema = Schema {
    orders
    `default`
    `open`
}
