import Dialects
import Logging
import NIOCore
import TCPOSIX

/// Runs one session as its owner: the command in tmux, the recording, and the line to the daemon.
///
/// The command ends by itself, by a signal, or because somebody who may has ordered its end; never because of what the daemon
/// answers, or does not.
public actor Host {
    let folder: HostFolder
    let spec: HostSpec
    let logger: Logger
    /// When this host began: what ended before is not about it.
    let started = Timestamp.now
    private var recorder = Recorder(columns: Tmux.size.columns, rows: Tmux.size.rows, at: .now)
    private var spool: Spool
    private var mark = DrainMark()
    private var exitCode: Int32?
    /// Somebody who may has ordered the end.
    private(set) var isEnding = false
    /// Why the command could not be started.
    private var failure: String?
    private(set) var isDelivered = false
    private var standing: HostStanding?
    /// Follows the agent's own transcript, where one is known.
    private let watch: AgentWatch?
    /// Transcripts in the order in which they were written last, each with the first chunk that holds lines of it.
    private var natives: [(path: String, chunk: UInt64)]
    private var isProgressNoted = false
    /// Where commands for tmux go, while it listens.
    private var typist: NIOAsyncChannelOutboundWriter<ByteBuffer>?
    /// Held while the terminal is being made.
    private var starting: FileLock?
    /// What tmux said last that was no event.
    private var lastWords: String?
    /// Wakes whoever delivers: there is a new chunk, or the end.
    private var wake: AsyncStream<Void>.Continuation?

    /// A chunk is closed when it has so many bytes, or after so long.
    private static let chunkBytes = 65_536
    private static let chunkInterval = Duration.milliseconds(200)
    private static let agentInterval = Duration.milliseconds(500)
    /// What a session ends with whose pane was killed before it could tell: as if its terminal had hung up.
    private static let unknownEnd: Int32 = 128 + SIGHUP
    /// How often a terminal is tried for that does not come up.
    private static let attempts = 6

    public init(_ folder: HostFolder, logger: Logger) throws {
        self.folder = folder
        self.logger = logger
        spec = try folder.spec()
        spool = Spool(folder.spool, firstChunk: spec.firstChunk)
        let (earlier, next) = (folder.agentProgress(), spool.next)
        natives = (earlier?.chain ?? []).map { ($0, next) }
        watch = AgentWatch(spec, resuming: earlier)
    }

    /// Runs until the session has ended and the daemon has all of it. `pane` is the program that runs in tmux, with its
    /// arguments. What nobody wants to have stays in the folder, and so does the log of a host that failed.
    public func run(pane: [String]) async throws {
        guard let lock = try await Self.lock(folder) else {
            return logger.notice("another host of this session lives: this one is not needed")
        }
        defer { withExtendedLifetime(lock) {} }
        lock.note("\(getpid())")
        if spool.next == 0 {
            recorder.begin(title: spec.title, seconds: Int(time(nil)))
        } else {
            recorder.gap(Recording.hostRestart)
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.record(pane) }
            group.addTask { await self.cutChunks() }
            group.addTask { await HostLink(host: self).run() }
            await group.waitForAll()
        }
        switch (isDelivered, failure) {
        case (true, nil): folder.remove()
        case (true, .some): folder.removeAllButTheLog()
        case (false, _): logger.error("nobody took the recording: what was not delivered stays in \(folder.spool)")
        }
    }

    /// Whoever only looks whether a host lives has the lock for a moment, too.
    private static func lock(_ folder: HostFolder) async throws -> FileLock? {
        for _ in 0..<20 {
            if let lock = try FileLock(folder.lock) { return lock }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    /// Hears what tmux says until the session is over.
    private func record(_ pane: [String]) async {
        let following = Task { await followAgent() }
        do {
            try await holdTerminal(pane)
        } catch {
            failure = "\(error)"
            recorder.output(Array("telec: \(error)\r\n".utf8), at: .now)
            logger.error("the command was not started", metadata: ["error": "\(error)"])
            try? folder.note("\(error)", in: folder.failure)
        }
        following.cancel()
        await following.value
        await finish()
    }

    /// Makes the terminal, or goes back to it, and stays until the command has ended. Somebody may detach this client: then it
    /// attaches again. A server that goes away while the terminal is made is started anew. Throws `RuntimeError` with tmux's
    /// words when no terminal comes up.
    private func holdTerminal(_ pane: [String]) async throws {
        var failures = 0
        starting = try? await spec.tmuxServer.lock()
        if terminal == .gone { folder.forgetCommand() }
        while true {
            lastWords = nil
            let command = terminal == .gone && !folder.hasCommandStarted ? pane : nil
            do {
                try await hear(
                    try await Tmux.open(
                        spec.tmuxServer, spec.tmuxName, command: command, environment: spec.environment))
            } catch {
                lastWords = "\(error)"
            }
            starting = nil
            if folder.exitCode() != nil || isEnding { return }
            switch terminal {
            case .there: failures = 0
            case .gone where folder.hasCommandStarted: return
            case .gone, .unknown:
                failures += 1
                let words = lastWords ?? "tmux ended without a word"
                guard failures < Self.attempts || folder.hasCommandStarted else {
                    throw RuntimeError(.failed, words)
                }
                // Each time it has taken twice as long.
                if failures & (failures - 1) == 0 {
                    logger.warning("there is no way to the terminal: trying again", metadata: ["tmux": "\(words)"])
                }
            }
            try await Task.sleep(for: .milliseconds(50 << min(failures, Self.attempts)))
            starting = try? await spec.tmuxServer.lock()
            if failures > 1, lastWords == nil, starting != nil { spec.tmuxServer.giveUpIfEnding(spec.environment) }
        }
    }

    private enum Terminal {
        case there
        case gone
        /// tmux can't be asked, or does not know it, though the command still has it: its socket was removed, or there are too
        /// many processes. It is asked again, and nothing ended.
        case unknown
    }

    private var terminal: Terminal {
        let isThere = Tmux.hasSession(spec.tmuxServer, spec.tmuxName, spec.environment)
        if isThere == true { return .there }
        guard let command = folder.commandPID() else { return .gone }
        if isThere == nil { return .unknown }
        let isOurs = ProcessFacts.environment(of: command, holds: "\(HostSpec.sessionVariable)=\(spec.sessionID)")
        return isOurs && ProcessFacts.hasTerminal(command) ? .unknown : .gone
    }

    private func hear(_ tmux: Tmux) async throws {
        defer { tmux.reap() }
        var reader = ControlModeReader()
        do {
            try await tmux.channel.executeThenClose { inbound, outbound in
                typist = outbound
                defer { typist = nil }
                for try await buffer in inbound {
                    for event in reader.read(buffer.readableBytesView) { take(event) }
                }
            }
        } catch {
            // A pipe that breaks is how a client ends that was killed.
            lastWords = lastWords ?? "\(error)"
        }
    }

    /// Passes a command to tmux. Throws when nobody is there to take it.
    func type(_ command: String) async throws {
        guard let typist else { throw RuntimeError(.notRunning, "the session's terminal is gone") }
        try await typist.write(ByteBuffer(string: command))
    }

    private func take(_ event: ControlEvent) {
        switch event {
        case .output(let bytes):
            let (isDrained, rest) = mark.read(bytes) { $0 == folder.text(in: folder.mark) }
            recorder.output(rest, at: .now)
            if isDrained, let secret = folder.text(in: folder.mark) { try? folder.note(secret, in: folder.drained) }
            if recorder.count >= Self.chunkBytes { cut() }
        case .size(let columns, let rows): recorder.resize(columns: columns, rows: rows, at: .now)
        case .failure(let text):
            lastWords = "tmux: \(text)"
            logger.warning("tmux: \(text)")
        case .started:
            starting = nil
            Task { await noteStart() }
        case .exit: break
        }
    }

    /// Tells whoever started this that the command runs, or has run: a terminal alone is not enough.
    private func noteStart() async {
        guard let launch = spec.launch else { return }
        while !folder.hasCommandStarted, exitCode == nil { try? await Task.sleep(for: .milliseconds(20)) }
        try? folder.note(launch, in: folder.running)
    }

    private func cutChunks() async {
        while exitCode == nil {
            try? await Task.sleep(for: Self.chunkInterval)
            cut()
        }
    }

    private func cut() {
        recorder.output(mark.flush(), at: .now)
        let data = recorder.take()
        guard !data.isEmpty else { return }
        spool.add(data, longest: Self.chunkBytes)
        wake?.yield()
    }
}

extension Host {
    // How it ends.

    /// How long a command may take to end when its terminal does.
    private static let patience = Duration.seconds(5)

    /// Ends the session with all that runs in it. One that is over already stays over; a command that does not end is killed.
    func endSession() async {
        isEnding = true
        guard exitCode == nil else { return }
        await killTerminal()
        Task {
            try? await Task.sleep(for: Self.patience)
            killCommand()
        }
    }

    /// Alone, unless this host is starting it still. Whoever has ordered it waits, so it waits for others only a while.
    private func killTerminal() async {
        let lock = starting == nil ? try? await spec.tmuxServer.lock(waiting: .seconds(2)) : nil
        do {
            try await type(ControlCommand.kill(spec.tmuxName))
            for _ in 0..<100 where typist != nil { try? await Task.sleep(for: .milliseconds(10)) }
        } catch {
            Tmux.kill(spec.tmuxServer, spec.tmuxName, spec.environment)
        }
        withExtendedLifetime(lock) {}
    }

    private func killCommand() {
        guard exitCode == nil else { return }
        Tmux.kill(spec.tmuxServer, spec.tmuxName, spec.environment)
        if let command = folder.commandPID() { kill(command, SIGKILL) }
    }

    /// The session is over. The pane may still be writing down how; a command that does not end when its terminal does is
    /// killed.
    private func finish() async {
        if await !hasWrittenExitCode(), failure == nil, let command = folder.commandPID() {
            kill(command, SIGKILL)
            _ = await hasWrittenExitCode()
        }
        await lookAtAgent()
        let code = folder.exitCode() ?? Self.unknownEnd
        recorder.output(mark.flush(), at: .now)
        recorder.exit(code, at: .now)
        cut()
        exitCode = code
        wake?.yield()
    }

    private func hasWrittenExitCode() async -> Bool {
        for _ in 0..<40 where folder.exitCode() == nil && failure == nil {
            try? await Task.sleep(for: .milliseconds(50))
        }
        return folder.exitCode() != nil
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
            spool.closeLast()
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
        let (numbers, areAll) = spool.seal(from: number, atMost: count)
        let chunks = numbers.map { number in
            let told = untold.prefix { $0.chunk <= number }
            untold = untold.dropFirst(told.count)
            let chunk = spool.data(number).map { [HostFrame.chunk(number, Self.lines(of: $0, number))] } ?? []
            return Undelivered(number: number, frames: told.map { .native($0.path) } + chunk)
        }
        return (chunks, areAll ? exitCode.map { .exit($0) } : nil)
    }

    /// A chunk that a disk has spoilt, or part of which a crash has kept away, must not keep back those behind it.
    private static func lines(of data: [UInt8], _ number: UInt64) -> [UInt8] {
        if Recording.isWellFormed(data, allowsHeader: number == 0) { return data }
        let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { Array(data[...$0]) } ?? []
        let isWellFormed = Recording.isWellFormed(whole, allowsHeader: number == 0)
        return (isWellFormed ? whole : []) + Array(Recording.gap("chunk \(number) was spoilt on its way").utf8)
    }

    /// The daemon has everything before `number`.
    func begin(at number: UInt64) {
        if number > spool.next {
            spool.skip(to: number)
            recorder.gap("the daemon has more of this recording than its host")
        }
        if number > 0 { acknowledge(number - 1) }
    }

    func acknowledge(_ number: UInt64) {
        spool.acknowledge(number)
        let present = natives.last?.path
        natives.removeAll { $0.chunk <= number && $0.path != present }
    }

    /// The number that the next chunk has: nobody can have acknowledged one after it.
    var nextChunk: UInt64 { spool.next }

    var isOver: Bool { exitCode != nil }

    /// The daemon has said that it has all of it.
    func noteDelivery() { isDelivered = true }

    /// What keeps it from its daemon; `nil` when nothing does. It is written down when it is news.
    func note(_ code: RuntimeError.Code, _ message: String) {
        guard standing?.code != code.rawValue || standing?.message != message else { return }
        let fresh = HostStanding(since: Timestamp.now.text, code: code.rawValue, message: message)
        standing = fresh
        folder.note(fresh)
        let what = isOver ? "the recording waits" : "the command goes on"
        logger.warning("\(what): \(message)", metadata: ["code": "\(code.rawValue)"])
    }

    func noteConnection() {
        guard standing != nil else { return }
        standing = nil
        unlink(folder.standing)
        logger.notice("the daemon has taken this host up")
    }
}

/// A chunk that the daemon does not have, and what it has to be told before.
struct Undelivered: Sendable {
    var number: UInt64
    var frames: [HostFrame]
}
