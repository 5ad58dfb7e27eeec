import Dispatch
import TCPOSIX
import TCRuntime

/// The program on a whole terminal. One thread owns the terminal: it waits for keys, signals and mail, and shows the state that results.
package struct FullScreen: Sendable {
    private let client: DaemonClient
    private let doors: SessionDoors
    private let folder: String
    private let noColour: Bool

    /// - Parameter folder: The folder where new sessions start, unless the user names another one.
    package init(_ client: DaemonClient, _ doors: SessionDoors, folder: String, noColour: Bool) {
        (self.client, self.doors, self.folder, self.noColour) = (client, doors, folder, noColour)
    }

    /// Runs until the user quits or a signal ends it.
    /// - Returns: The signal that has ended it; `nil` if a key did.
    /// - Throws: `RuntimeError`.
    package func run() async throws -> Int32? {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "terminal").async { @Sendable in
                continuation.resume(with: Result { try runHere() })
            }
        }
    }

    private func runHere() throws -> Int32? {
        guard let alarm = Alarm() else { throw RuntimeError(.failed, "this process can't open another file") }
        let screen = try Screen(noColour: noColour)
        Alarm.letSignalsThrough()
        alarm.hearSignals()
        defer { Alarm.leaveSignals() }
        defer {
            screen.leave()
            TerminalRescue.disarm()
        }
        let mailbox = Mailbox(alarm)
        var loop = Loop(
            screen: screen, alarm: alarm, mailbox: mailbox, worker: Worker(client, doors, mailbox),
            state: State(size: screen.size, folder: folder))
        return loop.run()
    }
}

private struct Loop {
    let screen: Screen
    let alarm: Alarm
    let mailbox: Mailbox
    let worker: Worker
    var state: State
    private var isOver = false
    private var endedBy: Int32?

    init(screen: Screen, alarm: Alarm, mailbox: Mailbox, worker: Worker, state: State) {
        (self.screen, self.alarm, self.mailbox, self.worker, self.state) = (screen, alarm, mailbox, worker, state)
    }

    mutating func run() -> Int32? {
        worker.begin(.listen(afterSeconds: 0))
        while !isOver {
            screen.show(state.frame)
            guard waitForNews() else { break }
            hear()
        }
        return endedBy
    }

    /// The interval of the ticks. They come while keys and events do, too: what only a tick brings would wait for silence otherwise.
    private static let tick = Duration.seconds(2)
    /// When the next tick is due, on a clock that nobody sets.
    private var due = ContinuousClock.now + Self.tick

    /// Waits for input, a signal or mail, or until a tick is due. Returns false if the terminal is gone.
    private mutating func waitForNews() -> Bool {
        var sources = [
            pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
            pollfd(fd: alarm.readEnd, events: Int16(POLLIN), revents: 0),
        ]
        let wait = max(Duration.zero, due - ContinuousClock.now)
        let ready = poll(&sources, 2, Self.milliseconds(wait))
        let now = ContinuousClock.now
        if due <= now {
            due = now + Self.tick
            handle(.tick)
        }
        guard ready > 0, Int32(sources[0].revents) & (POLLHUP | POLLERR | POLLNVAL) != 0 else { return true }
        endedBy = SIGHUP
        return false
    }

    /// Returns the duration as `poll` takes it, rounded up, so that it is over when `poll` returns.
    private static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        return Int32(clamping: seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    /// Handles every waiting signal, key and event before the screen is shown again.
    private mutating func hear() {
        for byte in alarm.answer() where byte != Alarm.mail { hear(signal: Int32(byte)) }
        while !isOver, let key = screen.key() { handle(.key(key)) }
        for event in mailbox.take() where !isOver { handle(event) }
    }

    private mutating func hear(signal number: Int32) {
        switch number {
        case SIGWINCH: resize()
        case SIGTSTP: suspend()
        case SIGCHLD: break
        // A signal such as SIGSTOP has stopped this program without asking it, and the shell had the terminal meanwhile.
        case SIGCONT:
            screen.leave()
            comeBack()
        // While a dialog is open, Ctrl-C closes the dialog only.
        case SIGINT where state.dialog != nil: handle(.key(.escape))
        default:
            endedBy = number
            handle(.interrupted)
        }
    }

    private mutating func resize() {
        let size = screen.size
        screen.resize(to: size)
        handle(.size(size))
    }

    private mutating func handle(_ event: Event) {
        for effect in state.handle(event) {
            switch effect {
            case .terminal(.quit): isOver = true
            case .terminal(.redraw): screen.redraw()
            case .terminal(.suspend): suspend()
            case .terminal(.hand(let terminal)): hand(to: terminal)
            case .request(let request): worker.begin(request)
            case .action(let action): worker.begin(action)
            }
        }
    }

    /// Gives the terminal to the shell, and stops until the shell continues this program.
    private mutating func suspend() {
        screen.leave()
        stop()
        comeBack()
    }

    /// Stops until the shell continues this program. Where no shell would, as in a terminal of its own, the system lets it go on.
    private func stop() {
        Alarm.leaveSignals()
        raise(SIGTSTP)
        alarm.hearSignals()
    }

    /// Takes the terminal back. More events may have come meanwhile than were kept, so the list is loaded again.
    private mutating func comeBack() {
        screen.enter()
        resize()
        handle(.missedSome)
    }

    /// Gives the terminal to another program, and waits until that program ends.
    private mutating func hand(to terminal: SessionDoors.Terminal) {
        screen.leave()
        let trouble = run(terminal)
        comeBack()
        if let trouble { handle(.failed(trouble)) }
    }

    /// Runs the other program, and returns a sentence about its failure, or `nil`. A SIGTERM or SIGHUP to this program ends both. If the
    /// other one is stopped (Ctrl-B Ctrl-Z in tmux), this one stops with it: the shell could not take the terminal otherwise.
    private mutating func run(_ terminal: SessionDoors.Terminal) -> String? {
        do {
            let streams = ChildProcess.Streams(input: 0, output: 1, error: 2)
            let child = try ChildProcess(terminal.command, environment: terminal.environment, streams: streams)
            while true {
                switch child.state() {
                case .ended(let ending): return ending.code == 0 ? nil : "the terminal ended with \(ending.code)"
                case .stopped:
                    stop()
                    kill(child.pid, SIGCONT)
                case .runs: break
                }
                var source = pollfd(fd: alarm.readEnd, events: Int16(POLLIN), revents: 0)
                _ = poll(&source, 1, 1_000)
                for byte in alarm.answer() where [SIGTERM, SIGHUP].contains(Int32(byte)) {
                    kill(child.pid, SIGTERM)
                    endedBy = Int32(byte)
                    isOver = true
                }
            }
        } catch {
            return error.description
        }
    }
}
