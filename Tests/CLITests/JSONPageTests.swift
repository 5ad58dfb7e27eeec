import Dialects
import Foundation
import TCTerminal
import TestSupport
import Testing

/// Compares docs/json.md with what the commands print, and with what the sources can print.
@Suite("docs/json.md")
struct JSONPageTests {
    // MARK: What the commands print

    @Test("it names each key of the documents about migrations")
    func migrations() async throws {
        try await withDatabase(.sqlite) { box, url in
            let preview = "up --dry-run, down --dry-run"
            try expectKeys(try await box.fixture("online", "up", "--dry-run", "--json", "-d", url), preview)
            try expectKeys(try await box.fixture("swift", "up", "--dry-run", "--json", "-d", url), preview)
            try expectKeys(try await box.fixture("swift", "plan", "--json"), "plan")
            try expectKeys(try await box.fixture("plain", "up", "--json", "-d", url), "up, down")
            try expectKeys(try await box.fixture("online", "status", "--json", "-d", url), "status")
            let repair = "repair, baseline"
            try expectKeys(try await box.fixture("retold", "repair", "--dry-run", "--json", "-d", url), repair)
            try expectKeys(try await box.fixture("plain", "baseline", "--dry-run", "--json", "-d", url), repair)
            try execute("INSERT INTO people (id, name, nick) VALUES (1, 'ann', 'a')", on: url)
            try expectKeys(try await box.fixture("dropping", "up", "--dry-run", "--json", "-d", url), preview)
            try execute("CREATE TABLE extra (a INT)", on: url)
            try expectKeys(try await box.fixture("plain", "drift", "--json", "-d", url), "drift", 1)
            try execute("DROP TABLE extra", on: url)
            try expectKeys(try await box.fixture("squashed", "up", "--dry-run", "--json", "-d", url), preview)
            try expectKeys(try await box.fixture("squashed", "up", "--json", "-d", url), "up, down")
            try expectKeys(try await box.fixture("squashed", "down", "--json", "-d", url), "up, down")
        }
    }

    @Test("it names each key of new")
    func new() async throws {
        try await withSandbox { box in
            for name in ["0001-people", "0002-notes"] { try box.write("Migrations/\(name).swift", "") }
            let cases: [(schema: String, arguments: [String], code: Int32)] = [
                ("same", ["--check"], 0), ("grown", ["--check"], 1), ("grown", ["tags", "--dry-run"], 0),
                ("grown", ["tags", "--rename", "nonsense"], 64),
            ]
            for (schema, arguments, code) in cases {
                let run = try await box.run(
                    .fixture, ["new", "--json"] + arguments, ["TC_FIXTURE": "plain", "TC_FIXTURE_SCHEMA": schema])
                try expectKeys(run, code == 64 ? "Errors" : "new", code)
            }
        }
    }

    @Test("it names each key of the documents about a whole database")
    func databases() async throws {
        try await withSandbox { box in
            let (source, target) = (try makeSource(box, Self.source), box("copy.db"))
            try expectKeys(try await box.migrate("inspect", source, "--json"), "inspect")
            let planned = try await box.migrate("transfer", source, target, "--dry-run", "--json")
            try expectKeys(planned, "transfer --dry-run")
            try expectKeys(try await box.migrate("transfer", source, target, "--json"), "transfer")
            try expectKeys(try await box.migrate("transfer", source, target, "--resume", "--json"), "transfer")
            try execute("UPDATE t SET v = 'changed' WHERE id = 2", on: target)
            try expectKeys(try await box.migrate("verify", source, target, "--json"), "verify", 1)
        }
    }

