import Foundation
import TestSupport
import Testing

@Suite("new: the next migration, from the declared schema")
struct NewTests {
    @Test("writes the file, lists it, and says so; what it wrote is the golden one")
    func writes() async throws {
        try await withProject { box in
            let run = try await new(box, "grown", "tags-and-births")
            #expect(run.ending == .exit(0) && run.error.isEmpty, "\(run)")
            let path = "Migrations/0003-tags-and-births.swift"
            #expect(run.output.hasPrefix("wrote \(path)\n") && run.output.contains("Migration.tagsAndBirths"), "\(run)")
            try expectGolden(String(contentsOfFile: box(path), encoding: .utf8), "cli/written-migration.swift")
            let history = try String(contentsOfFile: box("Migrations/History.swift"), encoding: .utf8)
            #expect(
                history.contains("            Migration.notes\n            Migration.tagsAndBirths\n"), "\(history)")
            // The program was not built again, so it would write a file that exists already.
            let before = try box.contents()
            let again = try await new(box, "grown", "more")
            #expect(
                again.ending == .exit(2) && again.error.contains("add Migration.tagsAndBirths to History.swift"),
                "\(again)")
            #expect(try box.contents() == before)
        }
    }

    @Test("--dry-run prints the same, and writes nothing")
    func dryRun() async throws {
        try await withProject { box in
            let before = try box.contents()
            let run = try await new(box, "grown", "tags-and-births", "--dry-run")
            #expect(run.ending == .exit(0), "\(run)")
            try expectGolden(run.output.components(separatedBy: "\nits line")[0], "cli/written-migration.swift")
            #expect(try box.contents() == before)
        }
    }

    @Test("the history's file is replaced as a whole: it keeps its mode, and a link to it stays one")
    func replaced() async throws {
        try await withProject { box in
            let (path, kept) = (box("Migrations/History.swift"), box("Kept.swift"))
            try FileManager.default.moveItem(atPath: path, toPath: kept)
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: kept)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: kept)
            let number = try FileManager.default.attributesOfItem(atPath: kept)[.systemFileNumber] as? Int
            let run = try await new(box, "grown", "tags-and-births")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == kept)
            let facts = try FileManager.default.attributesOfItem(atPath: kept)
            #expect(facts[.posixPermissions] as? Int == 0o640 && facts[.systemFileNumber] as? Int != number)
            #expect(try String(contentsOfFile: kept, encoding: .utf8).contains("Migration.tagsAndBirths\n"))
        }
    }

    @Test("a file that can't be written whole is not there at all, nor is its line in the history")
    func noRoom() async throws {
        try await withProject { box in
            let before = try box.contents()
            // SIGXFSZ, which would end the program, is ignored. What the program says goes through a pipe, which has no limit.
            let limited = #"{ (trap '' XFSZ; ulimit -f 0; exec "$0" "$@") 2>&1; echo "exit $?"; } | cat"#
            let run = try await box.run(
                Program(path: "/bin/sh"), ["-c", limited, Program.fixture.path, "new", "tags-and-births"],
                ["TC_FIXTURE": "plain", "TC_FIXTURE_SCHEMA": "grown"])
            #expect(run.output.contains("can't be written: File too large"), "\(run)")
            #expect(run.output.hasSuffix("exit 2\n"), "\(run)")
            #expect(try box.contents() == before)
        }
    }

    @Test("without a difference there is nothing to write, and --check agrees")
    func nothing() async throws {
        try await withProject { box in
            let before = try box.contents()
            for arguments in [["nothing"], ["--check"]] {
                let run = try await new(box, "same", arguments)
                #expect(run.ending == .exit(0) && run.output.hasPrefix("nothing to write"), "\(run)")
            }
            #expect(try box.contents() == before)
        }
    }

    @Test("--check says no, and what no migration says, also where somebody would have to be asked")
    func check() async throws {
        try await withProject { box in
            for (schema, line) in [
                ("grown", "people: AddColumn(\"born\", .date).nullable()"), ("renamed", "people: DropColumn(\"nick\")"),
                ("required", "people: AddColumn(\"email\", .text)"),
                ("uncounted", "notes.id: it is no longer an identity"),
            ] {
                let run = try await new(box, schema, "--check")
                #expect(run.ending == .exit(1) && run.error.isEmpty && run.output.contains(line), "\(run)")
                let json = try await new(box, schema, "--check", "--json")
                let document = try json.document(NewDocument.self)
                #expect(json.ending == .exit(1) && document.difference, "\(json)")
                #expect(document.operations?.contains { $0.contains(line.split(separator: ": ").last ?? "") } == true)
            }
        }
    }

    @Test("what may be a rename is never a drop and an add: without a terminal it is refused, with both flags named")
    func renames() async throws {
        try await withProject { box in
            let before = try box.contents()
            let column = try await new(box, "renamed", "handles")
            #expect(column.ending == .exit(2), "\(column)")
            #expect(column.error.contains("--rename people.nick=people.handle, or --drop people.nick"), "\(column)")
            let table = try await new(box, "renamedTable", "remarks", "--json")
            #expect(table.ending == .exit(2), "\(table)")
            #expect(try table.document(ErrorDocument.self).error.code == "renamed_or_dropped")
            #expect(table.error.contains("--rename notes=remarks, or --drop notes"), "\(table)")
            #expect(try box.contents() == before)

            let renamed = try await new(
                box, "renamed", "handles", "--dry-run", "--rename", "people.nick=people.handle")
            #expect(renamed.output.contains("RenameColumn(\"nick\", to: \"handle\")"), "\(renamed)")
            #expect(!renamed.output.contains("DropColumn"), "\(renamed)")
            let dropped = try await new(box, "renamed", "handles", "--dry-run", "--drop", "people.nick")
            #expect(
                dropped.output.contains("// Loses the values of nick.\n            DropColumn(\"nick\")"), "\(dropped)")
            #expect(dropped.error.contains("the values of people.nick are lost"), "\(dropped)")
            let moved = try await new(box, "renamedTable", "remarks", "--dry-run", "--rename", "notes=remarks")
            #expect(moved.output.contains("RenameTable(\"notes\", to: \"remarks\")"), "\(moved)")
        }
    }

    @Test("names are swapped, and passed on, by renames that are meant at once, in any order")
    func swaps() async throws {
        try await withProject { box in
            let columns = ["--rename", "people.name=people.nick", "--rename", "people.nick=people.name"]
            let swapped = try await new(box, "swapped", ["swap", "--dry-run"] + columns)
            #expect(swapped.ending == .exit(0), "\(swapped)")
            for line in [
                "RenameColumn(\"name\", to: \"tc_moving_1\")", "RenameColumn(\"nick\", to: \"name\")",
                "RenameColumn(\"tc_moving_1\", to: \"nick\")",
            ] { #expect(swapped.output.contains(line), "\(swapped)") }
            #expect(!swapped.output.contains("Drop"), "\(swapped)")
            let half = try await new(box, "swapped", ["swap", "--dry-run"] + columns.prefix(2))
            #expect(half.ending == .exit(64) && half.error.contains("people.name is still in"), "\(half)")
            #expect(half.error.contains("add that rename to the same command with --rename"), "\(half)")

            let tables = ["--rename", "people=notes", "--rename", "notes=people"]
            let exchanged = try await new(box, "swappedTables", ["swap", "--dry-run"] + tables)
            #expect(exchanged.ending == .exit(0), "\(exchanged)")
            #expect(exchanged.output.contains("RenameTable(\"tc_moving_1\", to: "), "\(exchanged)")
            #expect(!exchanged.output.contains("DropTable"), "\(exchanged)")

            let chain = ["--rename", "people.name=people.nick", "--rename", "people.nick=people.handle"]
            for renames in [chain, Array(chain[2...] + chain[..<2])] {
                let passed = try await new(box, "chained", ["pass", "--dry-run"] + renames)
                #expect(passed.ending == .exit(0), "\(passed)")
                #expect(
                    passed.output.contains(
                        "RenameColumn(\"nick\", to: \"handle\")\n            RenameColumn(\"name\", to: \"nick\")"),
                    "\(passed)")
            }
            let rest = try await new(box, "chained", ["pass", "--dry-run"] + chain.prefix(2))
            #expect(
                rest.ending == .exit(64) && rest.error.contains("give the history's people.nick its new name"),
                "\(rest)")
        }
    }

    @Test("two at once: one is written, and the other one finds it")
    func atOnce() async throws {
        try await withProject { box in
            let names = (1...4).map { "at-once-\($0)" }
            let runs = try await withThrowingTaskGroup(of: Run.self) { group in
                for name in names { group.addTask { try await new(box, "grown", name) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(runs.filter { $0.ending == .exit(0) }.count == 1, "\(runs)")
            for run in runs where run.ending != .exit(0) {
                #expect(run.ending == .exit(2) && run.error.contains("is not in this program's history"), "\(run)")
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: box("Migrations"))
            #expect(files.filter { $0.hasPrefix("0003-") }.count == 1, "\(files)")
            let history = try String(contentsOfFile: box("Migrations/History.swift"), encoding: .utf8)
            #expect(history.components(separatedBy: "Migration.atOnce").count == 2, "\(history)")
        }
    }

    @Test("what is dropped is marked in the file and named")
    func losses() async throws {
        try await withProject { box in
            let run = try await new(box, "shrunk", "less", "--dry-run")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.contains("// Loses the rows of notes.\n        DropTable(\"notes\")"), "\(run)")
            #expect(run.error.contains("note: all rows of notes are lost"), "\(run)")
            let json = try await new(box, "shrunk", "less", "--dry-run", "--json")
            #expect(try json.document(NewDocument.self).losses == ["notes", "people.nick"], "\(json)")
        }
    }

    @Test("a new required column without a default is asked for what rows get that exist")
    func fillings() async throws {
        try await withProject { box in
            let refused = try await new(box, "required", "emails")
            #expect(refused.ending == .exit(2) && refused.error.contains("--fill people.email=VALUE"), "\(refused)")
            #expect(refused.error.contains("--no-fill people.email"), "\(refused)")
            let filled = try await new(box, "required", "emails", "--dry-run", "--fill", "people.email=a=b")
            #expect(filled.output.contains("AddColumn(\"email\", .text).filling(\"a=b\")"), "\(filled)")
            let optional = try await new(
                box, "renamed", "handles", "--dry-run", "--drop", "people.nick", "--fill", "people.handle=none")
            #expect(
                optional.output.contains("AddColumn(\"handle\", .text).nullable().filling(\"none\")"), "\(optional)")
            let empty = try await new(box, "required", "emails", "--dry-run", "--no-fill", "people.email")
            #expect(empty.output.contains("AddColumn(\"email\", .text)\n"), "\(empty)")
        }
    }

    @Test("a column that becomes required is asked for what rows get that hold NULL, and they get it")
    func tightened() async throws {
        try await withProject { box in
            let refused = try await new(box, "tightened", "nicks", "--json")
            #expect(try refused.document(ErrorDocument.self).error.code == "needs_filling")
            #expect(
                refused.ending == .exit(2) && refused.error.contains("people.nick becomes required")
                    && refused.error.contains("--fill people.nick=VALUE, or --no-fill people.nick if no row holds NULL"),
                "\(refused)")
            let filled = try await new(box, "tightened", "nicks", "--dry-run", "--fill", "people.nick=none")
            #expect(filled.output.contains("ChangeColumn(\"nick\").required(filling: \"none\")"), "\(filled)")
            let full = try await new(box, "tightened", "nicks", "--dry-run", "--no-fill", "people.nick")
            #expect(full.output.contains("ChangeColumn(\"nick\").required()"), "\(full)")
        }
    }

    @Test(
        "an answer that means nothing is usage, and says what was probably meant",
        arguments: [
            (["--rename", "people.nik=people.handle"], "did you mean people.nick?"),
            (["--rename", "people.nick=people.handel"], "did you mean people.handle?"),
            (["--rename", "people.nick"], "OLD=NEW"), (["--rename", "people.name=people.handle"], "is still in"),
            (["--rename", "people.nick=people.name"], "is already in the history"),
            (["--rename", "notes.body=people.handle"], "a column stays in its table"),
            (["--drop", "people.name"], "is still in"), (["--drop", "peopel.nick"], "did you mean people.nick?"),
            (["--fill", "people.id=x"], "is not of type bigint"), (["--fill", "people=x"], "there is no people"),
            (
                ["--rename", "people.nick=people.handle", "--rename", "people.nick=people.handle"],
                "given two new names"
            ),
            (["--rename", "people.nick=people.handle", "--drop", "people.nick"], "can't be both renamed and dropped"),
            (
                ["--rename", "people.nick=people.handle", "--rename", "people.name=people.handle"],
                "two objects would be named"
            ),
            (["--rename", "people.name=people.name"], "is still in"),
            (["--drop", "people.nick", "--fill", "people.name=x"], "no existing row lacks a value there"),
            (
                ["--rename", "people.nick=people.handle", "--fill", "people.handle=x"],
                "no existing row lacks a value there"
            ),
        ])
    func badAnswers(_ arguments: [String], said: String) async throws {
        try await withProject { box in
            let run = try await new(box, "renamed", ["handles"] + arguments)
            #expect(run.ending == .exit(64) && run.error.contains(said), "\(run)")
        }
    }

    @Test("on a terminal it asks, and writes what the answers say")
    func terminal() async throws {
        try await withProject { box in
            for (schema, typed, expected) in [
                ("renamed", "?\n1\n", "RenameColumn(\"nick\", to: \"handle\")"),
                ("renamed", "d\n", "DropColumn(\"nick\")"),
                ("renamedTable", "1\n", "RenameTable(\"notes\", to: \"remarks\")"),
                ("required", "nobody\n", "AddColumn(\"email\", .text).filling(\"nobody\")"),
                ("required", "\n", "AddColumn(\"email\", .text)\r\n"),
                ("tightened", "none\n", "ChangeColumn(\"nick\").required(filling: \"none\")"),
                ("tightened", "\n", "ChangeColumn(\"nick\").required()"),
            ] {
                let run = try await box.run(
                    try Program(inPath: "python3"),
                    ["-c", Self.terminal, typed, Program.fixture.path, "new", "asked", "--dry-run"],
                    ["TC_FIXTURE": "plain", "TC_FIXTURE_SCHEMA": schema])
                #expect(run.ending == .exit(0) && run.output.contains(expected), "\(run)")
            }
            let unanswered = try await box.run(
                try Program(inPath: "python3"), ["-c", Self.terminal, "\u{4}", Program.fixture.path, "new", "asked"],
                ["TC_FIXTURE": "plain", "TC_FIXTURE_SCHEMA": "renamed"])
            #expect(unanswered.ending == .exit(2) && unanswered.output.contains("--rename"), "\(unanswered)")
        }
    }

    /// A Python program that runs a program on a terminal of its own, with typed input, and prints the terminal's content.
    private static let terminal = """
        import os, pty, sys
        child, terminal = pty.fork()
        if child == 0:
            os.execv(sys.argv[2], sys.argv[2:])
        os.write(terminal, sys.argv[1].encode())
        shown = b""
        try:
            while chunk := os.read(terminal, 4096):
                shown += chunk
        except OSError:
            pass
        sys.stdout.buffer.write(shown)
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """

    @Test("what it can't do is refused, with the reason, and leaves nothing behind")
    func refusals() async throws {
        try await withProject { box in
            let before = try box.contents()
            for (schema, arguments, code, said) in [
                ("uncounted", ["x"], 2, "notes.id: it is no longer an identity column"),
                ("unsound", ["x"], 2, "there is no table people"),
                ("grown", ["x", "--folder", "nowhere"], 2, "the folder nowhere can't be read"),
                ("grown", ["Bad Name"], 64, "is not a name for a migration"), ("grown", [], 64, "new NAME"),
                ("none", ["x"], 2, "this program has no declared schema"),
            ] as [(String, [String], Int32, String)] {
                let run = try await new(box, schema, arguments)
                #expect(run.ending == .exit(code) && run.error.contains(said), "\(run)")
            }
            #expect(try box.contents() == before)
        }
    }

    @Test("a history that is written in another way is left alone, and the line is said")
    func unlisted() async throws {
        try await withProject { box in
            try box.write("Migrations/History.swift", "let all = [Migration.people, Migration.notes]\n")
            let run = try await new(box, "grown", "tags")
            #expect(
                run.ending == .exit(0) && run.output.contains("add its line to the history: Migration.tags"), "\(run)")
            let history = try String(contentsOfFile: box("Migrations/History.swift"), encoding: .utf8)
            #expect(history == "let all = [Migration.people, Migration.notes]\n")
        }
    }

    @Test("--from-database takes over a schema, or what differs from the history", arguments: Backend.available)
    func fromDatabase(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            try box.write("Migrations/History.swift", "")
            _ = try await box.fixture("newer", "up", "-d", url)
            let before = try fingerprint(box, url)
            let first = try await box.fixture("grown:0", "new", "first", "--dry-run", "--from-database", url)
            #expect(first.ending == .exit(0) && first.output.contains("Migration(\"0001-first\")"), "\(first)")
            for table in ["people", "notes", "tags"] { #expect(first.output.contains("CreateTable(\"\(table)\") {")) }
            #expect(!first.output.contains("tc_migrations"), "\(first)")
            let rest = try await box.fixture("plain", "new", "rest", "--dry-run", "--from-database", url)
            #expect(rest.output.contains("CreateTable(\"tags\") {"), "\(rest)")
            #expect(rest.error.contains("note: the database has applied 0003-tags"), "\(rest)")
            #expect(!rest.output.contains("people") && !rest.output.contains("notes"), "\(rest)")
            let nothing = try await box.fixture("newer", "new", "x", "--dry-run", "--from-database", url)
            #expect(nothing.output.hasPrefix("nothing to write"), "\(nothing)")
            #expect(try fingerprint(box, url) == before)
        }
    }

    @Test("--from-database refuses a database with some of the migrations only", arguments: Backend.available)
    func fromDatabaseBehind(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url, "--to", "0001-people")
            let run = try await box.fixture("newer", "new", "x", "--json", "--dry-run", "--from-database", url)
            #expect(run.ending == .exit(2), "\(run)")
            #expect(try run.document(ErrorDocument.self).error.code == "behind", "\(run)")
            #expect(run.error.contains("2 of the history are pending, 0002-notes first"), "\(run)")
            #expect(run.error.contains("tc-migrate-fixture up"), "\(run)")
        }
    }

    @Test(
        "names that are Swift's own words, or hold quotes and lines, are written so that they compile and make the same"
    )
    func hostileNames() async throws {
        try await withDatabase(.sqlite) { box, url in
            try box.write("Migrations/History.swift", "")
            _ = try await box.fixture("grown:0", "up", "-d", url)
            try execute(
                """
                CREATE TABLE "we ird""name" ("a b" INTEGER PRIMARY KEY, "\\(x)" TEXT, "#""#" TEXT DEFAULT 'it''s "q" \\ #"', "new
                line" TEXT);
                CREATE TABLE "class" ("self" INTEGER PRIMARY KEY, "init" TEXT NOT NULL, "Type" TEXT CHECK ("Type" <> ''));
                CREATE TABLE "Straße" ("é" INTEGER PRIMARY KEY, "日本" TEXT, "😀" INTEGER REFERENCES "class" ("self"));
                CREATE INDEX "in dex" ON "class" ("Type", "init" DESC);
                CREATE TABLE "a" ("b" INTEGER PRIMARY KEY);
                CREATE TABLE "a.b" ("c" INTEGER PRIMARY KEY);
                CREATE TABLE "*/ }" ("// x" INTEGER PRIMARY KEY, "tab\there" TEXT);
                CREATE VIEW "v ""w" AS SELECT "init" AS "x y" FROM "class"
                """, on: url)
            for name in ["class", "self", "init", "type"] {
                let run = try await box.fixture("grown:0", "new", name, "--dry-run", "--from-database", url)
                #expect(run.ending == .exit(0), "\(run)")
                let source = run.output.components(separatedBy: "\nits line")[0]
                let line = run.output.components(separatedBy: "History.swift: ").last ?? ""
                try box.write(
                    "main.swift", "\(source)\nlet history = try History { \(line.trimmingCharacters(in: .newlines)) }\n"
                )
                let compiled = try await box.run(
                    try Program(inPath: "swiftc"),
                    ["-typecheck", "-swift-version", "6", "-warnings-as-errors"] + Built.searchPaths + [
                        box("main.swift")
                    ])
                #expect(compiled.ending == .exit(0), "\(compiled)")
            }
        }
    }

    @Test(
        "--from-database writes a smallint as one, and its migration is what the database holds",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func fromDatabaseWithSmallint() async throws {
        try await withDatabase(.postgresql) { box, url in
            try box.write("Migrations/History.swift", "")
            try execute(
                "CREATE TABLE levels (rank smallint PRIMARY KEY, step smallint DEFAULT -1 CHECK (step < 9))", on: url)
            let first = try await box.fixture("grown:0", "new", "first", "--dry-run", "--from-database", url)
            #expect(first.ending == .exit(0), "\(first)")
            for line in ["Column(\"rank\", .smallint).primaryKey()", "Column(\"step\", .smallint)"] {
                #expect(first.output.contains(line), "\(first)")
            }
        }
    }

    @Test("the project's own schema is what its migrations make")
    func ownSchema() async throws {
        try await withSandbox { box in
            let run = try await box.migrate("new", "--check")
            #expect(run.ending == .exit(0) && run.output.hasPrefix("nothing to write"), "\(run)")
        }
    }

    // MARK: A project

    private func withProject(_ body: (Sandbox) async throws -> Void) async throws {
        try await withSandbox { box in
            try box.write(
                "Migrations/History.swift",
                """
                import Migrator

                extension History {
                    public static func fixture() throws(HistoryError) -> History {
                        try History {
                            Migration.people
                            Migration.notes
                        }
                    }
                }

                """)
            for name in ["0001-people", "0002-notes"] { try box.write("Migrations/\(name).swift", "import Migrator\n") }
            try await body(box)
        }
    }

    private func new(_ box: Sandbox, _ schema: String, _ arguments: String...) async throws -> Run {
        try await new(box, schema, arguments)
    }

    private func new(_ box: Sandbox, _ schema: String, _ arguments: [String]) async throws -> Run {
        try await box.run(.fixture, ["new"] + arguments, ["TC_FIXTURE": "plain", "TC_FIXTURE_SCHEMA": schema])
    }
}

private struct NewDocument: Decodable {
    var difference: Bool
    var operations: [String]?
    var losses: [String]?
}
