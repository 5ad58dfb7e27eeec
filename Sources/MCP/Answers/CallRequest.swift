import Dialects
import TCSettings

/// A request to call a tool.
package struct CallRequest: Sendable {
    package var tool: ToolName
    package var arguments: JSON?
    /// The answers that the client sends to the server's question, in revision 2026-07-28. `state` is the `requestState` by which the
    /// server recognizes its question.
    package var inputResponses: JSON?
    package var state: String?

    /// Reads a `tools/call` request.
    /// - Throws: `RPCFailure` if the request names no tool, or one that does not exist.
    package init(_ request: RPCRequest) throws(RPCFailure) {
        guard let name = request.params["name"]?.text else {
            throw RPCFailure(.invalidParams, "name must be a tool's name", id: request.id)
        }
        guard let tool = ToolName(rawValue: name) else {
            throw RPCFailure(.invalidParams, "there is no tool \(name)", id: request.id)
        }
        self.tool = tool
        arguments = request.params["arguments"]
        inputResponses = request.params["inputResponses"]
        state = request.params["requestState"]?.text
    }
}
