import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import TCSettings

/// The facts about the caller and the connection that every handler has.
struct CallContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let peer: PeerCredentials
    let limits: RequestLimits
    let channel: any Channel
    private let origin: RequestOrigin
    /// The caller's identity. Its role is `public` until `IdentityMiddleware` has looked the caller up.
    var identity: Identity
    /// The id of the session from which an agent calls, proven by that session's token; `nil` without a token.
    var callerSession: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = RequestOrigin.current.peer
        limits = RequestOrigin.current.limits
        channel = source.channel
        origin = RequestOrigin.current
        identity = Identity(person: nil, role: .public, uid: peer.uid, osUsername: nil)
    }

    /// The party whose requests the caller shares a waiting line with when the work takes long (`FairShare`).
    var party: ConnectionLimits.Party { ConnectionLimits.Party(identity) }

    /// Counts this connection as a host's for as long as the returned place lives. Returns `nil` if the user has too many
    /// hosts.
    func takeHostPlace() -> HostPlace? {
        origin.place?.takeHostPlace()
    }

    /// The largest size of a request's body in bytes. It is small, since large data is streamed.
    var maxUploadSize: Int { limits.bodyBytes }
}

extension Request {
    /// The token in the header Authorization; `nil` if it has none, or one of another scheme. The name of a scheme ignores case (RFC 9110,
    /// section 11.1).
    var bearerToken: String? {
        guard let value = headers[.authorization], value.prefix(7).lowercased() == "bearer " else { return nil }
        return String(value.dropFirst(7))
    }

    /// Reads the whole body as a document.
    ///
    /// - Throws: An error to be reported to the caller, if the body is not such a document, is too long, or takes too long to
    ///   arrive.
    func document<T: RequestDocument>(_ type: T.Type, _ context: CallContext) async throws -> T {
        try requireNoParameters()
        let body = try await collected(context).body
        guard body.readableBytes > LongWork.shortest else { return try T(body: body) }
        return try await LongWork.run { try T(body: body) }
    }

    /// Checks that the query has no parameters, of which the route takes none.
    func requireNoParameters() throws(RuntimeError) { _ = try QueryReader(self) }

    /// Checks that the body has no members, of which the route takes none: it is an empty object, or not there.
    ///
    /// - Throws: The errors of `document`.
    func requireNoMembers(_ context: CallContext) async throws {
        let body = try await collected(context).body
        if body.readableBytes > 0 { _ = try NoMembers(body: body) }
    }

    /// Returns the request with its whole body in memory, and that body.
    ///
    /// - Throws: An error to be reported to the caller, if the body is too long or takes too long to arrive.
    func collected(_ context: CallContext) async throws -> (request: Request, body: ByteBuffer) {
        var whole = self
        let buffer = try await arrived(context)
        whole.body = RequestBody(buffer: buffer)
        return (whole, buffer)
    }

    private func arrived(_ context: CallContext) async throws -> ByteBuffer {
        // A body that is announced as too long is not waited for.
        let announced = headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= context.maxUploadSize else { throw NIOTooManyBytesError(maxBytes: context.maxUploadSize) }
        return try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
            group.addTask { try await body.collect(upTo: context.maxUploadSize) }
            group.addTask {
                try await Task.sleep(for: context.limits.arrival)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let buffer = first else {
                throw RuntimeError(.badRequest, "the request took longer than \(context.limits.arrival) to arrive")
            }
            return buffer
        }
    }
}
