import Hummingbird
import Logging
import NIOCore

/// The connection of a host: what happens in a session comes in, acknowledgements and orders go out, on one request whose both
/// bodies stay open.
struct HostRoute {
    let services: Services
    let sessions: SessionService

    func add(to router: Router<CallContext>) { router.post("sessions/:id/host", use: connect) }

    @Sendable private func connect(_ request: Request, _ context: CallContext) async throws -> Response {
        let id = try context.sessionID()
        let session = try await sessions.gate.admit(context.caller, to: .host, on: id).session
        try await services.tokens.renew(sessionIDs: [id])
        let writer = try await services.transcripts.writer(id)
        let (ticket, orders) = await services.hosts.connect(id)
        await services.hosts.tell(id, ticket: ticket, .next(writer.next))
        if session.state == .closing || session.closedAt != nil {
            // It was ended while its host was away: what is recorded is still wanted.
            await services.hosts.tell(id, ticket: ticket, .end(0))
        } else if try await services.sessions.move(id, to: .active), session.state == .initializing {
            services.events.post(SessionEvent(.changed, try await services.sessions.find(id) ?? session))
        }
        let connection = HostConnection(
            session: session, ticket: ticket, writer: writer, services: services, sessions: sessions,
            logger: context.logger)
        let body = request.body
        return Response(
            status: .ok, headers: [.contentType: "text/plain"],
            body: ResponseBody { output in
                var output = output
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await connection.receive(body) }
                    do {
                        for await order in orders { try await output.write(ByteBuffer(string: order.line)) }
                    } catch {
                        context.logger.debug("a host's connection broke", metadata: ["session": "\(id)"])
                    }
                    await services.hosts.disconnect(id, ticket: ticket)
                    group.cancelAll()
                }
                try await output.finish(nil)
            })
    }
}

/// One host while it is connected.
struct HostConnection: Sendable {
    let session: Session
    let ticket: UInt64
    let writer: TranscriptWriter
    let services: Services
    let sessions: SessionService
    let logger: Logger

    /// Reads what the host sends until it ends or breaks. What is acknowledged is on the disk.
    func receive(_ body: RequestBody) async {
        var reader = HostFrameReader()
        do {
            for try await buffer in body {
                for frame in try reader.read(buffer.readableBytesView) { try await take(frame) }
            }
        } catch is CancellationError {
            // The answer has ended, and with it what listened here.
        } catch {
            logger.warning("a host's stream broke", metadata: ["session": "\(session.id)", "error": "\(error)"])
        }
        logger.info("a host is gone", metadata: ["session": "\(session.id)"])
        await services.hosts.disconnect(session.id, ticket: ticket)
    }

    private func take(_ frame: HostFrame) async throws {
        switch frame {
        case .chunk(let number, let data):
            try await writer.append(number, data)
            await services.hosts.tell(session.id, ticket: ticket, .ack(number))
            services.activity.note(session.id)
        case .done(let order): await services.hosts.done(session.id, ticket: ticket, order: order)
        case .exit:
            _ = try await sessions.close(session)
            await services.hosts.tell(session.id, ticket: ticket, .ended)
            await services.hosts.disconnect(session.id, ticket: ticket)
        case .native(let path):
            if try await services.sessions.follow(session.id, transcript: path),
                let changed = try await services.sessions.find(session.id)
            {
                services.events.post(SessionEvent(.changed, changed))
            }
        case .ping: await services.hosts.tell(session.id, ticket: ticket, .ping)
        }
    }
}
