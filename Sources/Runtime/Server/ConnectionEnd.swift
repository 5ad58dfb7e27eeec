import NIOCore
import NIOHTTP1

/// Says `Connection: close` in the head of each request after whose answer the connection has to end (RFC 9112, section 9.3). The
/// server looks for this one spelling in the head, which no longer has the version.
///
/// A client of HTTP/1.0 that asks to keep the connection gets it closed too: it takes an answer that does not grant this for the last.
final class ConnectionEnd: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// Puts the handler behind the one that reads requests. Call it on the channel's event loop, once that one is there.
    static func add(to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        try pipeline.addHandler(ConnectionEnd(), position: .after(decoder))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data), head.version == .http1_0 || !head.isKeepAlive else {
            return context.fireChannelRead(data)
        }
        head.headers.replaceOrAdd(name: "connection", value: "close")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}
