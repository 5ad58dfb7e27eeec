import Dialects
import Logging
import NIOPosix
import Synchronization

/// Sessions whose recordings have grown, or whose readers have changed, since they were read into the index.
final class TranscriptNews: Sendable {
    private struct State {
        var ids: [String] = []
        var known: Set<String> = []
    }

    private let state = Mutex(State())

    func note(_ session: String) {
        state.withLock { state in
            if state.known.insert(session).inserted { state.ids.append(session) }
        }
    }

    /// Those since the last call, whoever came first first.
    func take() -> [String] {
        state.withLock { state in
            defer { state = State() }
            return state.ids
        }
    }
}

/// Reads recordings into the index: those that go on, soon after; and once after the start all that were never read to their end.
///
/// It takes one recording after the other, one piece of each at a time, and rests as long as it worked: of a machine that serves it has
/// half of one processor at most, and of its memory one piece.
struct TranscriptIndexing {
    let services: Services
    let logger: Logger
    /// The last session that the walk over all has seen; `nil` when it is over.
    private var walked: String? = ""

    private static let (rest, restOfWalk, longestRest) = (
        Duration.seconds(1), Duration.milliseconds(20), Duration.seconds(2)
    )
    private static let pageOfWalk = 200

    init(services: Services, logger: Logger) {
        self.services = services
        self.logger = logger
    }

    /// Goes on until the task is cancelled.
    mutating func run() async throws {
        while true {
            let news = services.transcriptNews.take()
            let isBusy = try await work(on: news, live: true)
            let old = try await walk()
            let isBehind = try await work(on: old, live: false)
            guard !isBusy, !isBehind else { continue }
            try await Task.sleep(for: walked == nil ? Self.rest : Self.restOfWalk)
        }
    }

    /// True when there is more of one.
    private func work(on sessions: [String], live isLive: Bool) async throws -> Bool {
        var hasMore = false
        for session in sessions {
            let begin = ContinuousClock.now
            do {
                if try await readOn(session, isLive: isLive) {
                    hasMore = true
                    services.transcriptNews.note(session)
                }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                // What is away for a while is asked again; what is broken, when there is news of it, or at the next start.
                if (error as? DatabaseError)?.mayPass == true {
                    services.transcriptNews.note(session)
                    try await Task.sleep(for: Self.longestRest)
                }
                logger.warning(
                    "a recording was not read into the index", metadata: ["session": "\(session)", "error": "\(error)"])
            }
            try await Task.sleep(for: min(ContinuousClock.now - begin, Self.longestRest))
        }
        return hasMore
    }

    /// Those of the next sessions whose recording is longer than what was read of it, or whose passages are marked for others.
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

    /// One piece of one recording, or some passages that are marked anew; true when there is more to do.
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
