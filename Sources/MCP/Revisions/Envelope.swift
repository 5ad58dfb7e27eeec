import Dialects
import TCSettings

/// What HTTP says of a message besides its body. Each header once: a reader of the first and one of the last would disagree.
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

/// In which revision a request is to be answered, and what its client can.
package struct Envelope: Sendable {
    package var revision: Revision
    /// Whether the client asks its user, when it is asked to.
    package var mayAsk: Bool
    /// What the client knows the progress of this request by; `nil` where it wants to hear of none.
    package var progressToken: JSON?
    /// Which client it is, where it has said hello once.
    package var session: ClientSession?
}

extension Envelope {
    /// Names in `_meta`.
    package static let versionKey = "io.modelcontextprotocol/protocolVersion"
    package static let capabilitiesKey = "io.modelcontextprotocol/clientCapabilities"
    package static let serverKey = "io.modelcontextprotocol/serverInfo"

    /// Reads it. Throws `RPCFailure` where the request does not say what it has to, contradicts itself, or names a version that is
    /// not spoken here.
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
            throw RPCFailure(.invalidParams, "params._meta has to hold \(versionKey) and \(capabilitiesKey)")
        }
        guard let version = spelled.text else { throw RPCFailure(.invalidParams, "\(versionKey) has to be a text") }
        guard case .object = capabilities else {
            throw RPCFailure(.invalidParams, "\(capabilitiesKey) has to be an object")
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
    /// Throws `RPCFailure` where the headers, by which somebody on the way may have decided, are not those of this body.
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
                ?? "the header \(header) is missing: it has to say \(wanted)")
    }
}
