import Dialects
import Synchronization

/// A host's line to the daemon: it delivers what was recorded and carries out what is ordered.
///
/// Whatever the daemon answers, or somebody else in its place, or nobody: the host waits and calls again, as long as its command
/// lives. Only an order ends that.
struct HostLink {
    let host: Host

    /// How long between two calls, at most: to a daemon that is away, and to one that says no. So a restart costs seconds, and
    /// what is refused costs little.
    private static let pauses = (
        first: Duration.milliseconds(100), away: Duration.seconds(2), refused: Duration.seconds(10)
    )
    /// For how long a recording whose command has ended is offered to a daemon that says no.
    private static let offered = Duration.seconds(86_400)
    /// The daemon answers each ping: one that says nothing for so long is stopped, or none.
    private static let (ping, silence) = (Duration.seconds(4), Duration.seconds(12))
    /// The longest order holds a message, as digits.
    private static let longestLine = 1 << 20

    /// Returns when the daemon has everything; or the command is over, and the daemon did not want the recording for a day, or
    /// its folder was removed.
    func run() async {
        let client = DaemonClient(socketPath: host.spec.socketPath)
        var pause = Self.pauses.first
        var refusedSince: ContinuousClock.Instant?
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

    /// What came of one call.
    private struct Call {
        /// Something was delivered, or the line stood for a while.
        var wasUseful: Bool
        /// The daemon said no.
        var wasRefused: Bool
    }

    private func call(_ client: DaemonClient) async -> Call {
        let began = ContinuousClock.now
        let progress = Progress()
        var wasRefused = false
        do {
            try await connect(client, progress)
            // It let go of us: it ends, or another connection of ours has come.
            await host.note(.noDaemon, "the daemon has closed the line")
        } catch let error as RuntimeError {
            wasRefused = HostStanding.isRefusal(error.code)
            await host.note(error.code, error.message)
        } catch {
            await host.note(.noDaemon, "the line to the daemon broke: \(error)")
        }
        return Call(
            wasUseful: progress.hasDelivered || ContinuousClock.now - began > Self.silence, wasRefused: wasRefused)
    }

    private func connect(_ client: DaemonClient, _ progress: Progress) async throws {
        let (frames, sending) = AsyncStream<[UInt8]>.makeStream()
        let delivery = Delivery(host: host, sending: sending)
        let path =
            SessionPath.of(host.spec.sessionID, "host") + QueryText.of([("started", host.started.text)])
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
                throw RuntimeError(.noDaemon, "the daemon has said nothing for \(Self.silence)")
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
            // Numbers that no chunk ever had are somebody else's.
            guard number < 1 << 62 else { throw Self.broken }
            await host.noteConnection()
            await delivery.begin(at: number)
        case .ack(let number):
            guard await number < host.nextChunk else { throw Self.broken }
            progress.deliver()
            await delivery.acknowledge(number)
        case .ended: await host.noteDelivery()
        case .send(let order, let bytes):
            for start in stride(from: 0, to: bytes.count, by: 256) {
                let some = bytes[start..<min(start + 256, bytes.count)]
                try await host.type(ControlCommand.send(some, to: host.spec.tmuxName))
            }
            sending.yield(HostFrame.done(order).bytes)
        case .end(let order):
            host.logger.notice("the end of the session was ordered")
            await host.endSession()
            sending.yield(HostFrame.done(order).bytes)
        case .start(let order, let id):
            do {
                try host.start(sessionID: id)
                sending.yield(HostFrame.done(order).bytes)
            } catch {
                // Without an answer the daemon asks another host, or says no.
                host.logger.error("a session that was ordered can't be started", metadata: ["error": "\(error)"])
            }
        case .ping: break
        }
    }

    private static var broken: RuntimeError {
        RuntimeError(.brokenAnswer, "the program at the daemon's socket sent bytes that are not an order")
    }
}

/// What one connection has come to.
private final class Progress: Sendable {
    private let state = Mutex((heard: ContinuousClock.now, hasDelivered: false))
    private let reader = Mutex(LineReader())

    /// The orders that are whole now.
    func lines(in bytes: [UInt8], longest: Int) throws -> [String] {
        hear()
        return try reader.withLock { try $0.read(bytes, longest: longest) }
    }

    func hear() { state.withLock { $0.heard = .now } }
    func deliver() { state.withLock { $0.hasDelivered = true } }

    var hasDelivered: Bool { state.withLock { $0.hasDelivered } }
    /// How long nothing was heard.
    var quiet: Duration { state.withLock { ContinuousClock.now - $0.heard } }
}

/// Sends chunks in their order, from where the daemon says on.
private actor Delivery {
    private let host: Host
    private let sending: AsyncStream<[UInt8]>.Continuation
    private var next: UInt64?
    /// The first chunk that is not acknowledged.
    private var expected: UInt64 = 0
    private var hasToldEnd = false

    /// So many chunks may be on their way: what a long absence of the daemon has gathered is not read into memory at once.
    private static let window: UInt64 = 64

    init(host: Host, sending: AsyncStream<[UInt8]>.Continuation) {
        self.host = host
        self.sending = sending
    }

    /// The daemon has everything before `number`.
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
