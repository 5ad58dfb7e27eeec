import NIOCore

/// Connections that can't be accepted, because there are no descriptors left, are no reason to end, nor to try without a pause:
/// they wait in the kernel's line, and are taken when others have gone.
///
/// NIO's `AcceptBackoffHandler` holds the next read back, and leaves the socket among those that the kernel is asked about: it is
/// then told of the same waiting connection again at once, and without end. A channel that reads nothing by itself is not.
final class AcceptFailures: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.milliseconds(200)

    private let log: RareLog

    init(_ log: RareLog) { self.log = log }

    /// Whoever hears of the error behind this would end the server.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is IOError else { return context.fireErrorCaught(error) }
        log.warning("connections can't be accepted now", ["error": "\(error)"])
        let channel = context.channel
        Self.read(false, from: channel)
        channel.eventLoop.scheduleTask(in: Self.pause) { Self.read(true, from: channel) }
    }

    /// A channel that has been closed meanwhile takes no option, and needs none.
    private static func read(_ isReading: Bool, from channel: any Channel) {
        try? channel.syncOptions?.setOption(.autoRead, value: isReading)
    }
}
