import NIOCore

/// Connections that can't be accepted, because there are no descriptors left, are no reason to end, nor to try without a pause:
/// they wait in the kernel's line, and are taken when others have gone.
final class AcceptFailures: ChannelInboundHandler {
    typealias InboundIn = any Channel

    static let pause = TimeAmount.milliseconds(200)

    private let log: RareLog

    init(_ log: RareLog) { self.log = log }

    /// To be put behind an `AcceptBackoffHandler`, which waits: whoever hears of the error behind this would end the server.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is IOError else { return context.fireErrorCaught(error) }
        log.warning("connections can't be accepted now", ["error": "\(error)"])
    }
}
