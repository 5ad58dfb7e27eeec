import Dialects
import TCSettings

/// A request, a message that has to be answered.
package struct RPCRequest: Sendable {
    package var id: RPCID
    package var method: String
    /// The parameters: an object, or `null` if there are none.
    package var params: JSON

    package init(id: RPCID, method: String, params: JSON) {
        self.id = id
        self.method = method
        self.params = params
    }

    /// Returns the answer to this request with a result.
    package func answer(_ result: JSON) -> JSON {
        .object([("jsonrpc", "2.0"), ("id", id.document), ("result", result)])
    }
}

/// One message of JSON-RPC 2.0.
package enum RPCMessage: Sendable {
    case request(RPCRequest)
    case notification(method: String, params: JSON)
    /// The client's answer to a request of the server: the result, or `nil` for an error.
    case response(RPCID, JSON?)
}

extension RPCMessage {
    /// Reads one message.
    /// - Throws: `RPCFailure` if the bytes are not JSON, or the JSON is not a message.
    package init(_ bytes: some Sequence<UInt8>) throws(RPCFailure) {
        guard let text = String(validating: bytes, as: UTF8.self), let document = JSON(parsing: text) else {
            throw RPCFailure(.parseError, "this is not a JSON document")
        }
        guard !document.hasDuplicateNames(in: text.utf8) else {
            throw RPCFailure(.invalidRequest, "a member of the message is given twice")
        }
        try self.init(document)
    }

    package init(_ document: JSON) throws(RPCFailure) {
        switch document {
        case .array: throw RPCFailure(.invalidRequest, "send one message at a time: no supported revision has batches")
        case .null, .boolean, .integer, .real, .string: throw RPCFailure(.invalidRequest, "a message must be an object")
        case .object: break
        }
        let id = try Self.id(of: document)
        guard document["jsonrpc"]?.text == "2.0" else {
            throw RPCFailure(.invalidRequest, "jsonrpc must be \"2.0\"", id: id)
        }
        guard let method = document["method"] else {
            self = try Self.response(document, id)
            return
        }
        guard let name = method.text else { throw RPCFailure(.invalidRequest, "method must be a text", id: id) }
        let params = try Self.params(of: document, id)
        self =
            id.map { .request(RPCRequest(id: $0, method: name, params: params)) }
            ?? .notification(method: name, params: params)
    }

    private static func id(of document: JSON) throws(RPCFailure) -> RPCID? {
        guard let spelled = document["id"] else { return nil }
        if let id = RPCID(spelled) { return id }
        // An error without an id answers a message that could not be read.
        if case .null = spelled, document["error"] != nil { return nil }
        throw RPCFailure(.invalidRequest, "id must be a text or a whole number")
    }

    private static func params(of document: JSON, _ id: RPCID?) throws(RPCFailure) -> JSON {
        switch document["params"] {
        case .none: return .null
        case .some(.object(let members)): return .object(members)
        case .some: throw RPCFailure(.invalidRequest, "params must be an object", id: id)
        }
    }

    private static func response(_ document: JSON, _ id: RPCID?) throws(RPCFailure) -> RPCMessage {
        guard let id, document["result"] != nil || document["error"] != nil else {
            throw RPCFailure(.invalidRequest, "a message needs a method, a result or an error", id: id)
        }
        return .response(id, document["error"] == nil ? document["result"] : nil)
    }
}
