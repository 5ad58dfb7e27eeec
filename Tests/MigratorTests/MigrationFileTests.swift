import Migrator
import Testing

/// Tests the name that a new migration's file gives its constant, and the line that lists it.
@Suite("The file of a new migration")
struct MigrationFileTests {
    private func history(_ ids: String...) throws -> History {
        try History(ids.map { id in Migration(id) { CreateTable("t \(id)") { Column("id", .bigint).primaryKey() } } })
    }

    @Test(
        "an unlisted file's line is the one that was written for it", arguments: ["audit-log", "2fa-tokens", "class"])
    func unlisted(words: String) throws {
        let history = try history("0001-people", "0002-audit-log")
        let file = try MigrationFile(words, after: history, files: [])
        let error = #expect(throws: DraftRefusal.self) {
            _ = try MigrationFile("other", after: history, files: ["0002-audit-log.swift", file.fileName])
        }
        #expect(error == .notInHistory(file: file.fileName, line: file.line))
    }

    @Test(
        "the new line stands after that of the migration before",
        arguments: [("0006-2fa-tokens", "part2faTokens"), ("0006-people", "people2"), ("6_notes", "notes")])
    func inserted(last: String, constant: String) throws {
        let file = try MigrationFile("more", after: history("0005-people", last), files: [])
        let source = "    Migration.people\n    Migration.\(constant)\n"
        #expect(file.inserted(into: source) == "\(source)    Migration.more\n")
    }

    @Test("a number that no number can follow is not counted on")
    func lastNumber() throws {
        #expect(try MigrationFile("more", after: history("\(Int.max)-people"), files: []).id == "0001-more")
    }
}
