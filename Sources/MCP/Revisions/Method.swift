/// The methods that a client may call.
package enum Method: String, Sendable, CaseIterable {
    case discover = "server/discover"
    case initialize
    case ping
    case listTools = "tools/list"
    case callTool = "tools/call"

    /// Returns the method of a request.
    /// - Throws: `RPCFailure` if the revision does not have the method, or this server does not offer it.
    package static func of(_ request: RPCRequest, in revision: Revision) throws(RPCFailure) -> Method {
        guard let method = Method(rawValue: request.method), method.isKnown(to: revision.opening) else {
            throw RPCFailure(.methodNotFound, "there is no method \(request.method) here", id: request.id)
        }
        return method
    }

    private func isKnown(to opening: Revision.Opening) -> Bool {
        switch (self, opening) {
        case (.discover, .envelope), (.initialize, .handshake), (.ping, .handshake), (.listTools, _), (.callTool, _):
            true
        case (.discover, .handshake), (.initialize, .envelope), (.ping, .envelope): false
        }
    }
}
