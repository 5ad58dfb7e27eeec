import NIOCore
import NIOHTTP1

/// Says `Connection: close` in the head of each request after whose answer the connection has to end (RFC 9112, section 9.3). The
/// server looks for this one spelling in the head, which no longer has the version.
///
/// A client of HTTP/1.0 that asks to keep the connection gets it closed too: it takes an answer that does not grant this for the last.
/// It can't read chunks (section 6.1), so an answer without a length ends with the connection, and has the version 1.0, for which the
/// encoder makes no chunks. Such a client can't tell whether an answer has broken off: a local socket has no other end than this one.
final class ConnectionEnd: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// The versions of the requests whose answers have not ended, since a client may send several at once.
    private var versions = CircularBuffer<HTTPVersion>()

    /// Puts the handler behind the one that reads requests. Call it on the channel's event loop, once that one is there.
    static func add(to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        try pipeline.addHandler(ConnectionEnd(), position: .after(decoder))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        versions.append(head.version)
        if head.version == .http1_0 || !head.isKeepAlive {
            head.headers.replaceOrAdd(name: "connection", value: "close")
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where versions.first == .http1_0 && !head.headers.contains(name: "content-length"):
            head.version = .http1_0
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            _ = versions.popFirst()
            context.write(data, promise: promise)
        case .head, .body: context.write(data, promise: promise)
        }
    }
}
