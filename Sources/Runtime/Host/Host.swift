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
    var recorder = Recorder(columns: Tmux.size.columns, rows: Tmux.size.rows, at: .now)
    var spool: Spool
    var mark = DrainMark()
    var exitCode: Int32?
    /// Somebody who may has ordered the end.
    var isEnding = false
    /// Why the command could not be started.
    var failure: String?
    var isDelivered = false
    var standing: HostStanding?
    /// Follows the agent's own transcript, where one is known.
    let watch: AgentWatch?
    /// Transcripts in the order in which they were written last, each with the first chunk that holds lines of it.
    var natives: [(path: String, chunk: UInt64)]
    var isProgressNoted = false
    /// Where commands for tmux go, while it listens.
    var typist: NIOAsyncChannelOutboundWriter<ByteBuffer>?
    /// Held while the terminal is being made.
    var starting: FileLock?
    /// What tmux said last that was no event.
    var lastWords: String?
    /// Wakes whoever delivers: there is a new chunk, or the end.
    var wake: AsyncStream<Void>.Continuation?

    /// A chunk is closed when it has so many bytes, or after so long.
    static let chunkBytes = 65_536
    private static let chunkInterval = Duration.milliseconds(200)

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

    private func cutChunks() async {
        while exitCode == nil {
            try? await Task.sleep(for: Self.chunkInterval)
            cut()
        }
    }

    func cut() {
        recorder.output(mark.flush(), at: .now)
        let data = recorder.take()
        guard !data.isEmpty else { return }
        spool.add(data, longest: Self.chunkBytes)
        wake?.yield()
    }
}
