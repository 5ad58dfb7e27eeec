import Dialects
import Migrator
import TCMigrations
import TestSupport
import Testing
import Transfer

/// Tests the indexes on the words of memories and mirrors in a migration, a rebuild and a transfer.
@Suite("Words are found")
struct WordIndexTests {
    private static let mirrors = WordIndex("mirrors", columns: ["title", "conversation_text"])

    private func found(_ words: [String], _ connection: any Connection) throws -> [Int64] {
        var query: SQL = "SELECT id FROM mirrors WHERE "
        query.append(connection.dialect.finding(words, by: Self.mirrors))
        query.append(" ORDER BY id")
        return try connection.values(query).compactMap { $0[0].integer }
    }

    private func add(_ title: String, _ text: String, _ connection: any Connection) throws {
        _ = try connection.execute(
            """
            INSERT INTO mirrors (session_id, computer, agent, title, conversation_text, created_at, updated_at) VALUES \
            ('s', 'c', 'a', \(title), \(text), '2026-01-02T03:04:05.000006Z', '2026-01-02T03:04:05.000006Z')
            """)
    }

    private func migrator(_ database: Database, _ more: Migration...) throws -> Migrator {
        Migrator(history: try History(History.teleclaude().migrations + more), database: database)
    }

    @Test("in rows from before the migration, in new, changed and removed ones", arguments: Backend.available)
    func changes(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let migrator = try migrator(database)
            try await migrator.up(to: "0006-events")
            try await database.withConnection { try add("Before", "an old word", $0) }
            try await migrator.up()
            #expect(try await migrator.drift() == [])
            try await database.withConnection { connection throws in
                #expect(try found(["old"], connection) == [1])
                try add("After", "a new word", connection)
                #expect(try found(["word"], connection) == [1, 2])
                #expect(try found(["after", "word"], connection) == [2])
                _ = try connection.execute("UPDATE mirrors SET conversation_text = 'other' WHERE id = 1")
                #expect(try found(["old"], connection) == [] && found(["other"], connection) == [1])
                _ = try connection.execute("DELETE FROM mirrors WHERE id = 2")
                #expect(try found(["word"], connection) == [])
            }
            try await migrator.down(.to("0005-session-pages"))
            #expect(try await migrator.drift() == [])
            try await migrator.up()
            let ids = try await database.withConnection { try found(["other"], $0) }
            #expect(ids == [1])
        }
    }

    /// A `tsvector` would refuse such a text, and a GIN index such a word.
    @Test("in a text of megabytes, and in words that are longer than an index's entry", arguments: Backend.available)
    func longTexts(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await migrator(database).up()
            try await database.withConnection { connection throws in
                try add("Long", (0..<200_000).map { "word\($0)" }.joined(separator: " "), connection)
                try add("Wide", String(repeating: "é", count: 5_000) + " end", connection)
                #expect(try found(["word199999"], connection) == [1])
                #expect(try found(["END"], connection) == [2])
                #expect(try found([String(repeating: "e", count: 5_000)], connection) == [2])
            }
        }
    }

    @Test("after the table was made anew, or altered in place", arguments: Backend.available)
    func rebuild(_ backend: Backend) async throws {
        let wider = Migration("0008-wider") {
            AlterTable("mirrors") {
                ChangeColumn("message_count").type(.bigint)
                Add(Check("message_count >= 0"))
            }
        }
        try await backend.withDatabase { database in
            try await migrator(database).up()
            try await database.withConnection { connection throws in
                for number in 1...3 { try add("Title \(number)", "text\(number)", connection) }
                _ = try connection.execute("DELETE FROM mirrors WHERE id = 2")
            }
            let migrator = try migrator(database, wider)
            try await migrator.up()
            #expect(try await migrator.drift() == [])
            try await database.withConnection { connection throws in
                #expect(try found(["text3"], connection) == [3])
                _ = try connection.execute("UPDATE mirrors SET title = 'changed' WHERE id = 3")
                #expect(try found(["changed", "text3"], connection) == [3] && found(["title"], connection) == [1])
            }
            try await migrator.down()
            #expect(try await migrator.drift() == [])
            let ids = try await database.withConnection { try found(["changed"], $0) }
            #expect(ids == [3])
        }
    }

    @Test("after a transfer into the history, from either database", arguments: Backend.available)
    func transfer(_ backend: Backend) async throws {
        for from in Backend.available {
            try await from.withDatabase { source in
                try await migrator(source).up()
                try await source.withConnection { try add("Naïve", "docs/plan.md: ready", $0) }
                try await backend.withDatabase { target in
                    let report = try await HistoryTransfer(from: source, to: target, into: .teleclaude()).run()
                    #expect(report.verdict == .verified && report.omitted == [])
                    #expect(try await migrator(target).drift() == [])
                    try await target.withConnection { connection throws in
                        #expect(try found(["naive", "plan"], connection) == [1])
                        try add("Next", "naive too", connection)
                        #expect(try found(["naive"], connection) == [1, 2])
                    }
                }
            }
        }
    }

    @Test("a SQLite without the module that a script asks for refuses, and says what is missing")
    func missingModule() async throws {
        let history = try History([
            Migration("0001-words") {
                RunSQL(
                    .native(sqlite: "CREATE VIRTUAL TABLE words USING fts99(a)", postgresql: "SELECT 1"), undo: .nothing
                )
            }
        ])
        try await Backend.sqlite.withDatabase { database in
            let migrator = Migrator(history: history, database: database)
            let failure = await #expect(throws: MigrationFailure.self) { try await migrator.up() }
            #expect(failure?.cause.message.contains("no such module: fts99") == true)
            #expect(failure?.cause.remedy?.contains("build of SQLite that has this module") == true)
        }
    }
}
