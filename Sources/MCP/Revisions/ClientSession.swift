import Dialects
import TCSettings

/// The facts that a client gave with `initialize`. The session id, which the client sends with each later request, holds them, so the
/// daemon need not store them, and a session outlives a restart of the daemon. The id gives no rights: the daemon knows the caller
/// from the socket.
package struct ClientSession: Sendable, Hashable {
    package var revision: Revision
    package var mayAsk: Bool
    /// A text that tells two clients of the same user apart.
    package var nonce: String

    package init(revision: Revision, mayAsk: Bool, nonce: String) {
        self.revision = revision
        self.mayAsk = mayAsk
        self.nonce = nonce
    }

    private static let asks = "asks"
    private static let asksNot = "asks-not"

    package var text: String { "\(revision.rawValue).\(mayAsk ? Self.asks : Self.asksNot).\(nonce)" }

    /// Reads a session id.
    /// - Throws: `RPCFailure` if the text is not an id that this server made.
    package init(parsing text: String) throws(RPCFailure) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let revision = Revision(rawValue: parts[0]),
            [Self.asks, Self.asksNot].contains(parts[1]),
            !parts[2].isEmpty, parts[2].utf8.count <= 64
        else {
            throw RPCFailure(.invalidRequest, "\(MessageHeaders.sessionName) is unknown here: initialize again")
        }
        self.init(revision: revision, mayAsk: parts[1] == Self.asks, nonce: parts[2])
    }

    /// Returns whether a client with these capabilities can show its user a form. An empty `elicitation` means a form.
    static func mayAsk(_ capabilities: JSON) -> Bool {
        guard case .some(.object(let ways)) = capabilities["elicitation"] else { return false }
        return ways.isEmpty || ways.contains { $0.key == "form" }
    }
}
