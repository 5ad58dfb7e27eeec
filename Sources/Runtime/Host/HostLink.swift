import Dialects
import Synchronization

/// A host's connection to the daemon. It delivers the recording and carries out the daemon's orders.
///
/// Whatever the daemon answers, and even if another program or nobody answers in its place, the host waits and connects again
/// as long as its command runs. Only an order ends the command.
struct HostLink {
    let host: Host

    /// The first pause between two connections, and the longest ones: to a daemon that does not answer, and to one that
    /// refuses. A restart of the daemon therefore costs seconds, and refused connections cost little.
    private static let pauses = (
        first: Duration.milliseconds(100), away: Duration.seconds(2), refused: Duration.seconds(10)
    )
    /// For how long a recording whose command has ended is offered to a daemon that refuses it.
    private static let offered = Duration.seconds(86_400)
    /// The interval of pings, each of which the daemon answers, and the silence after which the daemon counts as stopped.
    private static let (ping, silence) = (Duration.seconds(4), Duration.seconds(12))
    /// The size in bytes of the longest line that the daemon may send: an order that contains a message as digits.
    private static let longestLine = 1 << 20

    /// Connects to the daemon again and again. Returns once the daemon has the whole recording; or, after the command's end,
    /// once the daemon has refused the recording for a day or the host's folder was removed.
    func run() async {
        let client = DaemonClient(socketPath: host.spec.socketPath)
        var pause = Self.pauses.first
        var refusedSince: ContinuousClock.Instant?
        await host.waitForFirstAttempt()
        while true {
            let call = await call(client)
            if await host.isDelivered { return }
            if call.wasUseful { pause = Self.pauses.first }
            refusedSince = call.wasRefused ? refusedSince ?? .now : nil
            if await host.isOver {
                if !host.folder.isThere { return }
                if let refusedSince, ContinuousClock.now - refusedSince > Self.offered { return }
            }
            do { try await Task.sleep(for: pause) } catch { return }
            pause = min(pause * 2, call.wasRefused ? Self.pauses.refused : Self.pauses.away)
        }
    }

    /// The result of one connection.
    private struct Call {
        /// Whether chunks were acknowledged, or the connection lasted for a while.
        var wasUseful: Bool
        /// Whether the daemon refused.
        var wasRefused: Bool
    }

    private func call(_ client: DaemonClient) async -> Call {
        let began = ContinuousClock.now
        let progress = Progress()
        var wasRefused = false
        do {
            try await connect(client, progress)
            // The daemon has closed the connection: it is ending, or another connection of this session has replaced this one.
            if await !host.isDelivered { await host.note(.noDaemon, "the daemon closed the connection") }
        } catch let error as RuntimeError {
            wasRefused = HostStanding.isRefusal(error.code)
            await host.note(error.code, error.message)
        } catch {
            await host.note(.noDaemon, "the connection to the daemon broke: \(error)")
        }
        return Call(
            wasUseful: progress.hasDelivered || ContinuousClock.now - began > Self.silence, wasRefused: wasRefused)
    }

