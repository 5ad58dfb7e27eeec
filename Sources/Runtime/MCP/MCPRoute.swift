import Dialects
import HTTPTypes
import Hummingbird
import NIOCore
import TCMCP

/// The Model Context Protocol on the daemon's socket, one message a request. The route decides nothing: each tool does what a
/// route of the API does, for the caller whom the socket identifies.
struct MCPRoute {
    static let path = "/mcp"

    let tools: SessionTools
    let questions = Questions()
    let running = RunningCalls()
    let server: ServerFacts

    init(services: Services, sessions: SessionService, shares: FairShare, version: String) {
        tools = SessionTools(services: services, sessions: sessions, shares: shares)
        server = ServerFacts(version: version)
    }

    func add(to router: Router<CallContext>) { router.post("mcp", use: post) }

    @Sendable private func post(_ request: Request, _ context: CallContext) async throws -> Response {
        try request.requireNoParameters()
        // Only a page in a browser sends an Origin header, and no page may use this route.
        guard request.headers[.origin] == nil else {
            return answer(RPCFailure(.invalidRequest, "no web page may call this").document, status: .forbidden)
        }
        do {
            let (request, body) = try await request.collected(context)
            let message = try await read(body)
            let headers = try MessageHeaders(request.headers)
            switch message {
            case .request(let call): return try await answer(call, headers, request, context)
            case .notification(let method, let params):
                if method == "notifications/cancelled" { cancel(params, headers, context.caller) }
                return Response(status: .accepted)
            case .response(let id, let result):
                guard questions.answer(id, by: context.caller, result) else {
                    throw RPCFailure(.invalidRequest, "this answers a question that was not asked here")
                }
                return Response(status: .accepted)
            }
        } catch is NIOTooManyBytesError {
            let failure = RPCFailure(.invalidRequest, "the message is longer than \(context.maxUploadSize) bytes")
            return answer(failure.document, status: .contentTooLarge)
        } catch let failure as RPCFailure {
            return answer(failure.document, status: .init(code: failure.httpStatus))
        }
    }

    private func read(_ body: ByteBuffer) async throws -> RPCMessage {
        guard body.readableBytes > LongWork.shortest else { return try RPCMessage(body.readableBytesView) }
        return try await LongWork.run { try RPCMessage(body.readableBytesView) }
    }

    /// Cancels a call on the request of a client whose revision has `initialize`.
    private func cancel(_ params: JSON, _ headers: MessageHeaders, _ caller: Caller) {
        guard let id = params["requestId"].flatMap(RPCID.init) else { return }
        running.cancel(RunningCall(caller: caller, session: headers.session, id: id))
    }

    private func answer(
        _ call: RPCRequest, _ headers: MessageHeaders, _ request: Request, _ context: CallContext
    ) async throws -> Response {
        let envelope = try Envelope(call, headers)
        do {
            return try await answer(call, envelope, headers, request, context)
        } catch let failure as RPCFailure {
            return answer(failure.document, status: .init(code: failure.httpStatus(in: envelope.revision)))
        }
    }

    private func answer(
        _ call: RPCRequest, _ envelope: Envelope, _ headers: MessageHeaders, _ request: Request, _ context: CallContext
    ) async throws -> Response {
        let answers = Answers(server: server, revision: envelope.revision)
        switch try Method.of(call, in: envelope.revision) {
        case .discover: return answer(call.answer(answers.discovered))
        case .initialize: return hello(call, envelope, answers)
        case .ping: return answer(call.answer(answers.pong))
        case .listTools:
            switch call.params["cursor"] {
            case .none, .some(.null): break
            case .some:
                throw RPCFailure(.invalidParams, "all tools are on one page: there is no cursor", id: call.id)
            }
            return answer(call.answer(answers.tools(tools.visible(to: context.identity))))
        case .callTool:
            let exchange = ToolExchange(
                route: self, rpc: call, call: try CallRequest(call), envelope: envelope, answers: answers,
                clientSession: headers.session, request: request, context: context)
            return try await exchange.response()
        }
    }

    private func hello(_ call: RPCRequest, _ envelope: Envelope, _ answers: Answers) -> Response {
        let session = ClientSession(
            revision: envelope.revision, mayAsk: envelope.mayAsk, nonce: Identifier.random())
        var response = answer(call.answer(answers.initialized))
        if let name = HTTPField.Name(MessageHeaders.sessionName) { response.headers[name] = session.text }
        return response
    }

    func answer(_ document: JSON, status: HTTPResponse.Status = .ok) -> Response { Response(document, status: status) }
}

extension HTTPField.Name {
    fileprivate static let origin = HTTPField.Name("origin")
}

extension HTTPFields {
    fileprivate subscript(name: HTTPField.Name?) -> String? { name.flatMap { self[$0] } }
}

extension MessageHeaders {
    /// Reads the headers of a message.
    ///
    /// - Throws: `RPCFailure` if a header occurs twice.
    fileprivate init(_ fields: HTTPFields) throws(RPCFailure) {
        func one(_ name: String) throws(RPCFailure) -> String? {
            let values = HTTPField.Name(name).map { fields[values: $0] } ?? []
            guard values.count < 2 else { throw RPCFailure(.headerMismatch, "the header \(name) occurs twice") }
            return values.first
        }
        self.init(
            version: try one(Self.versionName), method: try one(Self.methodName), name: try one(Self.nameName),
            session: try one(Self.sessionName))
    }
}
