import Foundation
import TestSupport
import Testing

/// Tests README: its code is taken from the project, its SQL is what `plan` prints, and its commands run.
@Suite("README")
struct ReadmeTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// Returns the fenced blocks of one language.
    private static func blocks(_ language: String) throws -> [String] {
        try text("README.md").components(separatedBy: "```\(language)\n").dropFirst().map {
            $0.components(separatedBy: "```")[0]
        }
    }

    @Test("its migration is the one in Migrations")
    func migration() throws {
        let shown = try #require(Self.blocks("swift").first)
        #expect(try Self.text("Migrations/0002-session-owners.swift").contains(shown))
    }

    @Test("its program is one that is compiled and run by a test")
    func program() throws {
        let shown = try #require(Self.blocks("swift").last)
        let compiled = try Self.text("Tests/MigratorTests/ReadmeProgramTests.swift")
        let code = shown.split(separator: "\n").filter { !$0.hasPrefix("import ") && !$0.contains("sqlite:notes.db") }
        for line in code { #expect(compiled.contains(line), "README says: \(line)") }
    }

    @Test("its SQL is what plan prints", arguments: zip(["sqlite", "postgresql"], [0, 1]))
    func sql(_ dialect: String, _ position: Int) async throws {
        try await withSandbox { box in
            let run = try await box.migrate("plan", "--dialect", dialect, "--from", "0001-single-user-tables")
            let printed = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            let shown = try Self.blocks("sql")[position].split(separator: ";").map {
                $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            }.filter { !$0.isEmpty }
            #expect(shown.count == 3)
            for statement in shown { #expect(printed.contains(statement + ";"), "\(statement)") }
        }
    }

    @Test(
        "its report is the one of the bookshop that ci/demo moves",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func report() async throws {
        let blocks = try Self.text("README.md").components(separatedBy: "```")
        let shown = try #require(blocks.first { $0.hasPrefix("\nTABLE ") })
        try await withDatabase(.postgresql) { box, target in
            #expect(FileManager.default.createFile(atPath: box("bookshop.db"), contents: nil))
            try execute(Self.text("Tests/Fixtures/samples/bookshop.sql"), on: box("bookshop.db"))
            let run = try await box.migrate("transfer", box("bookshop.db"), target, "--quiet")
            #expect(run.ending == .exit(0), "\(run)")
            let paragraphs = shown.trimmingCharacters(in: .newlines).components(separatedBy: "\n\n")
            #expect(paragraphs.count == 3)
            for paragraph in paragraphs { #expect(run.output.contains(paragraph), "\(run)") }
        }
    }

    @Test(
        "its commands run one after the other",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func commands() async throws {
        let lines = try Self.blocks("sh").flatMap { $0.split(separator: "\n") }
            .filter { $0.hasPrefix("tc-migrate ") }
            .map { $0.split(separator: "#")[0].split(separator: " ").dropFirst().map(String.init) }
        #expect(lines.count >= 6)
        try await Backend.postgresql.withURL { url in
            try await withSandbox { box in
                let goods = "CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT)"
                _ = try await box.run(try Program(inPath: "sqlite3"), [box("shop.db"), goods])
                for words in lines {
                    let arguments = words.map { $0 == "postgresql:///shop" ? "\(url)" : $0 }
                    let run = try await box.run(.tcMigrate, arguments)
                    #expect(run.ending == .exit(0), "tc-migrate \(words.joined(separator: " "))\n\(run)")
                }
            }
        }
    }

    @Test("the table of commands names every command, and no other")
    func commandTable() async throws {
        try await withSandbox { box in
            let help = try await box.migrate("--help").output
            let named = try Self.text("README.md").split(separator: "\n").compactMap { line in
                line.firstMatch(of: /^\| `([a-z]+)/)?.1
            }
            let listed = help.components(separatedBy: "SUBCOMMANDS:")[1].split(separator: "\n").compactMap { line in
                line.firstMatch(of: /^ {2}([a-z]+)\s/)?.1
            }
            #expect(Set(named) == Set(listed).subtracting(["help"]))
        }
    }
}
