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
    /// Where commands for tmux go, while it listens.
    private var typist: NIOAsyncChannelOutboundWriter<ByteBuffer>?
    /// Wakes whoever delivers: there is a new chunk, or the end.
    private var wake: AsyncStream<Void>.Continuation?

    /// A chunk is closed when it has so many bytes, or after so long.
    private static let chunkBytes = 65_536
    private static let chunkInterval = Duration.milliseconds(200)
    /// What a session ends with whose pane was killed before it could tell: as if its terminal had hung up.
    private static let unknownEnd: Int32 = 128 + SIGHUP

    public init(_ folder: HostFolder, logger: Logger) throws {
        self.folder = folder
        self.logger = logger
        spec = try folder.spec()
        spool = Spool(folder.spool)
        mark = DrainMark(sessionID: spec.sessionID)
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
    func undelivered(from number: UInt64) -> (chunks: [HostFrame], exit: HostFrame?) {
        let chunks = spool.chunks(from: number).compactMap { number in
            spool.data(number).map { HostFrame.chunk(number, $0) }
        }
        return (chunks, exitCode.map { .exit($0) })
    }

    func acknowledge(_ number: UInt64) { spool.acknowledge(number) }

    var isOver: Bool { exitCode != nil }
}
