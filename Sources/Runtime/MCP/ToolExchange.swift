import Dialects
import HTTPTypes
import Hummingbird
import NIOCore
import TCMCP
import TCSettings

/// One call of a tool, from its arguments to its answer.
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

    /// What is short is one document; what may take long is a stream of events, where the client reads one.
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
            // Five hundred rows take a while to write down, and here they are written twice.
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

    /// What a user has said who was asked; `nil` where he declined.
    private struct Given {
        var reason: String?
    }

    /// `nil` where this caller was not asked this, about this.
    private func given(_ question: Question, about session: String) -> Given? {
        guard let state = call.state, let result = call.inputResponses?[Question.key],
            route.questions.close(state, by: caller, about: session)
        else { return nil }
        return Given(reason: question.answer(in: result))
    }

    /// The client is to ask its user, and to send the request again.
    private func ask(_ question: Question, _ session: String) throws(RPCFailure) -> Response {
        guard envelope.mayAsk else { throw missingCapability }
        return document(.asks(question, state: route.questions.ask(caller, about: session)))
    }

    private var missingCapability: RPCFailure {
        RPCFailure(
            .missingCapability,
            "reading somebody else's session takes a reason: this client can't ask its user for one, so say it as the argument reason",
            data: .object([("requiredCapabilities", .object([("elicitation", .object([("form", .object([]))]))]))]),
            id: rpc.id)
    }

    private var acceptsEvents: Bool {
        request.headers[values: .accept].contains { $0.contains("text/event-stream") }
    }

    private func document(_ outcome: ToolResult) -> Response {
        route.answer(rpc.answer(answers.called(outcome)))
    }

    /// What a tool throws is a result, too: a model reads it.
    private func outcome(_ body: () async throws -> ToolResult) async -> ToolResult {
        do {
            let outcome = try await body()
            switch route.tools.list[call.tool].effect {
            // As with the other routes: whoever was stopped after he had read has read what was.
            case .reads: try await route.tools.services.lease.requireConfirmed()
            // What was done is done.
            case .adds, .ends: break
            }
            return outcome
        } catch let error as CancellationError {
            return .failed(ToolFailure(code: "cancelled", message: "\(error)", remedy: nil))
        } catch {
            let known = RuntimeError(answering: error, to: request, context.logger)
            if known == nil { context.logger.error("a tool failed", metadata: ["error": "\(error)"]) }
            var problem = known ?? RuntimeError(.failed, "the daemon failed", remedy: "its log says more")
            if problem.code == .reasonRequired { problem.remedy = "say it as the argument reason" }
            return .failed(
                ToolFailure(
                    code: problem.code.rawValue, message: MaskedText.of(problem.message),
                    remedy: problem.remedy.map(MaskedText.of)))
        }
    }
}

extension ToolExchange {
    /// Events: what is asked back, how far it is, and the answer. It ends with the client's connection, and when it is taken back. The
    /// connection ends with it, since it was listened to for the client's end: the head says so, that nobody sends another request on it.
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
                        // Taken back: there is no answer then.
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

    /// Asks by a request of the server's own, and waits. A daemon that ends waits no longer.
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
