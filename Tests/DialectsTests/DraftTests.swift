import Dialects
import TestSupport
import Testing

/// Tests the law of drafts: the drafted operations lead exactly from one schema to the other, and back.
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

    @Test("a key, check or index that differs in its name only gets the new one, and is not made again")
    func renamedParts() throws {
        let before = try Schema().applying(.createTable(people)).applying(.createTable(child))
        let changes: [Change] = [
            .renameConstraint("notes_pkey", to: "notes_key"), .renameConstraint("notes_body_key", to: "one_body"),
            .renameConstraint("notes_body_check", to: "body_filled"), .renameIndex("notes_person_idx", to: "by_person"),
            .renameConstraint("notes_person_fkey", to: "of_person"),
        ]
        let renames = SchemaOperation.alterTable("notes", changes)
        #expect(try before.operations(leadingTo: before.applying(renames), DraftChoices()) == [renames])
        let parent = SchemaOperation.alterTable("people", [.renameConstraint("people_name_key", to: "One_Name")])
        #expect(try before.operations(leadingTo: before.applying(parent), DraftChoices()) == [parent])
        let spelling = SchemaOperation.alterTable(
            "people", [.renameConstraint("people_name_key", to: "PEOPLE_NAME_KEY")])
        #expect(try before.operations(leadingTo: before.applying(spelling), DraftChoices()) == [spelling])
    }

    @Test("a name that somebody else is to have is given up before, and one that is held is not waited for")
    func movedNames() throws {
        let before = try Schema().applying(.createTable(people)).applying(.createTable(child))
        let taken: [SchemaOperation] = [
            .alterTable("people", [.renameConstraint("people_name_key", to: "one_name")]),
            .alterTable("notes", [.renameIndex("notes_person_idx", to: "people_name_key")]),
        ]
        let after = try before.applying(taken[0]).applying(taken[1])
        let operations = try before.operations(leadingTo: after, DraftChoices())
        #expect(operations.first == taken[0], "\(operations)")
        #expect(try before.resolving(operations).last?.after == after)
        var swapped = child
        swapped.indexes = [Index(name: "a", parts: ["person"]), Index(name: "b", parts: ["body"])]
        let one = try Schema().applying(.createTable(people)).applying(.createTable(swapped))
        swapped.indexes = [Index(name: "b", parts: ["person"]), Index(name: "a", parts: ["body"])]
        let other = try Schema().applying(.createTable(people)).applying(.createTable(swapped))
        #expect(try one.resolving(one.operations(leadingTo: other, DraftChoices())).last?.after == other)
    }

    @Test("keys that are named after their table follow it without being made again")
    func renamedWithTable() throws {
        let before = try Schema().applying(.createTable(people)).applying(.createTable(child))
        var person = people
        person.name = "persons"
        var note = child
        note.foreignKeys = [ForeignKey(["person"], to: "persons", ["id"])]
        let after = try Schema().applying(.createTable(person)).applying(.createTable(note))
        var choices = DraftChoices()
        choices.tables = ["people": "persons"]
        #expect(
            try before.operations(leadingTo: after, choices) == [
                .renameTable("people", to: "persons"),
                .alterTable(
                    "persons",
                    [
                        .renameConstraint("people_pkey", to: "persons_pkey"),
                        .renameConstraint("people_name_key", to: "persons_name_key"),
                    ]),
            ])
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
        #expect(error?.description.hasPrefix("people.id: it becomes an identity column") == true)
        #expect(error?.remedy.contains("RunSQL") == true)
    }

    @Test("a table is not renamed to one that keeps none of its columns, and such a table needs no values")
    func nothingStays() throws {
        let before = try Schema().applying(.createTable(people))
        var other = Table(name: "persons")
        other.columns = [Column("number", .bigint), Column("label", .text)]
        var choices = DraftChoices()
        choices.tables = ["people": "persons"]
        let after = try Schema().applying(.createTable(other))
        let error = #expect(throws: DraftError.self) { _ = try before.operations(leadingTo: after, choices) }
        #expect(error?.description.contains("it can't become persons: no column of it stays") == true)
        #expect(before.fillingQuestions(leadingTo: after, choices).isEmpty)
        choices.columns = ["people": ["name": "label"]]
        choices.fillings = ["persons": ["number": 1]]
        #expect(try before.operations(leadingTo: after, choices).contains(.renameTable("people", to: "persons")))
    }

    @Test("a column that is required from now on is a question, under its new name, until there is a value for it")
    func fillingQuestions() throws {
        var table = people
        table.columns[1].isNullable = true
        table.columns[2].isNullable = true
        let before = try Schema().applying(.createTable(table))
        table.columns[1].isNullable = false
        table.columns[1].default = "nobody"
        table.columns[2] = Column("handle", .text)
        table.columns.append(Column("age", .integer))
        let after = try Schema().applying(.createTable(table))
        var choices = DraftChoices()
        choices.columns = ["people": ["nick": "handle"]]
        let questions = before.fillingQuestions(leadingTo: after, choices)
        #expect(questions.map(\.name.description) == ["people.name", "people.handle", "people.age"])
        #expect(questions.map(\.isNew) == [false, false, true])
        choices.fillings = ["people": ["name": "x", "handle": "x", "age": 0]]
        #expect(before.fillingQuestions(leadingTo: after, choices).isEmpty)
        #expect(after.fillingQuestions(leadingTo: after, DraftChoices()).isEmpty)
        #expect(
            try before.operations(leadingTo: after, choices).contains { operation in
                guard case .alterTable("people", let changes) = operation else { return false }
                return changes.contains(.changeColumn("handle", [.nullable(false, filling: "x")]))
            })
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

    private var child: Table {
        var table = Table(name: "notes")
        table.columns = [Column("id", .bigint), Column("person", .bigint), Column("body", .text)]
        table.primaryKey = PrimaryKey(["id"])
        table.uniques = [Unique(["body"])]
        table.checks = [Check("body <> ''")]
        table.indexes = [Index(name: "", parts: ["person"])]
        table.foreignKeys = [ForeignKey(["person"], to: "people", ["id"])]
        return table
    }

    private var people: Table {
        var table = Table(name: "people")
        table.columns = [Column("id", .bigint), Column("name", .text), Column("nick", .text)]
        table.primaryKey = PrimaryKey(["id"])
        table.uniques = [Unique(["name"])]
        return table
    }
}
