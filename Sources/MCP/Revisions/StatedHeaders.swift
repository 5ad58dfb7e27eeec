import Dialects
import TCSettings

extension MessageHeaders {
    /// Creates the headers for a message that arrived another way than by HTTP, from the message itself.
    /// - Parameter session: The session id that the server has answered to `initialize`.
    package init(for message: RPCMessage, session: String?) {
        self.init(version: nil, method: nil, name: nil, session: nil)
        switch message {
        case .request(let request) where request.method == Method.initialize.rawValue: break
        case .request(let request):
            guard let version = request.params["_meta"]?[Envelope.versionKey] else {
                belong(to: session)
                return
            }
            (self.version, method) = (version.text, request.method)
            if request.method == Method.callTool.rawValue {
                name = request.params["name"]?.text.map(HeaderText.encoded)
            }
        case .notification, .response: belong(to: session)
        }
    }

    private mutating func belong(to session: String?) {
        self.session = session
        version = session.flatMap { try? ClientSession(parsing: $0) }?.revision.rawValue
    }

    /// The headers that are present, by name.
    package var list: [(String, String)] {
        [
            (Self.versionName, version), (Self.methodName, method), (Self.nameName, name), (Self.sessionName, session),
        ].compactMap { name, value in value.map { (name, $0) } }
    }
}
