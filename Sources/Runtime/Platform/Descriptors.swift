import TCPOSIX

/// The number of files and connections that this process may have open.
package enum Descriptors {
    /// Raises the limit to the largest value that the system allows to this process. Call it once, at the start.
    package static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = min(limit.rlim_max, most)
        setrlimit(resource, &limit)
    }

    static var limit: Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 256 }
        return Int(clamping: min(limit.rlim_cur, most))
    }

    /// Returns the number of connections for which each can have a file of its own, while enough descriptors for the daemon
    /// itself are left.
    static func connections(limit: Int) -> Int { max(1, (limit - min(256, limit / 2)) / 2) }

    /// The number of descriptors that connections leave free in any case.
    static let spare = 16

    /// The largest limit that is used. No daemon needs more, and some systems refuse limits that they report as allowed.
    private static let most: rlim_t = 1_048_576

    #if os(Linux)
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let resource = RLIMIT_NOFILE
    #endif
}
