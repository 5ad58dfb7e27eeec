import ArgumentParser
import Dialects
import TCPOSIX
import TCRuntime
import TCTerminal

struct GetSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show everything about one session except what was said in it.",
        discussion: """
            EXAMPLES:
              telec sessions get ID
              telec sessions get ID --json
            """)

    @Argument(help: "The session's id, or the title of one of yours.") var session: SessionID
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding(about: session) { client, id in
            let reply = try await client.get(SessionPath.of(id), as: OneSessionDocument.self)
            guard !options.output.json else { return options.show(reply) { "" } }
            let me = try await client.get("/whoami", as: WhoamiDocument.self).value
            Console.out(SessionTexts.page(reply.value.session, for: me))
            // The session's host wrote this on its owner's account, for as long as it keeps its log.
            if let words = LocalSession.failure(of: reply.value.session.sessionID, home: try Launch.account().home) {
                Console.error("its command was not started: \(SessionTexts.plain(words))")
            }
        }
    }
}

struct SendToSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Type a text, or keys, into a session.",
        usage: "telec sessions send <session> [<text>] [<options>]",
        discussion: """
            Without a text argument, the text is read from standard input, which keeps it out of the list of processes.

            EXAMPLES:
              telec sessions send ID "run the tests"
              telec sessions send ID --key Escape --key C-c
              telec sessions send ID < prompt.txt
            """)

    @Argument(help: "The session's id, or the title of one of yours.") var session: SessionID
    @Argument(help: "The text to type; Enter follows it.") var text: String?
    @Option(
        name: .customLong("key"), help: ArgumentHelp("Type a key instead: Enter, Escape, C-c, Up …", valueName: "name"))
    var keys: [String] = []
    @Flag(name: .customLong("no-enter"), help: "Type no Enter after the text.") var noEnter = false
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard text == nil || keys.isEmpty else { throw ValidationError("Give a text or keys, not both.") }
    }

    func run() async throws {
        try await options.guarding(about: session) { client, id in
            let message =
                keys.isEmpty ? MessageRequest(text: try text ?? input(), enter: !noEnter) : MessageRequest(keys: keys)
            let reply = try await client.post(
                SessionPath.of(id, "messages"), message, as: DoneDocument.self)
            options.show(reply) { "sent" }
        }
    }

    /// Reads the text from standard input, and no more of it than a message may have.
    private func input() throws(RuntimeError) -> String {
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try Console.input(atMost: MessageRequest.longest + 1) } catch {
            throw RuntimeError(.failed, "standard input can't be read: \(error)")
        }
        guard bytes.count <= MessageRequest.longest else { throw MessageRequest.tooLong }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RuntimeError(
                .badRequest, "the text is not valid UTF-8", remedy: "convert it first, for example with iconv")
        }
        return text
    }
}

struct EndSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "End a session and what runs in its terminal.",
        discussion: """
            What has left the terminal (nohup, setsid) goes on. If the daemon does not know one of your sessions, refuses or \
            is not running, a session that runs here is ended locally.

            EXAMPLES:
              telec sessions end ID
            """)

    @Argument(help: "The session's id, or the title of one of yours.") var session: SessionID
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding(about: session) { client, id in
            let (reply, remark) = try await SessionEnd(id: id).run(client)
            if let reply { return options.show(reply) { Self.words(reply.value.session) } }
            if let remark { Console.error(Self.words(about: remark)) }
            let document = JSON.object([
                ("version", .integer(1)), ("session_id", .string(id)), ("status", "ended_here"),
            ])
            options.output.show(document) { "ended" }
        }
    }

    /// Says that a session was ended here, because the daemon had no part in it.
    static func words(about remark: String) -> String { "\(remark); what ran here was ended" }

    /// Says what became of a session that the daemon was told to end.
    static func words(_ session: SessionDocument) -> String {
        guard session.state == .closing else { return "ended" }
        return "ending: its host was told to, and has not reported the end yet"
    }
}

/// Ends a session, and its processes on this machine.
struct SessionEnd {
    let id: String

    /// Returns the daemon's answer or, if the daemon gave none and the session ran here, a remark with the reason.
    /// - Throws: `RuntimeError` if nothing was ended.
    func run(_ client: DaemonClient) async throws -> (reply: Reply<OneSessionDocument>?, remark: String?) {
        let local = LocalSession(sessionID: id, home: try Launch.account().home)
        do {
            let reply = try await client.post(
                SessionPath.of(id, "end"), [String: String](), as: OneSessionDocument.self)
            // "closed" means that the daemon did not wait for a host: none was connected, none answered, or the session was
            // over already. The processes that are left are then ended here at once. Otherwise the daemon has told the host
            // to end, and the host gets some time for it.
            let patience = reply.value.session.state == .closed ? Duration.zero : .seconds(8)
            if let local, await !local.isGone(within: patience) { await local.end() }
            return (await concluded(reply, client), nil)
        } catch let error as RuntimeError {
            guard let local, local.mayRun else { throw error }
            await local.end()
            return (nil, error.message)
        }
    }

    /// How long the end may take: as long as the daemon waits for a host before it closes a session without it.
    private static let patience = Duration.seconds(20)

    /// Waits until the session's host has reported the end. Returns the last answer: a caller whose token is revoked with its session,
    /// or whose daemon ends meanwhile, learns no more.
    private func concluded(
        _ reply: Reply<OneSessionDocument>, _ client: DaemonClient
    ) async -> Reply<OneSessionDocument> {
        let deadline = ContinuousClock.now + Self.patience
        var last = reply
        while last.value.session.state == .closing, ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(100))) != nil,
                let next = try? await client.get(SessionPath.of(id), as: OneSessionDocument.self)
            else { break }
            last = next
        }
        return last
    }
}

struct ShareSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "share", abstract: "Let everybody on this system see a session. Each reader is logged.",
        discussion: """
            EXAMPLES:
              telec sessions share ID
            """)

    @Argument(help: "The session's id, or the title of one of yours.") var session: SessionID
    @OptionGroup var options: ClientOptions

    func run() async throws { try await Visibility.set(.shared, session, options, told: "shared") }
}

struct UnshareSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unshare", abstract: "Let only you and the admins see a session.",
        discussion: """
            EXAMPLES:
              telec sessions unshare ID
            """)

    @Argument(help: "The session's id, or the title of one of yours.") var session: SessionID
    @OptionGroup var options: ClientOptions

    func run() async throws { try await Visibility.set(.private, session, options, told: "private again") }
}

private enum Visibility {
    static func set(
        _ wanted: Session.Visibility, _ session: SessionID, _ options: ClientOptions, told: String
    ) async throws {
        try await options.guarding(about: session) { client, id in
            let reply = try await client.post(
                SessionPath.of(id, "visibility"), wanted.request, as: OneSessionDocument.self)
            options.show(reply) { told }
        }
    }
}
