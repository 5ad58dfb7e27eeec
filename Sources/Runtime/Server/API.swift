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

/// Reads the parameters of a request's query. A parameter that can't be read is an error; it is never ignored.
struct QueryReader {
    /// The largest length of a path with its query, in bytes. A reason of 2,000 letters of any kind, percent-encoded, is
    /// shorter.
    static let longest = 32_768

    private let parameters: Parameters

    /// Reads the query of `request`.
    ///
    /// - Throws: `RuntimeError` if the path and the query are longer than any client needs.
    init(request: Request) throws(RuntimeError) {
        guard request.uri.string.utf8.count <= Self.longest else {
            throw RuntimeError(.badRequest, "the request's path and query are longer than \(Self.longest) bytes")
        }
        // `queryParameters` parses the whole query each time, so the result is kept.
        parameters = request.uri.queryParameters
    }

    /// Returns the value of a parameter; `nil` if the query doesn't have the parameter.
    ///
    /// - Parameter longest: The length, in code points, of the longest text that could match anything; `nil` for no limit.
    /// - Throws: `RuntimeError` for a NUL, which no database of ours stores in a text, and for a text longer than `longest`.
    func text(_ name: Substring, longest: Int? = nil) throws(RuntimeError) -> String? {
        guard let text = parameters[name].map(String.init) else { return nil }
        guard !text.utf8.contains(0) else { throw RuntimeError(.badRequest, "\(name) holds a NUL character") }
        if let longest, text.unicodeScalars.count > longest {
            throw RuntimeError(.badRequest, "\(name) is longer than \(longest) code points")
        }
        return text
    }

    /// Returns the case of `type` that a parameter names; `nil` if the query doesn't have the parameter.
    func word<T: RawRepresentable & CaseIterable>(
        _ name: Substring, _ type: T.Type
    ) throws(RuntimeError) -> T? where T.RawValue == String {
        guard let text = try text(name) else { return nil }
        guard let value = T(rawValue: text) else {
            let known = T.allCases.map(\.rawValue).joined(separator: ", ")
            throw RuntimeError(.badRequest, "\(name) can't be \(text)", remedy: "name one of \(known)")
        }
        return value
    }

    func moment(_ name: Substring) throws(RuntimeError) -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let moment = Timestamp(parsing: text) else {
            throw RuntimeError(
                .badRequest, "\(name) can't be \(text)", remedy: "write a time such as 2026-11-25T09:30:00Z")
        }
        return moment
    }

    /// Returns the number that a parameter gives, which has to be within `range`; `fallback` if the query doesn't have the
    /// parameter.
    func number(_ name: Substring, _ range: ClosedRange<Int>, else fallback: Int) throws(RuntimeError) -> Int {
        guard let text = try text(name) else { return fallback }
        // Other spellings of a number, such as +1 or 01, are refused too.
        guard let number = Int(text), String(number) == text, range.contains(number) else {
            throw RuntimeError(
                .badRequest, "\(name) can't be \(text)",
                remedy: "give a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