    @Test(
        "it names each key of a transfer that has something to say",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func transfers() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, Self.source)
            let transfer = ["transfer", source, target, "--json", "--on-mismatch"]
            try expectKeys(try await box.run(.tcMigrate, transfer + ["fail"]), "Errors", 2)
            try expectKeys(try await box.run(.tcMigrate, transfer + ["null", "--dry-run"]), "transfer --dry-run")
            let run = try await box.run(.tcMigrate, transfer + ["null"])
            try expectKeys(run, "transfer")
            let document = try run.document(TransferDocument.self)
            #expect(!document.misfits.isEmpty && !document.omitted.isEmpty && !document.renames.isEmpty, "\(run)")
        }
    }

    @Test("it names each key of an error, and its exit code")
    func errors() async throws {
        try await withDatabase(.sqlite) { box, url in
            let source = try makeSource(box, "CREATE TABLE t (id INTEGER PRIMARY KEY)")
            let rules = try makeRules(box, "tables: {t: {nonsense: 1}}")
            _ = try await box.fixture("plain", "up", "-d", url)
            try execute("INSERT INTO people (id, name, nick) VALUES (1, 'ann', 'a')", on: url)
            let runs = [
                "usage": try await box.migrate("up", "--nonsense", "--json"),
                "invalid_url": try await box.migrate("status", "--json", "-d", "mysql://db/app"),
                "unreachable": try await box.migrate("inspect", box("nowhere.db"), "--json"),
                "unknown_id": try await box.fixture("plain", "up", "--to", "nowhere", "--json", "-d", url),
                "changed": try await box.fixture("edited", "up", "--json", "-d", url),
                "not_confirmed": try await box.fixture("retold", "repair", "--json", "-d", url),
                "data_loss": try await box.fixture("dropping", "up", "--json", "-d", url),
                "migration_failed": try await box.fixture("failing", "up", "--json", "-d", url),
                "bad_rule": try await box.migrate("transfer", source, box("a.db"), "--rules", rules, "--json"),
                "rules_for_replica": try await box.migrate(
                    "transfer", source, box("b.db"), "--lowercase-names", "--json"),
                "nothing_to_abandon": try await box.migrate("transfer", "abandon", source, "--json"),
            ]
            let page = try JSONPage()
            for (code, run) in runs {
                try expectKeys(run, "Errors", try #require(page.exitCodes[code]))
                #expect(try run.document(ErrorDocument.self).error.code == code, "\(run)")
            }
        }
    }

    private static let source = """
        CREATE TABLE parents (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b TEXT, UNIQUE (a, b));
        CREATE TABLE t (
            id INTEGER PRIMARY KEY, v INT DEFAULT 5, w TEXT NOT NULL DEFAULT (upper('x')) COLLATE NOCASE,
            parent INT REFERENCES parents ON DELETE CASCADE, twice INT GENERATED ALWAYS AS (id * 2) STORED,
            CHECK (id > 0)
        );
        CREATE INDEX t_part ON t (w COLLATE BINARY DESC, abs(id)) WHERE id > 1;
        CREATE TABLE a_name_that_is_longer_than_the_sixty_three_bytes_that_postgresql_takes (x INT);
        CREATE VIEW seen AS SELECT id FROM t;
        CREATE TRIGGER clean AFTER INSERT ON t BEGIN DELETE FROM parents WHERE id = 0; END;
        INSERT INTO parents (a, b) VALUES ('a', 'b');
        INSERT INTO t (id, v) VALUES (1, 5), (2, 'n/a'), (3, 7);
        """

    private func expectKeys(
        _ run: Run, _ section: String, _ code: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(run.ending == .exit(code), "\(run)", sourceLocation: sourceLocation)
        let page = try JSONPage()
        let document = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        for path in JSONPage.paths(of: document) {
            #expect(page.names(path, in: section), "\(section) lacks \(path)", sourceLocation: sourceLocation)
        }
    }

    // MARK: What the sources can print

    @Test("it names the keys that the sources have, and no other")
    func keys() throws {
        let page = try JSONPage()
        let shared = [
            "Terminal/Problem.swift", "Dialects/Rendering/SchemaAsJSON.swift", "Dialects/Inspection/Omission.swift",
        ]
        let mine = try DocumentSources.keys(in: DocumentSources.files(in: "MigrateCommand") + shared)
        let namedOfMine = page.names { $0 != JSONPage.telec }
        // The page describes these in words, because they are in every document, and in every expression.
        #expect(mine.subtracting(namedOfMine) == ["version", "sqlite", "postgresql"])
        // An error of telec may have these.
        #expect(namedOfMine.subtracting(mine) == ["obstacles", "path"])

        let telec = try DocumentSources.keys(in: DocumentSources.files(in: "telec"))
        let namedOfTelec = page.names { $0 == JSONPage.telec }
        // The rest is in every document, in an error, or in a request.
        #expect(telec.subtracting(namedOfTelec) == ["version", "obstacles", "remedy", "follow"])
        #expect(namedOfTelec.subtracting(telec).isEmpty)
    }

    @Test("it names the codes that the sources have, and no other")
    func codes() throws {
        let page = try JSONPage()
        let kinds = DatabaseError.Kind.allCases.map { Problem(DatabaseError($0, "")) }
        for problem in kinds { #expect(page.exitCodes[problem.code] == problem.exitCode, "\(problem.code)") }
        let known = try DocumentSources.codes().union(kinds.map(\.code))
        #expect(known.subtracting(page.exitCodes.keys).isEmpty)
        #expect(Set(page.exitCodes.keys).subtracting(known).isEmpty)
    }
}
