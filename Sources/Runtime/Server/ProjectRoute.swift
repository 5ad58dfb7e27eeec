import Dialects
import Hummingbird

/// The route that lists projects, as derived from those sessions that the caller may see.
struct ProjectRoute {
    let sessions: SessionService
    let shares: FairShare

    func add(to router: Router<CallContext>) { router.get("projects", use: list) }

    @Sendable private func list(_ request: Request, _ context: CallContext) async throws -> Response {
        let query = try QueryReader(request, knowing: "state", "agent", "owner", "text", "limit")
        let filter = SessionFilter(
            state: try query.word("state", Session.State.self), agent: try query.text("agent"),
            owner: try query.text("owner"), text: try query.text("text", longest: SessionFilter.longestText))
        let limit = try query.number("limit", 1...2_000, else: 500)
        return try await shares.run(context.party) {
            let found = try await sessions.projects(context.caller, filter, limit: limit + 1)
            return Response(
                .object([
                    ("version", .integer(1)), ("projects", .array(found.prefix(limit).map(\.document))),
                    ("has_more", .boolean(found.count > limit)),
                ]))
        }
    }
}

extension ProjectCount {
    var document: JSON {
        .object([
            ("project_path", path.map { .string($0) } ?? .null), ("sessions", .integer(Int64(sessions))),
            ("last_activity", newest.map { .string($0) } ?? .null),
        ])
    }
}
