import Migrator
import TestSupport
import Testing

@testable import Dialects

@Suite("Names outside ASCII")
struct UnicodeNameTests {
    private static let composed = "caf\u{E9}"
    private static let decomposed = "cafe\u{301}"

    @Test("one name in two Unicode forms is one name, whichever migration writes which", arguments: Backend.available)
    func oneForm(_ backend: Backend) async throws {
        let (nfc, nfd) = (Self.composed, Self.decomposed)
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable(nfd) {
                    Column("id", .bigint).primaryKey()
                    Column("prix_\(nfd)", .bigint).check(.sql("\"prix_\(nfc)\" > 0"))
                    Column("note", .text).default(.text(nfd))
                    Index("prix_\(nfd)").where(.sql("prix_\(nfd) < 1000"))
                }
                CreateTable("orders") { Column("what", .bigint).references(nfc, "id") }
                CreateView("prices", as: .sql("SELECT id, \"prix_\(nfd)\" FROM \(nfc)"))
                RunSQL(.sql("INSERT INTO \"\(nfd)\" (id, \"prix_\(nfd)\") VALUES (1, 5)"), undo: .nothing)
            }
            try await test.migrate {
                DropView("prices")
                AlterTable(nfc) {
                    ChangeColumn("prix_\(nfc)").type(.integer)
                    AddColumn("\(nfd)2", .text).nullable()
                }
                RenameTable(nfc, to: "\(nfd)s")
            }
            #expect(try await test.values("SELECT prix_\(trusted: nfc) FROM \(identifier: nfc + "s")") == [[5]])
            // A string is a value and not a name, so it stays as it was written.
            let note = try await test.values("SELECT note FROM \(identifier: nfc + "s")")
            #expect(note.first?.first?.text?.utf8.elementsEqual(nfd.utf8) == true)
            #expect(try await test.drift().isEmpty)
            try await test.down()
            #expect(try await test.values("SELECT prix_\(trusted: nfc) FROM \(identifier: nfc)") == [[5]])
        }
    }

    @Test("a live name in another Unicode form is drift that can be seen", arguments: Backend.available)
    func liveTwin(_ backend: Backend) async throws {
        let (nfc, nfd) = (Self.composed, Self.decomposed)
        try await backend.withCase { test in
            try await test.migrate { CreateTable("t") { Column(nfc, .bigint) } }
            try await test.run("ALTER TABLE t RENAME COLUMN \"\(nfc)\" TO \"\(nfd)\"")
            let lines = try await test.drift()
            #expect(lines.count == 2)
            #expect(lines.allSatisfy { $0.contains("U+0063") }, "\(lines)")
            try await test.run("ALTER TABLE t ADD COLUMN \"\(nfc)\" integer; CREATE TABLE \"\(nfc)\" (a bigint)")
            try await test.run("CREATE TABLE \"\(nfd)\" (a bigint)")
            let twins = try await test.drift()
            #expect(twins.count == 4, "\(twins)")
            // A change that is meant for the one table could affect the other, so nothing is altered.
            let error = await #expect(throws: MigrationFailure.self) {
                try await test.migrate { AlterTable("t") { AddColumn("more", .text).nullable() } }
            }
            #expect(error.map { "\($0)" }?.contains("two Unicode forms") == true)
        }
    }

    @Test("only the letters A to Z have no case", arguments: Backend.available)
    func onlyASCIIFolds(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                // The capital of the long s is S, and the small letter of the dotted I is two scalars. For a database, these are different
                // letters.
                CreateTable("\u{E9}tat") {
                    Column("k", .bigint)
                    Column("\u{130}", .bigint)
                    Column("i\u{307}", .bigint)
                    Column("\u{17F}elect", .bigint)
                }
                CreateTable("\u{C9}tat") { Column("k", .bigint).check("\"k\" > 0") }
                CreateView("v", as: "SELECT k, \u{17F}elect, \u{130} FROM \u{E9}tat")
            }
            try await test.run("INSERT INTO \"\u{E9}tat\" VALUES (1, 2, 0, 3); INSERT INTO \"\u{C9}tat\" VALUES (4)")
            #expect(try await test.values("SELECT * FROM v") == [[1, 3, 2]])
            try await test.migrate(allowsDataLoss: true) {
                DropView("v")
                AlterTable("\u{E9}tat") {
                    RenameColumn("\u{130}", to: "dotted")
                    ChangeColumn("k").type(.text)
                }
                DropTable("\u{C9}tat")
            }
            #expect(try await test.values("SELECT k, dotted FROM \"\u{E9}tat\"") == [["1", 2]])
            #expect(try await test.drift().isEmpty)
        }
    }

    /// For Swift, a quote followed by a combining accent is one character, which is not a quote.
    @Test("a quote with an accent behind it is still a quote", arguments: Backend.available)
    func accentBehindQuote(_ backend: Backend) async throws {
        let name = "a\"\u{301}b"
        let text = "it'\u{301}s; '"
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable(name) {
                    Column("id", .bigint).primaryKey()
                    Column("\u{301}x", .text).default(.text(text)).oneOf(text, "other")
                }
            }
            try await test.run("INSERT INTO \(SQLText.identifier(name)) (id) VALUES (1)")
            try await test.migrate {
                AlterTable(name) {
                    RenameColumn("\u{301}x", to: "y")
                    ChangeColumn("y").type(.varchar(20))
                }
            }
            #expect(try await test.values("SELECT y FROM \(identifier: name)") == [[.text(text)]])
            #expect(try await test.drift().isEmpty)
        }
        #expect(SQLToken.scan(SQLText.identifier(name)).map(\.name) == [name])
        #expect(SQLToken.scan(SQLText.literal(text)).map(\.stringValue) == [text])
    }
}
