import Dispatch
import TCPOSIX
import Synchronization

/// A thread of its own for everything that one connection does. The connection's calls block, and the threads that Swift's tasks
/// share must not be blocked.
///
/// The thread is the executor of the actor that owns the connection, so the compiler proves that nobody else touches the
/// connection.
final class ConnectionThread: SerialExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }

    private let queue = Mutex(Queue())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// Starts the thread. Throws `DatabaseError` when the system has no thread left to give.
    init() throws(DatabaseError) { try DetachedThread.start { self.run() } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.withLock { $0.jobs.append(job) }
        wakeUp.signal()
    }

    /// Ends the thread once it has done the jobs in its queue.
    func stop() {
        queue.withLock { $0.isStopped = true }
        wakeUp.signal()
    }

    private func run() {
        while true {
            let (jobs, isStopped) = queue.withLock { queue in
                defer { queue.jobs.removeAll() }
                return (queue.jobs, queue.isStopped)
            }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            if jobs.isEmpty {
                if isStopped { return }
                wakeUp.wait()
            }
        }
    }
}

extension Connection {
    /// Keeps the connection's thread, and with it the session, waiting for this many seconds, at most 60.
    package func rest(for seconds: Double) { usleep(UInt32(min(max(seconds, 0), 60) * 1_000_000)) }
}
