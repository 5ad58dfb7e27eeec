import Synchronization

/// Counts what the daemon has done since it started. The figures contain no names, and nothing that a caller has chosen. Their
/// number is therefore limited by the number of routes, and none of them reveals anything about a person.
final class Meter: Sendable {
    struct Call: Hashable, Comparable {
        var method: String
        /// The route as the router names it: `/sessions/{id}`.
        var route: String
        var status: Int

        static func < (a: Call, b: Call) -> Bool {
            (a.route, a.method, a.status) < (b.route, b.method, b.status)
        }
    }

    /// A histogram of the times that calls of one route took until their response began.
    struct Times {
        /// The upper bounds of the histogram's buckets, in seconds.
        static let bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10]
        /// The number of calls in each bucket. The last bucket holds the calls above the last bound.
        private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
        private(set) var sum = 0.0

        mutating func add(_ seconds: Double) {
            counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
            sum += seconds
        }
    }

    struct Figures {
        var calls: [Call: Int] = [:]
        var times: [String: Times] = [:]
        var recordedBytes = 0
        var quotaRefusals: [QuotaKeeper.Name: Int] = [:]
    }

    private let figures = Mutex(Figures())

    var current: Figures { figures.withLock { $0 } }

    func count(_ call: Call, _ duration: Duration) {
        figures.withLock { figures in
            figures.calls[call, default: 0] += 1
            figures.times[call.route, default: Times()].add(duration / .seconds(1))
        }
    }

    func count(recorded bytes: Int) { figures.withLock { $0.recordedBytes += bytes } }
    func count(refusalOf quota: QuotaKeeper.Name) { figures.withLock { $0.quotaRefusals[quota, default: 0] += 1 } }
}
