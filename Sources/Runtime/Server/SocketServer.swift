import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOExtras
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// Serves HTTP/1.1 on a socket that listens already, until it is told to shut down: then what is being answered is answered.
///
/// Hummingbird's own server makes its socket itself, which leaves a moment before its mode is set, and takes none from a
/// service manager.
struct SocketServer<Responder: HTTPResponder>: Service
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    let socket: ListeningSocket
    let responder: Responder
    let directory: IdentityBox
    let limits: ConnectionLimits
    let requests: RequestLimits
    let idleTimeout: TimeAmount
    let logger: Logger
    let onReady: @Sendable () -> Void
    /// Lets go of answers that would never end by themselves.
    let onShutdown: @Sendable () -> Void

    func run() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let quiescing = ServerQuiescingHelper(group: group)
        let channels = PeerChannel(
            base: HTTP1Channel(responder: respond, configuration: .init(idleTimeout: idleTimeout)),
            directory: directory,
            limits: limits, requests: requests, refusals: RareLog(logger))
        let failures = RareLog(logger)
        let server = try await ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        quiescing.makeServerChannelHandler(channel: channel),
                        AcceptFailures(failures))
                }
            }
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .bind(socket.descriptor) { channels.setup(channel: $0, logger: logger) }
        await withGracefulShutdownHandler {
            onReady()
            await serve(server, channels)
        } onGracefulShutdown: {
            onShutdown()
            socket.remove()
            quiescing.initiateShutdown(promise: nil)
        }
    }

    private func serve(_ server: NIOAsyncChannel<PeerChannel.Value, Never>, _ channels: PeerChannel) async {
        await withDiscardingTaskGroup { group in
            do {
                try await server.executeThenClose { inbound in
                    for try await connection in inbound {
                        let executor = EventLoopExecutor(connection.channel.eventLoop)
                        group.addTask(executorPreference: executor) {
                            await channels.handle(value: connection, logger: logger)
                        }
                    }
                }
            } catch {
                logger.error("the socket is lost", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Answers one request. What nobody turned into an answer is a fault of ours, and its text is not for the caller.
    @Sendable private func respond(
        _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        let context = Responder.Context(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        var response: Response
        do {
            response = try await responder.respond(to: request, context: context)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            logger.error("a request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            response = Response(status: .internalServerError)
        }
        response.headers[.server] = "teleclauded"
        try await writer.write(response: response.head, body: response.body)
    }
}
