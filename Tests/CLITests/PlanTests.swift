import Foundation
import TestSupport
import Testing

@Suite("plan: the real history's SQL")
struct PlanTests {
    @Test("is the golden SQL, up and down", arguments: ["sqlite", "postgresql"])
    func golden(_ dialect: String) async throws {
        try await withSandbox { box in
            let up = try await box.migrate("plan", "--dialect", dialect)
            #expect(up.ending == .exit(0) && up.error.isEmpty, "\(up)")
            try expectGolden(up.output, "\(dialect)/up.sql")
            let down = try await box.migrate("plan", "--dialect", dialect, "--down", "--to", "none")
            #expect(down.ending == .exit(0) && down.error.isEmpty, "\(down)")
            try expectGolden(down.output, "\(dialect)/down.sql")
            #expect(try box.contents().isEmpty)
        }
    }

    @Test("runs as it is in the database's own shell, up and down", arguments: Backend.available)
    func runsInShell(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let up = try await box.migrate("plan", "--dialect", backend.rawValue)
            let applied = try await shell(backend, up.output, box, url)
            #expect(applied.ending == .exit(0) && applied.error.isEmpty, "\(applied)")
            let status = try await box.migrate("status", "--exit-code", "-d", url)
            #expect(status.ending == .exit(0), "\(status)")
            let drift = try await box.migrate("drift", "-d", url)
            #expect(drift.output == "no drift\n", "\(drift)")

            let down = try await box.migrate("plan", "--dialect", backend.rawValue, "--down", "--to", "none")
            let undone = try await shell(backend, down.output, box, url)
            #expect(undone.ending == .exit(0) && undone.error.isEmpty, "\(undone)")
            try expectTables(url, ["tc_migrations"])
            #expect(try query("SELECT id FROM tc_migrations", on: url).isEmpty)
        }
    }

    @Test(
        "a script means the same whatever the database, the role or psql's environment sets",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func otherSettings() async throws {
        try await withDatabase(.postgresql) { box, url in
            try execute(
                """
                DO $$ BEGIN
                    EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings = off', current_database());
                    EXECUTE format('ALTER ROLE %I IN DATABASE %I SET escape_string_warning = off', current_user, current_database());
                END $$
                """, on: url)
            let plan = try await box.run(.fixture, ["plan", "--dialect", "postgresql"], ["TC_FIXTURE": "texts"])
            let script = try await box.run(
                try Program(inPath: "psql"), ["--no-psqlrc", "--quiet", "--dbname", url, "--file", "-"],
                ["PGCLIENTENCODING": "LATIN1"], input: plan.output)
            #expect(script.code == 0 && script.error.isEmpty, "\(script)")
            #expect(try await box.fixture("texts", "drift", "-d", url).output == "no drift\n")
            try execute("INSERT INTO people (name) VALUES ('ada')", on: url)
            #expect(try query("SELECT nick FROM people", on: url) == ["C:\\notes\\é"])
            // In the ledger's JSON, each backslash is written twice.
            let whole = "SELECT id FROM tc_migrations WHERE position('C:\\\\notes' IN operations) > 0"
            #expect(try query(whole, on: url) == ["0003-texts"])
        }
    }

    @Test("a script stops at its first error and leaves nothing of that migration", arguments: Backend.available)
    func stopsAtError(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let plan = try await box.run(.fixture, ["plan", "--dialect", backend.rawValue], ["TC_FIXTURE": "failing"])
            let run = try await shell(backend, plan.output, box, url)
            #expect(run.ending != .exit(0), "\(run)")
            #expect(run.error.contains("nowhere"), "\(run)")
            try expectTables(url, ["notes", "people", "tc_migrations"])
        }
    }

    @Test("a script stops where Swift belongs, says so, and `up` goes on from there", arguments: Backend.available)
    func stopsAtSwift(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let plan = try await box.run(.fixture, ["plan", "--dialect", backend.rawValue], ["TC_FIXTURE": "swift"])
            #expect(
                plan.code == 0 && plan.error.contains("0002-shouting: the script stops at the data step \"shout\""),
                "\(plan)")
            let script = try await shell(backend, plan.output, box, url)
            #expect(script.code != 0 && script.error.contains("the data step 'shout' is Swift"), "\(script)")
            try expectTables(url, ["people", "tc_migrations"])
            try execute("INSERT INTO people (name) VALUES ('ada')", on: url)

            let dry = try await box.fixture("swift", "up", "--dry-run", "-d", url)
            #expect(
                dry.code == 0
                    && dry.output.contains("would apply  0002-shouting\n  runs Swift: the data step \"shout\"\n"))
            let json = try await box.fixture("swift", "up", "--dry-run", "--json", "-d", url)
            #expect(json.output.filter { !$0.isWhitespace }.contains("\"data_steps\":[\"shout\"]"), "\(json)")
            #expect(try query("SELECT id FROM tc_migrations", on: url).count == 1)

            let up = try await box.fixture("swift", "up", "-d", url)
            #expect(up.code == 0, "\(up)")
            #expect(try query("SELECT shout FROM people", on: url) == ["ADA"])
            #expect(try await box.fixture("swift", "drift", "-d", url).output == "no drift\n")

            let down = try await box.fixture("swift", "down", "--to", "none", "--allow-data-loss", "-d", url)
            #expect(down.code == 2 && down.error.contains("the data step \"shout\" has no undo"), "\(down)")
            let undo = try await box.run(.fixture, ["plan", "--down", "--to", "none"], ["TC_FIXTURE": "swift"])
            #expect(undo.code == 2 && undo.output.isEmpty, "\(undo)")
            try expectTables(url, ["notes", "people", "tc_migrations"])
        }
    }

    @Test("what a data step throws is one sentence, a document and exit code 2", arguments: Backend.available)
    func throwingStep(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let up = try await box.fixture("throwing", "up", "-d", url)
            #expect(up.code == 2 && up.error.contains("failed in the data step \"give up\""), "\(up)")
            #expect(up.error.contains("there is no telling") && up.error.contains("ask somebody"), "\(up)")
            let json = try await box.fixture("throwing", "up", "--json", "-d", url)
            let error = try json.document(ErrorDocument.self).error
            #expect(error.code == "migration_failed" && error.context.dataStep == "give up", "\(json)")
            try expectTables(url, ["people", "tc_migrations"])
        }
    }

    @Test("a script stops where it would lose what a script made, and `up` keeps it", arguments: Backend.available)
    func stopsAtScriptedObjects(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let plan = try await box.run(.fixture, ["plan", "--dialect", backend.rawValue], ["TC_FIXTURE": "guarded"])
            #expect(
                plan.code == 0 && plan.error.contains("0003-rebuilding: the script stops")
                    && plan.error.contains("'0003-guarded'"), "\(plan)")
            let script = try await shell(backend, plan.output, box, url)
            #expect(script.code != 0 && script.error.contains("run this migration with the program"), "\(script)")
            #expect(try query("SELECT id FROM tc_migrations", on: url).count == 3)
            let up = try await box.fixture("guarded", "up", "-d", url)
            #expect(up.code == 0, "\(up)")
            #expect(try await box.fixture("guarded", "drift", "-d", url).output == "no drift\n")
        }
    }

    @Test("a script goes on once a later one has dropped what it made", arguments: Backend.available)
    func goesOnWithoutScriptedObjects(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let plan = try await box.run(
                .fixture, ["plan", "--dialect", backend.rawValue], ["TC_FIXTURE": "unguarded"])
            #expect(plan.code == 0 && plan.error.isEmpty, "\(plan)")
            let script = try await shell(backend, plan.output, box, url)
            #expect(script.code == 0 && script.error.isEmpty, "\(script)")
        }
    }

    /// The script behaves like `up`.
    @Test("a rebuild in the sqlite3 shell forgives rows that pointed nowhere before, and stops at one more")
    func orphans() async throws {
        try await withDatabase(.sqlite) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            let orphan = "INSERT INTO notes (person_id, body) VALUES (99, 'orphan');"
            let before = try await shell(.sqlite, "PRAGMA foreign_keys = OFF; " + orphan, box, url)
            #expect(before.code == 0, "\(before)")
            let plan = try await box.run(
                .fixture, ["plan", "--dialect", "sqlite", "--from", "0002-notes"], ["TC_FIXTURE": "rebuilding"])
            let rebuild = try #require(plan.output.firstMatch(of: /CREATE TEMP TABLE tc_orphans .*;\n/)).range
            let spoiled = plan.output.replacingCharacters(in: rebuild, with: plan.output[rebuild] + orphan + "\n")
            let stopped = try await shell(.sqlite, spoiled, box, url)
            #expect(stopped.code != 0 && stopped.error.contains("CHECK"), "\(stopped)")
            #expect(try query("SELECT id FROM tc_migrations", on: url).count == 2)
            let run = try await shell(.sqlite, plan.output, box, url)
            #expect(run.code == 0 && run.error.isEmpty, "\(run)")
            #expect(try await box.fixture("rebuilding", "drift", "-d", url).output == "no drift\n")
            #expect(try query("SELECT body FROM notes", on: url) == ["orphan"])
        }
    }

    @Test("an end before the beginning is refused, unless it is undone")
    func backwards() async throws {
        try await withSandbox { box in
            let range = ["--from", "0003-tags", "--to", "0001-people"]
            let refused = try await box.run(.fixture, ["plan"] + range, ["TC_FIXTURE": "newer"])
            #expect(refused.code == 64 && refused.output.isEmpty, "\(refused)")
            #expect(refused.error.contains("0001-people comes before 0003-tags: exchange"), "\(refused)")
            let down = try await box.run(.fixture, ["plan", "--down"] + range, ["TC_FIXTURE": "newer"])
            #expect(down.code == 0 && !down.output.isEmpty, "\(down)")
        }
    }

    @Test("begins and ends where it is told")
    func range() async throws {
        try await withSandbox { box in
            let ids = ["0001-people", "0002-notes", "0003-tags"]
            for (arguments, expected) in [
                ([], ids), (["--from", ids[0]], [ids[1], ids[2]]), (["--to", ids[1]], [ids[0], ids[1]]),
                (["--from", ids[0], "--to", ids[1]], [ids[1]]), (["--from", "none"], ids), (["--from", ids[2]], []),
                (["--down"], [ids[2]]), (["--down", "--to", ids[0]], [ids[2], ids[1]]),
                (["--down", "--from", ids[1], "--to", "none"], [ids[1], ids[0]]),
            ] {
                let run = try await box.run(.fixture, ["plan", "--json"] + arguments, ["TC_FIXTURE": "newer"])
                #expect(run.ending == .exit(0), "\(run)")
                let document = try run.document(MigrationsDocument.self)
                #expect(document.migrations.map(\.id) == expected, "\(arguments)")
                #expect(document.dialect == "sqlite" && document.migrations.allSatisfy { $0.sql?.isEmpty == false })
            }
        }
    }
}

/// Runs a script in sqlite3 or psql, independently of the program.
func shell(_ backend: Backend, _ script: String, _ box: Sandbox, _ url: String) async throws -> Run {
    switch backend {
    case .sqlite:
        let file = url.replacing("sqlite:", with: "")
        return try await box.run(try Program(inPath: "sqlite3"), [file], input: script)
    case .postgresql:
        let arguments = ["--no-psqlrc", "--quiet", "--dbname", url, "--file", "-"]
        return try await box.run(try Program(inPath: "psql"), arguments, input: script)
    }
}
