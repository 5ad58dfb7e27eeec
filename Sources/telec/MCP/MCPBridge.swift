import Dialects
import TCMCP
import TCPOSIX
import TCRuntime
import TCSettings
import TCTerminal

/// Passes messages between an agent's pipes and the daemon. Each message has a connection of its own, so a daemon can be
/// restarted between any two of them. The bridge does only one thing itself: it starts sessions.
actor MCPBridge {
    private let client: DaemonClient
    private let starts: LocalStart
    private let output = PipeOutput()
    /// The daemon's answer to `initialize`. It carries everything that the daemon needs to know about the client.
    private var session: String?
    /// Whether a daemon has ever answered. The bridge waits for a daemon that has answered before.
    private var hasAnswered = false
    private var running: [RPCID: Task<Void, Never>] = [:]
    private var lastTrouble = ""
    /// The calls that are starting a session.
    private var starting: Set<RPCID> = []

    /// The largest number of requests in flight. No agent asks more at once.
    private static let most = 32
    private static let accepted = [("accept", "application/json, text/event-stream")]
    /// The time for which the bridge waits for a daemon that is being restarted.
    private static let patience = Duration.seconds(10)

    init(client: DaemonClient) {
        self.client = client
        starts = LocalStart(client: client)
    }

    /// Runs until the agent closes its end, and answers all open requests before it returns. Only calls that start a session may take
    /// longer than `patience`: ended in the middle, they would end a session about which the agent heard nothing.
    ///
    /// - Throws: `RuntimeError` if standard input could be read no further; the open requests are answered before.
    func run() async throws(RuntimeError) {
        let failure = await takeAll()
        let deadline = Task {
            try await Task.sleep(for: Self.patience)
            for (id, call) in running where !starting.contains(id) { call.cancel() }
        }
        while let call = running.values.first { await call.value }
        deadline.cancel()
        if let failure { throw failure }
    }

    /// Takes what the agent says until its end. Returns why it could be read no further; `nil` if the agent has closed its end.
    private func takeAll() async -> RuntimeError? {
        var lines = PipeLines()
        do throws(RuntimeError) {
            while let some = try await lines.next() {
                for line in some { await take(line) }
            }
        } catch {
            return error
        }
        return nil
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
                    .internalError, "\(Self.most) calls are already running: wait for one of them", id: request.id)
            }
            guard running[request.id] == nil else {
                throw RPCFailure(.invalidRequest, "a call with this id is already running", id: request.id)
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

    /// Passes on the user's answer to a question that the daemon asked through the agent.
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
            // A client that has cancelled its request expects no answer.
            if !Task.isCancelled { await output.write(error.about(request.id).document.canonical()) }
        }
    }

    private func start(_ request: RPCRequest) async throws(RPCFailure) -> JSON {
        let envelope = try Envelope(request, MessageHeaders(for: .request(request), session: session))
        let answers = Answers(server: ServerFacts(version: teleclaudeVersion), revision: envelope.revision)
        let output = output
        // A session can't be left half started: it is started completely, and then ended if the request has been cancelled.
        let call = Task { [starts] in
            await starts.run(request.params["arguments"]) { step, text in
                guard let token = envelope.progressToken else { return }
                await output.write(Notices.progress(token, step, of: 3, text).canonical())
            }
        }
        starting.insert(request.id)
        let result = await call.value
        starting.remove(request.id)
        if Task.isCancelled, case .done(let document, _) = result {
            await Task { [starts] in await starts.end(document) }.value
            throw RPCFailure(.internalError, "the call was cancelled")
        }
        return request.answer(answers.called(result))
    }
}

extension MCPBridge {
    /// Sends a request to the daemon. It is sent once more if the daemon was absent or went away and a second request does no
    /// harm.
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
        // No daemon was reached, so nothing was done.
        if error.code == .noDaemon { return true }
        return error.code == .brokenAnswer && request.mayBeSentTwice
    }

    /// Collects the hosts of ended sessions. They are children of this long-lived program, and nothing else waits for them. While
    /// a session is being started, the code that starts it waits for its own children, and this function does nothing.
    private func bury() {
        guard starting.isEmpty else { return }
        while waitpid(-1, nil, WNOHANG) > 0 {}
    }

    /// Writes a problem to standard error, once. The agent may show its user the text that appears there.
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
