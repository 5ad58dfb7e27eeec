import TestSupport
import Testing

@Suite("A program whose history was squashed")
struct SquashCommandTests {
    @Test("says what it records, and shows the squash as applied before and afterwards", arguments: Backend.available)
    func recorded(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            #expect(try await box.fixture("plain", "up", "-d", url).code == 0)
            let before = try await box.fixture("squashed", "status", "--json", "-d", url)
            let states = try before.document(StatusDocument.self).migrations.map { "\($0.id) \($0.state)" }
            #expect(states == ["0002-squashed applied", "0003-tags pending"], "\(before)")
            let dry = try await box.fixture("squashed", "up", "--dry-run", "-d", url)
            #expect(
                dry.output == "would record  0002-squashed, in place of 2 migrations\nwould apply  0003-tags\n",
                "\(dry)")
            #expect(
                try query("SELECT id FROM tc_migrations ORDER BY position", on: url) == ["0001-people", "0002-notes"])
            let up = try await box.fixture("squashed", "up", "-d", url)
            #expect(
                up.code == 0
                    && up.output.hasPrefix("recorded  0002-squashed, in place of 2 migrations\napplied  0003-tags"),
                "\(up)")
            #expect(
                try query("SELECT id FROM tc_migrations ORDER BY position", on: url) == ["0002-squashed", "0003-tags"])
            #expect(try await box.fixture("squashed", "drift", "-d", url).output == "no drift\n")
            let old = try await box.fixture("plain", "up", "-d", url)
            expectRefusal(old, saying: "migrations that this program does not know", "0002-squashed")
        }
    }

    @Test("names in its document what the squash was recorded in place of", arguments: Backend.available)
    func document(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            #expect(try await box.fixture("plain", "up", "-d", url).code == 0)
            let up = try await box.fixture("squashed", "up", "--json", "-d", url)
            #expect(up.output.contains(#""replaced": ["#) && up.output.contains("0001-people"), "\(up)")
            let again = try await box.fixture("squashed", "up", "--json", "-d", url)
            #expect(again.code == 0 && !again.output.contains("replaced"), "\(again)")
        }
    }

    @Test("refuses a database that has only some of what it replaces", arguments: Backend.available)
    func some(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            #expect(try await box.fixture("shorter", "up", "-d", url).code == 0)
            for command in ["up", "status", "down", "drift"] {
                let run = try await box.fixture("squashed", command, "-d", url)
                expectRefusal(run, saying: "0002-squashed replaces others", "lacks 0002-notes", "an earlier program")
            }
        }
    }
}
