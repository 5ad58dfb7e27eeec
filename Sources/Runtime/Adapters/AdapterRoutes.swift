import Dialects
import Hummingbird

/// The routes that are open to adapters (docs/adapters.md): what a program of another front end may do for the people for whom
/// it speaks. All of them use the services of the other routes, and therefore the policy. They never return anything that was
/// said in a session.
///
/// What reads comes as a POST, too, so the lease is confirmed here once more after the read (`LeaseMiddleware`).
struct AdapterRoutes {
    /// The prefix of these routes' paths. A bearer token in requests to them is an adapter's, and not a session's.
    static let prefix = "/adapter/"

    let door: AdapterDoor
    let sessions: SessionService
    let shares: FairShare

    func add(to router: Router<CallContext>) {
        router.post("adapter/whoami", use: whoami)
        router.post("adapter/sessions/list", use: list)
        router.post("adapter/sessions/get", use: get)
        router.post("adapter/sessions/start", use: start)
        router.post("adapter/sessions/send", use: send)
        router.post("adapter/sessions/end", use: end)
    }

    @Sendable private func whoami(_ request: Request, _ context: CallContext) async throws -> Response {
        let (call, subject, _) = try await door.admit(request, context, as: AdapterRequest.Whoami.self)
        var (person, role, why): (String?, String?, RuntimeError?)
        switch subject {
        case .person(let caller):
            (person, role) = (caller.identity.person, caller.identity.role.rawValue)
            if await sessions.services.hosts.hosts(of: caller.identity.uid).isEmpty {
                why = SessionService.noHost(caller)
            }
            if case .refused(let words) = allow(.startSession, by: caller.identity.role, on: .none) {
                why = RuntimeError(.notAllowed, "starting a session is not allowed: \(words)")
            }
        case .withoutAccount(let name): (person, why) = (name, AdapterDoor.Subject.noAccount(name))
        case .nobody: why = AdapterDoor.Subject.unmatched
        }
        try await door.services.lease.requireConfirmed()
        return Response(
            .object([
                ("version", .integer(1)), ("adapter", .string(call.name)),
                ("person", person.map { .string($0) } ?? .null),
                ("role", role.map { .string($0) } ?? .null), ("can_start", .boolean(why == nil)),
                ("why_not", why.map { .string($0.message) } ?? .null),
                ("remedy", why?.remedy.map { .string($0) } ?? .null),
            ]))
    }

    @Sendable private func list(_ request: Request, _ context: CallContext) async throws -> Response {
        let (caller, wanted) = try await door.caller(request, context, as: AdapterRequest.List.self)
        let query = try wanted.query()
        return try await shares.run(context.party) {
            let page = try await sessions.list(caller, query.filter, after: query.cursor, limit: query.limit)
            try await door.services.lease.requireConfirmed()
            return try await LongWork.run { Response(page.document) }
        }
    }

    @Sendable private func get(_ request: Request, _ context: CallContext) async throws -> Response {
        let (caller, wanted) = try await door.caller(request, context, as: AdapterRequest.One.self)
        let session = try await sessions.get(caller, try Self.id(wanted.sessionID))
        try await door.services.lease.requireConfirmed()
        return answer(session)
    }

    @Sendable private func start(_ request: Request, _ context: CallContext) async throws -> Response {
        let (caller, wanted) = try await door.caller(request, context, as: AdapterRequest.Start.self)
        let start = StartRequest(
            title: wanted.title, projectPath: wanted.projectPath, agent: wanted.agent, preferences: nil)
        return answer(try await sessions.start(onBehalf: caller, start), status: .created)
    }

    @Sendable private func send(_ request: Request, _ context: CallContext) async throws -> Response {
        let (caller, wanted) = try await door.caller(request, context, as: AdapterRequest.Send.self)
        let message = MessageRequest(text: wanted.text, enter: wanted.enter, keys: wanted.keys)
        try await sessions.send(caller, try Self.id(wanted.sessionID), try message.bytes())
        return Response(.object([("version", .integer(1)), ("status", .string("sent"))]))
    }

    @Sendable private func end(_ request: Request, _ context: CallContext) async throws -> Response {
        let (caller, wanted) = try await door.caller(request, context, as: AdapterRequest.One.self)
        return answer(try await sessions.end(caller, try Self.id(wanted.sessionID)))
    }

    private func answer(_ session: Session, status: HTTPResponse.Status = .ok) -> Response {
        Response(.object([("version", .integer(1)), ("session", session.document)]), status: status)
    }

    /// Checks an id before it is looked up: no id is longer than 200 bytes, and no database of ours stores a NUL in a text.
    private static func id(_ text: String) throws(RuntimeError) -> String {
        guard text.utf8.count <= 200, !text.utf8.contains(0) else {
            throw RuntimeError(.notFound, "there is no such session")
        }
        return text
    }
}

extension AdapterRequest.List {
    /// Returns the same query that `GET /sessions` takes.
    fileprivate func query() throws(RuntimeError) -> (filter: SessionFilter, cursor: SessionCursor?, limit: Int) {
        guard !(project ?? "").utf8.contains(0) else {
            throw RuntimeError(.badRequest, "project holds a NUL character")
        }
        let state = state.map(Session.State.init(rawValue:))
        if case .some(.none) = state {
            let known = Session.State.allCases.map(\.rawValue).joined(separator: ", ")
            throw RuntimeError(.badRequest, "there is no such state", remedy: "name one of \(known)")
        }
        let cursor = try after.map(SessionCursor.init(after:))
        guard (1...500).contains(limit ?? 50) else {
            throw RuntimeError(.badRequest, "limit is out of range", remedy: "give a number from 1 to 500")
        }
        return (SessionFilter(state: state ?? nil, project: project), cursor, limit ?? 50)
    }
}
