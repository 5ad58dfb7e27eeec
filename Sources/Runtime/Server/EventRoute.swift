import Hummingbird
import NIOCore
import ServiceLifecycle

/// The route that sends changes of sessions as they happen, as server-sent events. Each caller gets the events of those
/// sessions that the caller may see.
struct EventRoute {
    let events: EventHub
    let directory: IdentityBox

    func add(to router: Router<CallContext>) { router.get("events", use: listen) }

    @Sendable private func listen(_ request: Request, _ context: CallContext) async throws -> Response {
        try request.requireNoParameters()
        guard allow(.listSessions, by: context.identity.role, on: .none) == .allowed else {
            throw RuntimeError(.notAllowed, "this account is not in the settings")
        }
        let (stream, standing, body) = (events.listen(), context.standing(in: directory), request.body)
        return Response(
            status: .ok,
            // The connection is watched for the client's closing it. It ends with the stream.
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .connection: "close"],
            body: ResponseBody { writer in
                var output = writer
                try await output.write(ByteBuffer(string: ": listening\n\n"))
                try await body.consumeWithCancellationOnInboundClose { _ in
                    for await event in stream {
                        guard standing.isSame else { return }
                        guard let event, standing.identity.maySee(event.session) else { continue }
                        try await output.write(ByteBuffer(string: event.text))
                    }
                }
                try await output.finish(nil)
            })
    }
}

extension Identity {
    fileprivate func maySee(_ session: Session) -> Bool {
        allow(.getSession, by: role, on: session.relation(to: self)) == .allowed
    }
}
