import TestSupport
import Testing

@Suite("up --out-of-order")
struct OutOfOrderTests {
    @Test(
        "case 66: what was merged late follows what is applied, and everything knows of it",
        arguments: Backend.available)
    func applied(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            try await expectStatus(box, url, "behind", late: ["0003-tags"], ["applied", "applied", "pending"])
            let before = try fingerprint(box, url)
            let preview = try await box.fixture("slipped-in", "up", "--out-of-order", "--dry-run", "-d", url)
            #expect(preview.ending == .exit(0) && preview.output == "would apply  0003-tags\n", "\(preview)")
            #expect(try fingerprint(box, url) == before)

            let up = try await box.fixture("slipped-in", "up", "--out-of-order", "-d", url)
            #expect(up.ending == .exit(0) && up.output.contains(/^applied  0003-tags  \d+ ms\n$/), "\(up)")
            let order = ["0001-people", "0002-notes", "0003-tags"]
            #expect(try query("SELECT id FROM tc_migrations ORDER BY position", on: url) == order)
            try await expectStatus(box, url, "current", late: [], ["applied", "applied", "applied"])
            for command in [["up"], ["up", "--out-of-order"]] {
                let again = try await box.fixture("slipped-in", command + ["-d", url])
                #expect(again.ending == .exit(0) && again.output == "up to date: nothing is pending\n", "\(again)")
            }
            #expect(try await box.fixture("slipped-in", "drift", "-d", url).output == "no drift\n")
            // This program was built before the merge.
            let older = try await box.fixture("plain", "up", "--json", "-d", url)
            expectRefusal(older, saying: "migrations that this program does not know", "0003-tags")
        }
    }

    @Test(
        "case 66: down undoes what was applied last, and the database is then as before", arguments: Backend.available)
    func down(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            _ = try await box.fixture("slipped-in", "up", "--out-of-order", "-d", url)
            let preview = try await box.fixture("slipped-in", "down", "--to", "0001-people", "--dry-run", "-d", url)
            #expect(preview.output == "would undo  0003-tags\nwould undo  0002-notes\n", "\(preview)")
            let nothing = try await box.fixture("slipped-in", "down", "--to", "0003-tags", "-d", url)
            #expect(nothing.ending == .exit(0) && nothing.output == "nothing to undo\n", "\(nothing)")
            let one = try await box.fixture("slipped-in", "down", "-d", url)
            #expect(one.ending == .exit(0) && one.output.contains(/^undone   0003-tags  \d+ ms\n$/), "\(one)")
            try await expectStatus(box, url, "behind", late: ["0003-tags"], ["applied", "applied", "pending"])
            // The late migration is pending again, and the migrations applied before it can still be undone.
            #expect(try await box.fixture("slipped-in", "drift", "-d", url).output == "no drift\n")
            let two = try await box.fixture("slipped-in", "down", "-d", url)
            #expect(two.ending == .exit(0) && two.output.contains(/^undone   0002-notes  \d+ ms\n$/), "\(two)")
            try await expectStatus(box, url, "behind", late: [], ["applied", "pending", "pending"])
            let up = try await box.fixture("slipped-in", "up", "-d", url)
            #expect(up.output.contains(/^applied  0003-tags .*\napplied  0002-notes/), "\(up)")
        }
    }

    @Test(
        "case 66: what makes a difference, or may, is refused with what that is", arguments: Backend.available,
        [
            Late(
                "late-default", "0002-late-default", after: "defaulting", ["0003-defaulting", "people.nick", "'late'"]),
            Late("late-script", "0002-scripted", after: "plain", ["0002-scripted runs a script", "0002-notes"]),
            Late("late-before-script", "0003-tags", after: "script-last", ["0002-scripted runs a script"]),
            Late("swift", "0002-shouting", after: "plain", ["runs the data step \"shout\"", "0002-notes"]),
        ])
    func refused(_ backend: Backend, _ late: Late) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture(late.applied, "up", "-d", url)
            let before = try fingerprint(box, url)
            for command in [["up"], ["up", "--dry-run"], ["up", "--to", late.id]] {
                let run = try await box.fixture(late.program, command + ["--out-of-order", "--json", "-d", url])
                let remedy = "give \(late.id) an id and a place after"
                expectRefusal(run, saying: "\(late.id) can't be applied after", remedy)
                for word in late.words { #expect(run.error.contains(word), "\(run)") }
                let error = try run.document(ErrorDocument.self).error
                #expect(error.code == "order_matters" && error.context.migration == late.id)
            }
            #expect(try fingerprint(box, url) == before)
        }
    }

    @Test("case 66: of many at once each migration runs once", arguments: Backend.available)
    func atOnce(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            let programs = try (0..<8).map { _ in
                try box.startFixture("slipped-in", "up", "--out-of-order", "-d", url)
            }
            var lines = 0
            for program in programs {
                let run = try await program.finish()
                #expect(run.ending == .exit(0), "\(run)")
                lines += run.output.split(separator: "\n").count { $0.hasPrefix("applied  0003-tags") }
            }
            #expect(lines == 1)
            #expect(try query("SELECT id FROM tc_migrations", on: url).count == 3)
        }
    }

    private func expectStatus(
        _ box: Sandbox, _ url: String, _ position: String, late: [String], _ states: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let run = try await box.fixture("slipped-in", "status", "--exit-code", "--json", "-d", url)
        #expect(run.ending == .exit(position == "current" ? 0 : 1), "\(run)", sourceLocation: sourceLocation)
        let document = try run.document(StatusDocument.self)
        #expect(document.position == position && document.outOfOrder == late, "\(run)", sourceLocation: sourceLocation)
        #expect(document.migrations.map(\.state) == states, "\(run)", sourceLocation: sourceLocation)
        let text = try await box.fixture("slipped-in", "status", "-d", url)
        let line = "out of order: 0003-tags, pending before an applied one\n"
        #expect(text.output.hasSuffix(line) == !late.isEmpty, "\(text)", sourceLocation: sourceLocation)
    }

    /// A program with a migration that was merged late, and a database to which the history without that migration was applied.
    struct Late: Sendable, CustomTestStringConvertible {
        var program: String
        var id: String
        var applied: String
        var words: [String]

        init(_ program: String, _ id: String, after applied: String, _ words: [String]) {
            (self.program, self.id, self.applied, self.words) = (program, id, applied, words)
        }

        var testDescription: String { program }
    }
}
