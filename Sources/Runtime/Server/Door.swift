import Logging
import TCPOSIX
import Synchronization

/// Accepts connections from the kernel's queue, and closes those whose party has too many connections already.
///
/// All callers share that queue, so whoever fills it keeps everybody out until it is emptied. The door therefore has a thread
/// of its own, which does nothing else and determines nothing about a caller but the identity. No event loop sees a connection
/// before the door has decided that it may stay.
final class Door: Sendable {
    /// A connection that may stay.
    struct Caller: Sendable {
        let descriptor: Int32
        let peer: PeerCredentials
        let place: ConnectionPlace
        /// How long the connection has to wait for its turn because the same party has just opened many others.
        let wait: Duration
    }

    /// The rate at which a party may open connections: many times what people and agents need, and a fraction of what two cores
    /// can handle.
    private static var pace: Pace { Pace(atOnce: 256, perSecond: 1_000) }

    /// The accepted connections in the order in which they came, until the door is shut. There are never more than the limits
    /// allow.
    let callers: AsyncStream<Caller>

    private let listener: Int32
    private let directory: IdentityBox
    private let limits: ConnectionLimits
    private let log: RareLog
    private let arrived: AsyncStream<Caller>.Continuation
    /// The two ends of a pipe. Closing `waking` makes `wakened` readable, which wakes the thread that waits for callers.
    private let (waking, wakened): (Int32, Int32)
    private let isShut = Atomic(false)

    /// Takes over `listener`, which has to be listening already.
    ///
    /// - Throws: `RuntimeError` if there are no descriptors left.
    init(
        _ listener: Int32, directory: IdentityBox, limits: ConnectionLimits, logger: Logger
    ) throws(RuntimeError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }),
            fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK) == 0
        else { throw RuntimeError(.socketFailed, "the socket can't be served: \(SystemError.last)") }
        (self.listener, self.directory, self.limits, log) = (listener, directory, limits, RareLog(logger))
        (wakened, waking) = (ends[0], ends[1])
        (callers, arrived) = AsyncStream.makeStream()
    }

    /// Accepts connections until the door is shut. Call it once, on a thread that may block.
    func keep() {
        var mayAccept = true
        var paces: [ConnectionLimits.Party: Pace] = [:]
        while !isShut.load(ordering: .acquiring) {
            var asked = [wakened, listener].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            // While no connection can be accepted, the listener is not polled: it would report without end that a connection
            // waits.
            poll(&asked, mayAccept ? 2 : 1, mayAccept ? -1 : 200)
            mayAccept = mayAccept ? admitAll(&paces) : true
        }
        arrived.finish()
        close(listener)
        close(wakened)
    }

    /// Stops accepting connections, and ends the stream. It may be called more than once.
    func shut() { if !isShut.exchange(true, ordering: .acquiringAndReleasing) { close(waking) } }

    /// Accepts connections until the queue is empty or the door is shut. Returns false if a connection waits and can't be
    /// accepted, for example because there are no descriptors left.
    private func admitAll(_ paces: inout [ConnectionLimits.Party: Pace]) -> Bool {
        while !isShut.load(ordering: .acquiring) {
            let descriptor = leavesDescriptors ? acceptOne() : -1
            if descriptor >= 0 {
                admit(descriptor, &paces)
            } else if errno == EAGAIN {
                return true
            } else if errno != EINTR, errno != ECONNABORTED {
                log.warning("connections can't be accepted now", ["error": "\(SystemError.last)"])
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

    /// Whether enough descriptors are left for everything else after one more connection: files, the database, and libdispatch,
    /// which ends the process if it can't look at its own threads (`/proc/self/task`). The lowest free number tells, since each
    /// new descriptor gets that number (open(2)). If too few are left, `errno` is EMFILE.
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
