import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
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

    /// Until the door is shut and all have gone.
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
