import Dialects
import Logging
import TCPOSIX

/// What the line to the daemon asks for.
extension Host {
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
