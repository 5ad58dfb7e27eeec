import Dialects
import TCMCP
import TCPOSIX
import TCRuntime
import TCSettings
import TCTerminal

/// Passes messages between an agent's pipes and the daemon, each on a connection of its own: so a daemon may be restarted between any
/// two. It knows nothing better than the daemon does but how to start a session.
actor MCPBridge {
    private let client: DaemonClient
    private let starts: LocalStart
    private let output = PipeOutput()
    /// What the daemon has answered to `initialize`. It says all that the daemon needs to know of the client.
    private var session: String?
    /// Whether a daemon has ever answered: one that was there is waited for.
    private var hasAnswered = false
    private var running: [RPCID: Task<Void, Never>] = [:]
    private var lastTrouble = ""
    private var startsUnderWay = 0

    /// More than any agent asks at once.
    private static let most = 32
    private static let accepted = [("accept", "application/json, text/event-stream")]
    /// A daemon that is being restarted is waited for so long.
    private static let patience = Duration.seconds(10)

    init(client: DaemonClient) {
        self.client = client
        starts = LocalStart(client: client)
    }

    /// Until the agent closes its end. What it has asked for is answered before.
    func run() async {
        var lines = PipeLines()
        while let some = await lines.next() {
            for line in some { await take(line) }
        }
        let deadline = Task {
            try await Task.sleep(for: Self.patience)
            for call in running.values { call.cancel() }
        }
        while let call = running.values.first { await call.value }
        deadline.cancel()
    }

    private func take(_ line: PipeLines.Line) async {
        do throws(RPCFailure) {
            switch line {
            case .tooLong:
                throw RPCFailure(.invalidRequest, "a message is longer than \(PipeLines.longest) bytes")
            case .text(let bytes): try await take(try RPCMessage(bytes), bytes)
            }
        } catch {
            await output.write(error.document.canonical())
        }
    }

    private func take(_ message: RPCMessage, _ bytes: [UInt8]) async throws(RPCFailure) {
        switch message {
        case .request(let request):
            bury()
            guard running.count < Self.most else {
                throw RPCFailure(
                    .internalError, "\(Self.most) calls run already: wait for one of them", id: request.id)
            }
            guard running[request.id] == nil else {
                throw RPCFailure(.invalidRequest, "a call of this id runs already", id: request.id)
            }
            running[request.id] = Task {
                await self.answer(request, bytes)
                self.running[request.id] = nil
            }
        case .notification(let method, let params):
            guard method == "notifications/cancelled", let id = params["requestId"].flatMap(RPCID.init) else { return }
            running[id]?.cancel()
        case .response: await passOn(message, bytes)
        }
    }

    /// What the agent's user has said to a question of the daemon's.
    private func passOn(_ message: RPCMessage, _ bytes: [UInt8]) async {
        do {
            try await client.relay(
                "/mcp", bytes, headers: MessageHeaders(for: message, session: session).list, onHead: { _ in },
                onBytes: { _ in })
        } catch {
            complain("\(error)")
        }
    }

    private func answer(_ request: RPCRequest, _ bytes: [UInt8]) async {
        do throws(RPCFailure) {
            if request.isStart {
                await output.write(try await start(request).canonical())
            } else {
                try await relay(request, bytes)
            }
        } catch {
            // Whoever has taken his request back wants no answer.
            if !Task.isCancelled { await output.write(error.about(request.id).document.canonical()) }
        }
    }

    private func start(_ request: RPCRequest) async throws(RPCFailure) -> JSON {
        let envelope = try Envelope(request, MessageHeaders(for: .request(request), session: session))
        let answers = Answers(server: ServerFacts(version: teleclaudeVersion), revision: envelope.revision)
        let output = output
        // What is half started can't be left so: it is started, and then ended when nobody wants it any more.
        let starting = Task { [starts] in
            await starts.run(request.params["arguments"]) { step, text in
                guard let token = envelope.progressToken else { return }
                await output.write(Notices.progress(token, step, of: 3, text).canonical())
            }
        }
        startsUnderWay += 1
        let result = await starting.value
        startsUnderWay -= 1
        if Task.isCancelled, case .done(let document, _) = result {
            await Task { [starts] in await starts.end(document) }.value
            throw RPCFailure(.internalError, "taken back")
        }
        return request.answer(answers.called(result))
    }
}

extension MCPBridge {
    /// Asks the daemon, and once more where it was not there or went away, and asking twice does no harm.
    private func relay(_ request: RPCRequest, _ bytes: [UInt8]) async throws(RPCFailure) {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let answer = RelayedAnswer(request.id, output)
            do {
                let headers = MessageHeaders(for: .request(request), session: session).list
                try await client.relay("/mcp", bytes, headers: headers + Self.accepted) { head in
                    await answer.begin(head)
                } onBytes: { bytes in
                    await answer.read(bytes)
                }
                if let session = await answer.session { self.session = session }
                hasAnswered = true
                return try await answer.end()
            } catch let failure as RPCFailure {
                throw failure
            } catch {
                let said = await answer.hasSaidSomething
                guard mayAskAgain(request, error, said), ContinuousClock.now < deadline, !Task.isCancelled else {
                    complain("\(error)")
                    throw RPCFailure(.internalError, "\(error)")
                }
            }
            do { try await Task.sleep(for: .milliseconds(200)) } catch { throw RPCFailure(.internalError, "cancelled") }
        }
    }

    private func mayAskAgain(_ request: RPCRequest, _ error: any Error, _ hasSaidSomething: Bool) -> Bool {
        guard hasAnswered, !hasSaidSomething, let error = error as? RuntimeError else { return false }
        // Where nobody was reached nothing was done.
        if error.code == .noDaemon { return true }
        return error.code == .brokenAnswer && request.mayBeSentTwice
    }

    /// Hosts of sessions that have ended are children of this program's, which lives long: nobody else asks after them. While one is being
    /// started, others are asked after by who starts it.
    private func bury() {
        guard startsUnderWay == 0 else { return }
        while waitpid(-1, nil, WNOHANG) > 0 {}
    }

    /// The agent shows its user what stands on standard error, if anything: once is enough.
    private func complain(_ trouble: String) {
        guard trouble != lastTrouble, !Task.isCancelled else { return }
        lastTrouble = trouble
        Console.error("telec mcp: \(trouble)")
    }
}

extension RPCRequest {
    fileprivate var tool: ToolName? {
        guard method == TCMCP.Method.callTool.rawValue else { return nil }
        return params["name"]?.text.flatMap(ToolName.init(rawValue:))
    }

    fileprivate var isStart: Bool { tool == .startSession }

    fileprivate var mayBeSentTwice: Bool {
        method != TCMCP.Method.callTool.rawValue || tool?.mayBeCalledTwice ?? true
    }
}
