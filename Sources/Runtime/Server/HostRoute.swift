import Dialects
import Hummingbird
import Logging
import NIOCore

/// The connection of a host. The session's events come in, and acknowledgements and orders go out, on one request whose bodies
/// stay open in both directions.
struct HostRoute {
    let services: Services
    let sessions: SessionService

    func add(to router: Router<CallContext>) { router.post("sessions/:id/host", use: connect) }

    /// How long the host of an ended session may deliver the rest of its recording before it has to connect again.
    private static let rest = Duration.seconds(300)

    @Sendable private func connect(_ request: Request, _ context: CallContext) async throws -> Response {
        let id = try context.sessionID()
        // An order to end that was given before this host began does not concern this host.
        let query = try QueryReader(request, knowing: "started", "run", "failure")
        let run = HostRun(
            started: try query.text("started").flatMap(Timestamp.init(parsing:)), tokenHash: try query.text("run"))
        do {
            let session = try await sessions.access.admit(context.caller, to: .host, on: id).session
            // A host whose user may record nothing more still has to hear an order to end.
            if try await !sessions.isEndOrdered(session, for: run) {
                try await requireBytes(id, context.identity.uid)
                try await requireRoom(id)
            }
        } catch let error as RuntimeError {
            guard try await sessions.isEndOrdered(id, forRefused: context.identity, run: run) else {
                throw error
            }
            return answer(ResponseBody(byteBuffer: ByteBuffer(string: HostOrder.end(0).line)))
        }
        guard let place = context.takeHostPlace() else {
            throw RuntimeError(.tooManyConnections, "uid \(context.identity.uid) has too many hosts")
        }
        if let words = try query.text("failure") { await services.hosts.note(failedStart: words, of: id) }
        let writer = try await services.transcripts.writer(id)
        // The host is connected before the session is taken up, so that an end that is ordered meanwhile reaches it.
        let host = await services.hosts.connect(id, of: context.identity.uid)
        let (session, isEndOrdered) = try await sessions.takeUp(id, by: context.caller, for: run)
        host.outbox.put(.next(writer.next))
        // The session was ended while its host was away: the rest of its recording is still wanted.
        if isEndOrdered { host.outbox.put(.end(0)) } else { try await services.tokens.renew(sessionIDs: [id]) }
        let connection = HostConnection(
            host: host, session: session, caller: context.caller, writer: writer, services: services,
            sessions: sessions, channel: context.channel, logger: context.logger)
        let (body, time) = (request.body, isEndOrdered ? Self.rest : nil)
        return answer(
            ResponseBody { output in
                var output = output
                await connection.serve(body, for: time) { try await output.write(ByteBuffer(string: $0)) }
                withExtendedLifetime(place) {}
                try await output.finish(nil)
            })
    }

    /// Throws if the host's user has recorded more than the quota allows. The host then waits like one that is refused: its
    /// command continues, and so does its spool.
    private func requireBytes(_ id: String, _ uid: UInt32) async throws {
        guard !services.quotas.recordings.isOpen(for: uid) else { return }
        let error = services.quotas.tooManyBytes
        await services.hosts.note(refusalOf: id, because: error.message)
        throw error
    }

    /// Throws if the daemon's disk still has no room for a chunk that could not be written. The host then hears the reason, instead of
    /// being accepted and dropped again and again.
    private func requireRoom(_ id: String) async throws {
        guard let bytes = await services.hosts.bytesWithoutRoom(of: id) else { return }
        let writer = try await services.transcripts.writer(id)
        do { try await writer.requireRoom(for: bytes) } catch let error as RuntimeError where error.code == .failed {
            await services.hosts.note(refusalOf: id, because: error.message, untilRoomFor: bytes)
            throw error
        }
    }

    private func answer(_ body: ResponseBody) -> Response {
        Response(status: .ok, headers: [.contentType: "text/plain"], body: body)
    }
}

/// The connection of one host, while it lasts.
struct HostConnection: Sendable {
    let host: ConnectedHost
    let session: Session
    let caller: Caller
    let writer: TranscriptWriter
    let services: Services
    let sessions: SessionService
    let channel: any Channel
    let logger: Logger

    /// How long a host may read nothing before the daemon disconnects it.
    private static let patience = Duration.seconds(30)

