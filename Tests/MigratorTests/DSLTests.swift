import Migrator
import TestSupport
import Testing

@Suite("the words of the DSL")
struct DSLTests {
    private enum State: String, CaseIterable { case draft, sent = "gone" }

    @Test("oneOf takes texts, an array, and an enumeration of texts")
    func oneOf() {
        let texts = Table("letters") { Column("state", .text).oneOf("draft", "gone") }
        #expect(texts == Table("letters") { Column("state", .text).oneOf(["draft", "gone"]) })
        #expect(texts == Table("letters") { Column("state", .text).oneOf(State.self) })
        #expect(texts.checks == [Check(#""state" IN ('draft', 'gone')"#)])
        let added = AlterTable("letters") { AddColumn("state", .text).oneOf(State.self).filling("draft") }
        #expect(
            added.operation
                == .alterTable(
                    "letters",
                    [.addColumn(Column("state", .text), filling: "draft"), .addCheck(texts.checks[0])]))
    }

    @Test("oneOf of no text at all is refused with its column", arguments: Backend.available)
    func oneOfNothing(_ backend: Backend) throws {
        let history = try History { Migration("1") { CreateTable("t") { Column("state", .text).oneOf([]) } } }
        let steps = try history.planUp(applied: 0).steps
        let error = #expect(throws: MigratorError.self) {
            try steps[0].scriptStep(in: backend.dialect, history, version: "")
        }
        #expect(error.map { "\($0)".contains("state") } == true)
    }

    @Test("an id that no command could name is refused", arguments: ["", "0007\nnotes", "0007\u{7f}", "a\0b"])
    func unprintableIDs(_ id: String) {
        let error = #expect(throws: HistoryError.unprintableID(id)) {
            try History { Migration(id) { CreateTable("t") { Column("id", .integer).primaryKey() } } }
        }
        #expect(error.map { !"\($0)".contains("\n") && "\($0)".contains("give it one such as") } == true)
    }

    @Test("an index takes names beside parts")
    func indexParts() {
        let parts = [Index.Part(.column("a")), Index.Part(.column("b"), descending: true)]
        #expect(Index("a", .descending("b")) == Index(name: "", parts: parts))
        #expect(Index("a", .descending("b")) == Index(.ascending("a"), .descending("b")))
        let added = AlterTable("t") { AddIndex("a", .descending("b")).named("i") }
        #expect(added.operation == .alterTable("t", [.addIndex(Index(name: "i", parts: parts))]))
        let name = "c"
        #expect(Index("a", name) == Index(.ascending("a"), .ascending(name)))
    }
}
