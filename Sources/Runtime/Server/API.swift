import Dialects
import Hummingbird
import TCSettings

/// All routes of the daemon.
struct API {
    let services: Services
    let version: String

    func router() -> Router<CallContext> {
        let router = Router(context: CallContext.self)
        router.add(middleware: MeterMiddleware(meter: services.meter))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: MCPRefusals())
        router.add(middleware: LeaseMiddleware(lease: services.lease))
        router.add(middleware: IdentityMiddleware(directory: services.directory, callers: services.callers))
        router.get("health") { request, _ -> Response in
            try request.requireNoParameters()
            return Response(.object([("version", .integer(1)), ("status", .string("ok"))]))
        }
        router.get("whoami") { request, context -> Response in
            try request.requireNoParameters()
            return Response(context.caller.document(in: services))
        }
        StatusRoute(services: services, version: version).add(to: router)
        let description = OpenAPI.document(version: version)
        router.get("openapi.json") { request, _ -> Response in
            try request.requireNoParameters()
            return Response(description)
        }
        let sessions = SessionService(services: services)
        let shares = FairShare()
        MetricsRoute(services: services, shares: shares, version: version).add(to: router)
        SessionRoutes(sessions: sessions, shares: shares).add(to: router)
        ProjectRoute(sessions: sessions, shares: shares).add(to: router)
        TranscriptRoutes(services: services, access: sessions.access).add(to: router)
        SearchRoute(search: TranscriptSearch(services: services), shares: shares).add(to: router)
        HostRoute(services: services, sessions: sessions).add(to: router)
        AuditRoutes(services: services, access: sessions.access, shares: shares).add(to: router)
        ReportRoute(
            maker: ReportMaker(services: services, version: version), access: sessions.access, shares: shares
        ).add(to: router)
        let door = AdapterDoor(services: services, access: sessions.access)
        AdapterRoutes(door: door, sessions: sessions, shares: shares).add(to: router)
        MCPRoute(services: services, sessions: sessions, shares: shares, version: version).add(to: router)
        EventRoute(events: services.events, directory: services.directory).add(to: router)
        OtherMethods.refuse(on: router)
        return router
    }
}

extension Caller {
    /// The document that tells the caller whom the daemon takes the caller for (`GET /whoami`).
    func document(in services: Services) -> JSON {
        .object([
            ("version", .integer(1)), ("person", identity.person.map { .string($0) } ?? .null),
            ("role", .string(identity.role.rawValue)), ("uid", .integer(Int64(identity.uid))),
            ("os_username", identity.osUsername.map { .string($0) } ?? .null),
            ("session_id", session.map { .string($0) } ?? .null), ("mode", .string(services.mode.rawValue)),
            ("several_people", .boolean(services.directory.current.hasSeveralPeople)),
        ])
    }
}

extension CallContext {
    var caller: Caller { Caller(identity: identity, session: callerSession) }

    /// Returns the id of the session that the request's path names.
    func sessionID() throws -> String {
        guard let id = QueryText.unescaped(try parameters.require("id")), !id.utf8.contains(0) else {
            throw RuntimeError(.notFound, "there is no such session")
        }
        return id
    }
}
