import Dialects
import Hummingbird

/// The routes that list, start, end and share sessions, and type into them.
struct SessionRoutes {
    let sessions: SessionService
    let shares: FairShare

    func add(to router: Router<CallContext>) {
        router.get("sessions", use: list)
        router.post("sessions", use: start)
        router.get("sessions/:id", use: get)
        router.post("sessions/:id/messages", use: send)
        router.post("sessions/:id/end", use: end)
        router.post("sessions/:id/attach", use: attach)
        router.post("sessions/:id/revive", use: revive)
        router.post("sessions/:id/visibility", use: setVisibility)
    }

    @Sendable private func list(_ request: Request, _ context: CallContext) async throws -> Response {
        let query = try QueryReader(
            request, knowing: "state", "project", "agent", "owner", "title", "text", "since", "after", "limit", "own")
        let filter = SessionFilter(
            state: try query.word("state", Session.State.self), project: try query.text("project"),
            agent: try query.text("agent"), owner: try query.text("owner"), title: try query.text("title"),
            text: try query.text("text", longest: SessionFilter.longestText), since: try query.moment("since"))
        let cursor = try query.text("after").map(SessionCursor.init(after:))
        let limit = try query.number("limit", 1...500, else: 50)
        let isOwn = try query.number("own", 0...1, else: 0) == 1
        return try await shares.run(context.party) {
            let page = try await sessions.list(context.caller, filter, own: isOwn, after: cursor, limit: limit)
            // Encoding five hundred rows takes long enough to hold up other connections of the thread.
            return try await LongWork.run { Response(page.document) }
        }
    }

    @Sendable private func start(_ request: Request, _ context: CallContext) async throws -> Response {
        let wanted = try await request.document(StartRequest.self, context)
        return Response(try await sessions.start(context.caller, wanted).document, status: .created)
    }

    @Sendable private func get(_ request: Request, _ context: CallContext) async throws -> Response {
        try request.requireNoParameters()
        return answer(try await sessions.get(context.caller, try context.sessionID()))
    }

    @Sendable private func send(_ request: Request, _ context: CallContext) async throws -> Response {
        let message = try await request.document(MessageRequest.self, context)
        try await sessions.send(context.caller, try context.sessionID(), try message.bytes())
        return Response(.object([("version", .integer(1)), ("status", .string("sent"))]))
    }

    @Sendable private func end(_ request: Request, _ context: CallContext) async throws -> Response {
        try request.requireNoParameters()
        try await request.requireNoMembers(context)
        return answer(try await sessions.end(context.caller, try context.sessionID()))
    }

    @Sendable private func attach(_ request: Request, _ context: CallContext) async throws -> Response {
        try request.requireNoParameters()
        try await request.requireNoMembers(context)
        return answer(try await sessions.attach(context.caller, try context.sessionID()))
    }

    @Sendable private func revive(_ request: Request, _ context: CallContext) async throws -> Response {
        let query = try QueryReader(request, knowing: "ordered")
        let isOrdered = try query.number("ordered", 0...1, else: 0) == 1
        try await request.requireNoMembers(context)
        let id = try context.sessionID()
        return Response(try await sessions.revive(context.caller, id, isOrdered: isOrdered).document)
    }

    @Sendable private func setVisibility(_ request: Request, _ context: CallContext) async throws -> Response {
        let wanted = try await request.document(VisibilityRequest.self, context)
        guard let visibility = Session.Visibility(rawValue: wanted.visibility) else {
            throw RuntimeError(.badRequest, "visibility must be private or shared")
        }
        return answer(
            try await sessions.setVisibility(context.caller, try context.sessionID(), visibility))
    }

    private func answer(_ session: Session) -> Response {
        Response(.object([("version", .integer(1)), ("session", session.document)]))
    }

    private struct VisibilityRequest: RequestDocument {
        var visibility: String

        enum CodingKeys: CodingKey, CaseIterable { case visibility }
    }
}

extension SessionPage {
    var document: JSON {
        .object([
            ("version", .integer(1)), ("sessions", .array(sessions.map(\.document))),
            ("next", next.map { .string($0.text) } ?? .null),
        ])
    }
}
