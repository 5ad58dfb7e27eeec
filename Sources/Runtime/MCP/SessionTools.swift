import Dialects
import TCMCP
import TCSettings

/// The implementation of the tools. Each does what a route of the API does for the same caller, with the same services.
struct SessionTools: Sendable {
    let services: Services
    let sessions: SessionService
    let shares: FairShare
    let list = ToolList(.ofTheAPI)

    /// Returns the tools that the identity's role can use at all. Each call is then checked against the policy.
    func visible(to identity: Identity) -> [Tool] { list.all.filter { Self.mayUse($0.name, identity.role) } }

    private static func mayUse(_ tool: ToolName, _ role: Role) -> Bool {
        func may(_ action: Action, _ relations: Relation...) -> Bool {
            relations.contains { allow(action, by: role, on: $0) == .allowed }
        }
        return switch tool {
        case .whoami: true
        case .listSessions, .listProjects: may(.listSessions, .none)
        case .getSession: may(.getSession, .own)
        case .getSessionData: may(.readTranscript, .own)
        case .startSession, .listAgents: may(.startSession, .none)
        case .sendMessage: may(.send, .own, .shared)
        case .endSession: may(.end, .own)
        case .listAudit: may(.readAudit, .none)
        }
    }

    func run(_ tool: ToolName, _ arguments: Arguments, _ context: CallContext) async throws -> ToolResult {
        try requireHere(arguments)
        let caller = context.caller
        switch tool {
        case .whoami: return .done(caller.document(in: services))
        case .listSessions: return try await shares.run(context.party) { try await listSessions(caller, arguments) }
        case .getSession: return session(try await sessions.get(caller, id(arguments)))
        case .getSessionData: return try await read(SessionDataRequest(arguments), context) { _ in }
        case .startSession: throw Self.startsNothing
        case .sendMessage: return try await send(caller, arguments)
        case .endSession: return session(try await sessions.end(caller, id(arguments)))
        case .listProjects: return try await shares.run(context.party) { try await listProjects(caller, arguments) }
        case .listAgents: return try await listAgents(caller)
        case .listAudit: return try await shares.run(context.party) { try await listAudit(caller, arguments) }
        }
    }

    /// Checks that a call is meant for this computer. The original program knew several computers; this daemon knows the
    /// sessions of one.
    func requireHere(_ arguments: Arguments) throws(RuntimeError) {
        guard let computer = arguments.text("computer"), computer != "local", computer != services.computer else {
            return
        }
        throw RuntimeError(
            .badRequest, "this daemon only knows the sessions of \(services.computer)", remedy: "leave computer out")
    }

    private func id(_ arguments: Arguments) -> String { arguments.text("session_id") ?? "" }

    private func session(_ session: Session) -> ToolResult {
        .done(.object([("version", .integer(1)), ("session", session.document)]))
    }

    private static let startsNothing = RuntimeError(
        .methodNotAllowed,
        "sessions can't be started over POST /mcp: a session runs as its owner, and the daemon can't act as other accounts",
        remedy: "connect through the program `telec mcp`, which starts sessions as you, or run `telec sessions start`")
}

extension SessionTools {
    private func listSessions(_ caller: Caller, _ arguments: Arguments) async throws -> ToolResult {
        let filter = SessionFilter(
            state: arguments.text("state").flatMap(Session.State.init(rawValue:)), project: arguments.text("project"),
            agent: arguments.text("agent"), owner: arguments.text("owner"), text: arguments.text("text"))
        let cursor = try arguments.text("after").map(SessionCursor.init(after:))
        let page = try await sessions.list(caller, filter, after: cursor, limit: arguments.number("limit") ?? 50)
        return try await LongWork.run { .done(page.document) }
    }

    private func send(_ caller: Caller, _ arguments: Arguments) async throws -> ToolResult {
        let (text, keys) = (arguments.text("message"), arguments.texts("keys"))
        guard text == nil || keys == nil else {
            throw RuntimeError(.badRequest, "give a message or keys, not both")
        }
        let message = MessageRequest(text: text, enter: arguments.flag("enter"), keys: keys)
        try await sessions.send(caller, id(arguments), try message.bytes())
        return .done(.object([("version", .integer(1)), ("status", "sent")]))
    }

    private func listProjects(_ caller: Caller, _ arguments: Arguments) async throws -> ToolResult {
        let limit = arguments.number("limit") ?? 50
        // One of the results may stand for the sessions without a project.
        let found = try await sessions.projects(caller, SessionFilter(), limit: limit + 1)
        let projects = found.filter { $0.path != nil }.prefix(limit).map(\.document)
        return .done(.object([("version", .integer(1)), ("projects", .array(projects))]))
    }

