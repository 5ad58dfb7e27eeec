import ArgumentParser
import Dialects
import TCRuntime
import Synchronization
import TCTerminal

struct TranscriptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcript", abstract: "Show what was said in a session.",
        usage: "telec transcript <session> [<options>]",
        discussion: """
            Somebody else's takes a reason, and is in the audit log before the first line is shown. Escape sequences of the \
            session never reach your terminal; --raw gives the recording itself (asciicast v3, for asciinema). --agent gives what \
            the agent's own transcript says instead of what its terminal showed (Claude, Codex, Gemini).

            EXAMPLES:
              telec transcript ID
              telec transcript ID --agent
              telec transcript ID --reason "incident 4711"
              telec transcript ID --raw > session.cast
            """)

    @Argument(help: "The session's id.") var session: SessionID
    @Option(help: "Why you read it: required for another person's session, and logged.") var reason: String?
    @Flag(help: "Show the recording unchanged.") var raw = false
    @Flag(help: "Show the conversation with the agent.") var agent = false
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard !raw || !agent else { throw ValidationError("Say --raw or --agent, not both.") }
        guard !raw || !Console.outputIsTerminal else {
            throw ValidationError(
                """
                A recording may hold commands for your terminal: send --raw into a file or a program, such as \
                telec transcript ID --raw > session.cast.
                """)
        }
    }

    func run() async throws {
        let view: RecordingView = raw ? .raw : agent ? .conversation : .terminal
        try await TranscriptReading(session: session.text, reason: reason, view: view, isFollowing: false).run(options)
    }
}

struct TailSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Show a session as it goes on, until it ends or you press Ctrl-C.",
        usage: "telec sessions tail <session> [<options>]",
        discussion: """
            EXAMPLES:
              telec sessions tail ID
              telec sessions tail ID --reason "helping Alice"
            """)

    @Argument(help: "The session's id.") var session: SessionID
    @Option(help: "Why you read it: required for another person's session, and logged.") var reason: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await TranscriptReading(session: session.text, reason: reason, view: .terminal, isFollowing: true).run(
            options)
    }
}

/// What of a recording is shown.
private enum RecordingView {
    case raw
    case terminal
    case conversation
}

/// Reads a recording and shows it.
private struct TranscriptReading {
    let session: String
    let reason: String?
    let view: RecordingView
    let isFollowing: Bool

    func run(_ options: ClientOptions) async throws {
        try await options.guarding {
            let client = try options.client()
            try await announce(client)
            let shown = Mutex(ShownRecording(view: view, isCollecting: options.output.json))
            let query: [(String, String?)] = [("reason", reason), ("follow", isFollowing ? "1" : nil)]
            try await client.stream(SessionPath.of(session, "transcript"), query) { bytes in
                let text = shown.withLock { $0.read(bytes) }
                if !text.isEmpty { Console.write(text) }
            }
            if options.output.json {
                let text = shown.withLock { $0.collected }
                let members: [(key: String, value: JSON)] = [
                    ("version", .integer(1)), ("session_id", .string(session)), ("text", .string(text)),
                ]
                Console.out(JSON.object(members).rendered())
            }
        }
    }

    /// Whoever looks at somebody else's session is told that this is on record.
    private func announce(_ client: DaemonClient) async throws {
        let me = try await client.get("/whoami", as: WhoamiDocument.self).value
        let found = try? await client.get(SessionPath.of(session), as: OneSessionDocument.self).value.session
        guard let found, found.ownerPerson != me.person || found.ownerUID != me.uid else { return }
        Console.error("Viewing [\(found.ownerPerson ?? "nobody")]'s session: access logged")
    }
}

/// Turns a recording that comes in pieces into what is shown.
private struct ShownRecording {
    private var lines = LineReader()
    private var plain = PlainText()
    private var conversation = AgentConversation()
    private let view: RecordingView
    private let isCollecting: Bool
    private(set) var collected = ""

    init(view: RecordingView, isCollecting: Bool) {
        self.view = view
        self.isCollecting = isCollecting
    }

    /// The text to print now.
    mutating func read(_ bytes: [UInt8]) -> String {
        var text = ""
        for line in lines.read(bytes) { text += shown(line) }
        guard isCollecting else { return text }
        collected += text
        return ""
    }

    private mutating func shown(_ line: String) -> String {
        switch view {
        case .raw: line + "\n"
        case .terminal: RecordedEvent(line: line).map { terminal($0) } ?? ""
        case .conversation: RecordedEvent(line: line).map { said($0) } ?? ""
        }
    }

    private mutating func terminal(_ event: RecordedEvent) -> String {
        switch Recording.Code(rawValue: event.code) {
        case .output: plain.read(event.data)
        case .marker: "\n-- \(event.data)\n"
        case .input, .resize, .exit, .agent, nil: ""
        }
    }

    private mutating func said(_ event: RecordedEvent) -> String {
        switch Recording.Code(rawValue: event.code) {
        case .agent: conversation.read(event.data)
        case .marker: "-- \(event.data)\n"
        case .output, .input, .resize, .exit, nil: ""
        }
    }
}
