import Dialects
import Dispatch
import TCPOSIX
import TCRuntime
import TCTerminal

/// The plain mode of the program: it works line by line and never moves the cursor, so that a screen reader, a braille display or a
/// script can follow.
package struct PlainFace {
    private let client: DaemonClient
    private let doors: SessionDoors
    private let folder: String
    private let words: PlainWords
    private var sessions: [SessionDocument] = []
    private var query = ListQuery(order: .all)
    private var next: String?
    /// Whether the commands come from a file or a pipe, so that nobody reads the answers one by one.
    private let isScript = !Console.inputIsTerminal
    private var exitCode: Int32 = 0

    private static let pageLength = 20

    /// Creates the face, and asks the daemon as whom it knows the caller.
    /// - Throws: `RuntimeError`.
    package init(_ client: DaemonClient, _ doors: SessionDoors, folder: String) async throws {
        (self.client, self.doors, self.folder) = (client, doors, folder)
        words = PlainWords(me: try await client.get("/whoami", as: WhoamiDocument.self).value)
    }

    /// Runs until the user quits or the input ends. Returns the exit code: for a script that of the first command that was refused, 2
    /// if it failed and 64 if it was unclear.
    package mutating func run() async -> Int32 {
        let news = PlainNews()
        let listening = Task { [client] in await news.listen(to: client) }
        defer { listening.cancel() }
        say("You are \(words.me.person ?? "nobody") (\(words.me.role)). Type help for the commands.")
        await attempt { try await $0.list("") }
        while true {
            for line in news.take() { say(line) }
            guard let line = await ask("telec> ") else { return exitCode }
            if isScript && line.allSatisfy(\.isWhitespace) { continue }
            let command = PlainCommand.reading(line)
            if command == .quit { return exitCode }
            await attempt { try await $0.obey(command) }
        }
    }

    /// Runs an action, and prints its error if it fails, so that the next line can be read.
    private mutating func attempt(_ body: (inout PlainFace) async throws -> Void) async {
        do {
            try await body(&self)
        } catch {
            refuse("Error: \(Worker.sentence(error))", 2)
        }
    }

    private mutating func obey(_ command: PlainCommand) async throws {
        switch command {
        case .list(let typed): try await list(typed)
        case .more:
            if next == nil { return say("There are no more.") }
            try await load()
        case .show(let number): if let session = session(number) { words.page(session).forEach(say) }
        case .read(let number, let view): if let session = session(number) { try await read(session, view) }
        case .send(let number, let text): if let session = session(number) { try await send(session, text) }
        case .end(let number): if let session = session(number) { try await end(session) }
        case .share(let number, let isShared): if let session = session(number) { try await share(session, isShared) }
        case .attach(let number): if let session = session(number) { try await attach(session) }
        case .start: try await start()
        case .audit: try await audit()
        case .help: PlainCommand.helpText.split(separator: "\n").forEach { say(String($0)) }
        case .unclear(let why): refuse(why, 64)
        case .quit: break
        }
    }

    // MARK: saying and asking

    private func say(_ text: String) { Console.out(Cells.clean(text)) }

    /// Says why a command has done nothing. A script gets that on standard error, apart from the results, and in the exit code.
    private mutating func refuse(_ why: String, _ code: Int32) {
        guard isScript else { return say(why) }
        Console.error(Cells.clean(why))
        if exitCode == 0 { exitCode = code }
    }

    /// Prints a question and returns the typed answer; `nil` at the end of the input. A thread that may block reads the line.
    private func ask(_ question: String) async -> String? {
        // If the answers come from a file, no Enter is echoed after the question, so the question gets a line of its own.
        if Console.inputIsTerminal { Console.write(question) } else { say(question) }
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async { @Sendable in continuation.resume(returning: readLine()) }
        }
    }

    private func isMeant(_ question: String) async -> Bool { await ask("\(question) y or n: ") == "y" }

    private mutating func session(_ number: Int) -> SessionDocument? {
        // The smallest number has none before it.
        if number > 0, sessions.indices.contains(number - 1) { return sessions[number - 1] }
        refuse("No session has the number \(number) here.", 64)
        return nil
    }

    // MARK: sessions

    private mutating func list(_ typed: String) async throws {
        guard let wanted = ListQuery(typed: typed, order: .all) else {
            return refuse("state is one of \(ListQuery.states.joined(separator: ", ")).", 64)
        }
        (query, sessions, next) = (wanted, [], nil)
        try await load()
    }

    private mutating func load() async throws {
        let wanted = query.parameters + [("limit", String(Self.pageLength)), ("after", next)]
        let page = try await client.get("/sessions", wanted, as: SessionsDocument.self).value
        let first = sessions.count + 1
        sessions += page.sessions
        next = page.next
        if sessions.isEmpty { say(query.isFiltering ? "No session matches." : "No sessions. Type start to begin one.") }
        let now = Timestamp.now
        for (at, session) in page.sessions.enumerated() { say(words.line(first + at, session, at: now)) }
        if next != nil { say("There are more: type more.") }
    }

    private mutating func read(_ session: SessionDocument, _ view: TranscriptView) async throws {
        var (reason, notice) = (String?.none, String?.none)
        if !words.isMine(session) {
            let owner = Cells.clean(session.ownerPerson ?? "nobody")
            reason = await ask("This is \(owner)'s session. Reading it is logged. Reason: ")
            guard let reason, !reason.allSatisfy(\.isWhitespace) else {
                return refuse("Not read: reading somebody else's session requires a reason.", 64)
            }
            notice = "Viewing [\(owner)]'s session: access logged"
        }
        let printer = PlainPrinter(view, notice: notice)
        try await client.stream(SessionPath.of(session.sessionID, "transcript"), [("reason", reason)]) { bytes in
            printer.print(bytes)
        }
        printer.finish()
        say("End of the transcript.")
    }

    private func send(_ session: SessionDocument, _ text: String) async throws {
        let message = MessageRequest(text: text, enter: true)
        let path = SessionPath.of(session.sessionID, "messages")
        _ = try await client.post(path, message, as: DoneDocument.self)
        say("Sent.")
    }

    private func end(_ session: SessionDocument) async throws {
        guard await isMeant("End \(Cells.clean(session.title ?? "untitled"))?") else { return say("Not ended.") }
        let ended = try await doors.end(session.sessionID)
        if let remark = ended.remark { say(remark) }
        say("\(ended.words.prefix(1).uppercased())\(ended.words.dropFirst()).")
    }

    private func share(_ session: SessionDocument, _ isShared: Bool) async throws {
        let wanted = (isShared ? Session.Visibility.shared : .private).request
        let path = SessionPath.of(session.sessionID, "visibility")
        _ = try await client.post(path, wanted, as: OneSessionDocument.self)
        say(isShared ? "Shared: everybody on this system can see it." : "Private again.")
    }

    private func attach(_ session: SessionDocument) async throws {
        let terminal = try await doors.terminal(session.sessionID)
        let streams = ChildProcess.Streams(input: 0, output: 1, error: 2)
        let child = try ChildProcess(terminal.command, environment: terminal.environment, streams: streams)
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { @Sendable in
                Self.waitFor(child)
                continuation.resume()
            }
        }
        say("Back from \(session.title ?? "the session").")
    }

    /// Waits until a program that has the terminal has ended. If that program is stopped, this one stops with it, and both go on.
    private static func waitFor(_ child: ChildProcess) {
        // A signal that is blocked would not stop this program before the other one goes on.
        Alarm.letSignalsThrough()
        while child.state(waiting: true) == .stopped {
            raise(SIGTSTP)
            kill(child.pid, SIGCONT)
        }
    }

    private mutating func start() async throws {
        guard let title = await ask("Title: "), !title.isEmpty else {
            return refuse("Not started: a session needs a title.", 64)
        }
        let place = await ask("Folder, empty for this one: ") ?? ""
        let what = await ask("Agent, or !command, empty for your usual agent: ") ?? ""
        let wanted = NewSession(title: title, project: place.isEmpty ? folder : place, typed: what)
        let started = try await doors.start(wanted)
        say("Started: \(started.session.title ?? title), session \(started.session.sessionID).")
        if let notice = started.notice { say(notice) }
    }

    private func audit() async throws {
        let wanted: [(String, String?)] = [("limit", String(Self.pageLength))]
        let entries = try await client.get("/audit", wanted, as: AuditDocument.self).value.entries
        if entries.isEmpty { say("Nobody looked at anything.") }
        for entry in entries { say(words.line(entry)) }
    }
}
