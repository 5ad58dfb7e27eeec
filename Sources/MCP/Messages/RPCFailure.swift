import Dialects

/// What a request is refused with by the protocol itself. What a tool can't do is a result, which a model reads (`ToolResult`).
package struct RPCFailure: Error, Sendable {
    /// JSON-RPC's own codes, and those that the protocol has given out since revision 2026-07-28.
    package enum Code: Int64, Sendable, CaseIterable {
        case parseError = -32700
        case invalidRequest = -32600
        case methodNotFound = -32601
        case invalidParams = -32602
        case internalError = -32603
        /// The headers of a request say something else than its body.
        case headerMismatch = -32020
        /// The client can't do what the request takes.
        case missingCapability = -32021
        case unsupportedVersion = -32022
    }

    package var code: Code
    package var message: String
    package var data: JSON?
    /// Of the request, where it could be read.
    package var id: RPCID?

    package init(_ code: Code, _ message: String, data: JSON? = nil, id: RPCID? = nil) {
        self.code = code
        self.message = message
        self.data = data
        self.id = id
    }

    /// The same, about this request.
    package func about(_ id: RPCID) -> RPCFailure {
        var failure = self
        failure.id = id
        return failure
    }

    /// The status that the answer has in HTTP.
    package var httpStatus: Int {
        switch code {
        case .parseError, .invalidRequest, .invalidParams, .headerMismatch, .missingCapability, .unsupportedVersion: 400
        case .methodNotFound: 404
        case .internalError: 200
        }
    }

    /// The same for a request that could be read: in revisions with `initialize` an answer is one, whatever it says.
    package func httpStatus(in revision: Revision) -> Int {
        switch revision.opening {
        case .envelope: httpStatus
        case .handshake: 200
        }
    }

    /// The answer. Without an id of the request's it has none: JSON-RPC would have `null`, which the specification's schema does not take.
    package var document: JSON {
        var error: [(key: String, value: JSON)] = [
            ("code", .integer(code.rawValue)), ("message", .string(message)),
        ]
        if let data { error.append(("data", data)) }
        var answer: [(key: String, value: JSON)] = [("jsonrpc", "2.0")]
        if let id { answer.append(("id", id.document)) }
        answer.append(("error", .object(error)))
        return .object(answer)
    }
}
