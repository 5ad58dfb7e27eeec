import Hummingbird
import Logging
import NIOCore
import TCSettings

/// What every handler knows of its caller.
struct CallContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let peer: PeerCredentials
    let limits: RequestLimits
    let channel: any Channel
    private let origin: RequestOrigin
    /// `public` until `IdentityMiddleware` has asked.
    var identity: Identity
    /// The session that an agent calls from, proven by its token.
    var callerSession: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = RequestOrigin.current.peer
        limits = RequestOrigin.current.limits
        channel = source.channel
        origin = RequestOrigin.current
        identity = Identity(person: nil, role: .public, uid: peer.uid, osUsername: nil)
    }

    /// Who waits in one line with whom for what takes long.
    var party: ConnectionLimits.Party { ConnectionLimits.Party(identity) }

    /// Counts this connection as a host's from here on, as long as what is returned lives; `nil` when its user has too many.
    func takeHostPlace() -> HostPlace? {
        origin.place?.takeHostPlace()
    }

    /// Bodies are small: what is large is streamed.
    var maxUploadSize: Int { limits.bodyBytes }
}

extension Request {
    /// Reads a whole body as a document. Throws what the caller is told: it is not a document, it is too long, or it takes too long.
    func document<T: Decodable & Sendable>(_ type: T.Type, _ context: CallContext) async throws -> T {
        let (request, buffer) = try await collected(context)
        guard buffer.readableBytes > LongWork.shortest else {
            return try await request.decode(as: T.self, context: context)
        }
        return try await LongWork.run { try await request.decode(as: T.self, context: context) }
    }

    /// The request with its whole body, and that. Throws what the caller is told: it is too long, or it takes too long.
    func collected(_ context: CallContext) async throws -> (request: Request, body: ByteBuffer) {
        var whole = self
        let buffer = try await arrived(context)
        whole.body = RequestBody(buffer: buffer)
        return (whole, buffer)
    }

    private func arrived(_ context: CallContext) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
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
