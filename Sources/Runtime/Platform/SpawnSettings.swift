import TCPOSIX
import TCSpawn

/// What a child process inherits: the given descriptors as its standard streams, nothing else that is open, and no blocked or
/// ignored signal.
struct SpawnSettings: ~Copyable {
    #if os(Linux)
        private var actions = posix_spawn_file_actions_t()
        private var attributes = posix_spawnattr_t()
    #else
        private var actions: posix_spawn_file_actions_t?
        private var attributes: posix_spawnattr_t?
    #endif

    /// - Parameter isDetached: Whether the process gets a process session of its own.
    init(_ streams: ChildProcess.Streams, isDetached: Bool) {
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        setStreams(streams)
        let session = isDetached ? Int32(POSIX_SPAWN_SETSID) : 0
        let flags = setSignals() | closeTheRest() | session
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
    }

    deinit {
        var (actions, attributes) = (actions, attributes)
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
    }

    /// Starts a program. The texts are C strings with `nil` as the last.
    mutating func start(
        _ program: String, _ arguments: [UnsafeMutablePointer<CChar>?], _ environment: [UnsafeMutablePointer<CChar>?]
    ) throws(SystemError) -> pid_t {
        var child: pid_t = 0
        let code = posix_spawnp(&child, program, &actions, &attributes, arguments, environment)
        guard code == 0 else { throw SystemError(code) }
        return child
    }

    private mutating func setStreams(_ streams: ChildProcess.Streams) {
        for (target, source) in [(Int32(0), streams.input), (1, streams.output), (2, streams.error)] {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", target == 0 ? O_RDONLY : O_WRONLY, 0)
            }
        }
    }

    /// Gives every signal its usual effect, and returns the flags that say so.
    private mutating func setSignals() -> Int32 {
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        return Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
    }

    /// Closes all descriptors but the standard streams, and returns the flags that say so.
    private mutating func closeTheRest() -> Int32 {
        #if os(Linux)
            posix_spawn_file_actions_addclosefrom_np(&actions, 3)
            return 0
        #else
            return Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
        #endif
    }
}
