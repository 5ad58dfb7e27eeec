import Dialects
import TCSettings

/// A request to call a tool.
package struct CallRequest: Sendable {
    package var tool: ToolName
    package var arguments: JSON?
    /// What the client has come back with, and by what the server knows what it had asked; revision 2026-07-28.
    package var inputResponses: JSON?
    package var state: String?

    /// Throws `RPCFailure` for a tool that there is not.
    package init(_ request: RPCRequest) throws(RPCFailure) {
        guard let name = request.params["name"]?.text else {
            throw RPCFailure(.invalidParams, "name has to be a tool's name", id: request.id)
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
