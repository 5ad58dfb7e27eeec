import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// An HTTP connection together with the identity of the process at its other end.
struct PeerChannel: Sendable {
    let base: HTTP1Channel
    let requests: RequestLimits
    let open: OpenChannels
    let logger: Logger

    /// Answers a caller until the connection closes.
    func serve(_ caller: Door.Caller, on eventLoop: any EventLoop) async {
        do {
            if caller.wait > .zero { try? await Task.sleep(for: caller.wait) }
            let connection = try await ClientBootstrap(group: eventLoop)
                .channelOption(.allowRemoteHalfClosure, value: true)
                // Each connection's turn is kept short, whatever it sends: 4,096 bytes can be 700 chunks of a body.
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4_096))
                .channelOption(.maxMessagesPerRead, value: 1)
                .withConnectedSocket(caller.descriptor) { channel in
                    channel.closeFuture.whenComplete { _ in withExtendedLifetime(caller.place) {} }
                    open.add(channel)
                    return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
                        try ConnectionEnd.add(to: channel)
                        return value
                    }
                }
            let origin = RequestOrigin(peer: caller.peer, limits: requests, place: caller.place)
            await RequestOrigin.$current.withValue(origin) { await base.handle(value: connection, logger: logger) }
            withExtendedLifetime(caller.place) {}
        } catch {
            // The client has hung up meanwhile, so there is nobody to tell.
            logger.debug("a connection was not set up", metadata: ["error": "\(error)"])
        }
    }
}

/// The limits of one request.
struct RequestLimits: Sendable {
    var bodyBytes = 1_048_576
    /// How long the request's body may take to arrive.
    var arrival = Duration.seconds(30)
}

/// The connection by which a request came.
struct RequestOrigin: Sendable {
    var peer: PeerCredentials
    var limits: RequestLimits
    /// The place that counts the connection. It is kept by the connection and by whoever serves it, and not by the origin: every task
    /// that a request leaves behind inherits that.
    weak var place: ConnectionPlace?

    /// The origin of the requests that the current task answers. Outside of such a task it is an unprivileged placeholder.
    @TaskLocal static var current = RequestOrigin(peer: PeerCredentials(uid: 65_534, pid: 0), limits: RequestLimits())
}
