import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// An HTTP connection that knows who is at its other end.
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
                // One connection's turn is short, whatever it sends: this much can be 700 pieces of a body.
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4_096))
                .channelOption(.maxMessagesPerRead, value: 1)
                .withConnectedSocket(caller.descriptor) { channel in
                    channel.closeFuture.whenComplete { _ in withExtendedLifetime(caller.place) {} }
                    open.add(channel)
                    return base.setup(channel: channel, logger: logger)
                }
            let origin = RequestOrigin(peer: caller.peer, limits: requests, place: caller.place)
            await RequestOrigin.$current.withValue(origin) { await base.handle(value: connection, logger: logger) }
        } catch {
            // Whoever hung up meanwhile hears nothing of it.
            logger.debug("a connection was not set up", metadata: ["error": "\(error)"])
        }
    }
}

/// What one request may cost.
struct RequestLimits: Sendable {
    var bodyBytes = 1_048_576
    /// How long its body may take to arrive.
    var arrival = Duration.seconds(30)
}

/// The connection that a request came by.
struct RequestOrigin: Sendable {
    var peer: PeerCredentials
    var limits: RequestLimits
    /// Where it is counted.
    var place: ConnectionPlace?

    /// Of the connection whose requests this task answers; nobody's elsewhere.
    @TaskLocal static var current = RequestOrigin(peer: PeerCredentials(uid: 65_534, pid: 0), limits: RequestLimits())
}
