import Dialects

/// An error of the protocol by which a request is refused. A tool's failure is not such an error, but a result that a model reads
/// (`ToolResult`).
package struct RPCFailure: Error, Sendable {
    /// The codes of JSON-RPC, and those that the Model Context Protocol has defined since revision 2026-07-28.
    package enum Code: Int64, Sendable, CaseIterable {
        case parseError = -32700
        case invalidRequest = -32600
        case methodNotFound = -32601
        case invalidParams = -32602
        case internalError = -32603
        /// The headers of a request contradict its body.
        case headerMismatch = -32020
        /// The client lacks a capability that the request needs.
        case missingCapability = -32021
        case unsupportedVersion = -32022
    }

    package var code: Code
    package var message: String
    package var data: JSON?
    /// The id of the request; `nil` if it could not be read.
    package var id: RPCID?

    package init(_ code: Code, _ message: String, data: JSON? = nil, id: RPCID? = nil) {
        self.code = code
        self.message = message
        self.data = data
        self.id = id
    }

    /// Returns the failure with the id of a request.
    package func about(_ id: RPCID) -> RPCFailure {
        var failure = self
        failure.id = id
        return failure
    }

    /// The HTTP status of the answer.
    package var httpStatus: Int {
        switch code {
        case .parseError, .invalidRequest, .invalidParams, .headerMismatch, .missingCapability, .unsupportedVersion: 400
        case .methodNotFound: 404
        case .internalError: 200
        }
    }

    /// Returns the HTTP status of the answer to a request that could be read. In revisions with `initialize`, any answer has status 200,
    /// even an error.
    package func httpStatus(in revision: Revision) -> Int {
        switch revision.opening {
        case .envelope: httpStatus
        case .handshake: 200
        }
    }

    /// The answer. If the request's id is unknown, the answer has no `id`: JSON-RPC asks for `null` there, which the protocol's schema
    /// does not allow.
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
