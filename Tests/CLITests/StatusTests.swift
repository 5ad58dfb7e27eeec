import TestSupport
import Testing

@Suite("status and drift")
struct StatusTests {
    @Test("status tells each migration's state as a table and as a document", arguments: Backend.available)
    func status(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            let text = try await box.fixture("newer", "status", "-d", url)
            #expect(text.ending == .exit(0), "\(text)")
            #expect(
                text.output.contains(/^MIGRATION +STATE +APPLIED AT +DURATION\n0001-people +applied +20\S+Z +\d+ ms\n/))
            #expect(text.output.contains(/\n0003-tags +pending +- +-\n\nposition: behind by 1\n$/), "\(text)")

            let run = try await box.fixture("newer", "status", "--json", "-d", url)
            #expect(run.ending == .exit(0) && run.error.isEmpty, "\(run)")
            #expect(try run.keys() == ["version", "position", "out_of_order", "migrations"])
            let document = try run.document(StatusDocument.self)
            #expect(document.version == 1 && document.position == "behind")
            #expect(document.migrations.map(\.id) == ["0001-people", "0002-notes", "0003-tags"])
            #expect(document.migrations.map(\.state) == ["applied", "applied", "pending"])
            let applied = document.migrations[0]
            #expect(applied.appliedAt?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil, "\(run)")
            #expect(try #require(applied.durationMs) >= 0)
            #expect(document.migrations[2].appliedAt == nil && document.migrations[2].durationMs == nil)
        }
    }

    @Test("--exit-code says no unless the database is current", arguments: Backend.available)
    func exitCode(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            #expect(try await box.fixture("plain", "status", "--exit-code", "-d", url).ending == .exit(0))
            for (history, position) in [("newer", "behind"), ("shorter", "newer"), ("edited", "changed")] {
                let plain = try await box.fixture(history, "status", "-d", url)
                #expect(plain.ending == .exit(0), "\(plain)")
                let run = try await box.fixture(history, "status", "--exit-code", "--json", "-d", url)
                #expect(run.ending == .exit(1), "\(run)")
                #expect(try run.document(StatusDocument.self).position == position)
            }
        }
    }

    @Test(
        "status of a database without a ledger: everything is pending, and it stays without",
        arguments: Backend.available)
    func noLedger(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.run(try Program(inPath: "touch"), [box("test.db")])
            let before = try fingerprint(box, url)
            let run = try await box.migrate("status", "--json", "-d", url)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try run.document(StatusDocument.self).migrations.allSatisfy { $0.state == "pending" })
            #expect(try fingerprint(box, url) == before)
        }
    }

    @Test("status and drift change nothing", arguments: Backend.available)
    func changeNothing(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.migrate("up", "-d", url)
            let before = try fingerprint(box, url)
            for command in ["status", "drift"] {
                let run = try await box.migrate(command, "--json", "-d", url)
                #expect(run.ending == .exit(0), "\(run)")
                #expect(try fingerprint(box, url) == before, "\(command)")
            }
        }
    }

    @Test("what only reads leaves a file that another program made as it is")
    func foreignJournalMode() async throws {
        try await withDatabase(.sqlite) { box, url in
            let plan = try await box.migrate("plan")
            let made = try await box.run(try Program(inPath: "sqlite3"), [box("test.db")], input: plan.output)
            #expect(made.ending == .exit(0), "\(made)")
            let before = try box.contents()
            for command in [["status"], ["drift"], ["up", "--dry-run"], ["down", "--dry-run"]] {
                let run = try await box.run(.tcMigrate, command + ["-d", url])
                #expect(run.ending == .exit(0), "\(run)")
                #expect(try box.contents() == before, "\(command)")
            }
        }
    }

    @Test("drift names what somebody has changed", arguments: Backend.available)
    func drift(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            let none = try await box.fixture("plain", "drift", "--json", "-d", url)
            #expect(none.ending == .exit(0), "\(none)")
            #expect(try none.keys() == ["version", "drift", "differences", "notes"])
            #expect(try none.document(DriftDocument.self).drift == false)

            try execute("ALTER TABLE notes ADD COLUMN colour text; CREATE INDEX by_body ON notes (body)", on: url)
            let text = try await box.fixture("plain", "drift", "-d", url)
            #expect(text.ending == .exit(1), "\(text)")
            #expect(text.output.contains("colour") && text.output.contains("by_body"), "\(text)")
            let run = try await box.fixture("plain", "drift", "--json", "-d", url)
            #expect(run.ending == .exit(1) && run.error.isEmpty, "\(run)")
            let document = try run.document(DriftDocument.self)
            #expect(document.drift && document.differences.count == 2, "\(run)")
        }
    }

    @Test("a broken pipe is not an error")
    func brokenPipe() async throws {
        try await withSandbox { box in
            let shell = Program(path: "/bin/sh")
            // The reader has ended before the first byte is written. The output is the program's own exit code.
            let script = "{ sleep 0.2; \"$0\" plan; echo $? >&3; } 3>code | true; cat code"
            let run = try await box.run(shell, ["-c", script, Program.tcMigrate.path])
            #expect(run.output == "0\n" && run.error.isEmpty, "\(run)")
        }
    }
}
