import TCMigrations
import Migrator
import TestSupport
import Testing

@Suite("up and down")
struct UpDownTests {
    @Test("up applies what is pending, a line each, and a second one finds nothing to do", arguments: Backend.available)
    func up(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let first = try await box.migrate("up", "--database", url)
            #expect(first.ending == .exit(0), "\(first)")
            #expect(
                first.output.contains(/^applied  0001-single-user-tables  \d+ ms\napplied  0002-session-owners  \d+ ms/)
            )
            #expect(first.error == "database: \(url) (--database)\n")
            let second = try await box.migrate("up", "--database", url)
            #expect(second.ending == .exit(0))
            #expect(second.output == "up to date: nothing is pending\n")
        }
    }

    @Test("up --to an applied migration does nothing", arguments: Backend.available)
    func upToApplied(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let part = try await box.fixture("newer", "up", "--to", "0002-notes", "--json", "-d", url)
            #expect(try part.document(MigrationsDocument.self).migrations.map(\.id) == ["0001-people", "0002-notes"])
            let again = try await box.fixture("newer", "up", "--to", "0001-people", "-d", url)
            #expect(again.ending == .exit(0) && again.output.contains("nothing is pending"), "\(again)")
            #expect(try await states(box, "newer", url) == ["applied", "applied", "pending"])
        }
    }

    @Test("down undoes one migration", arguments: Backend.available)
    func downOne(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("newer", "up", "-d", url)
            let run = try await box.fixture("newer", "down", "-d", url)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.contains(/^undone   0003-tags  \d+ ms\n$/), "\(run)")
            #expect(try await states(box, "newer", url) == ["applied", "applied", "pending"])
        }
    }

    @Test(
        "down goes as far as it is told",
        arguments: Backend.available,
        [
            (["--steps", "2"], ["0003-tags", "0002-notes"]), (["--to", "0002-notes"], ["0003-tags"]),
            (["--to", "0003-tags"], []), (["--to", "none"], ["0003-tags", "0002-notes", "0001-people"]),
            (["--steps", "9"], ["0003-tags", "0002-notes", "0001-people"]),
        ])
    func downFar(_ backend: Backend, _ example: (arguments: [String], undone: [String])) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("newer", "up", "-d", url)
            let run = try await box.run(
                .fixture, ["down", "--json", "-d", url] + example.arguments, ["TC_FIXTURE": "newer"])
            #expect(run.ending == .exit(0), "\(run)")
            let steps = try run.document(MigrationsDocument.self).migrations
            #expect(steps.map(\.id) == example.undone)
            #expect(steps.allSatisfy { $0.direction == "down" && $0.durationMs != nil })
        }
    }

    @Test("the whole real history goes down and up again", arguments: Backend.available)
    func realHistory(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.migrate("up", "-d", url)
            let down = try await box.migrate("down", "--to", "none", "-d", url)
            #expect(down.ending == .exit(0), "\(down)")
            try expectTables(url, ["tc_migrations"])
            let nothing = try await box.migrate("down", "-d", url)
            #expect(nothing.ending == .exit(0) && nothing.output == "nothing to undo\n")
            #expect(try await box.migrate("up", "-d", url).ending == .exit(0))
            #expect(try await box.migrate("drift", "-d", url).output == "no drift\n")
        }
    }

    @Test("a dry run tells the steps and changes nothing", arguments: Backend.available)
    func dryRun(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("shorter", "up", "-d", url)
            let before = try fingerprint(box, url)
            let up = try await box.fixture("plain", "up", "--dry-run", "-d", url)
            #expect(up.ending == .exit(0) && up.output == "would apply  0002-notes\n", "\(up)")
            let verbose = try await box.fixture("plain", "up", "--dry-run", "--verbose", "-d", url)
            #expect(verbose.output.contains("CREATE TABLE"), "\(verbose)")
            let down = try await box.fixture("plain", "down", "--dry-run", "--json", "-d", url)
            let document = try down.document(MigrationsDocument.self)
            #expect(document.dryRun == true && document.hazards == [])
            #expect(document.migrations.first?.sql?.first?.hasPrefix("DROP TABLE") == true)
            #expect(try fingerprint(box, url) == before)
        }
    }

    @Test("a dry run of a file that does not exist makes none")
    func dryRunOfNothing() async throws {
        try await withSandbox { box in
            let before = try box.contents()
            let up = try await box.migrate("up", "--dry-run", "--json")
            #expect(up.ending == .exit(0), "\(up)")
            #expect(try up.document(MigrationsDocument.self).migrations.count == History.teleclaude().migrations.count)
            #expect(try box.contents() == before)
        }
    }

    @Test("what would lose rows is refused until it is allowed", arguments: Backend.available)
    func dataLoss(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            try execute("INSERT INTO people (name, nick) VALUES ('Ann', 'a'), ('Ben', NULL)", on: url)
            let before = try fingerprint(box, url)
            let refused = try await box.fixture("plain", "down", "--steps", "2", "-d", url)
            expectRefusal(refused, saying: "0001-people", "table people", "2 rows", "--allow-data-loss")
            // The empty `notes` would go first, and stays: the refusal was foreseeable.
            #expect(!refused.error.contains("done before it"), "\(refused)")
            #expect(try fingerprint(box, url) == before)
            let planned = try await box.fixture("plain", "down", "--steps", "2", "--dry-run", "-d", url)
            #expect(planned.output.hasSuffix("\nneeds --allow-data-loss\n"), "\(planned)")
            let column = try await box.fixture("dropping", "up", "--json", "-d", url)
            expectRefusal(column, saying: "0003-dropping", "people.nick", "1 row", "--allow-data-loss")
            #expect(try column.document(ErrorDocument.self).error.code == "data_loss")
            let preview = try await box.fixture("dropping", "up", "--dry-run", "-d", url)
            #expect(preview.output.contains("would lose  column people.nick"), "\(preview)")
            let allowed = try await box.fixture("dropping", "up", "--allow-data-loss", "-d", url)
            #expect(allowed.ending == .exit(0), "\(allowed)")
        }
    }

    @Test("rows in the way are counted before anything is changed", arguments: Backend.available)
    func rowsInTheWay(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            try execute("INSERT INTO people (name, nick) VALUES ('Ann', NULL)", on: url)
            let before = try fingerprint(box, url)
            let run = try await box.fixture("tightening", "up", "--allow-data-loss", "--json", "-d", url)
            expectRefusal(run, saying: "people.nick", "1 row", "NULL", "filling")
            #expect(try run.document(ErrorDocument.self).error.code == "rows_in_the_way")
            #expect(try fingerprint(box, url) == before)
        }
    }

    private func states(_ box: Sandbox, _ history: String, _ url: String) async throws -> [String] {
        try await box.fixture(history, "status", "--json", "-d", url).document(StatusDocument.self).migrations.map(
            \.state)
    }
}
