import Dialects
import TCSettings

/// What a client said with `initialize`, as the id that it gets for it and sends along from then on. So nobody has to remember it,
/// and it outlives a daemon. It gives no right: who calls is known from the socket.
package struct ClientSession: Sendable, Hashable {
    package var revision: Revision
    package var mayAsk: Bool
    /// Tells two clients of one user apart.
    package var nonce: String

    package init(revision: Revision, mayAsk: Bool, nonce: String) {
        self.revision = revision
        self.mayAsk = mayAsk
        self.nonce = nonce
    }

    private static let asks = "asks"
    private static let asksNot = "asks-not"

    package var text: String { "\(revision.rawValue).\(mayAsk ? Self.asks : Self.asksNot).\(nonce)" }

    /// Throws `RPCFailure` for what is no such id.
    package init(parsing text: String) throws(RPCFailure) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let revision = Revision(rawValue: parts[0]),
            [Self.asks, Self.asksNot].contains(parts[1]),
            !parts[2].isEmpty, parts[2].utf8.count <= 64
        else {
            throw RPCFailure(.invalidRequest, "\(MessageHeaders.sessionName) is none of ours: initialize again")
        }
        self.init(revision: revision, mayAsk: parts[1] == Self.asks, nonce: parts[2])
    }

    /// Whether these capabilities hold that the client shows its user a form. Without a word about how, it is a form.
    static func mayAsk(_ capabilities: JSON) -> Bool {
        guard case .some(.object(let ways)) = capabilities["elicitation"] else { return false }
        return ways.isEmpty || ways.contains { $0.key == "form" }
    }
}
