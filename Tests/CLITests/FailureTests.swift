import TestSupport
import Testing

@Suite("a migration that fails")
struct FailureTests {
    @Test("leaves nothing of itself, says what failed, and is simply tried again", arguments: Backend.available)
    func failing(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let first = try await box.fixture("failing", "up", "-d", url)
            expectFailure(first)
            #expect(first.output.contains("applied  0001-people") && first.output.contains("applied  0002-notes"))
            try expectTables(url, ["notes", "people", "tc_migrations"])
            let before = try fingerprint(box, url)

            let again = try await box.fixture("failing", "up", "--json", "-d", url)
            expectFailure(again)
            let error = try again.document(ErrorDocument.self).error
            #expect(error.code == "migration_failed" && error.message.contains("nowhere"))
            #expect(error.context.migration == "0003-failing" && error.context.statement == 3)
            #expect(error.context.sql?.contains("INSERT INTO nowhere") == true && error.context.applied == [])
            if backend == .sqlite { #expect(try fingerprint(box, url) == before) }

            // Once the cause is repaired, neither force nor a clean-up is needed.
            try execute("CREATE TABLE nowhere (a integer)", on: url)
            let repaired = try await box.fixture("failing", "up", "-d", url)
            #expect(repaired.ending == .exit(0) && repaired.output.hasPrefix("applied  0003-failing"), "\(repaired)")
            try expectTables(url, ["first", "notes", "nowhere", "people", "second", "tc_migrations", "third"])
        }
    }

    @Test("a row that points nowhere is named", arguments: Backend.available)
    func orphan(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let run = try await box.fixture("orphaning", "up", "--json", "-d", url)
            #expect(run.ending == .exit(2), "\(run)")
            #expect(run.error.contains("0003-orphaning") && run.error.contains("person_id"), "\(run)")
            let error = try run.document(ErrorDocument.self).error
            #expect(error.context.kind == "foreignKey" && error.context.applied == ["0001-people", "0002-notes"])
            #expect(try query("SELECT body FROM notes", on: url).isEmpty)
        }
    }

    @Test("a rebuild keeps the rows that refer to the table", arguments: Backend.available)
    func rebuilding(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            try execute(
                "INSERT INTO people (name) VALUES ('Ann'); INSERT INTO notes (person_id, body) VALUES (1, 'x')", on: url
            )
            let run = try await box.fixture("rebuilding", "up", "-d", url)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT nick FROM people", on: url) == ["none"])
            #expect(try query("SELECT body FROM notes", on: url) == ["x"])
            #expect(try await box.fixture("rebuilding", "drift", "-d", url).output == "no drift\n")
        }
    }

    private func expectFailure(_ run: Run) {
        #expect(run.ending == .exit(2), "\(run)")
        #expect(
            run.error.contains("error: migration 0003-failing failed at statement 3 and was rolled back: "), "\(run)")
        #expect(run.error.contains("nowhere"), "\(run)")
    }
}
