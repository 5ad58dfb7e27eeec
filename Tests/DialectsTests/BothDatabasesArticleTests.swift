import Dialects
import TestSupport
import Testing

/// Tests that the dialects produce what the article on both databases says.
@Suite("Dialects.docc/BothDatabases.md")
struct BothDatabasesArticleTests {
    private let dialects: [any Dialect] = [SQLiteDialect(), PostgreSQLDialect()]

    @Test("the portable condition is spelled as shown")
    func condition() throws {
        var items = Table(name: "items")
        items.columns = [Column("price", .decimal(10, 2)), Column("name", .text)]
        let spelled = try dialects.map {
            try $0.render("price < 100 AND name LIKE 'a%'", as: .condition(of: items))
        }
        let page = try TestSources.text(of: "Sources/Dialects/Dialects.docc/BothDatabases.md")
        #expect(page.contains("// SQLite      \(spelled[0])\n// PostgreSQL  \(spelled[1])\n"), "\(spelled)")
    }

    @Test("what one database alone can do is refused by the other")
    func refused() throws {
        var virtual = Column("b", .bigint)
        virtual.generated = Generated("a + 1", .virtual)
        var caseless = Column("b", .text)
        caseless.collation = .nocase
        var numbered = Column("b", .bigint)
        numbered.isIdentity = true
        for (column, refuses) in [(virtual, [false, true]), (caseless, [false, true]), (numbered, [true, false])] {
            var table = Table(name: "t")
            table.columns = [Column("a", .bigint), column]
            table.primaryKey = PrimaryKey(["a"])
            let create = try Schema().resolving(.createTable(table))
            #expect(dialects.map { (try? $0.lower(create, keeping: .none)) == nil } == refuses, "\(column)")
        }
    }
}
