import Synchronization

/// A host's line to the daemon: it delivers what was recorded and carries out what is ordered, and calls again as long as the
/// daemon is away.
struct HostLink {
    let host: Host

    private static let longestPause = Duration.seconds(2)

    /// Returns when the daemon has everything, or does not want it any more.
    func run() async throws {
        let client = DaemonClient(socketPath: await host.socketPath)
        var pause = Duration.milliseconds(100)
        while true {
            do {
                try await connect(client)
                if await host.isOver { return }
                pause = .milliseconds(100)
            } catch let error as RuntimeError where Self.isFinal(error.code) {
                // The session was closed without us, or is nobody's: whatever still runs has no place to go.
                if await !host.isOver { try? await host.type(ControlCommand.kill(await host.tmuxName)) }
                return
            } catch {
                try await Task.sleep(for: pause)
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    private static func isFinal(_ code: RuntimeError.Code) -> Bool {
        switch code {
        case .sessionEnded, .notFound, .notAllowed, .unknownToken, .badRequest, .methodNotAllowed: true
        case .reasonRequired, .notRunning, .tooManyConnections, .auditUnavailable, .databaseUnavailable, .fenced,
            .socketInUse, .socketForeign, .socketFailed, .alreadyRunning, .noDaemon, .noPermission, .brokenAnswer,
            .failed:
            false
        }
    }

    private func connect(_ client: DaemonClient) async throws {
        let (frames, sending) = AsyncStream<[UInt8]>.makeStream()
        let delivery = Delivery(host: host, sending: sending)
        let reader = Mutex(LineReader())
        let path = "/sessions/\(QueryText.escaped(await host.sessionID))/host"
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await delivery.run() }
            group.addTask { try await delivery.keepAlive() }
            defer { sending.finish() }
            try await client.duplex(path, sending: frames) {
            } onBytes: { bytes in
                for line in reader.withLock({ $0.read(bytes) }) { try await take(line, delivery, sending) }
            }
            group.cancelAll()
        }
    }

    private func take(
        _ line: String, _ delivery: Delivery, _ sending: AsyncStream<[UInt8]>.Continuation
    ) async throws {
        guard let order = HostOrder(line) else {
            throw RuntimeError(.brokenAnswer, "the daemon gave an order that is none")
        }
        switch order {
        case .next(let number): await delivery.begin(at: number)
        case .ack(let number): await host.acknowledge(number)
        case .send(let order, let bytes):
            for start in stride(from: 0, to: bytes.count, by: 256) {
                let some = bytes[start..<min(start + 256, bytes.count)]
                try await host.type(ControlCommand.send(some, to: await host.tmuxName))
            }
            sending.yield(HostFrame.done(order).bytes)
        case .end(let order):
            try await host.type(ControlCommand.kill(await host.tmuxName))
            sending.yield(HostFrame.done(order).bytes)
        case .ping: break
        }
    }
}

/// Sends chunks in their order, from where the daemon says on.
private actor Delivery {
    private let host: Host
    private let sending: AsyncStream<[UInt8]>.Continuation
    private var next: UInt64?
    private var wake: AsyncStream<Void>.Continuation?

    init(host: Host, sending: AsyncStream<[UInt8]>.Continuation) {
        self.host = host
        self.sending = sending
    }

    /// The daemon has everything before `number`.
    func begin(at number: UInt64) async {
        if number > 0 { await host.acknowledge(number - 1) }
        next = number
        await deliver()
    }

    func run() async throws {
        for await _ in await host.wakeUps() { await deliver() }
    }

    /// The daemon lets go of connections where nothing is said.
    func keepAlive() async throws {
        while true {
            try await Task.sleep(for: .seconds(15))
            sending.yield(HostFrame.ping.bytes)
        }
    }

    private func deliver() async {
        guard let start = next else { return }
        let (chunks, exit) = await host.undelivered(from: start)
        for chunk in chunks {
            guard case .chunk(let number, _) = chunk, number >= next ?? 0 else { continue }
            sending.yield(chunk.bytes)
            next = number + 1
        }
        if let exit { sending.yield(exit.bytes) }
    }
}
