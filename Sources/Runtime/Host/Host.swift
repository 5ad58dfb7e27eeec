import Logging
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs one session as its owner: the command in tmux, the recording, and the line to the daemon.
public actor Host {
    private let folder: HostFolder
    private let spec: HostSpec
    private let logger: Logger
    private var recorder = Recorder(columns: Tmux.size.columns, rows: Tmux.size.rows, at: .now)
    private var spool: Spool
    private var mark: DrainMark
    private var exitCode: Int32?
    private(set) var isDelivered = false
    /// Follows the agent's own transcript, where one is known.
    private let watch: AgentWatch?
    /// Transcripts in the order in which they were written last, each with the first chunk that holds lines of it.
    private var natives: [(path: String, chunk: UInt64)]
    private var isProgressNoted = false
    /// Where commands for tmux go, while it listens.
    private var typist: NIOAsyncChannelOutboundWriter<ByteBuffer>?
    /// Wakes whoever delivers: there is a new chunk, or the end.
    private var wake: AsyncStream<Void>.Continuation?

    /// A chunk is closed when it has so many bytes, or after so long.
    private static let chunkBytes = 65_536
    private static let chunkInterval = Duration.milliseconds(200)
    private static let agentInterval = Duration.milliseconds(500)
    /// What a session ends with whose pane was killed before it could tell: as if its terminal had hung up.
    private static let unknownEnd: Int32 = 128 + SIGHUP

    public init(_ folder: HostFolder, logger: Logger) throws {
        self.folder = folder
        self.logger = logger
        spec = try folder.spec()
        spool = Spool(folder.spool, firstChunk: spec.firstChunk)
        mark = DrainMark(sessionID: spec.sessionID)
        let (earlier, next) = (folder.agentProgress(), spool.next)
        natives = (earlier?.chain ?? []).map { ($0, next) }
        watch = AgentWatch(spec, resuming: earlier)
    }

    /// Runs until the session has ended and the daemon has all of it. `pane` is the program that runs in tmux, with its
    /// arguments.
    public func run(pane: [String]) async throws {
        if spool.next == 0 {
            recorder.begin(title: spec.title, seconds: Int(time(nil)))
        } else {
            recorder.gap("the host was started again")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.record(pane) }
            group.addTask { await self.cutChunks() }
            group.addTask { try await HostLink(host: self).run() }
            try await group.waitForAll()
        }
        folder.remove()
    }

    /// Hears what tmux says until the session is over. Somebody may detach this client: then it attaches again.
    private func record(_ pane: [String]) async {
        let following = Task { await followAgent() }
        do {
            repeat {
                let tmux = try await Tmux.open(spec.tmuxName, command: pane, environment: spec.environment)
                defer { tmux.reap() }
                try await hear(tmux)
            } while folder.exitCode() == nil && Tmux.hasSession(spec.tmuxName, spec.environment)
        } catch {
            recorder.output(Array("telec: \(error)\r\n".utf8), at: .now)
            logger.error("tmux failed", metadata: ["error": "\(error)"])
        }
        following.cancel()
        await following.value
        await finish()
    }

    private func hear(_ tmux: Tmux) async throws {
        var reader = ControlModeReader()
        try await tmux.channel.executeThenClose { inbound, outbound in
            typist = outbound
            defer { typist = nil }
            for try await buffer in inbound {
                for event in reader.read(buffer.readableBytesView) { take(event) }
            }
        }
    }

    /// Passes a command to tmux. Throws when nobody is there to take it.
    func type(_ command: String) async throws {
        guard let typist else { throw RuntimeError(.notRunning, "the session's terminal is gone") }
        try await typist.write(ByteBuffer(string: command))
    }

    /// Ends the session with all that runs in it. One that is over already stays over.
    func endSession() async {
        do {
            try await type(ControlCommand.kill(spec.tmuxName))
        } catch {
            Tmux.kill(spec.tmuxName, spec.environment)
        }
    }

    private func take(_ event: ControlEvent) {
        switch event {
        case .output(let bytes):
            let (isDrained, rest) = mark.find(in: bytes)
            recorder.output(rest, at: .now)
            if isDrained { try? folder.note("", in: folder.drained) }
            if recorder.count >= Self.chunkBytes { cut() }
        case .size(let columns, let rows): recorder.resize(columns: columns, rows: rows, at: .now)
        case .failure(let text): logger.warning("tmux: \(text)")
        case .started, .exit: break
        }
    }

    /// The session is over. The pane may still be writing down how; a command that does not end when its terminal does is
    /// killed.
    private func finish() async {
        if await !hasWrittenExitCode(), let command = folder.commandPID() {
            kill(command, SIGKILL)
            _ = await hasWrittenExitCode()
        }
        await lookAtAgent()
        let code = folder.exitCode() ?? Self.unknownEnd
        recorder.exit(code, at: .now)
        cut()
        exitCode = code
        wake?.yield()
    }

    private func hasWrittenExitCode() async -> Bool {
        for _ in 0..<40 where folder.exitCode() == nil { try? await Task.sleep(for: .milliseconds(50)) }
        return folder.exitCode() != nil
    }

    private func cutChunks() async {
        while exitCode == nil {
            try? await Task.sleep(for: Self.chunkInterval)
            cut()
        }
    }

    private func cut() {
        let data = recorder.take()
        guard !data.isEmpty else { return }
        _ = spool.append(data)
        wake?.yield()
    }
}

