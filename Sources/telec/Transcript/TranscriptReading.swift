import Dialects
import Synchronization
import TCRuntime
import TCTerminal

/// Reads a recording and shows it.
struct TranscriptReading {
    let session: SessionID
    let reason: String?
    let view: RecordingView
    let isFollowing: Bool

    func run(_ options: ClientOptions) async throws {
        try await options.guarding(about: session) { client, id in
            let (found, reason, owner) = try await announce(client, id, options)
            // The daemon has logged the access when it begins to answer. Until then, it may refuse.
            let isTold = Mutex(owner == nil)
            let tell = { @Sendable in
                guard let owner,
                    isTold.withLock({ was in
                        defer { was = true }; return !was
                    })
                else { return }
                Console.error("Viewing [\(owner)]'s session: access logged")
            }
            let shown = Mutex(ShownRecording(view: view, of: found, isCollecting: options.output.json))
            let query: [(String, String?)] = [("reason", reason), ("follow", isFollowing ? "1" : nil)]
            try await client.stream(SessionPath.of(id, "transcript"), query) { bytes in
                tell()
                let text = shown.withLock { $0.read(bytes) }
                if !text.isEmpty { Console.write(text) }
                try OutputOptions.requireReader()
            }
            tell()
            let rest = shown.withLock { $0.end() }
            if !rest.isEmpty { Console.write(rest) }
            if options.output.json {
                let text = shown.withLock { $0.collected }
                let members: [(key: String, value: JSON)] = [
                    ("version", .integer(1)), ("session_id", .string(id)), ("text", .string(text)),
                ]
                Console.out(JSON.object(members).rendered())
            }
        }
    }

    /// Asks for the reason, if the session is another person's and the caller is at a terminal. Returns that person's name as the
    /// owner, whose session's reading is announced.
    private func announce(
        _ client: DaemonClient, _ id: String, _ options: ClientOptions
    ) async throws -> (SessionDocument?, reason: String?, owner: String?) {
        let me = try await client.get("/whoami", as: WhoamiDocument.self).value
        let found: SessionDocument?
        do {
            found = try await client.get(SessionPath.of(id), as: OneSessionDocument.self).value.session
        } catch let error as RuntimeError where error.code == .notFound || error.code == .notAllowed {
            // The request for the transcript is refused, too, and then the log has the refusal.
            found = nil
        }
        guard let found, found.ownerPerson != me.person || found.ownerUID != me.uid else {
            return (found, reason, nil)
        }
        let owner = SessionTexts.plain(found.ownerPerson ?? "nobody")
        guard reason == nil else { return (found, reason, owner) }
        // The daemon shows nothing without a reason, and says so itself.
        guard Console.inputIsTerminal, Console.errorIsTerminal else { return (found, nil, owner) }
        return (found, Console.ask("This is \(owner)'s session. Reading it is logged. Reason? "), owner)
    }
}
