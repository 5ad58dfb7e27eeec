import Logging
import TCPOSIX
import Synchronization

/// Takes callers out of the kernel's line, and sends those away at once whose party has too many connections already.
///
/// The line is one for all, so that whoever fills it keeps everybody out for as long as it takes to empty it. That is why the door
/// has a thread of its own, which does nothing else, and asks nothing of a caller but who he is: no event loop sees a connection
/// before it is known that it may stay.
final class Door: Sendable {
    /// A connection that may stay.
    struct Caller: Sendable {
        let descriptor: Int32
        let peer: PeerCredentials
        let place: ConnectionPlace
        /// How long it has to wait for its turn, because others of its party have come just before.
        let wait: Duration
    }

    /// How often a party may come: many times what people and agents do, and a fraction of what two cores can take.
    private static var pace: Pace { Pace(atOnce: 256, perSecond: 1_000) }

    /// In the order in which they came, until the door is shut. Never more than the limits allow.
    let callers: AsyncStream<Caller>

    private let listener: Int32
    private let directory: IdentityBox
    private let limits: ConnectionLimits
    private let log: RareLog
    private let arrived: AsyncStream<Caller>.Continuation
    /// The two ends of a pipe: when the one is closed, the other wakes whoever waits for callers.
    private let (waking, wakened): (Int32, Int32)
    private let isShut = Atomic(false)

    /// `listener` listens already, and is the door's from here on. Throws `RuntimeError` where there are no descriptors left.
    init(
        _ listener: Int32, directory: IdentityBox, limits: ConnectionLimits, logger: Logger
    ) throws(RuntimeError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }),
            fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK) == 0
        else { throw RuntimeError(.socketFailed, "the socket can't be served: \(String(cString: strerror(errno)))") }
        (self.listener, self.directory, self.limits, log) = (listener, directory, limits, RareLog(logger))
        (wakened, waking) = (ends[0], ends[1])
        (callers, arrived) = AsyncStream.makeStream()
    }

    /// Lets callers in until the door is shut; to be run once, on a thread that can wait.
    func keep() {
        var mayAccept = true
        var paces: [ConnectionLimits.Party: Pace] = [:]
        while !isShut.load(ordering: .acquiring) {
            var asked = [wakened, listener].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            // A line that can't be served now is not looked at: it would say without end that somebody waits.
            poll(&asked, mayAccept ? 2 : 1, mayAccept ? -1 : 200)
            mayAccept = mayAccept ? admitAll(&paces) : true
        }
        arrived.finish()
        close(listener)
        close(wakened)
    }

    /// Lets nobody in any more, and ends the stream. May be called more than once.
    func shut() { if !isShut.exchange(true, ordering: .acquiringAndReleasing) { close(waking) } }

    /// Until nobody is in line. False when somebody is and can't be let in, because there are no descriptors left.
    private func admitAll(_ paces: inout [ConnectionLimits.Party: Pace]) -> Bool {
        while !isShut.load(ordering: .acquiring) {
            let descriptor = leavesDescriptors ? acceptOne() : -1
            if descriptor >= 0 {
                admit(descriptor, &paces)
            } else if errno == EAGAIN {
                return true
            } else if errno != EINTR, errno != ECONNABORTED {
                log.warning("connections can't be accepted now", ["error": "\(String(cString: strerror(errno)))"])
                return false
            }
        }
        return true
    }

    private func admit(_ descriptor: Int32, _ paces: inout [ConnectionLimits.Party: Pace]) {
        guard let peer = PeerCredentials.read(from: descriptor) else {
            close(descriptor)
            return
        }
        let party = ConnectionLimits.Party(directory.current.identity(of: peer))
        guard let place = ConnectionPlace(limits, party) else {
            close(descriptor)
            log.warning("too many connections", ["uid": "\(peer.uid)", "of": "\(party)"])
            return
        }
        let wait = paces[party, default: Self.pace].next()
        arrived.yield(Caller(descriptor: descriptor, peer: peer, place: place, wait: wait))
    }

    /// Whether another connection leaves some for everybody else: files, the database, and libdispatch, which ends the process
    /// when it can't look at its own threads (`/proc/self/task`). The lowest number that is free tells, since each new
    /// descriptor gets that (open(2)).
    private var leavesDescriptors: Bool {
        let lowest = fcntl(wakened, F_DUPFD_CLOEXEC, 0)
        guard lowest >= 0 else { return false }
        close(lowest)
        guard Int(lowest) + Descriptors.spare < Descriptors.limit else {
            errno = EMFILE
            return false
        }
        return true
    }

    private func acceptOne() -> Int32 {
        let descriptor = accept(listener, nil, nil)
        if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return descriptor
    }
}
