import HTTPTypes
import NIOCore
import NIOHTTPTypes

extension DaemonClient {
    typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPRequestPart>

    /// A request to the daemon, and what is done with its answer.
    struct Exchange: Sendable {
        let method: HTTPRequest.Method
        let path: String
        var headers: [(String, String)] = []
        /// Whether one more attempt is made where nobody answered; under a service manager, or beside a standby, the next daemon
        /// answers it.
        var asksAgain = false
        /// Whether a refusal is an answer as any other, and not thrown.
        var handsOnRefusals = false
        /// Whether the daemon is asked from time to time whether it still lives.
        var isWatched = true
        /// Writes what follows the head, to the request's end.
        let send: @Sendable (Outbound) async throws -> Void
        var onHead: @Sendable (HTTPResponse) async throws -> Void = { _ in }
        let onBytes: @Sendable (ByteBuffer) async throws -> Void
    }

    /// Why an answer did not begin.
    enum NoAnswer: Error {
        /// The connection ended: a daemon that is shutting down reads no further request.
        case closed
        /// Another daemon answers at the socket now.
        case replaced
        /// Nobody answers at the socket.
        case silent
    }
}
