import Foundation
import Migrator
import TestSupport
import Testing

@Suite struct MigrationAsSwiftTests {
    /// `RenderedMigration.swift` shows a rendering: it compiles, it is formatted, and it makes the same migration that was
    /// rendered.
    @Test func theRenderingIsSourceThatMakesTheSameMigration() throws {
        let resolved = try schemaBefore.resolving(everything)
        let text = MigrationAsSwift.render(
            id: "0007-rendered", named: "rendered", summary: "Every verb there is.", resolved, importing: "Migrator")
        let path = #filePath.replacing("MigrationAsSwiftTests", with: "RenderedMigration")
        if environment("TC_UPDATE_GOLDEN") == "1" { try text.write(toFile: path, atomically: true, encoding: .utf8) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        #expect(try schemaBefore.resolving(Migration.rendered.operations) == resolved)
    }

    /// An expression that the compiler would take too long for is split into several declarations.
    @Test func aLongMigrationIsDeclaredInPieces() throws {
        let tables = (0..<30).map { number -> SchemaOperation in
            var table = Table(name: "t\(number)")
            table.columns = [Column("id", .bigint)]
            return .createTable(table)
        }
        let text = MigrationAsSwift.render(
            id: "0001-many", named: "many", summary: "Many.", try Schema().resolving(tables), importing: "Migrator")
        #expect(text.contains("        Part.createTableT7\n"))
        #expect(text.contains("}\n\nprivate enum Part {\n    static var createTableT0: CreateTable {\n"))
        #expect(text.contains("\n    static var createTableT7: CreateTable {\n        CreateTable(\"t7\") {\n"))
        #expect(text.hasSuffix("\n    }\n}\n"))
    }

    /// A line break in a name would end the comment, and what follows would be source.
    @Test func aCommentStaysAComment() throws {
        var table = Table(name: "a\nfatalError()")
        table.columns = [Column("id", .bigint), Column("b\u{2028}exit(1)", .text)]
        let before = try Schema().resolving([.createTable(table)])[0].after
        let operations: [SchemaOperation] = [
            .alterTable(table.name, [.dropColumn("b\u{2028}exit(1)", undoFilling: nil)]), .dropTable(table.name),
        ]
        let text = MigrationAsSwift.render(
            id: "1", named: "gone", summary: "Gone.", try before.resolving(operations), importing: "Migrator")
        #expect(text.contains("// Loses the values of \"b\\u{2028}exit(1)\".\n"))
        #expect(text.contains("// Loses the rows of \"a\\nfatalError()\".\n"))
        #expect(!text.contains("\u{2028}") && !text.split(separator: "\n").contains { $0.contains(/^ *fatalError/) })
    }

    private var schemaBefore: Schema {
        Schema {
            Table("people") {
                Column("id", .integer).identity().primaryKey()
                Column("name", .text)
                Column("nick", .text).nullable()
                Column("spare", .text).nullable()
                Column("born", .text).nullable()
                Column("size", .bigint).default(1)
                Column("twice", .bigint).nullable().generated("size * 2", .stored)
                Unique("name")
                Check("size > 0").named("positive")
                Index("nick")
            }
            Table("gone") { Column("id", .bigint).primaryKey() }
            Table("old") { Column("id", .bigint) }
            View("seen", as: "SELECT name FROM people")
        }
    }

    private var everything: [SchemaOperation] {
        let long = (1...12).map { "size > -\($0) AND size < 1000\($0)" }.joined(separator: " AND ")
        let migration = Migration("0007-rendered") {
            DropView("seen")
            DropTable("gone")
            RenameTable("old", to: "kept")
            AlterTable("kept") { Add(PrimaryKey("id").named("kept_key")) }
            CreateTable("letters \"x\"") {
                Column("id", .bigint).identity().primaryKey()
                Column("person", .integer)
                Column("state", .varchar(20)).default("draft").collated(.nocase)
                Column("sent", .timestamp).nullable().default(.now)
                Column("odd", .native(sqlite: "ANY", postgresql: "a type of many words, so many that they do not fit"))
                    .nullable().default(
                        .expression(.native(sqlite: "x'00'", postgresql: "'\\x00'::bytea /* and some more */")))
                ForeignKey("person", to: "people", "id").onDelete(.cascade).deferred()
                Check(.sql("state <> '\"\\n#' AND length(state) > 0"))
                Index(.descending("sent"), .expression("lower(state)"), .ascending("state").collated(.binary))
                    .unique().where(
                        "sent IS NOT NULL AND state IN ('draft', 'sent', 'read', 'answered', 'thrown away')")
            }
            AlterTable("people") {
                DropCheck("positive")
                DropUnique("people_name_key")
                DropIndex("people_nick_idx")
                DropColumn("spare")
                RenameColumn("nick", to: "handle")
                ChangeColumn("twice").notGenerated()
                ChangeColumn("born").type(.date, using: "CAST(born AS date)", undo: "CAST(born AS text)")
                ChangeColumn("handle").required(filling: "nobody").default("x").collated(.binary)
                ChangeColumn("size").nullable().withoutDefault()
                ChangeColumn("name").collated(nil).required()
                AddColumn("email", .text).filling("unknown")
                AddColumn("half", .bigint).nullable().generated("size / 2", .virtual)
                Add(Unique("email", "handle").named("one_each"))
                Add(Check(.sql(long)))
                AddIndex(.descending("email")).where("email <> ''")
            }
            AlterTable("kept") { DropPrimaryKey() }
            CreateView("seen", as: .sql("SELECT name,\n  email\nFROM people \nWHERE " + long))
            RunSQL("DELETE FROM kept", undo: .impossible(because: "the rows are gone"))
        }
        return migration.operations
    }
}