    /// Serves the host until either side ends the connection, or `time` has passed.
    func serve(_ body: RequestBody, for time: Duration?, _ write: (String) async throws -> Void) async {
        let outbox = host.outbox
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await receive(body, outbox) }
            group.addTask { await watch(outbox, for: time) }
            do {
                for await _ in outbox.signals {
                    for order in outbox.take() { try await write(order.line) }
                    outbox.noteWritten()
                }
                for order in outbox.take() { try await write(order.line) }
            } catch {
                logger.debug("a host's connection broke", metadata: ["session": "\(session.id)"])
            }
            await host.disconnect()
            group.cancelAll()
        }
    }

    private func watch(_ outbox: HostOutbox, for time: Duration?) async {
        let deadline = time.map { ContinuousClock.now + $0 }
        while true {
            do { try await Task.sleep(for: .seconds(5)) } catch { return }
            let isStalled = outbox.stalled > Self.patience
            guard isStalled || deadline.map({ ContinuousClock.now > $0 }) ?? false else { continue }
            await host.disconnect()
            // Closing the channel ends the write that waits for a host that reads nothing.
            if isStalled {
                logger.warning("a host reads nothing: it is let go", metadata: ["session": "\(session.id)"])
                channel.close(promise: nil)
            }
            return
        }
    }

    /// Reads the host's frames until the host ends or the connection breaks. A chunk is acknowledged only after it is on the
    /// disk.
    private func receive(_ body: RequestBody, _ outbox: HostOutbox) async {
        var reader = HostFrameReader()
        var paces = HostPaces()
        do {
            receiving: for try await buffer in body {
                for frame in try reader.read(buffer.readableBytesView) {
                    let cost = cost(of: frame)
                    let pause = paces.pause(before: frame, cost)
                    if pause > .zero { try await Task.sleep(for: pause) }
                    try await outbox.waitForRoom()
                    guard try await take(frame, cost) else { break receiving }
                }
            }
        } catch is CancellationError {
            // The response has ended, which cancels the reading too.
        } catch {
            logger.warning("a host's stream broke", metadata: ["session": "\(session.id)", "error": "\(error)"])
        }
        logger.info("a host is gone", metadata: ["session": "\(session.id)"])
        await host.disconnect()
    }

    /// Returns the number of bytes that a frame causes to be recorded: 0 for a chunk that the recording has already.
    private func cost(of frame: HostFrame) -> Int {
        switch frame {
        case .chunk(let number, let data): writer.cost(of: number, data)
        case .done, .failed, .exit, .native, .ping: 0
        }
    }

    /// Spends `bytes` of the user's recording quota. Throws if the quota is exhausted: nothing of the chunk is written, and the
    /// host is disconnected.
    private func spend(_ bytes: Int) async throws {
        switch services.quotas.recordings.spend(bytes, of: caller.identity.uid) {
        case .spent: return
        case .refused(let isNews):
            let error = services.quotas.tooManyBytes
            if isNews { try await sessions.note(.recordedBytes, error, of: caller, on: session) }
            throw error
        }
    }

    /// Appends a chunk. If that fails, the reason is kept for the session's owner, and for the host when it calls again.
    private func append(_ number: UInt64, _ data: [UInt8], _ cost: Int) async throws {
        do { try await writer.append(number, data) } catch let error as RuntimeError where error.code == .failed {
            await services.hosts.note(refusalOf: session.id, because: error.message, untilRoomFor: cost)
            throw error
        }
    }

    /// Handles a frame, which causes `cost` bytes to be recorded. Returns false if it is the host's last.
    private func take(_ frame: HostFrame, _ cost: Int) async throws -> Bool {
        switch frame {
        case .chunk(let number, let data):
            try await spend(cost)
            try await append(number, data, cost)
            services.meter.count(recorded: cost)
            await services.hosts.tell(session.id, ticket: host.ticket, .ack(number))
            services.activity.note(session.id)
            services.transcriptNews.note(session.id, isLive: true)
        case .done(let order): await services.hosts.done(session.id, ticket: host.ticket, order: order)
        case .failed(let order): await services.hosts.failed(session.id, ticket: host.ticket, order: order)
        case .exit:
            _ = try await sessions.close(session)
            await services.hosts.tell(session.id, ticket: host.ticket, .ended)
            return false
        case .native(let path):
            if try await services.sessions.follow(session.id, transcript: path),
                let changed = try await services.sessions.find(session.id)
            {
                services.events.post(SessionEvent(.changed, changed))
            }
        case .ping: await services.hosts.tell(session.id, ticket: host.ticket, .ping)
        }
        return true
    }
}

/// Limits the rate of a host's frames. A chunk that is recorded needs no limit: it waits for the disk, and spends of the quota. One that the
/// recording has already does neither.
private struct HostPaces {
    /// The rate of transcript paths. Each new path writes a row and sends an event to all listeners.
    private var natives = Pace(atOnce: 32, perSecond: 1)
    private var others = Pace(atOnce: 256, perSecond: 64)

    mutating func pause(before frame: HostFrame, _ cost: Int) -> Duration {
        switch frame {
        case .chunk: cost > 0 ? .zero : others.next()
        case .native: natives.next()
        case .done, .failed, .exit, .ping: others.next()
        }
    }
}
