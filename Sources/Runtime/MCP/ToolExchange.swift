import Dialects
import HTTPTypes
import Hummingbird
import NIOCore
import TCMCP
import TCSettings

/// One call of a tool, from its arguments to its result.
struct ToolExchange: Sendable {
    let route: MCPRoute
    let rpc: RPCRequest
    let call: CallRequest
    let envelope: Envelope
    let answers: Answers
    let clientSession: String?
    let request: Request
    let context: CallContext

    private var caller: Caller { context.caller }

    /// Runs the call. A short call returns one document; a long one returns a stream of events, if the client accepts it.
    func response() async throws -> Response {
        let arguments: Arguments
        do throws(Arguments.Objection) {
            arguments = try Arguments(call.arguments, for: route.tools.list[call.tool])
        } catch {
            return document(.failed(ToolFailure(code: "bad_request", message: error.message, remedy: nil)))
        }
        switch call.tool {
        case .whoami, .getSession, .startSession, .sendMessage, .endSession, .listAgents:
            return document(await outcome { try await route.tools.run(call.tool, arguments, context) })
        case .listSessions, .listProjects, .listAudit:
            let found = await outcome { try await route.tools.run(call.tool, arguments, context) }
            // Encoding five hundred rows takes a while, and a tool's result contains them twice.
            return try await LongWork.run { document(found) }
        case .getSessionData: return try await read(arguments)
        }
    }

    private func read(_ arguments: Arguments) async throws -> Response {
        var wanted = SessionDataRequest(arguments)
        var question: Question?
        let look = await outcome {
            try route.tools.requireHere(arguments)
            question = try await route.tools.question(before: wanted, by: caller)
            return .done(.null)
        }
        if case .failed = look { return document(look) }
        if let open = question {
            switch envelope.revision.opening {
            case .envelope:
                guard let given = given(open, about: wanted.sessionID) else { return try ask(open, wanted.sessionID) }
                (wanted.reason, question) = (given.reason, nil)
            case .handshake: if !envelope.mayAsk || !acceptsEvents { question = nil }
            }
        }
        let settled = wanted
        guard acceptsEvents else {
            return document(await outcome { try await route.tools.read(settled, context) { _ in } })
        }
        return stream(settled, asking: question)
    }

    /// The answer of a user who was asked; `reason` is `nil` if the user declined.
    private struct Given {
        var reason: String?
    }

    /// Returns the answer that the call brings; `nil` if this caller was not asked this question about this session.
    private func given(_ question: Question, about session: String) -> Given? {
        guard let state = call.state, let result = call.inputResponses?[Question.key],
            route.questions.close(state, by: caller, about: session)
        else { return nil }
        return Given(reason: question.answer(in: result))
    }

    /// Returns a response that tells the client to ask its user and to send the request again.
    private func ask(_ question: Question, _ session: String) throws(RPCFailure) -> Response {
        guard envelope.mayAsk else { throw missingCapability }
        return document(.asks(question, state: route.questions.ask(caller, about: session)))
    }

    private var missingCapability: RPCFailure {
        RPCFailure(
            .missingCapability,
            "reading somebody else's session requires a reason: this client can't ask its user for one, so give it as the argument reason",
            data: .object([("requiredCapabilities", .object([("elicitation", .object([("form", .object([]))]))]))]),
            id: rpc.id)
    }

    private var acceptsEvents: Bool {
        request.headers[values: .accept].contains { $0.contains("text/event-stream") }
    }

    private func document(_ outcome: ToolResult) -> Response {
        route.answer(rpc.answer(answers.called(outcome)))
    }

    /// Runs `body`. An error becomes a result of the tool too, since a model reads it.
    private func outcome(_ body: () async throws -> ToolResult) async -> ToolResult {
        do {
            let outcome = try await body()
            switch route.tools.list[call.tool].effect {
            // As with the other routes, a daemon that was stopped after it had read may have read outdated data.
            case .reads: try await route.tools.services.lease.requireConfirmed()
            // What the tool has changed was changed within the daemon's epoch, so it needs no confirmation.
            case .adds, .ends: break
            }
            return outcome
        } catch let error as CancellationError {
            return .failed(ToolFailure(code: "cancelled", message: "\(error)", remedy: nil))
        } catch {
            let known = RuntimeError(answering: error, to: request, context.logger)
            if known == nil { context.logger.error("a tool failed", metadata: ["error": "\(error)"]) }
            var problem = known ?? RuntimeError(.failed, "the daemon failed", remedy: "see its log")
            if problem.code == .reasonRequired { problem.remedy = "give it as the argument reason" }
            return .failed(
                ToolFailure(
                    code: problem.code.rawValue, message: MaskedText.of(problem.message),
                    remedy: problem.remedy.map(MaskedText.of)))
        }
    }
}

extension ToolExchange {
    /// Returns a stream of events: a question to the user, the progress, and the result. The stream ends when the client's
    /// connection ends, or when the call is cancelled. The connection ends with the stream, since it was watched for the
    /// client's closing it; the response's head says so, so that no client sends another request on it.
    private func stream(_ wanted: SessionDataRequest, asking question: Question?) -> Response {
        let (body, running) = (request.body, route.running)
        let key = RunningCall(caller: caller, session: clientSession, id: rpc.id)
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .connection: "close"],
            body: ResponseBody { writer in
                let output = EventOutput()
                try await body.consumeWithCancellationOnInboundClose { _ in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            defer { output.end() }
                            try await running.run(key) { try await talk(wanted, question, output) }
                        }
                        for await text in output.texts { try await writer.write(ByteBuffer(string: text)) }
                        // After a cancellation there is no result.
                        do { try await group.waitForAll() } catch is CancellationError {}
                    }
                }
                try await writer.finish(nil)
            })
    }

    private func talk(_ wanted: SessionDataRequest, _ question: Question?, _ output: EventOutput) async throws {
        var wanted = wanted
        if let question { wanted.reason = try await ask(question, about: wanted.sessionID, output) }
        let settled = wanted
        let token = envelope.progressToken
        let result = await outcome {
            try await route.tools.read(settled, context) { bytes in
                guard let token else { return output.keepAlive() }
                output.put(EventFrame.of(Notices.progress(token, bytes, "\(bytes) bytes of the recording are read")))
            }
        }
        try Task.checkCancellation()
        output.put(EventFrame.of(rpc.answer(answers.called(result))))
    }

    /// Asks the user in a request from the server to the client, and waits for the answer. The wait ends when the daemon begins
    /// to end.
    private func ask(_ question: Question, about session: String, _ output: EventOutput) async throws -> String? {
        let key = route.questions.ask(caller, about: session)
        output.put(EventFrame.of(Notices.ask(question, id: .text(key), in: envelope.revision)))
        let (draining, standing) = (route.tools.services.draining, context.standing(in: route.tools.services.directory))
        let answer = try await route.questions.wait(for: key) {
            if draining.hasBegun || !standing.isSame { throw CancellationError() }
            output.keepAlive()
        }
        return answer.flatMap { question.answer(in: $0.result) }
    }
}
