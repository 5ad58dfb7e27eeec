import Foundation
import TestSupport
import Testing

/// Tests docs/transfer.md: its tables are tried row by row, and its examples are run.
@Suite("docs/transfer.md", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferPageTests {
    private static func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/transfer.md"), encoding: .utf8)
    }

    /// Returns the text below a heading.
    private static func section(_ title: String) throws -> String {
        let parts = try page().components(separatedBy: "\n## ")
        return try #require(parts.first { $0.hasPrefix(title + "\n") }, "there is no section \(title)")
    }

    /// Returns the fenced blocks of one language in a section.
    private static func blocks(_ language: String, in title: String) throws -> [String] {
        let fences = try section(title).components(separatedBy: "```")
        return fences.enumerated().filter { $0.offset % 2 == 1 && $0.element.hasPrefix(language + "\n") }
            .map { String($0.element.dropFirst(language.count + 1)) }
    }

    /// Returns the cells of the table whose heading row begins with the word, without the marks around code.
    private static func rows(of head: String, in title: String) throws -> [[String]] {
        let lines = try section(title).components(separatedBy: "\n")
        let start = try #require(lines.firstIndex { $0.hasPrefix("| \(head) |") })
        return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map { line in
            line.replacingOccurrences(of: "\\|", with: "\u{1}").split(separator: "|").map {
                $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")).replacingOccurrences(of: "\u{1}", with: "|")
            }
        }
    }

    @Test("the types are those that the table says")
    func types() async throws {
        let rows = try Self.rows(of: "declared", in: "Types")
        #expect(rows.count > 25)
        try await withDatabase(.postgresql) { box, target in
            let script = rows.enumerated().map { at, row in
                let values = row[1].components(separatedBy: ", ").reduce(into: [String]()) { values, part in
                    // The comma is inside a text.
                    if let last = values.last, last.filter({ $0 == "'" }).count % 2 == 1 {
                        values[values.count - 1] = "\(last), \(part)"
                    } else {
                        values.append(part)
                    }
                }
                return "CREATE TABLE t\(at) (v \(row[0] == "none" ? "" : row[0])); INSERT INTO t\(at) VALUES "
                    + values.map { "(\($0))" }.joined(separator: ", ") + ";"
            }
            let source = try makeSource(box, script.joined(separator: "\n"))
            let run = try await box.migrate("transfer", source, target, "--quiet")
            #expect(run.ending == .exit(0), "\(run)")
            for (at, row) in rows.enumerated() {
                let type = try query(
                    "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 't\(at)'::regclass AND attnum = 1",
                    on: target)
                #expect(type == [row[2]], "\(row)")
            }
        }
    }

    @Test("the policies do what the table says, which the tests of each kind try")
    func policies() throws {
        let rows = try Self.rows(of: "what", in: "What does not fit")
        let kinds = TransferPolicyTests.kinds
        #expect(rows.map { $0[0] } == kinds.map(\.name))
        for (row, kind) in zip(rows, kinds) {
            let outcomes = kind.outcomes
            let words = [outcomes.widen, outcomes.fail, outcomes.null, outcomes.quarantine].map { outcome in
                switch outcome {
                case .widened: kind.widened
                case .nulled: "NULL"
                case .quarantined: "set aside"
                case .refused: "refused"
                }
            }
            #expect(Array(row.dropFirst()) == words, "\(kind.name)")
        }
    }

    @Test("the example of a rules file does what is shown")
    func example() async throws {
        let title = "Rules file"
        let commands = try Self.blocks("sh", in: title).flatMap { $0.split(separator: "\n") }
        #expect(commands.count == 2)
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, try #require(try Self.blocks("sql", in: title).first))
            _ = try makeRules(box, try #require(try Self.blocks("yaml", in: title).first))
            var last = ""
            for command in commands {
                let words = command.split(separator: " ").dropFirst().map { word in
                    word == "shop.db" ? source : word == "postgresql:///shop" ? target : String(word)
                }
                let run = try await box.run(.tcMigrate, words)
                #expect(run.ending == .exit(0), "\(run)")
                last = run.output
            }
            for line in try Self.blocks("", in: title).joined().split(separator: "\n") {
                #expect(last.contains(line), "\(last)")
            }
            let found = try query(
                """
                SELECT concat_ws(' | ', created, shipped, payload, remark, total, price) FROM purchases \
                JOIN lines ON orderid = id
                """, on: target)
            #expect(
                found == [
                    #"2024-01-02 03:04:05+00 | 2024-01-02 03:04:05+00 | {"a": 2, "b": 1} | a"# + "\u{FFFD} | 25 | 12.50"
                ])
            try checkQuarantine(target)
        }
    }

    @Test("the example of a trigger is written as it is shown, and works")
    func trigger() async throws {
        let title = "Triggers"
        let commands = try #require(try Self.blocks("sh", in: title).first).split(separator: "\n")
        let shown = try #require(try Self.blocks("plpgsql", in: title).first)
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, try #require(try Self.blocks("sql", in: title).first))
            let words = commands[0].split(separator: "#")[0].split(separator: " ").dropFirst().map { word in
                word == "shop.db" ? source : word == "postgresql:///shop" ? target : String(word)
            }
            let run = try await box.run(.tcMigrate, words)
            #expect(run.ending == .exit(0), "\(run)")
            let text = try String(contentsOfFile: box("triggers.sql"), encoding: .utf8)
            #expect(text.contains(shown), "\(text)")
            let options = commands[1].split(separator: " ").dropFirst().map { $0 == "shop" ? target : String($0) }
            let applied = try await box.run(try Program(inPath: "psql"), ["-X", "-q"] + options)
            #expect(applied.code == 0, "\(applied)")
            let fresh = "UPDATE notes SET title = 'b'; SELECT changed > now() - interval '2 days' FROM notes"
            let done = try await box.run(
                try Program(inPath: "psql"), ["-X", "-q", "-A", "-t", "-d", target, "-c", fresh])
            #expect(done.output == "t\n", "\(done)")
        }
    }

    /// Expects that the query on the page gives the row on the page.
    private func checkQuarantine(_ target: String) throws {
        let title = "What does not fit"
        let shown = try #require(try Self.blocks("sql", in: title).first).split(separator: ";")[0]
        let row = try #require(try Self.blocks("", in: title).first?.split(separator: "\n").last)
        let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        let found = try query("SELECT concat_ws('|', row_key, reason, total) FROM (\(shown)) AS shown", on: target)
        #expect(found == [cells.joined(separator: "|")])
    }
}
