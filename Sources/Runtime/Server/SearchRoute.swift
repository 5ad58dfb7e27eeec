import Dialects
import Hummingbird

/// The route that finds sessions by the words that were said in them.
struct SearchRoute {
    let search: TranscriptSearch
    let shares: FairShare

    func add(to router: Router<CallContext>) { router.get("search", use: find) }

    @Sendable private func find(_ request: Request, _ context: CallContext) async throws -> Response {
        let query = try QueryReader(
            request, knowing: "words", "session", "project", "owner", "since", "after", "limit", "reason")
        guard let text = try query.text("words", longest: TranscriptQuery.longestText),
            let words = try SearchWords(text)
        else {
            throw RuntimeError(
                .badRequest, "there is no word to search for", remedy: "give a word of letters or digits")
        }
        let cursor = try query.text("after").map { text in
            guard let cursor = TranscriptCursor(text) else {
                throw RuntimeError.noPlaceInList
            }
            return cursor
        }
        let wanted = TranscriptQuery(
            words: words.words, session: try query.text("session"), project: try query.text("project"),
            owner: try query.text("owner"), since: try query.moment("since"), cursor: cursor,
            limit: try query.number("limit", 1...TranscriptQuery.most, else: 20))
        let reason = try query.text("reason")
        return try await shares.run(context.party) {
            Response(try await search.find(context.caller, wanted, reason: reason).document)
        }
    }
}
