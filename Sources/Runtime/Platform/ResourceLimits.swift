import TCPOSIX

/// The resource limits of this process (getrlimit(2)), by the system's numbers of the resources.
enum ResourceLimits {
    #if os(Linux)
        private typealias Resource = __rlimit_resource_t
    #else
        private typealias Resource = Int32
    #endif

    /// No system numbers more resources.
    private static let numbers = 0..<16

    static var own: [Int: rlimit] {
        var result: [Int: rlimit] = [:]
        for number in numbers {
            var limit = rlimit()
            if getrlimit(Resource(number), &limit) == 0 { result[number] = limit }
        }
        return result
    }

    /// Sets a soft limit, to the hard one at most. What the system does not allow stays as it is.
    static func setSoft(_ value: UInt64, of number: Int) {
        var limit = rlimit()
        guard numbers.contains(number), getrlimit(Resource(number), &limit) == 0 else { return }
        limit.rlim_cur = min(rlim_t(value), limit.rlim_max)
        setrlimit(Resource(number), &limit)
    }
}
