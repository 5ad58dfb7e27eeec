import TestSupport
import Testing

@Suite("inspect")
struct InspectTests {
    @Test("prints Swift, SQL or JSON, and changes nothing", arguments: Backend.available)
    func formats(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            let before = try fingerprint(box, url)
            let swift = try await box.migrate("inspect", url)
            #expect(swift.ending == .exit(0) && swift.error.isEmpty, "\(swift)")
            #expect(swift.output.contains("Table(\"people\") {") && swift.output.contains("Column(\"name\", .text)"))
            let sql = try await box.migrate("inspect", url, "--format", "sql")
            #expect(sql.ending == .exit(0) && sql.output.contains("CREATE TABLE \"people\" ("), "\(sql)")
            let json = try await box.migrate("inspect", url, "--format", "json")
            #expect(json.output == (try await box.migrate("inspect", url, "--json")).output)
            #expect(try json.keys().isSuperset(of: ["version", "tables", "views", "not_carried"]), "\(json)")
            #expect(try fingerprint(box, url) == before)
        }
    }

    @Test("its SQL makes the same database again", arguments: Backend.available)
    func sqlRoundTrip(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            _ = try await box.migrate("up", "-d", url)
            let original = try await box.migrate("inspect", url, "--format", "sql").output
            // The copy has no ledger, which records more than the database itself does. So the second copy is compared with the first.
            let copy = try await inspectCopy(backend, original, box)
            #expect(copy.contains("CREATE TABLE \"webhook_outbox\""))
            let second = try await inspectCopy(backend, copy, box)
            #expect(second == copy)
        }
    }

    @Test(
        "names from a database control no terminal, and a file gets them exactly", arguments: ["sql", "swift", "json"])
    func printable(_ format: String) async throws {
        let name = "a\u{1B}]0;title\u{7}b\u{202E}c\u{9B}2J"
        try await withDatabase(.sqlite) { box, url in
            _ = try await box.fixture("plain", "up", "-d", url)
            try execute("CREATE TABLE \"\(name)\" (id INTEGER PRIMARY KEY)", on: url)
            try execute("CREATE VIRTUAL TABLE \"v\(name)\" USING fts5(a)", on: url)
            let words = [Program.tcMigrate.path, "inspect", url, "--format", format]
            let shown = try await box.run(onTerminalOf: 200, words, [:])
            #expect(shown.ending == .exit(0), "\(shown)")
            for control in ["\u{1B}", "\u{7}", "\u{9B}", "\u{202E}"] {
                #expect(!shown.output.contains(control), "\(control.debugDescription) \(shown)")
            }
            let piped = try await box.migrate("inspect", url, "--format", format)
            #expect(piped.output.contains(name) == (format == "sql"), "\(piped)")
            #expect(!piped.error.contains("\u{1B}") && !piped.error.contains("\u{202E}"), "\(piped)")
        }
    }

    @Test("a column without a type is written without one")
    func untyped() async throws {
        try await withSandbox { box in
            let script = "CREATE TABLE t (a, b TEXT DEFAULT 'x', c DEFAULT 5, PRIMARY KEY (a));"
            let copy = try await inspectCopy(.sqlite, script, box)
            #expect(copy.contains("\"a\"") && copy.contains("\"c\" DEFAULT 5"), "\(copy)")
            #expect(try await inspectCopy(.sqlite, copy, box) == copy)
        }
    }

    /// Runs a script in an empty database, and returns the SQL that `inspect` prints for it.
    private func inspectCopy(_ backend: Backend, _ script: String, _ box: Sandbox) async throws -> String {
        try await backend.withURL { url in
            if let file = url.filePath { _ = try await box.run(try Program(inPath: "touch"), [file]) }
            try execute(script, on: "\(url)")
            return try await box.migrate("inspect", "\(url)", "--format", "sql").output
        }
    }
}
