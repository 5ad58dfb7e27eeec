import Dialects
import Logging
import NIOPosix
import Synchronization

/// The sessions whose recordings have grown, or whose visibility has changed, since they were last read into the index.
final class TranscriptNews: Sendable {
    private struct State {
        var ids: [String] = []
        var isLive: [String: Bool] = [:]
    }

    private let state = Mutex(State())

    /// Notes a session.
    ///
    /// - Parameter isLive: Whether what is to be read was recorded just now. As long as older text of the session waits, nothing
    ///   in it counts as that.
    func note(_ session: String, isLive: Bool) {
        state.withLock { state in
            let before = state.isLive.updateValue(isLive, forKey: session)
            if before == nil { state.ids.append(session) }
            if before == false { state.isLive[session] = false }
        }
    }

    /// Returns the sessions that were noted since the last call, in the order in which they were noted.
    func take() -> [(id: String, isLive: Bool)] {
        state.withLock { state in
            defer { state = State() }
            return state.ids.map { (id: $0, isLive: state.isLive[$0] ?? false) }
        }
    }
}

/// Reads recordings into the index: growing ones soon after they grow, and once after the start all those that were never read
/// to their end.
///
/// It reads one recording after the other, a piece of each at a time, and rests for as long as it has worked. It therefore
/// takes at most half of one processor, and the memory for one piece.
struct TranscriptIndexing {
    let services: Services
    let logger: Logger
    /// The last session that the walk over all sessions has visited; `nil` when the walk is over.
    private var walked: String? = ""

    private static let (rest, restOfWalk, longestRest) = (
        Duration.seconds(1), Duration.milliseconds(20), Duration.seconds(2)
    )
    private static let pageOfWalk = 200

    init(services: Services, logger: Logger) {
        self.services = services
        self.logger = logger
    }

    /// Works until the task is cancelled.
    mutating func run() async throws {
        while true {
            let isBusy = try await work(on: services.transcriptNews.take())
            let old = try await walk()
            let isBehind = try await work(on: old.map { (id: $0, isLive: false) })
            guard !isBusy, !isBehind else { continue }
            try await Task.sleep(for: walked == nil ? Self.rest : Self.restOfWalk)
        }
    }

    /// Reads a piece of each session's recording. Returns true if there is more to read.
    private func work(on sessions: [(id: String, isLive: Bool)]) async throws -> Bool {
        var hasMore = false
        for (session, isLive) in sessions {
            let begin = ContinuousClock.now
            do {
                if try await readOn(session, isLive: isLive) {
                    hasMore = true
                    services.transcriptNews.note(session, isLive: isLive)
                }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                // After a temporary failure the session is tried again. After another one it is tried when its recording grows,
                // or at the next start.
                if (error as? DatabaseError)?.mayPass == true {
                    services.transcriptNews.note(session, isLive: isLive)
                    try await Task.sleep(for: Self.longestRest)
                }
                logger.warning(
                    "a recording was not read into the index", metadata: ["session": "\(session)", "error": "\(error)"])
            }
            try await Task.sleep(for: min(ContinuousClock.now - begin, Self.longestRest))
        }
        return hasMore
    }

    /// Returns those of the next sessions whose recording is longer than its read part, or whose passages have outdated marks.
    private mutating func walk() async throws -> [String] {
        guard let last = walked else { return [] }
        do {
            let page = try await services.transcriptIndex.sessions(after: last, limit: Self.pageOfWalk)
            walked = page.last?.session.id
            let transcripts = services.transcripts
            return try await NIOThreadPool.singleton.runIfActive {
                page.filter { row in
                    transcripts.size(of: row.session.id) > row.readTo ?? 0
                        || row.scope.map { $0 != TranscriptScope.marks(of: row.session) } ?? false
                }.map(\.session.id)
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.warning("recordings were not looked through for the index", metadata: ["error": "\(error)"])
            try await Task.sleep(for: Self.longestRest)
            return []
        }
    }

    /// Reads one piece of a recording, or marks some passages anew. Returns true if there is more to do.
    private func readOn(_ id: String, isLive: Bool) async throws -> Bool {
        guard let session = try await services.sessions.find(id) else { return false }
        let (index, transcripts) = (services.transcriptIndex, services.transcripts)
        let (before, scope) = (try await index.progress(of: id), TranscriptScope.marks(of: session))
        if let before, before.scope != scope, try await !index.mark(id, with: scope) { return true }
        guard before?.passages ?? 0 < PassageProgress.most else { return false }
        let begin = session.createdAt.flatMap(Timestamp.init(parsing:)) ?? .now
        let read = try await NIOThreadPool.singleton.runIfActive {
            let piece = try transcripts.piece(of: id, at: before?.readTo ?? 0)
            var reader = PassageReader(resuming: before, begin: begin, now: .now, isLive: isLive)
            var lines = LineReader()
            for line in lines.read(piece.bytes) { reader.read(line) }
            return (end: piece.end, passages: reader.passages, clock: reader.clock, parser: reader.parser)
        }
        guard read.end > before?.readTo ?? 0 else { return false }
        let after = PassageProgress(
            readTo: read.end, clock: read.clock, parser: read.parser, scope: scope, passages: before?.passages ?? 0)
        return try await index.add(read.passages, of: id, from: before, to: after)
    }
}
