import Dialects
import Synchronization
import TCRuntime
import TCTerminal

/// Shows a list of sessions again whenever one of them changes. If the daemon goes away, it tries again until the daemon is back.
final class SessionWatch: Sendable {
    private let client: DaemonClient
    private let query: [(String, String?)]
    private let columns: [SessionColumn]
    /// The text that was shown last.
    private let shown = Mutex("")

    init(client: DaemonClient, query: [(String, String?)], columns: [SessionColumn]) {
        self.client = client
        self.query = query
        self.columns = columns
    }

    /// `pause` is the wait after an error before the next attempt. `longest` is the interval at which the list is read again even without
    /// an event, because ages such as "5 min ago" change although no session does.
    private static let (pause, longest) = (Duration.seconds(2), Duration.seconds(30))
    /// The shortest time between two lists. Changes that come meanwhile are shown together: a terminal needs no more, and each list is two
    /// requests.
    private static let pace = Duration.milliseconds(500)

    /// Runs until the process is ended, or nobody reads its output any more.
    /// - Throws: The error that prevents the first list from being shown.
    func run() async throws {
        try await show()
        while true {
            do {
                try await follow()
            } catch let error as RuntimeError {
                Console.error("\(error.message); trying again")
                try await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Follows the daemon's events. The daemon's first event says that it listens, and a list read after that includes all
    /// earlier changes.
    /// - Throws: An error if no daemon can be reached.
    private func follow() async throws {
        let (signals, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [client] in
                try await client.stream("/events") { _ in signal.yield() }
                throw RuntimeError(.noDaemon, "the daemon ended the connection")
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.longest)
                    signal.yield()
                }
            }
            group.addTask {
                for await _ in signals {
                    try await self.show()
                    try await Task.sleep(for: Self.pace)
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Shows the list: in place of the one before on a terminal that can do that, and below it, if it is another one, elsewhere.
    /// - Throws: `ExitCode` if nobody reads the output any more.
    private func show() async throws {
        let me = try await client.get("/whoami", as: WhoamiDocument.self).value
        let found = try await client.get("/sessions", query, as: SessionsDocument.self).value.sessions
        let size = Console.outputSize
        let table = SessionTable(columns: columns, me: me, width: size?.columns, now: .now)
        if let size, Console.outputObeysEscapes {
            // Moves to the upper left, and clears everything below (ECMA-48, CUP and ED).
            Console.write("\u{1B}[H\u{1B}[2J" + table.text(found, rows: size.rows - 1) + "\n")
        } else {
            let text = table.text(found)
            let before = shown.withLock { shown in
                defer { shown = text }
                return shown
            }
            if text != before { Console.out(before.isEmpty ? text : "\n" + text) }
        }
        try OutputOptions.requireReader()
    }
}