    private func listAgents(_ caller: Caller) async throws -> ToolResult {
        try await sessions.access.require(caller, .startSession)
        let names = services.agents.current.agents.keys.sorted()
        let agents = names.map { JSON.object([("name", .string($0))]) }
        return .done(.object([("version", .integer(1)), ("agents", .array(agents))]))
    }

    private func listAudit(_ caller: Caller, _ arguments: Arguments) async throws -> ToolResult {
        try await sessions.access.require(caller, .readAudit)
        let filter = AuditFilter(
            sessionID: arguments.text("session"), person: arguments.text("person"),
            action: arguments.text("action").flatMap(AuditAction.init(rawValue:)),
            outcome: arguments.text("outcome").flatMap(AuditOutcome.init(rawValue:)), from: arguments.moment("from"),
            to: arguments.moment("to"))
        return .done(
            try await services.audit.page(
                filter, after: arguments.number("after").map(Int64.init), limit: arguments.number("limit") ?? 50))
    }
}

extension SessionTools {
    /// Returns the question that the user has to answer before this is read; `nil` if the caller may read it without a reason,
    /// or may not read it at all.
    func question(before wanted: SessionDataRequest, by caller: Caller) async throws -> Question? {
        guard wanted.reason?.saysNothing ?? true,
            let session = try await sessions.access.sessionWantingReason(
                caller, to: .readTranscript, on: wanted.sessionID)
        else { return nil }
        let whose = session.owner.person.map { "\($0)'s" } ?? "nobody's"
        return Question(
            message: "This is \(whose) session. Reading it is logged. Why do you read it?", field: "reason",
            title: "Reason", longest: 2_000)
    }

    /// Reads the end of a recording.
    ///
    /// - Parameter onProgress: Called again and again with the number of bytes read so far.
    func read(
        _ wanted: SessionDataRequest, _ context: CallContext, _ onProgress: @Sendable (Int64) -> Void
    ) async throws -> ToolResult {
        let admitted = try await sessions.access.admitReading(
            context.caller, standing: context.standing(in: services.directory), of: wanted.sessionID,
            reason: wanted.reason)
        return try await admitted.perform {
            try await services.requireRecording(of: wanted.sessionID)
            return try await shares.run(context.party) {
                // The length of this work depends on the caller, so it runs on the thread for such work.
                try await LongWork.run { try await data(wanted, admitted, onProgress) }
            }
        }
    }

    /// The number of bytes that are read between two reports of progress, and the number that are read from the end at first.
    private static let stride: Int64 = 1 << 20
    private static let firstLook: Int64 = 2 << 20

    private func data(
        _ wanted: SessionDataRequest, _ admitted: AdmittedReading, _ onProgress: @Sendable (Int64) -> Void
    ) async throws -> ToolResult {
        guard let receipt = admitted.pass.take() else { throw RuntimeError(.failed, "the receipt was already used") }
        let expected: SessionDataRequest.View = admitted.session.nativeSessionID == nil ? .terminal : .conversation
        var data = SessionData(wanted, expecting: expected)
        var (done, told) = (Int64(0), -Self.stride)
        // The time of an event is the sum of the intervals from the recording's beginning, so a limit of time requires the
        // whole recording.
        let length = wanted.since == nil && wanted.until == nil ? Self.firstLook : .max
        try await services.transcripts.readEnd(receipt, of: length) {
            data = SessionData(wanted, expecting: expected)
        } _: { piece in
            try Task.checkCancellation()
            data.read(piece.bytes)
            done += Int64(piece.bytes.count)
            guard done >= told + Self.stride else { return }
            told = done
            onProgress(done)
            // The caller's rights may end in the meantime, so they are checked after each stride.
            try await admitted.rights.require()
        } isEnough: {
            data.isFull
        }
        try await admitted.rights.require()
        return data.result
    }
}

extension DocumentShapes {
    /// The shapes of the documents that the API's own routes return.
    package static var ofTheAPI: DocumentShapes {
        DocumentShapes(
            identity: OpenAPISchemas.identity, session: OpenAPISchemas.session, auditEntry: OpenAPISchemas.entry,
            sessionStates: Session.State.allCases.map(\.rawValue), auditActions: AuditAction.allCases.map(\.rawValue),
            auditOutcomes: AuditOutcome.allCases.map(\.rawValue), keys: TerminalKey.names)
    }
}
