import Dialects
import Migrator
import TCMigrations
import TestSupport
import Testing
import Transfer

@testable import TCRuntime

@Suite struct SearchTests {
    private func withSearch(
        _ backend: Backend, _ body: (WordSearch, Database) async throws -> Void
    ) async throws {
        try await backend.withDatabase { database in
            try await Migrator(history: try .teleclaude(), database: database).up()
            try await body(WordSearch(database: database), database)
        }
    }

    private func remember(_ title: String?, _ narrative: String?, in project: String = "p", _ database: Database)
        async throws
    {
        try await database.withConnection { connection throws in
            _ = try connection.execute(
                """
                INSERT INTO memory_observations (memory_session_id, project, type, title, narrative, created_at, \
                created_at_epoch) VALUES ('m', \(project), 'discovery', \(title), \(narrative), \
                '2026-01-02T03:04:05.000006Z', 1)
                """)
        }
    }

    @Test(arguments: Backend.available)
    func aRowIsFoundByAllOfItsTextsAndByAllWordsOfAQuery(_ backend: Backend) async throws {
        try await withSearch(backend) { search, database in
            for number in 1...5 { try await remember("Note \(number)", number == 3 ? nil : "common", database) }
            try await remember(nil, "common ground", in: "other", database)
            #expect(try await search.memories("common") == [6, 5, 4, 2, 1])
            #expect(try await search.memories("COMMON note 4") == [4])
            #expect(try await search.memories("ground") == [6])
            #expect(try await search.mirrors("common") == [])
        }
    }

    /// Characters around words have no meaning in a query, and cause no error.
    @Test(arguments: Backend.available)
    func wordsAreNoSyntax(_ backend: Backend) async throws {
        try await withSearch(backend) { search, database in
            try await remember(
                "It's", "title: near x-ray foo_bar \"quoted\" 100% docs/plan.md ada@example.com", database)
            try await remember("Other", "NOT AND OR ничего 東京・大阪 한국어 naïve ÉTÉ 🚀rocket", database)
            for text in [
                "\"quoted\"", "quoted\"", "title:near", "title : near", "-ray x", "x-ray", "ray*", "foo_bar", "foo",
                "(near", "{near}",
                "^near", "near)", "'near'", "it's", "100%", "plan", "md", "ada", "example.com", "near\u{0}x",
                "NEAR(x, 2) ray",
                "; DROP TABLE mirrors; --",
            ] where !["ray*", "NEAR(x, 2) ray", "; DROP TABLE mirrors; --"].contains(text) {
                #expect(try await search.memories(text) == [1], "\(text)")
            }
            for text in ["ra*", "ra", "NEAR(x, 2) ray", "; DROP TABLE mirrors; --", "near missing", "near OR other"] {
                #expect(try await search.memories(text) == [], "\(text)")
            }
            for text in [
                "NOT", "and or not", "НИЧЕГО", "東京", "大阪", "한국어", "naive", "Naïve", "nai\u{308}ve", "été", "ETE",
                "rocket",
                "🚀 rocket",
            ] {
                #expect(try await search.memories(text) == [2], "\(text)")
            }
            for text in ["", " ", "\"", "*", "-", "🚀", "\u{0}", "'; --", "::"] {
                #expect(try await search.memories(text) == [], "\(text)")
            }
            let many = (0...SearchWords.most).map { "w\($0)" }.joined(separator: " ")
            let refusal = await #expect(throws: RuntimeError.self) { try await search.memories(many) }
            #expect(refusal?.code == .badRequest)
            #expect(try await search.memories(String(repeating: "x", count: 1 << 20)) == [])
        }
    }

    /// Every word in the full-text tables of the single-user install is searched in both databases (ACCEPTANCE 28).
    @Test(arguments: Backend.available)
    func whatWasFoundBeforeIsFound(_ backend: Backend) async throws {
        let fixture = try SQLiteFixture(copyOf: Fixtures.path("legacy/small.db"))
        defer { fixture.remove() }
        let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
        try await backend.withDatabase { target in
            let report = try await HistoryTransfer(
                from: source, to: target, into: .teleclaude(), ignoring: ["schema_migrations"],
                rules: .forLegacyDatabase
            ).run()
            #expect(report.verdict == .verified)
            await source.close()
            // The only differences are foreign keys that rows without a parent break.
            let drift = try await Migrator(history: try .teleclaude(), database: target).drift().map(\.description)
            #expect(drift.allSatisfy { $0.hasPrefix("foreign key ") }, "\(drift)")
            let search = WordSearch(database: target)
            let old = try Self.words(of: fixture)
            #expect(old["memory_observations_fts"]?.count ?? 0 > 50 && old["mirrors_fts"]?.count ?? 0 > 20)
            for (word, ids) in old["memory_observations_fts"] ?? [:] {
                let found = Set(try await search.memories(word))
                #expect(found == ids, "\(word)")
            }
            for (word, ids) in old["mirrors_fts"] ?? [:] {
                let found = Set(try await search.mirrors(word))
                #expect(found == ids, "\(word)")
            }
        }
    }

    /// Returns, for each full-text table, its words and the rows in which it finds each word. FTS5 takes symbols that are newer than
    /// its Unicode tables for words; these are left out.
    private static func words(of fixture: SQLiteFixture) throws -> [String: [String: Set<Int64>]] {
        let connection = try connect(to: fixture.url, ConnectionOptions(access: .readWrite))
        defer { connection.close() }
        var result: [String: [String: Set<Int64>]] = [:]
        for table in ["memory_observations_fts", "mirrors_fts"] {
            try connection.executeScript(
                "CREATE VIRTUAL TABLE temp.v_\(table) USING fts5vocab(main, \(table), instance)")
            for row in try connection.query("SELECT term, doc FROM temp.v_\(trusted: table)") {
                guard let word = row[0].text, word.contains(where: { $0.isLetter || $0.isNumber }) else { continue }
                result[table, default: [:]][word, default: []].insert(row[1].integer ?? 0)
            }
        }
        return result
    }
}

/// Finds memories and mirrors by the schema's word indexes, as programs do that take over the single-user tools.
private struct WordSearch: Sendable {
    let database: Database

    /// Returns the memories that contain all words of `text`, the newest first.
    func memories(_ text: String) async throws -> [Int64] {
        try await keys(
            WordIndex("memory_observations", columns: ["title", "subtitle", "narrative", "facts", "concepts"]), text)
    }

    /// Returns the mirrors that contain all words of `text`, the newest first.
    func mirrors(_ text: String) async throws -> [Int64] {
        try await keys(WordIndex("mirrors", columns: ["title", "conversation_text"]), text)
    }

    private func keys(_ index: WordIndex, _ text: String) async throws -> [Int64] {
        guard let search = try SearchWords(text) else { return [] }
        return try await database.withConnection { connection in
            var query: SQL = "SELECT id FROM \(identifier: index.table) WHERE "
            query.append(connection.dialect.finding(search.words, by: index))
            query.append(" ORDER BY id DESC")
            return try connection.query(query).compactMap { $0[0].integer }
        }
    }
}
