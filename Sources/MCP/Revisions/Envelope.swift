import Dialects
import TCSettings

/// The HTTP headers that belong to a message. Each may occur only once: of two, one reader would take the first and another the last.
package struct MessageHeaders: Sendable {
    package var version: String?
    package var method: String?
    package var name: String?
    package var session: String?

    package init(version: String?, method: String?, name: String?, session: String?) {
        self.version = version
        self.method = method
        self.name = name
        self.session = session
    }

    package static let versionName = "mcp-protocol-version"
    package static let methodName = "mcp-method"
    package static let nameName = "mcp-name"
    package static let sessionName = "mcp-session-id"
}

/// The revision in which a request is to be answered, and the abilities of its client.
package struct Envelope: Sendable {
    package var revision: Revision
    /// Whether the client can ask its user a question for the server.
    package var mayAsk: Bool
    /// The token by which the client recognizes progress notifications for this request; `nil` if the client wants none.
    package var progressToken: JSON?
    /// The session of a client that has sent `initialize`; `nil` if the request names none.
    package var session: ClientSession?
}

extension Envelope {
    /// The names of members in `_meta`.
    package static let versionKey = "io.modelcontextprotocol/protocolVersion"
    package static let capabilitiesKey = "io.modelcontextprotocol/clientCapabilities"
    package static let serverKey = "io.modelcontextprotocol/serverInfo"

    /// Reads the envelope of a request.
    /// - Throws: `RPCFailure` if the request lacks required data, contradicts its headers, or names a revision that is not supported.
    package init(_ request: RPCRequest, _ headers: MessageHeaders) throws(RPCFailure) {
        let meta = request.params["_meta"]
        let isStateless = headers.version == Revision.july2026.rawValue || meta?[Self.versionKey] != nil
        do throws(RPCFailure) {
            if isStateless {
                self = try Self.stateless(request, headers, meta ?? .null)
            } else if request.method == Method.initialize.rawValue {
                let revision = Revision.negotiated(request.params["protocolVersion"]?.text)
                self.init(
                    revision: revision, mayAsk: ClientSession.mayAsk(request.params["capabilities"] ?? .null),
                    progressToken: nil, session: nil)
            } else {
                self = try Self.afterHandshake(headers, meta)
            }
        } catch {
            throw error.about(request.id)
        }
    }

    private static func stateless(
        _ request: RPCRequest, _ headers: MessageHeaders, _ meta: JSON
    ) throws(RPCFailure) -> Envelope {
        guard let spelled = meta[versionKey], let capabilities = meta[capabilitiesKey] else {
            throw RPCFailure(.invalidParams, "params._meta must hold \(versionKey) and \(capabilitiesKey)")
        }
        guard let version = spelled.text else { throw RPCFailure(.invalidParams, "\(versionKey) must be a text") }
        guard case .object = capabilities else {
            throw RPCFailure(.invalidParams, "\(capabilitiesKey) must be an object")
        }
        try headers.require(version: version, of: request)
        guard let revision = Revision(rawValue: version) else { throw Revision.unsupported(version) }
        switch revision.opening {
        case .envelope: break
        case .handshake:
            throw RPCFailure(
                .invalidRequest, "revision \(version) begins with initialize, and has no \(versionKey) in a request")
        }
        return Envelope(
            revision: revision, mayAsk: ClientSession.mayAsk(capabilities), progressToken: progressToken(meta),
            session: nil)
    }

    private static func afterHandshake(_ headers: MessageHeaders, _ meta: JSON?) throws(RPCFailure) -> Envelope {
        let session = try headers.session.map(ClientSession.init(parsing:))
        let version = headers.version ?? session?.revision.rawValue ?? Revision.june2025.rawValue
        guard let revision = Revision(rawValue: version) else { throw Revision.unsupported(version) }
        return Envelope(
            revision: revision, mayAsk: session?.mayAsk ?? false, progressToken: meta.flatMap(progressToken),
            session: session)
    }

    private static func progressToken(_ meta: JSON) -> JSON? { meta["progressToken"].flatMap(RPCID.init)?.document }
}

extension MessageHeaders {
    /// Checks that the headers agree with the body. An intermediary may have decided by the headers alone.
    /// - Throws: `RPCFailure` if they differ.
    fileprivate func require(version wanted: String, of request: RPCRequest) throws(RPCFailure) {
        guard version == wanted else { throw Self.mismatch(Self.versionName, version, wanted) }
        guard method == request.method else { throw Self.mismatch(Self.methodName, method, request.method) }
        guard request.method == Method.callTool.rawValue, let tool = request.params["name"]?.text else { return }
        guard name.flatMap(HeaderText.decoded) == tool else { throw Self.mismatch(Self.nameName, name, tool) }
    }

    private static func mismatch(_ header: String, _ found: String?, _ wanted: String) -> RPCFailure {
        RPCFailure(
            .headerMismatch,
            found.map { "the header \(header) says \($0), and the body \(wanted)" }
                ?? "the header \(header) is missing: it must say \(wanted)")
    }
}
