import Dialects

/// Finds sessions by what was said in them. The policy decides which sessions a caller may find. A session of somebody else's
/// is in the audit log before its text is read.
struct TranscriptSearch: Sendable {
    let services: Services
    private var access: AccessControl { SessionService(services: services).access }

    func find(_ caller: Caller, _ query: TranscriptQuery, reason: String?) async throws -> FoundPage {
        try await access.require(caller, .listSessions)
        let hasReason = !(reason?.saysNothing ?? true)
        if let session = query.session { try await access.requireSearch(caller, on: session, reason: reason) }
        let scope = searchedSessions(for: caller.identity, hasReason: hasReason)
        let places = try await services.transcriptIndex.find(query, scope)
        let page = Array(places.prefix(query.limit))
        let hits = try await admitted(caller, page, query.words, reason: reason)
        let last = places.count > query.limit ? page.last : nil
        return FoundPage(
            searched: scope == .all ? .all : .ownAndShared, hits: hits,
            next: last.map { TranscriptCursor(saidAt: $0.saidAt, id: $0.id) })
    }

    /// Returns the hits at those places to which the caller is admitted. Each session of somebody else's gets one row of the
    /// log.
    private func admitted(
        _ caller: Caller, _ places: [FoundPlace], _ words: [String], reason: String?
    ) async throws -> [FoundPage.Hit] {
        var (sessions, texts): ([String: Session], [Int64: String]) = ([:], [:])
        for id in places.map(\.session) where sessions[id] == nil {
            guard let session = try await services.sessions.find(id),
                let receipt = try await access.admitSearch(caller, on: session, reason: reason)
            else { continue }
            sessions[id] = await services.hosts.withPresence(session)
            let (wanted, isLogged) = (places.filter { $0.session == id }.map(\.id), receipt.seq != nil)
            do {
                texts.merge(try await services.transcriptIndex.texts(receipt, wanted)) { $1 }
            } catch {
                if isLogged { await access.fail(.search, caller, on: session, because: error) }
                throw error
            }
        }
        let snippets = texts.mapValues { Snippet(of: $0, around: words).text }
        return places.compactMap { place in
            guard let session = sessions[place.session], let snippet = snippets[place.id] else { return nil }
            return FoundPage.Hit(session: session, saidAt: place.saidAt, snippet: snippet, matches: place.matches)
        }
    }
}

/// A place where words were found, without its text.
struct FoundPlace: Sendable {
    var id: Int64
    var session: String
    var saidAt: String
    /// The number of the session's passages that contain the words.
    var matches: Int64
}

/// A page of a search's results.
struct FoundPage: Sendable {
    enum Searched: String { case ownAndShared = "own_and_shared", all }

    struct Hit: Sendable {
        var session: Session
        var saidAt: String
        var snippet: String
        var matches: Int64
    }

    var searched: Searched
    var hits: [Hit]
    var next: TranscriptCursor?

    static let words = [Searched.ownAndShared.rawValue, Searched.all.rawValue]

    var document: JSON {
        let hits = hits.map { hit in
            JSON.object([
                ("session", hit.session.document), ("said_at", .string(hit.saidAt)), ("snippet", .string(hit.snippet)),
                ("matches", .integer(hit.matches)),
            ])
        }
        return .object([
            ("version", .integer(1)), ("searched", .string(searched.rawValue)), ("hits", .array(hits)),
            ("next", next.map { .string($0.text) } ?? .null),
        ])
    }
}

extension TranscriptIndex {
    /// Returns the places that a query finds. If there is another page, it returns one place more than the page's limit.
    func find(_ query: TranscriptQuery, _ scope: SessionScope) async throws -> [FoundPlace] {
        try await fence.database.withConnection { connection in
            try connection.query(query.statement(scope, connection.dialect)).map { row in
                let saidAt = row["said_at"]?.text ?? ""
                return FoundPlace(
                    id: row["id"]?.integer ?? 0, session: row["session_id"]?.text ?? "",
                    saidAt: Timestamp(parsing: saidAt)?.text ?? saidAt, matches: row["matches"]?.integer ?? 0)
            }
        }
    }

    /// Returns the texts of passages for a caller whom the audit log has admitted to their session. The receipt proves the
    /// admission, and is used up.
    func texts(_ receipt: consuming AuditReceipt, _ ids: [Int64]) async throws -> [Int64: String] {
        guard let session = receipt.sessionID else { return [:] }
        return try await fence.database.withConnection { connection in
            var texts: [Int64: String] = [:]
            for id in ids {
                texts[id] = try connection.queryValue(
                    "SELECT body FROM transcript_passages WHERE id = \(id) AND session_id = \(session)")?.text
            }
            return texts
        }
    }
}
