import TestSupport
import Testing

/// Tests ledgers that do not match the history. The program says so in one clear sentence, exits with 2 (64 for an unknown id),
/// and changes nothing.
@Suite("a ledger that the program can't work with")
struct RefusalTests {
    @Test(
        "up and down are refused, and say why and what to do", arguments: Backend.available,
        [
            Mismatch(
                "newer", then: "plain", "newer",
                ["migrations that this program does not know", "0003-tags", "use the program"]),
            Mismatch(
                "plain", then: "edited", "changed", ["0001-people", "edited after it was applied", "nick", "new one"]),
            Mismatch("slipped-in", then: "plain", "unknown_row", ["0003-tags", "does not know", "before 0002-notes"]),
        ])
    func refused(_ backend: Backend, _ mismatch: Mismatch) async throws {
        try await withDatabase(backend) { box, url in
            let up = try await box.fixture(mismatch.applied, "up", "-d", url)
            #expect(up.ending == .exit(0), "\(up)")
            let before = try fingerprint(box, url)
            for command in [["up"], ["up", "--dry-run"], ["down"], ["down", "--to", "none"], ["drift"]] {
                let run = try await box.run(
                    .fixture, command + ["--json", "-d", url], ["TC_FIXTURE": mismatch.program])
                expectRefusal(run)
                for word in mismatch.words { #expect(run.error.contains(word), "\(run)") }
                let document = try run.document(ErrorDocument.self)
                #expect(document.version == 1 && document.error.code == mismatch.code)
                #expect(document.error.remedy != nil)
            }
            #expect(try fingerprint(box, url) == before)
        }
    }

    @Test("a migration that was merged late is refused unless that is allowed", arguments: Backend.available)
    func slippedIn(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            let before = try fingerprint(box, url)
            // What is applied already is done, whatever else is missing behind it.
            let applied = try await box.fixture("slipped-in", "up", "--to", "0001-people", "-d", url)
            #expect(applied.ending == .exit(0), "\(applied)")
            for command in [["up"], ["up", "--to", "0002-notes"], ["up", "--dry-run"]] {
                let run = try await box.fixture("slipped-in", command + ["--json", "-d", url])
                expectRefusal(run, saying: "0003-tags is not applied", "0002-notes", "an id", "up --out-of-order")
                let error = try run.document(ErrorDocument.self).error
                #expect(error.code == "out_of_order" && error.context.migration == "0003-tags")
            }
            #expect(try fingerprint(box, url) == before)
        }
    }

    @Test("status shows a newer and a changed database, and the migrations it means", arguments: Backend.available)
    func status(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("newer", "up", "-d", url)
            let newer = try await box.fixture("plain", "status", "-d", url)
            #expect(
                newer.output.contains("0003-tags    unknown") && newer.output.contains("position: newer:"), "\(newer)")
            let changed = try await box.fixture("edited", "status", "-d", url)
            #expect(changed.output.contains(/0001-people +changed/) && changed.output.contains("nick"), "\(changed)")
        }
    }

    @Test("an unknown id is named with the one that was meant", arguments: Backend.available)
    func unknownID(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("shorter", "up", "-d", url)
            let before = try fingerprint(box, url)
            for command in [["up"], ["up", "--dry-run"], ["down"], ["down", "--dry-run"]] {
                let run = try await box.run(.fixture, command + ["--to", "0002-nots", "--json", "-d", url])
                expectRefusal(run, 64, saying: "there is no migration 0002-nots", "did you mean 0002-notes?")
                #expect(try run.document(ErrorDocument.self).error.code == "unknown_id")
            }
            let far = try await box.fixture("plain", "up", "--to", "xyz", "-d", url)
            expectRefusal(far, 64, saying: "there is no migration xyz", "0001-people, 0002-notes")
            #expect(try fingerprint(box, url) == before)
        }
    }

    @Test(
        "a history that makes no sense is refused, whatever the ledger holds", arguments: Backend.available,
        ["plain", "shorter", "newer", "edited"])
    func impossibleHistory(_ backend: Backend, _ applied: String) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture(applied, "up", "-d", url)
            let before = try fingerprint(box, url)
            for command in [
                ["up"], ["up", "--to", "0001-people"], ["up", "--dry-run"], ["down"], ["down", "--dry-run"], ["status"],
                ["drift"],
            ] {
                let run = try await box.run(.fixture, command + ["-d", url], ["TC_FIXTURE": "impossible"])
                expectImpossible(run)
            }
            #expect(try fingerprint(box, url) == before)
        }
    }

    @Test("a history that makes no sense does not make a file")
    func impossibleHistoryWithoutFile() async throws {
        try await withSandbox { box in
            let before = try box.contents()
            for command in [["up"], ["up", "--to", "0001-people"], ["up", "--dry-run"]] {
                let run = try await box.run(
                    .fixture, command + ["-d", box("new.db")], ["TC_FIXTURE": "impossible"])
                expectImpossible(run)
            }
            #expect(try box.contents() == before)
        }
    }

    private func expectImpossible(_ run: Run) {
        #expect(run.ending == .exit(2) && run.output.isEmpty, "\(run)")
        #expect(run.error.contains("error: migration 0003-impossible: there is no table nowhere"), "\(run)")
    }

    @Test("an unknown id does not make a file")
    func unknownIDWithoutFile() async throws {
        try await withSandbox { box in
            let before = try box.contents()
            expectRefusal(try await box.migrate("up", "--to", "0001-single-user-table"), 64, saying: "did you mean")
            expectRefusal(try await box.migrate("plan", "--to", "0001-single-user-table"), 64, saying: "did you mean")
            #expect(try box.contents() == before)
        }
    }

    @Test("down to a migration that is not applied", arguments: Backend.available)
    func notApplied(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("shorter", "up", "-d", url)
            let before = try fingerprint(box, url)
            let run = try await box.fixture("plain", "down", "--to", "0002-notes", "--json", "-d", url)
            expectRefusal(run, saying: "0002-notes is not applied", "status lists them")
            #expect(try run.document(ErrorDocument.self).error.context.migration == "0002-notes")
            #expect(try fingerprint(box, url) == before)
        }
    }
}

/// A history that was applied to a database, and a program with another history that then works with that database.
struct Mismatch: Sendable, CustomTestStringConvertible {
    var applied: String
    var program: String
    var code: String
    var words: [String]

    init(_ applied: String, then program: String, _ code: String, _ words: [String]) {
        (self.applied, self.program, self.code, self.words) = (applied, program, code, words)
    }

    var testDescription: String { code }
}
