import Foundation
import Synchronization
import Testing

/// The MCP messages of one test.
final class Conversations: Sendable {
    private let documents = Mutex<[String]>([])

    /// Keeps a conversation, as ci/mcp/check.py takes it.
    func add(_ conversation: [String: Any]) throws {
        let document = String(decoding: try JSONSerialization.data(withJSONObject: conversation), as: UTF8.self)
        documents.withLock { $0.append(document) }
    }

    /// Checks that every message conforms to the specification. It checks them all at once, since the specification takes a second
    /// to load.
    func expectConformance(_ box: Sandbox) async throws {
        let all = documents.withLock { $0 }
        guard !all.isEmpty else { return }
        let complaints = try await MCPDriver.complaints("[\(all.joined(separator: ","))]", box).joined()
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }
}
