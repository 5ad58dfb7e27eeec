import Dialects
import TestSupport
import Testing

/// The law of drafts: what is written down of a difference leads exactly there, and back.
@Suite("Laws of drafts")
struct DraftTests {
    @Test("the operations between any two schemas lead from the one to the other, and back: 2,000 random pairs")
    func leads() throws {
        var random = SeededGenerator(seed: 12)
        var written = 0
        for number in 0..<2_000 {
            let (before, after) = RandomSchemas.pair(&random)
            let operations: [SchemaOperation]
            do { operations = try before.operations(leadingTo: after, DraftChoices()) } catch {
                guard case .noOperation = error else {
                    Issue.record("pair \(number): \(error)\n\(after.differences(from: before))")
                    return
                }
                continue
            }
            written += 1
            let steps = try before.resolving(operations)
            var schema = steps.last?.after ?? before
            #expect(schema == after, "pair \(number)")
            for step in steps.reversed() { schema = try step.undone().after }
            #expect(schema == before, "pair \(number), undone")
        }
        #expect(written > 1_200, "only \(written) pairs could be written down: the generator has become too shy")
    }

    @Test("no difference is no operation")
    func nothing() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<100 {
            let (schema, _) = RandomSchemas.pair(&random)
            #expect(try schema.operations(leadingTo: schema, DraftChoices()).isEmpty)
            #expect(try schema.operations(leadingTo: schema.declared, DraftChoices()).isEmpty)
        }
    }

    @Test("a renamed column that keeps its keys is one change, and swapped names are two")
    func renames() throws {
        let before = Schema(tables: [try people.named()])
        var renamed = DraftChoices()
        renamed.columns = ["people": ["name": "title"]]
        let after = try before.applying(.alterTable("people", [.renameColumn("name", to: "title")]))
        #expect(
            try before.operations(leadingTo: after, renamed)
                == [.alterTable("people", [.renameColumn("name", to: "title")])])
        var swapped = DraftChoices()
        swapped.columns = ["people": ["name": "nick", "nick": "name"]]
        let changes: [Change] = [.renameColumn("name", to: "nick"), .renameColumn("nick", to: "name")]
        let other = try before.applying(.alterTable("people", changes))
        #expect(try before.operations(leadingTo: other, swapped) == [.alterTable("people", changes)])
    }

    @Test("renamed tables swap their names, and what refers to them follows")
    func renamedTables() throws {
        var child = Table(name: "notes")
        child.columns = [Column("id", .bigint), Column("person", .bigint)]
        child.primaryKey = PrimaryKey(["id"])
        child.foreignKeys = [ForeignKey(["person"], to: "people", ["id"])]
        let before = try Schema().applying(.createTable(people)).applying(.createTable(child))
        var after = before
        try after.apply([
            .renameTable("people", to: "x"), .renameTable("notes", to: "people"), .renameTable("x", to: "notes"),
        ])
        var choices = DraftChoices()
        choices.tables = ["people": "notes", "notes": "people"]
        let operations = try before.operations(leadingTo: after, choices)
        #expect(operations.count == 3, "\(operations)")
        #expect(try before.resolving(operations).last?.after == after)
    }

    @Test("a retyped key takes along what refers to it, in one alteration")
    func retypedKey() throws {
        var child = Table(name: "notes")
        child.columns = [Column("id", .bigint), Column("person", .integer)]
        child.primaryKey = PrimaryKey(["id"])
        child.foreignKeys = [ForeignKey(["person"], to: "people", ["id"])]
        var parent = people
        parent.columns[0].type = .integer
        let before = try Schema().applying(.createTable(parent)).applying(.createTable(child))
        let retype = SchemaOperation.alterTable("people", [.changeColumn("id", [.type(.bigint)])])
        #expect(try before.operations(leadingTo: before.applying(retype), DraftChoices()) == [retype])
    }

    @Test("what no operation says is named, with what to do")
    func noOperation() throws {
        var counting = people
        counting.columns[0].isIdentity = true
        let before = try Schema().applying(.createTable(people))
        let after = try Schema().applying(.createTable(counting))
        let error = #expect(throws: DraftError.self) {
            _ = try before.operations(leadingTo: after, DraftChoices())
        }
        #expect(error?.description.hasPrefix("people.id: it is to count by itself") == true)
        #expect(error?.remedy.contains("RunSQL") == true)
    }

    @Test("what is gone and has a counterpart is a question, until somebody answers it")
    func questions() throws {
        let before = try Schema().applying(.createTable(people))
        var other = people
        other.columns[2].name = "handle"
        let after = try Schema().applying(.createTable(other))
        let question = try #require(before.renameQuestions(leadingTo: after, DraftChoices(), dropping: []).first)
        #expect(question.gone == .column("nick", of: "people"))
        #expect(question.candidates == [.column("handle", of: "people")])
        #expect(before.renameQuestions(leadingTo: after, DraftChoices(), dropping: [question.gone]).isEmpty)
        other.name = "persons"
        let moved = try Schema().applying(.createTable(other))
        let tables = before.renameQuestions(leadingTo: moved, DraftChoices(), dropping: [])
        #expect(tables.map(\.gone) == [.table("people")] && tables[0].candidates == [.table("persons")])
    }

    private var people: Table {
        var table = Table(name: "people")
        table.columns = [Column("id", .bigint), Column("name", .text), Column("nick", .text)]
        table.primaryKey = PrimaryKey(["id"])
        table.uniques = [Unique(["name"])]
        return table
    }
}
