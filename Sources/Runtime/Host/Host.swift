import Dialects
import Logging
import NIOCore
import TCPOSIX

/// Runs one session as its owner: the command in tmux, the recording, and the connection to the daemon.
///
/// The command ends on its own, by a signal, or by an order of somebody who may end it. No answer of the daemon, and no missing
/// answer, ever ends it.
package actor Host {
    let folder: HostFolder
    let spec: HostSpec
    let logger: Logger
    /// When this host began. An order to end the session that was given before does not concern it.
    let started = Timestamp.now
    var recorder = Recorder(columns: Tmux.size.columns, rows: Tmux.size.rows, at: .now)
    var spool: Spool
    var mark = DrainMark()
    var exitCode: Int32?
    /// Whether the session's end was ordered.
    var isEnding = false
    /// The reason why the command could not be started.
    var failure: String?
    var isDelivered = false
    var standing: HostStanding?
    /// Follows the agent's own transcript; `nil` if the session's agent is not known to keep one.
    let watch: AgentWatch?
    /// The transcripts in the order in which they were last written, each with the first chunk that holds lines of it.
    var natives: [(path: String, chunk: UInt64)]
    var isProgressNoted = false
    /// The tmux client; `nil` while none is attached.
    var client: Tmux?
    /// The pane that is recorded; `nil` until one is heard.
    var recorded: (pane: String, isNoted: Bool)?
    /// What the panes have written since tmux was asked which of them is the command's; `nil` unless it is being asked.
    var held: [(pane: String, bytes: [UInt8])]?
    /// Whether a tmux client of this host was attached to the terminal, and whether output may be missing since it went.
    var (wasAttached, isUnheard) = (false, false)
    /// Takes commands for tmux; `nil` while no tmux client is attached.
    var typist: NIOAsyncChannelOutboundWriter<ByteBuffer>?
    /// What was last given to be typed, and all for which tmux owes an answer.
    var typing: Task<Void, Never>?
    var unanswered: [Typing] = []
    var lastMark: UInt64 = 0
    /// The lock that is held while the terminal is being made.
    var starting: FileLock?
    /// tmux's last message that was not an event.
    var lastWords: String?
    /// Wakes the delivery when there is a new chunk, or the command has ended.
    var wake: AsyncStream<Void>.Continuation?

    /// The size in bytes at which a chunk is closed. It is closed after `chunkInterval` in any case.
    static let chunkBytes = 65_536
    private static let chunkInterval = Duration.milliseconds(200)

    package init(_ folder: HostFolder, logger: Logger) throws {
        self.folder = folder
        self.logger = logger
        var spec = try folder.spec()
        spec.takeSecrets()
        self.spec = spec
        spool = try Spool(folder.spool, firstChunk: spec.firstChunk)
        let (earlier, next) = (folder.agentProgress(), spool.next)
        natives = (earlier?.chain ?? []).map { ($0, next) }
        watch = AgentWatch(spec, resuming: earlier)
    }

    /// Runs until the session has ended and the daemon has the whole recording. A recording that the daemon does not take stays
    /// in the folder. The log of a host that failed stays too.
    ///
    /// - Parameter pane: The program that runs in tmux, with its arguments.
    package func run(pane: [String]) async throws {
        guard let lock = try await Self.lock(folder) else {
            return logger.notice("another host of this session lives: this one is not needed")
        }
        defer { withExtendedLifetime(lock) {} }
        lock.note("\(getpid())")
        if spool.next == 0 {
            recorder.begin(title: spec.title, seconds: Int(time(nil)))
        } else {
            recorder.gap(Recording.hostRestart)
            recorder.gap(Recording.goingOn, until: .now, at: .now)
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

    /// Locks the folder; returns `nil` if another host of the session runs. A process that only checks whether a host runs also
    /// holds the lock for a moment, so the host tries for a second.
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
