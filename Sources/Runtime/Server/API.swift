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
        router.get("health") { _, _ in
            Response(.object([("version", .integer(1)), ("status", .string("ok"))]))
        }
        router.get("whoami") { _, context in Response(context.caller.document(in: services)) }
        StatusRoute(services: services, version: version).add(to: router)
        let description = OpenAPI.document(version: version)
        router.get("openapi.json") { _, _ in Response(description) }
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
    /// Whom the daemon takes somebody for.
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

    /// The session that the path names.
    func sessionID() throws -> String {
        let id = try parameters.require("id")
        guard !id.utf8.contains(0) else { throw RuntimeError(.notFound, "there is no such session") }
        return id
    }
}

/// What a query asks for. What can't be read is said, never passed over.
struct QueryReader {
    /// Longer than a reason of 2,000 letters of any kind, spelled as a URL has them.
    static let longest = 32_768

    private let parameters: Parameters

    /// Throws `RuntimeError` for a query that is longer than what anybody asks.
    init(request: Request) throws(RuntimeError) {
        guard request.uri.string.utf8.count <= Self.longest else {
            throw RuntimeError(.badRequest, "the request's path and query are longer than \(Self.longest) bytes")
        }
        // Each look at them reads the whole query.
        parameters = request.uri.queryParameters
    }

    /// Throws for a NUL, which no database of ours holds in a text, and for a text that is longer than what it is looked for in.
    func text(_ name: Substring, longest: Int? = nil) throws(RuntimeError) -> String? {
        guard let text = parameters[name].map(String.init) else { return nil }
        guard !text.utf8.contains(0) else { throw RuntimeError(.badRequest, "\(name) holds a NUL character") }
        if let longest, text.unicodeScalars.count > longest {
            throw RuntimeError(.badRequest, "\(name) is longer than \(longest) code points")
        }
        return text
    }

    /// One of an enumeration's words.
    func word<T: RawRepresentable & CaseIterable>(
        _ name: Substring, _ type: T.Type
    ) throws(RuntimeError) -> T? where T.RawValue == String {
        guard let text = try text(name) else { return nil }
        guard let value = T(rawValue: text) else {
            let known = T.allCases.map(\.rawValue).joined(separator: ", ")
            throw RuntimeError(.badRequest, "\(name) can't be \(text)", remedy: "say one of \(known)")
        }
        return value
    }

    func moment(_ name: Substring) throws(RuntimeError) -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let moment = Timestamp(parsing: text) else {
            throw RuntimeError(
                .badRequest, "\(name) can't be \(text)", remedy: "write a moment as 2026-11-25T09:30:00Z")
        }
        return moment
    }

    /// A number in a range.
    func number(_ name: Substring, _ range: ClosedRange<Int>, else fallback: Int) throws(RuntimeError) -> Int {
        guard let text = try text(name) else { return fallback }
        // Nor is +1 or 01 a spelling of one.
        guard let number = Int(text), String(number) == text, range.contains(number) else {
            throw RuntimeError(
                .badRequest, "\(name) can't be \(text)",
                remedy: "say a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