    private func connect(_ client: DaemonClient, _ progress: Progress) async throws {
        let (frames, sending) = AsyncStream<[UInt8]>.makeStream()
        let delivery = Delivery(host: host, sending: sending)
        let path =
            SessionPath.of(host.spec.sessionID, "host")
            + QueryText.of([
                ("started", host.started.text), ("run", host.spec.tokenHash), ("failure", await host.startFailure),
            ])
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { sending.finish() }
            group.addTask {
                try await client.duplex(path, sending: frames) {
                    progress.hear()
                } onBytes: { bytes in
                    for line in try progress.lines(in: bytes, longest: Self.longestLine) {
                        try await take(line, delivery, sending, progress)
                    }
                }
            }
            group.addTask { try await delivery.run() }
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.ping)
                    sending.yield(HostFrame.ping.bytes)
                }
            }
            group.addTask {
                while progress.quiet < Self.silence { try await Task.sleep(for: .seconds(1)) }
                throw RuntimeError(.noDaemon, "the daemon has not answered for \(Self.silence)")
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func take(
        _ line: String, _ delivery: Delivery, _ sending: AsyncStream<[UInt8]>.Continuation, _ progress: Progress
    ) async throws {
        guard let order = HostOrder(line) else { throw Self.broken }
        switch order {
        case .next(let number):
            // Only another program than the daemon would ask for numbers that no chunk ever had.
            guard number < 1 << 62 else { throw Self.broken }
            await host.noteConnection()
            await delivery.begin(at: number)
        case .ack(let number):
            guard await number < host.nextChunk else { throw Self.broken }
            progress.deliver()
            await delivery.acknowledge(number)
        case .ended: await host.noteDelivery()
        case .send(let order, let bytes):
            await host.send(bytes) { isTyped in
                sending.yield((isTyped ? HostFrame.done(order) : .failed(order)).bytes)
            }
        case .end(let order):
            host.logger.notice("the end of the session was ordered")
            await host.endSession()
            sending.yield(HostFrame.done(order).bytes)
        case .start(let order, let id):
            do {
                try host.start(sessionID: id)
                sending.yield(HostFrame.done(order).bytes)
            } catch {
                // The daemon asks another host, or refuses the start.
                sending.yield(HostFrame.failed(order).bytes)
                host.logger.error("a session that was ordered can't be started", metadata: ["error": "\(error)"])
            }
        case .ping: break
        }
    }

    private static var broken: RuntimeError {
        RuntimeError(.brokenAnswer, "the program at the daemon's socket sent bytes that are not an order")
    }
}

/// The progress of one connection.
private final class Progress: Sendable {
    private let state = Mutex((heard: ContinuousClock.now, hasDelivered: false))
    private let reader = Mutex(LineReader())

    /// Returns the lines that these bytes complete.
    func lines(in bytes: [UInt8], longest: Int) throws -> [String] {
        hear()
        return try reader.withLock { try $0.read(bytes, longest: longest) }
    }

    func hear() { state.withLock { $0.heard = .now } }
    func deliver() { state.withLock { $0.hasDelivered = true } }

    var hasDelivered: Bool { state.withLock { $0.hasDelivered } }
    /// How long the daemon has been silent.
    var quiet: Duration { state.withLock { ContinuousClock.now - $0.heard } }
}

/// Sends chunks in their order, beginning with the one that the daemon asks for.
private actor Delivery {
    private let host: Host
    private let sending: AsyncStream<[UInt8]>.Continuation
    private var next: UInt64?
    /// The number of the first chunk that is not acknowledged.
    private var expected: UInt64 = 0
    private var hasToldEnd = false

    /// The largest number of unacknowledged chunks on the way. The chunks of a long absence of the daemon are therefore not
    /// read into memory all at once.
    private static let window: UInt64 = 64

    init(host: Host, sending: AsyncStream<[UInt8]>.Continuation) {
        self.host = host
        self.sending = sending
    }

    /// Begins the delivery to a daemon that has all chunks before `number`.
    func begin(at number: UInt64) async {
        await host.begin(at: number)
        (next, expected) = (number, number)
        await deliver()
    }

    func acknowledge(_ number: UInt64) async {
        await host.acknowledge(number)
        expected = max(expected, number + 1)
        await deliver()
    }

    func run() async throws {
        for await _ in await host.wakeUps() { await deliver() }
        throw CancellationError()
    }

    private func deliver() async {
        guard let start = next else { return }
        let room = expected + Self.window > start ? Int(expected + Self.window - start) : 0
        let (chunks, exit) = await host.undelivered(from: start, atMost: room)
        for chunk in chunks where chunk.number >= next ?? 0 {
            for frame in chunk.frames { sending.yield(frame.bytes) }
            next = chunk.number + 1
        }
        guard let exit, !hasToldEnd else { return }
        hasToldEnd = true
        sending.yield(exit.bytes)
    }
}
