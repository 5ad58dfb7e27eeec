import Dialects
import TCMCP
import TCRuntime
import TCSettings

/// The daemon's answer to one request, while it is passed on to the agent.
actor RelayedAnswer {
    private let id: RPCID
    private let output: PipeOutput
    private var head: RelayedHead?
    private var events = EventReader()
    private var document: [UInt8] = []
    private var isAnswered = false
    private(set) var hasSaidSomething = false

    init(_ id: RPCID, _ output: PipeOutput) { (self.id, self.output) = (id, output) }

    var session: String? { head?[MessageHeaders.sessionName] }

    private var isStream: Bool { head?["content-type"]?.hasPrefix("text/event-stream") ?? false }

    func begin(_ head: RelayedHead) { self.head = head }

    func read(_ bytes: [UInt8]) async {
        guard isStream else { return document += bytes }
        for message in events.read(bytes) {
            hasSaidSomething = true
            if case .some(.response) = try? RPCMessage(Array(message.utf8)) { isAnswered = true }
            await output.write(message)
        }
    }

    /// Ends the answer. An answer that is not a stream of events is passed on only here, once it is whole.
    /// - Throws: `RPCFailure` if a stream has ended without a response, or if the document is not a JSON-RPC message.
    func end() async throws(RPCFailure) {
        guard !isAnswered else { return }
        guard !isStream else {
            throw RPCFailure(.internalError, "the daemon's answer ended too early; try again")
        }
        guard let answer = JSON(parsing: String(decoding: document, as: UTF8.self)), answer["jsonrpc"] != nil,
            case .object(let members) = answer
        else {
            throw RPCFailure(.internalError, trouble)
        }
        // The daemon's refusal of an unread request has no id, and the agent needs one.
        let others = members.filter { $0.key != "id" }
        await output.write(JSON.object(others + [("id", id.document)]).canonical())
    }

    /// The message about an answer that is neither a stream of events nor a JSON-RPC message. Status 404 comes from a daemon that is too
    /// old to have the route.
    private var trouble: String {
        head?.status == 404
            ? "the daemon does not support MCP, because it is older than this program; restart it"
            : "the program at the daemon's socket does not speak MCP: it answered \(head?.status ?? 0)"
    }
}
