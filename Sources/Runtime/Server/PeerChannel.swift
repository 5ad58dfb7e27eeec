import HummingbirdCore
import Logging
import NIOCore

/// An HTTP connection that knows who is at its other end.
struct PeerChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let inner: HTTP1Channel.Value
        let peer: PeerCredentials
        let party: ConnectionLimits.Party
        var channel: any Channel { inner.channel }
    }

    let base: HTTP1Channel
    let directory: IdentityBox
    let limits: ConnectionLimits
    let requests: RequestLimits
    let refusals: RareLog

    /// Asks the kernel once, before the first byte is read. A connection too many is closed.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        PeerCredentials.read(from: channel).flatMap { peer in
            let party = ConnectionLimits.Party(directory.current.identity(of: peer))
            guard limits.enter(party) else {
                refusals.warning("too many connections", ["uid": "\(peer.uid)", "of": "\(party)"])
                // Nobody else closes a connection that was not set up.
                channel.close(promise: nil)
                return channel.eventLoop.makeFailedFuture(
                    RuntimeError(.tooManyConnections, "uid \(peer.uid) has too many connections"))
            }
            channel.closeFuture.whenComplete { _ in limits.leave(party) }
            return base.setup(channel: channel, logger: logger).map { Value(inner: $0, peer: peer, party: party) }
        }
    }

    func handle(value: Value, logger: Logger) async {
        let origin = RequestOrigin(peer: value.peer, limits: requests, counted: (limits, value.party))
        await RequestOrigin.$current.withValue(origin) { await base.handle(value: value.inner, logger: logger) }
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
    /// Where it is counted, and among whose.
    var counted: (limits: ConnectionLimits, party: ConnectionLimits.Party)?

    /// Of the connection whose requests this task answers; nobody's elsewhere.
    @TaskLocal static var current = RequestOrigin(peer: PeerCredentials(uid: 65_534, pid: 0), limits: RequestLimits())
}
