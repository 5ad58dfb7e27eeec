import Dialects
import Logging
import TCPOSIX

/// The operations that the connection to the daemon uses.
extension Host {
    /// Returns a stream that wakes its reader when there is something to deliver. Several events since the last wake-up cause
    /// only one.
    func wakeUps() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        wake = continuation
        continuation.yield()
        return stream
    }

    /// Returns the chunks from `number` on that are to be sent, at most `count`, and the command's end once these are the last.
    /// Each chunk comes after the paths of those transcripts whose lines begin in it.
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

    /// Returns the content of a chunk. A chunk that a disk has damaged, or that a crash has cut off, is replaced by its
    /// readable part, so that it does not hold up the chunks after it. So is one that was emptied because a daemon had it, and
    /// that a daemon of an earlier backup asks for again.
    private static func lines(of data: [UInt8], _ number: UInt64) -> [UInt8] {
        if !data.isEmpty, Recording.isWellFormed(data, allowsHeader: number == 0) { return data }
        let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { Array(data[...$0]) } ?? []
        let isWellFormed = Recording.isWellFormed(whole, allowsHeader: number == 0)
        return (isWellFormed ? whole : []) + Array(Recording.gap("chunk \(number) was spoilt on its way").utf8)
    }

    /// Prepares the delivery to a daemon that has all chunks before `number`.
    func begin(at number: UInt64) {
        if number > spool.next {
            spool.skip(to: number)
            recorder.gap("the daemon has more of this recording than its host", until: .now, at: .now)
        }
        if number > 0 { acknowledge(number - 1) }
    }

    func acknowledge(_ number: UInt64) {
        spool.acknowledge(number)
        let present = natives.last?.path
        natives.removeAll { $0.chunk <= number && $0.path != present }
    }

    /// The number that the next chunk will get. The daemon can't have acknowledged this chunk or a later one.
    var nextChunk: UInt64 { spool.next }

    var isOver: Bool { exitCode != nil }

    /// Notes that the daemon has acknowledged the whole recording.
    func noteDelivery() { isDelivered = true }

    /// Notes the reason why the host can't deliver to the daemon. It is stored and logged if it differs from the last one.
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

/// A chunk that the daemon does not have, and the frames that have to be sent for it.
struct Undelivered: Sendable {
    var number: UInt64
    var frames: [HostFrame]
}
