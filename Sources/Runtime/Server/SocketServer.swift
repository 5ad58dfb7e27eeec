import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// Serves HTTP/1.1 on a socket that listens already, until it is told to shut down. Requests that are being answered then are
/// answered completely.
///
/// Hummingbird's own server makes its socket itself. There would be a moment before the socket's mode is set, and a socket of
/// the service manager could not be used.
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
    /// Called at a shutdown, to end the responses that would otherwise never end.
    let onShutdown: @Sendable () -> Void

    func run() async throws {
        let door = try Door(socket.descriptor, directory: directory, limits: limits, logger: logger)
        let open = OpenChannels()
        let channels = PeerChannel(
            base: HTTP1Channel(responder: respond, configuration: .init(idleTimeout: idleTimeout)),
            requests: requests, open: open, logger: logger)
        await withGracefulShutdownHandler {
            onReady()
            await withTaskCancellationHandler {
                await serve(door, channels)
            } onCancel: {
                door.shut()
            }
        } onGracefulShutdown: {
            onShutdown()
            socket.remove()
            door.shut()
            open.endAll()
        }
    }

    /// Serves connections until the door is shut and all of them are closed.
    private func serve(_ door: Door, _ channels: PeerChannel) async {
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        thread.submit { _ in door.keep() }
        await withDiscardingTaskGroup { group in
            for await caller in door.callers {
                let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
                group.addTask(executorPreference: EventLoopExecutor(eventLoop)) {
                    await channels.serve(caller, on: eventLoop)
                }
            }
        }
        door.shut()
        try? await thread.shutdownGracefully()
    }

    /// Answers one request. An error that no middleware has turned into a response is an internal failure, whose text the
    /// caller must not see.
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
        if request.headers[.connection] == "close" { response.headers[.connection] = "close" }
        if request.method == .head {
            // Behind the head, which says how long the body of another method's answer is, a client expects the next answer (RFC 9110,
            // section 9.3.2).
            try await writer.writeResponse(response.head)
        } else {
            try await writer.write(response: response.head, body: response.body)
        }
    }
}
