import Foundation
import TestSupport
import Testing

@Suite("baseline: migrations of a database that is older than they are")
struct BaselineTests {
    @Test(
        "the walk-through of docs/migrations.md, on a database that another program made", arguments: Backend.available)
    func walkThrough(_ backend: Backend) async throws {
        let lines = try page().split(separator: "\n").filter { $0.hasPrefix("my-migrate") }
            .map { line in line.split(separator: "#")[0].split(separator: " ").dropFirst().map(String.init) }
        #expect(lines.map(\.first) == ["new", "baseline", "baseline", "up", "transfer"])
        try await withStranger(backend) { box, url in
            try FileManager.default.createDirectory(atPath: box("Migrations"), withIntermediateDirectories: false)
            var outputs: [String] = []
            for (number, words) in lines.prefix(4).enumerated() {
                let run = try await box.fixture(
                    number == 0 ? "grown:0" : "taken", words.map { $0 == "URL" ? url : $0 })
                #expect(run.ending == .exit(0), "\(run)")
                outputs.append(run.output)
            }
            #expect(outputs[0].contains("baseline --to 0001-first --database URL"), "\(outputs)")
            #expect(
                outputs.dropFirst() == [
                    "would record  0001-first\n", "recorded  0001-first\n", "up to date: nothing is pending\n",
                ])
            #expect(try await box.fixture("taken", "drift", "-d", url).output == "no drift\n")
            #expect(try query("SELECT name FROM people", on: url) == ["Ann"])
        }
    }

    @Test(
        "it records what is there, and up goes on behind it; a second one finds nothing to do",
        arguments: Backend.available)
    func records(_ backend: Backend) async throws {
        try await withStranger(backend) { box, url in
            let before = try fingerprint(box, url)
            let preview = try await box.fixture(
                "newer", "baseline", "--to", "0002-notes", "--dry-run", "--json", "-d", url)
            #expect(preview.ending == .exit(0) && preview.error.isEmpty, "\(preview)")
            let recorded = ["0001-people", "0002-notes"]
            #expect(try preview.document(BaselineDocument.self) == .init(version: 1, dryRun: true, recorded: recorded))
            #expect(try fingerprint(box, url) == before)
            let run = try await box.fixture("newer", "baseline", "--to", "0002-notes", "--json", "-d", url)
            #expect(try run.document(BaselineDocument.self) == .init(version: 1, dryRun: false, recorded: recorded))
            let again = try await box.fixture("newer", "baseline", "--to", "0002-notes", "-d", url)
            #expect(again.ending == .exit(0) && again.output.hasPrefix("nothing to record"), "\(again)")
            let up = try await box.fixture("newer", "up", "-d", url)
            #expect(up.ending == .exit(0) && up.output.hasPrefix("applied  0003-tags"), "\(up)")
            #expect(try await box.fixture("newer", "drift", "-d", url).output == "no drift\n")
        }
    }

    @Test("up on a database that has the tables already names baseline", arguments: Backend.available)
    func upInstead(_ backend: Backend) async throws {
        try await withStranger(backend) { box, url in
            let run = try await box.fixture("plain", "up", "-d", url)
            #expect(run.ending == .exit(2) && run.error.contains("already exists"), "\(run)")
            #expect(run.error.contains("baseline --dry-run compares first"), "\(run)")
        }
    }

    @Test(
        "up past the first migrations does not name baseline, which could record nothing", arguments: Backend.available)
    func upBehind(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let first = try await box.fixture("plain", "up", "--to", "0001-people", "-d", url)
            #expect(first.ending == .exit(0), "\(first)")
            try execute("CREATE TABLE notes (a text)", on: url)
            let run = try await box.fixture("plain", "up", "-d", url)
            #expect(run.ending == .exit(2) && run.error.contains("already exists"), "\(run)")
            #expect(!run.error.contains("baseline") && run.error.contains("rename one of the two objects"), "\(run)")
        }
    }

    @Test("of many at once one records, and all come to their end", arguments: Backend.available)
    func atOnce(_ backend: Backend) async throws {
        try await withStranger(backend) { box, url in
            let programs = try (0..<4).map { _ in try box.startFixture("plain", "baseline", "-d", url) }
            var outputs: [String] = []
            for program in programs {
                let run = try await program.finish()
                #expect(run.ending == .exit(0), "\(run)")
                outputs.append(run.output)
            }
            #expect(outputs.filter { $0.hasPrefix("recorded") }.count == 1, "\(outputs)")
            #expect(
                try query("SELECT id FROM tc_migrations ORDER BY position", on: url) == ["0001-people", "0002-notes"])
        }
    }

    @Test(
        "what is not exactly what the migrations make is refused, with every difference, and stays as it was",
        arguments: Backend.available)
    func otherSchema(_ backend: Backend) async throws {
        try await withStranger(backend) { box, url in
            try execute("ALTER TABLE notes ADD COLUMN colour text; CREATE TABLE labels (label text)", on: url)
            let before = try fingerprint(box, url)
            for arguments in [["baseline", "-d", url], ["baseline", "--dry-run", "-d", url]] {
                let run = try await box.fixture("plain", arguments)
                #expect(run.ending == .exit(2) && run.output.isEmpty, "\(run)")
                for words in ["up to 0002-notes", "colour", "table labels", "--into-history"] {
                    #expect(run.error.contains(words), "\(run)")
                }
            }
            let json = try await box.fixture("newer", "baseline", "--json", "-d", url)
            #expect(try json.document(ErrorDocument.self).error.code == "other_schema", "\(json)")
            #expect(json.output.contains("tags"), "\(json)")
            #expect(try fingerprint(box, url) == before)
        }
    }

    @Test("where a ledger says something else, it is refused, and up is named", arguments: Backend.available)
    func ledger(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("shorter", "up", "-d", url)
            let part = try await box.fixture("plain", "baseline", "--json", "-d", url)
            #expect(try part.document(ErrorDocument.self).error.code == "not_first", "\(part)")
            #expect(part.ending == .exit(2) && part.error.contains("fixture up"), "\(part)")
            _ = try await box.fixture("newer", "up", "-d", url)
            let newer = try await box.fixture("plain", "baseline", "--json", "-d", url)
            #expect(try newer.document(ErrorDocument.self).error.code == "newer", "\(newer)")
            let unknown = try await box.fixture("plain", "baseline", "--to", "0003-tags", "-d", url)
            #expect(unknown.ending == .exit(64), "\(unknown)")
        }
    }

    @Test(
        "an empty database has nothing to record, and a file that is not there is not made",
        arguments: Backend.available)
    func nothing(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            if backend == .sqlite {
                let missing = try await box.fixture("plain", "baseline", "-d", url)
                #expect(missing.ending == .exit(2), "\(missing)")
                #expect(!FileManager.default.fileExists(atPath: box("test.db")))
                _ = try await box.run(try Program(inPath: "touch"), [box("test.db")])
            }
            for arguments in [["baseline", "--json", "-d", url], ["baseline", "--dry-run", "--json", "-d", url]] {
                let run = try await box.fixture("plain", arguments)
                #expect(try run.document(ErrorDocument.self).error.code == "nothing_there", "\(run)")
            }
            try expectTables(url, [])
        }
    }

    @Test("a SQLite file whose types are another program's is refused, and comes in by a transfer")
    func otherTypes() async throws {
        try await withSandbox { box in
            try execute(
                """
                CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(40) NOT NULL, nick TEXT);
                CREATE TABLE notes (id INTEGER PRIMARY KEY, \
                person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE, body TEXT NOT NULL DEFAULT '');
                INSERT INTO people (name) VALUES ('Ann');
                INSERT INTO notes (id, person_id) VALUES (7, 1)
                """, on: "sqlite:\(box("old.db"))", creating: true)
            // `identity()` makes AUTOINCREMENT in SQLite. A plain key is no identity, although SQLite numbers its rows as well.
            let written = try await box.fixture(
                "grown:0", "new", "first", "--dry-run", "--folder", ".", "--from-database", "old.db")
            for (table, key) in [("people", ".identity().primaryKey()"), ("notes", ".primaryKey()")] {
                let line = "CreateTable(\"\(table)\") {\n            Column(\"id\", .bigint)\(key)\n"
                #expect(written.output.contains(line), "\(written)")
            }
            let refused = try await box.fixture("taken", "baseline", "-d", "old.db")
            #expect(refused.ending == .exit(2) && refused.error.contains("STRICT"), "\(refused)")
            #expect(refused.error.contains("notes.id") && refused.error.contains("no identity"), "\(refused)")
            let moved = try await box.fixture("taken", "transfer", "old.db", "new.db", "--into-history")
            #expect(moved.ending == .exit(0), "\(moved)")
            #expect(try await box.fixture("taken", "drift", "-d", "new.db").output == "no drift\n")
            // The plain key is numbered from here on, continuing after the rows that were transferred.
            try execute("INSERT INTO notes (person_id) VALUES (1)", on: "sqlite:\(box("new.db"))")
            #expect(try query("SELECT id FROM notes ORDER BY id", on: "sqlite:\(box("new.db"))") == ["7", "8"])
        }
    }

    private func page() throws -> String {
        try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("docs/migrations.md"), encoding: .utf8)
    }

    /// Makes a database with the tables of the history `plain`, but without a ledger: no migration made it.
    private func withStranger(_ backend: Backend, _ body: (Sandbox, String) async throws -> Void) async throws {
        let (key, strict) =
            switch backend {
            case .sqlite: ("INTEGER PRIMARY KEY AUTOINCREMENT", "STRICT")
            case .postgresql: ("bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "")
            }
        let number = backend == .sqlite ? "INTEGER" : "bigint"
        try await withDatabase(backend) { box, url in
            try execute(
                """
                CREATE TABLE people (id \(key), name text NOT NULL, nick text) \(strict);
                CREATE TABLE notes (id \(key), person_id \(number) NOT NULL REFERENCES people (id) ON DELETE CASCADE, \
                body text NOT NULL DEFAULT '') \(strict);
                INSERT INTO people (name) VALUES ('Ann')
                """, on: url, creating: true)
            try await body(box, url)
        }
    }
}

private struct BaselineDocument: Decodable, Equatable {
    var version: Int
    var dryRun: Bool
    var recorded: [String]
}
