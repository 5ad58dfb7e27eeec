import Migrator

/// The notes in the database, and the commands that a line may hold. The same SQL works on SQLite and PostgreSQL;
/// values are bound.
struct Notes: Sendable {
    let database: Database

    private struct Note: Decodable {
        var id: Int64
        var body: String
        var isDone: Bool

        var line: String { "\(id) [\(isDone ? "x" : " ")] \(body)" }
    }

    func answer(_ line: String) async -> String {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        do {
            return switch (words.first, words.dropFirst().first) {
            case ("add", let body?): "added \(try await add(body))"
            case ("done", let id?): try await markDone(id) ? "done" : "there is no note \(id)"
            case ("list", nil): try await list().joined(separator: "\n")
            default: "say: add TEXT, done ID, or list"
            }
        } catch {
            return "failed: \(error)"
        }
    }

    private func add(_ body: String) async throws -> Int64 {
        try await database.withConnection { connection in
            try connection.queryValue("INSERT INTO notes (body) VALUES (\(body)) RETURNING id")?.integer ?? 0
        }
    }

    private func markDone(_ text: String) async throws -> Bool {
        guard let id = Int64(text) else { return false }
        return try await database.withConnection { connection in
            try connection.execute("UPDATE notes SET is_done = \(true) WHERE id = \(id)") == 1
        }
    }

    private func list() async throws -> [String] {
        try await database.withConnection { connection in
            try connection.query("SELECT id, body, is_done FROM notes ORDER BY id", as: Note.self).map(\.line)
        }
    }
}
