import TCPOSIX

/// A child process that inherits only what it is given: these descriptors and this environment, and no blocked or ignored
/// signal.
package struct ChildProcess {
    /// The descriptors of the standard streams; `nil` stands for /dev/null.
    package struct Streams {
        var input: Int32?
        var output: Int32?
        var error: Int32?

        package init(input: Int32? = nil, output: Int32? = nil, error: Int32? = nil) {
            (self.input, self.output, self.error) = (input, output, error)
        }
    }

    package let pid: pid_t

    /// Starts a program.
    ///
    /// - Parameter arguments: The program and its arguments. The program is searched for in `PATH` unless it is a path.
    /// - Parameter isDetached: Whether the process gets a process session of its own, so that it outlives the terminal.
    /// - Throws: `RuntimeError`.
    package init(
        _ arguments: [String], environment: [String: String], streams: Streams = Streams(), isDetached: Bool = false
    ) throws(RuntimeError) {
        var settings = SpawnSettings(streams, isDetached: isDetached)
        let words = arguments.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        do throws(SystemError) { pid = try settings.start(arguments.first ?? "", words, variables) } catch {
            throw RuntimeError(
                .failed, "\(arguments.first ?? "nothing") can't be started: \(error)",
                remedy: "check that it is installed and in the PATH")
        }
    }

    /// The way in which a process ended.
    package enum Ending: Equatable {
        case exit(Int32)
        case signal(Int32)
        /// Nobody can tell: somebody else has waited for the process. It counts as a failure.
        case unknown

        /// The exit code as a shell reports it; 255 if it is unknown.
        package var code: Int32 {
            switch self {
            case .exit(let code): code
            case .signal(let number): 128 + number
            case .unknown: 255
            }
        }
    }

    /// Waits for the process to end. It blocks the thread.
    package func wait() -> Ending {
        look(0) ?? .unknown
    }

    /// Waits for the process to end, and kills it if it has not ended after `patience`: then it returns `nil`. It blocks the thread.
    package func wait(atMost patience: Duration) -> Ending? {
        let deadline = ContinuousClock.now + patience
        while true {
            if let ending = poll() { return ending }
            guard ContinuousClock.now < deadline else {
                kill(pid, SIGKILL)
                _ = wait()
                return nil
            }
            usleep(2_000)
        }
    }

    /// Returns how the process ended; `nil` if it still runs.
    package func poll() -> Ending? { look(WNOHANG) }

    /// Asks with these options of waitpid(2) how the process ended.
    private func look(_ options: Int32) -> Ending? {
        var status: Int32 = 0
        var found = waitpid(pid, &status, options)
        while found < 0 && errno == EINTR { found = waitpid(pid, &status, options) }
        guard found != 0 else { return nil }
        return found == pid ? Self.ending(status) : .unknown
    }

    /// What has become of a process.
    package enum State: Equatable {
        case runs
        /// A signal has stopped it, as Ctrl-Z does. A stop is told once.
        case stopped
        case ended(Ending)
    }

    /// Returns what has become of the process.
    ///
    /// - Parameter isWaiting: Whether to wait until it has ended or stopped, which blocks the thread.
    package func state(waiting isWaiting: Bool = false) -> State {
        let options = WUNTRACED | (isWaiting ? 0 : WNOHANG)
        var status: Int32 = 0
        var found = waitpid(pid, &status, options)
        while found < 0 && errno == EINTR { found = waitpid(pid, &status, options) }
        guard found != 0 else { return .runs }
        guard found == pid else { return .ended(.unknown) }
        return status & 0xFF == 0x7F ? .stopped : .ended(Self.ending(status))
    }

    /// Decodes a status as WIFSIGNALED and its siblings do, which are not imported.
    private static func ending(_ status: Int32) -> Ending {
        let signal = status & 0x7F
        return signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
    }
}
