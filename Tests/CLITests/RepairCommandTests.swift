import TestSupport
import Testing

@Suite("repair")
struct RepairCommandTests {
    @Test("case 64: shown, then recorded with consent, and up goes on", arguments: Backend.available)
    func recorded(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("shorter", "up", "-d", url)
            try execute("INSERT INTO people (name) VALUES ('Ann')", on: url)
            let refused = try await box.fixture("retold", "up", "--json", "-d", url)
            expectRefusal(refused, saying: "0001-people was edited", "in a new one", "tc-migrate-fixture repair")
            let before = try fingerprint(box, url)
            let preview = try await box.fixture("retold", "repair", "--dry-run", "-d", url)
            #expect(preview.ending == .exit(0), "\(preview)")
            #expect(preview.output.hasPrefix("would record  0001-people: operation 1 differs: "), "\(preview)")
            #expect(preview.error.contains("note: 0001-people: rows stay as they were left when it was applied"))
            let unasked = try await box.fixture("retold", "repair", "--json", "-d", url)
            expectRefusal(unasked, saying: "0001-people was edited", "operation 1 differs", "--yes")
            #expect(try unasked.document(ErrorDocument.self).error.code == "not_confirmed")
            #expect(try fingerprint(box, url) == before)

            let run = try await box.fixture("retold", "repair", "--yes", "--json", "-d", url)
            #expect(run.ending == .exit(0) && run.error.isEmpty, "\(run)")
            let document = try run.document(RepairDocument.self)
            #expect(document.migrations.map(\.id) == ["0001-people"] && !document.dryRun && document.schemaCompared)
            #expect(document.unproven == [.init(id: "0001-people", kind: "rows")])
            let again = try await box.fixture("retold", "repair", "-d", url)
            #expect(again.ending == .exit(0) && again.output.hasPrefix("nothing to repair"), "\(again)")
            let up = try await box.fixture("retold", "up", "-d", url)
            #expect(up.ending == .exit(0) && up.output.hasPrefix("applied  0002-notes"), "\(up)")
            #expect(try await box.fixture("retold", "drift", "-d", url).output == "no drift\n")
            #expect(try query("SELECT name FROM people", on: url) == ["Ann"])
        }
    }

    @Test("case 64: what makes another schema, or departs from it, is refused", arguments: Backend.available)
    func refused(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            let before = try fingerprint(box, url)
            for options in [["--dry-run"], ["--yes"], []] {
                let run = try await box.fixture("edited", ["repair", "--json", "-d", url] + options)
                expectRefusal(
                    run, saying: "0001-people", "another schema", "people.nick", "varchar(20)", "in a new one")
                #expect(try run.document(ErrorDocument.self).error.code == "edit_matters")
            }
            #expect(try fingerprint(box, url) == before)
            try execute("ALTER TABLE people ADD COLUMN by_hand text", on: url)
            let drift = try await box.fixture("retold", "repair", "--yes", "-d", url)
            expectRefusal(drift, saying: "the live schema is not", "people.by_hand", "restore the live schema")
        }
    }

    @Test("what a script or a data step did is named, and not done again", arguments: Backend.available)
    func unproven(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("script-last", "up", "--to", "0002-notes", "-d", url)
            try execute("INSERT INTO people (name) VALUES ('Ann')", on: url)
            _ = try await box.fixture("script-last", "up", "-d", url)
            let run = try await box.fixture("script-retold", "repair", "--yes", "-d", url)
            #expect(run.ending == .exit(0) && run.output.contains("nick = 'y'"), "\(run)")
            #expect(run.error.contains("note: 0002-scripted: what its script did stays"), "\(run)")
            #expect(try query("SELECT nick FROM people", on: url) == ["x"])
        }
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("swift", "up", "-d", url)
            let run = try await box.fixture("swift-retold", "repair", "--yes", "-d", url)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.error.contains("note: 0002-shouting: what its data steps did to rows"), "\(run)")
            #expect(try await box.fixture("swift-retold", "status", "--exit-code", "-d", url).ending == .exit(0))
        }
    }

    @Test("on a terminal it asks, and anything but yes records nothing", arguments: ["y\n", "n\n", "\n"])
    func asked(_ answer: String) async throws {
        try await withDatabase(.sqlite) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            let run = try await box.run(
                onTerminalOf: 200, [Program.fixture.path, "repair", "-d", url], ["TC_FIXTURE": "retold"], input: answer)
            #expect(run.output.contains("would record  0001-people: operation 1 differs"), "\(run)")
            #expect(run.output.contains("Record this? [y/N]"), "\(run)")
            let isYes = answer == "y\n"
            #expect(run.ending == .exit(isYes ? 0 : 2), "\(run)")
            #expect(run.output.contains(isYes ? "recorded  0001-people" : "nothing was recorded"), "\(run)")
            let status = try await box.fixture("retold", "status", "--exit-code", "-d", url)
            #expect(status.ending == .exit(isYes ? 0 : 1), "\(status)")
        }
    }

    @Test("a file that does not exist is not made")
    func noFile() async throws {
        try await withSandbox { box in
            let before = try box.contents()
            let run = try await box.fixture("retold", "repair", "--yes", "--json", "-d", box("none.db"))
            expectRefusal(run)
            #expect(try box.contents() == before)
        }
    }
}

private struct RepairDocument: Decodable {
    struct Migration: Decodable {
        var id: String
        var difference: String
    }
    struct Unproven: Decodable, Equatable {
        var id: String
        var kind: String
    }

    var version: Int
    var dryRun: Bool
    var migrations: [Migration]
    var unproven: [Unproven]
    var schemaCompared: Bool
}
