import Foundation
import Testing

@testable import Dialects

@Suite struct RenderingTests {
    @Test(arguments: [
        ("plain", #""plain""#), (#"a "b""#, ##"#"a "b""#"##), (#"a\n"#, ##"#"a\n"#"##), ("\"#", ###"##""#"##"###),
        ("two\nlines", #""two\nlines""#), ("a\"\n\u{1}", ##"#"a"\#n\#u{1}"#"##), ("C#", #""C#""#),
        ("gnp\u{202E}exe\u{2066}", #""gnp\u{202e}exe\u{2066}""#),
    ])
    func textsAreWrittenAsSwift(text: String, source: String) {
        #expect(SwiftLiteral.string(text) == source)
    }

    @Test("no name in a comment ends it, or makes its line look like other source")
    func namesInComments() {
        #expect(SwiftLiteral.comment("orders “2024”") == "orders “2024”")
        for scalar in ["\n", "\u{2028}", "\u{1B}", "\u{202E}", "\u{2067}", "\u{200F}"] {
            #expect(!SwiftLiteral.comment("a\(scalar)b").contains(scalar), "\(scalar.debugDescription)")
        }
    }

    @Test(arguments: [ColumnType.decimal(1_001, 2), .decimal(0, 0), .varchar(0), .varchar(10_485_761)])
    func limitsThatPostgreSQLDoesNotHaveAreRefusedBeforeAnythingIsSent(type: ColumnType) {
        let error = #expect(throws: LoweringError.self) { _ = try PostgreSQLDialect().render(type) }
        #expect(error?.place == type.description && error?.remedy?.hasPrefix("declare ") == true)
    }

    @Test("a refused type names its column, and the advice is kept, in a new table and where a column changes")
    func refusedTypesKeepTheirAdvice() {
        let column = Column("price", .decimal(1_001, 2))
        var table = Table(name: "orders")
        table.columns = [column]
        let dialect = PostgreSQLDialect()
        let made = #expect(throws: LoweringError.self) { _ = try dialect.create(table) }
        let changed = #expect(throws: LoweringError.self) { _ = try dialect.renderType(of: column, in: table) }
        for error in [made, changed] {
            #expect(error?.place == "orders.price" && error?.remedy?.hasPrefix("declare ") == true)
        }
    }

    @Test func aSchemaIsWrittenInTheWordsOfItsDeclaration() {
        #expect(
            SchemaAsSwift.render(InspectorSample.schema, importing: "Migrator") == ##"""
                import Migrator

                private let customers = Table("customers") {
                    Column("id", .bigint).identity().primaryKey()
                    Column("e mail", .text)
                    Column("is_member", .boolean).default(false)
                    Column("profile", .json).nullable().default(.json("{}"))
                    Unique("e mail").named("customers_mail_key")
                }

                private let orders = Table("orders") {
                    Column("id", .uuid).default(.uuid)
                    Column("customer", .bigint)
                    Column("note", .varchar(20)).nullable().default("it's")
                    Column("price", .decimal(10, 2))
                    Column("made", .timestamp).default(.now)
                    Column("twice", .integer).nullable().generated("count * 2", .stored)
                    Column("count", .integer).default(-1)
                    Column("key", .text).collated(.binary)
                    PrimaryKey("id", "customer").named("orders_key")
                    Check("count IN (-1, 1, 2)")
                    ForeignKey("customer", to: "customers", "id").onDelete(.cascade).deferred()
                    Index(.descending("made"), .expression("lower(note)")).where("note IS NOT NULL").named("orders_made_idx")
                }

                private let openOrders = View("open_orders", as: "SELECT id, note FROM orders WHERE note IS NOT NULL")

                let schema = Schema {
                    customers
                    orders
                    openOrders
                }

                """##)
    }

    @Test func whatDatabasesCallATableBecomesANameInSwift() {
        var names = SwiftNames(taken: ["schema"])
        let made = [
            "Orders", "order_lines", "ORDERS", "orders2", "default", "Schema", "1st", "a b.c-d", "Übung", "注文", "???",
            "", "x\"y",
        ].map { names.next(for: $0) }
        #expect(
            made == [
                "orders", "orderLines", "orders2", "orders22", "`default`", "schema2", "part1st", "aBCD", "übung", "注文",
                "part",
                "part2", "xY",
            ])
    }

    @Test func jsonIsJSON() throws {
        var inspection = Inspection(schema: InspectorSample.schema, sequences: ["customers": 7])
        inspection.omitted = [Omission(.trigger, "a\"\\\n\u{1}é", reason: "because")]
        let document = try JSONSerialization.jsonObject(with: Data(SchemaAsJSON.render(inspection).utf8))
        let root = try #require(document as? [String: Any])
        #expect(root["version"] as? Int == 1)
        let tables = try #require(root["tables"] as? [[String: Any]])
        #expect(tables.map { $0["name"] as? String } == ["customers", "orders"])
        #expect(tables[0]["last_number"] as? Int == 7)
        #expect((tables[1]["primary_key"] as? [String: Any])?["columns"] as? [String] == ["id", "customer"])
        let lost = try #require(root["not_carried"] as? [[String: String]])
        #expect(lost == [["kind": "trigger", "name": "a\"\\\n\u{1}é", "reason": "because"]])
    }

    @Test("an omission as JSON has the members that it has always had")
    func omissionAsJSON() throws {
        let text = #"{"kind":"index","name":"by_n","reason":"is INVALID","table":"t"}"#
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let detail = Omission(.index, "by_n", reason: "is INVALID", of: "t", isDetail: true)
        #expect(String(decoding: try encoder.encode(detail), as: UTF8.self) == text)
        let read = try JSONDecoder().decode(Omission.self, from: Data(text.utf8))
        #expect(read == Omission(.index, "by_n", reason: "is INVALID", of: "t"))
    }

    @Test func emptySchemasAreWrittenToo() {
        #expect(SchemaAsSwift.render(Schema(), importing: "Migrator") == "import Migrator\n\nlet schema = Schema {}\n")
        #expect(
            SchemaAsJSON.render(Inspection(schema: Schema()))
                == "{\n  \"version\": 1,\n  \"tables\": [],\n  \"views\": [],\n  \"not_carried\": []\n}\n")
    }
}
