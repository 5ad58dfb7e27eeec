import ArgumentParser
import TCRuntime
import TCTerminal

struct TranscriptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcript", abstract: "Show what was said in a session.",
        usage: "telec transcript <session> [<options>]",
        discussion: """
            Reading somebody else's session requires a reason, for which a terminal asks you, and is logged in the audit log before the \
            first line is shown. Escape sequences of the session never reach your terminal, whatever the format. --agent shows the \
            agent's own transcript instead of what its terminal showed (Claude, Codex, Gemini).

            --raw prints the recording itself (asciicast v3, for asciinema), including escape sequences, but not to a terminal.

            EXAMPLES:
              telec transcript ID
              telec transcript ID --follow
              telec transcript ID --agent
              telec transcript ID --reason "incident 4711"
              telec transcript ID --format markdown > session.md
              telec transcript ID --format jsonl | grep error
              telec transcript ID --raw > session.cast
            """)

    @Argument(help: "The session's id, or the title of one of yours.") var session: SessionID
    @Option(help: "Why you read it: required for another person's session, and logged.") var reason: String?
    @Flag(help: "Continue as long as the session runs.") var follow = false
    @Option(help: "Show it as text (the default), markdown, cast (asciicast v3 without escape sequences) or jsonl.")
    var format: TranscriptFormat?
    @Flag(help: "Show the recording unchanged.") var raw = false
    @Flag(help: "Show the conversation with the agent.") var agent = false
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard !raw || !agent else { throw ValidationError("Give --raw or --agent, not both.") }
        guard !raw || format == nil || format == .cast else {
            throw ValidationError("--raw prints the recording itself: leave --format out, or use --format cast.")
        }
        guard !agent || format != .cast else { throw ValidationError("A cast shows a terminal: leave --agent out.") }
        guard !options.output.json || (!raw && !follow && (format ?? .text) == .text) else {
            throw ValidationError(
                "--json prints one document with the text: use --format jsonl for one document per line.")
        }
        guard !raw || !Console.outputIsTerminal else {
            throw ValidationError(
                """
                A recording may contain commands for your terminal: send --raw to a file or a program, such as \
                telec transcript ID --raw > session.cast.
                """)
        }
    }

    func run() async throws {
        let view: RecordingView =
            switch (raw, format ?? .text) {
            case (true, _): .raw
            case (false, .text): agent ? .conversation : .terminal
            case (false, .markdown): .markdown(conversation: agent)
            case (false, .cast): .cast
            case (false, .jsonl): .lines
            }
        try await TranscriptReading(session: session, reason: reason, view: view, isFollowing: follow).run(options)
    }
}

enum TranscriptFormat: String, CaseIterable, ExpressibleByArgument {
    case text, markdown, cast, jsonl
}

struct TailSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Follow a session until it ends or you press Ctrl-C.",
        usage: "telec sessions tail <session> [<options>]",
        discussion: """
            EXAMPLES:
              telec sessions tail ID
              telec sessions tail ID --reason "helping Alice"
            """)

    @Argument(help: "The session's id, or the title of one of yours.") var session: SessionID
    @Option(help: "Why you read it: required for another person's session, and logged.") var reason: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await TranscriptReading(session: session, reason: reason, view: .terminal, isFollowing: true).run(options)
    }
}
