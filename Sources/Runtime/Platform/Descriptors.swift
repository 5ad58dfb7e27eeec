import TCPOSIX

/// How many files and connections this process may have open.
public enum Descriptors {
    /// As many as the system lets this process have, where it was started with fewer. To be called once, at the start.
    public static func raiseLimit() {
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

    /// How many connections there may be, so that each can have a file of its own, and what the daemon needs is left for it.
    static func connections(limit: Int) -> Int { max(1, (limit - min(256, limit / 2)) / 2) }

    /// So many no connection takes, however few there are.
    static let spare = 16

    /// Nobody needs more, and some systems refuse what they say is allowed.
    private static let most: rlim_t = 1_048_576

    #if os(Linux)
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let resource = RLIMIT_NOFILE
    #endif
}