extension Host {
    // What the agent itself writes down.

    private func followAgent() async {
        while watch != nil, !Task.isCancelled {
            await lookAtAgent()
            try? await Task.sleep(for: Self.agentInterval)
        }
    }

    /// Records what the agent has written since the last look, and then notes how far that went.
    private func lookAtAgent() async {
        guard let watch else { return }
        var isMore = true
        while isMore {
            let look = await watch.look()
            for part in look.parts { take(part) }
            do {
                // The first time even without: it tells another host when the session began.
                if !look.parts.isEmpty || !isProgressNoted { try folder.note(look.progress) }
                isProgressNoted = true
            } catch {
                logger.warning("the agent's transcript: \(error)")
            }
            isMore = look.isMore
        }
    }

    private func take(_ part: AgentLook.Part) {
        if natives.last?.path != part.path, HostFrame.isPath(part.path) {
            // What waits does not belong to it.
            cut()
            natives.append((part.path, spool.next))
        }
        for line in part.lines {
            recorder.agent(line, at: .now)
            if recorder.count >= Self.chunkBytes { cut() }
        }
        cut()
    }
}

extension Host {
    // What the line to the daemon asks for.

    var socketPath: String { spec.socketPath }
    var token: String { spec.token }
    var sessionID: String { spec.sessionID }
    var tmuxName: String { spec.tmuxName }

    /// One wake-up for whatever came since the last.
    func wakeUps() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        wake = continuation
        continuation.yield()
        return stream
    }

    /// Chunks from `number` on that are to be sent; the end of the command once all of them are out.
    /// Each comes behind the names of the transcripts that it is the first to hold lines of.
    func undelivered(from number: UInt64, atMost count: Int) -> (chunks: [Undelivered], exit: HostFrame?) {
        var untold = natives.drop { $0.chunk < number }
        let waiting = spool.chunks(from: number)
        let chunks = waiting.prefix(count).map { number in
            let told = untold.prefix { $0.chunk <= number }
            untold = untold.dropFirst(told.count)
            let chunk = spool.data(number).map { [HostFrame.chunk(number, $0)] } ?? []
            return Undelivered(number: number, frames: told.map { .native($0.path) } + chunk)
        }
        return (chunks, waiting.count <= count ? exitCode.map { .exit($0) } : nil)
    }

    func acknowledge(_ number: UInt64) {
        spool.acknowledge(number)
        let present = natives.last?.path
        natives.removeAll { $0.chunk <= number && $0.path != present }
    }

    var isOver: Bool { exitCode != nil }

    /// The daemon has said that it has all of it.
    func noteDelivery() { isDelivered = true }
}

/// A chunk that the daemon does not have, and what it has to be told before.
struct Undelivered: Sendable {
    var number: UInt64
    var frames: [HostFrame]
}
