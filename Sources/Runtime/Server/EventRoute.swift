import Hummingbird
import NIOCore
import ServiceLifecycle

/// Changes of sessions as they happen: server-sent events, of those that the caller may see.
struct EventRoute {
    let events: EventHub

    func add(to router: Router<CallContext>) { router.get("events", use: listen) }

    @Sendable private func listen(_ request: Request, _ context: CallContext) async throws -> Response {
        guard allow(.listSessions, by: context.identity.role, on: .none) == .allowed else {
            throw RuntimeError(.notAllowed, "this account is nobody's in the settings")
        }
        let (stream, identity, body) = (events.listen(), context.identity, request.body)
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                var output = writer
                try await output.write(ByteBuffer(string: ": listening\n\n"))
                try await body.consumeWithCancellationOnInboundClose { _ in
                    for await event in stream {
                        let relation = event.session.relation(to: identity)
                        guard allow(.getSession, by: identity.role, on: relation) == .allowed else { continue }
                        try await output.write(ByteBuffer(string: event.text))
                    }
                }
                try await output.finish(nil)
            })
    }
}
