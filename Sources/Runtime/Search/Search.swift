import Dialects

/// Finds memories and mirrors by the words in them, newest first.
///
/// A row matches if every word occurs somewhere in its texts, regardless of case and accents. This type does not check the
/// caller's rights: that is up to the code that hands out the results. The daemon hands out none. The type is for programs that
/// take over the single-user tools, and shows that the word indexes find what those tools found.
public struct Search: Sendable {
    /// The largest number of rows in one answer.
    public static let most = 200

    private let database: Database

    public init(_ database: Database) { self.database = database }

    /// Returns the memories that contain all words of `text`, from one project or from all; none if the text has no word.
    ///
    /// - Throws: ``RuntimeError`` for too many words, and `DatabaseError`.
    public func memories(_ text: String, project: String? = nil, limit: Int = 20) async throws -> [FoundMemory] {
        try await rows(
            WordIndex("memory_observations", columns: ["title", "subtitle", "narrative", "facts", "concepts"]),
            "id, project, type, title, subtitle, created_at", text, project, limit
        ).map(FoundMemory.init)
    }

    /// Returns the mirrors that contain all words of `text`, from one project or from all; none if the text has no word.
    ///
    /// - Throws: ``RuntimeError`` for too many words, and `DatabaseError`.
    public func mirrors(_ text: String, project: String? = nil, limit: Int = 20) async throws -> [FoundMirror] {
        try await rows(
            WordIndex("mirrors", columns: ["title", "conversation_text"]),
            "id, session_id, agent, project, title, timestamp_start", text, project, limit
        ).map(FoundMirror.init)
    }

    private func rows(
        _ index: WordIndex, _ columns: String, _ text: String, _ project: String?, _ limit: Int
    ) async throws -> [Row] {
        guard let search = try SearchWords(text) else { return [] }
        let bounded = Int64(min(max(limit, 1), Self.most))
        return try await database.withConnection { connection in
            var query: SQL = "SELECT \(trusted: columns) FROM \(identifier: index.table) WHERE "
            query.append(connection.dialect.finding(search.words, by: index))
            if let project { query.append(" AND project = \(project)") }
            query.append(" ORDER BY \(identifier: index.key) DESC LIMIT \(bounded)")
            return try connection.query(query)
        }
    }
}

/// A memory that a search has found. Its texts are read by its id.
public struct FoundMemory: Sendable, Equatable {
    public var id: Int64
    public var project: String
    public var type: String
    public var title: String?
    public var subtitle: String?
    /// When the memory was created, in RFC 3339, UTC.
    public var createdAt: String?

    fileprivate init(_ row: Row) {
        id = row["id"]?.integer ?? 0
        project = row["project"]?.text ?? ""
        type = row["type"]?.text ?? ""
        title = row["title"]?.text
        subtitle = row["subtitle"]?.text
        createdAt = row["created_at"]?.text.map(Timestamp.plain)
    }
}

/// A mirror of a conversation that a search has found.
public struct FoundMirror: Sendable, Equatable {
    public var id: Int64
    public var sessionID: String
    public var agent: String
    public var project: String
    public var title: String
    /// When the conversation began, in RFC 3339, UTC.
    public var startedAt: String?

    fileprivate init(_ row: Row) {
        id = row["id"]?.integer ?? 0
        sessionID = row["session_id"]?.text ?? ""
        agent = row["agent"]?.text ?? ""
        project = row["project"]?.text ?? ""
        title = row["title"]?.text ?? ""
        startedAt = row["timestamp_start"]?.text.map(Timestamp.plain)
    }
}

extension Timestamp {
    /// Returns a time in the form that is the same for both databases.
    fileprivate static func plain(_ text: String) -> String { Timestamp(parsing: text)?.text ?? text }
}
