import Dialects

/// The revisions of the Model Context Protocol that are spoken here, the newest first.
package enum Revision: String, Sendable, CaseIterable {
    case july2026 = "2026-07-28"
    case november2025 = "2025-11-25"
    case june2025 = "2025-06-18"

    /// How a client says what it is and can.
    package enum Opening: Sendable {
        /// With each request: there is nothing that a server would have to remember.
        case envelope
        /// Once, with `initialize`.
        case handshake
    }

    package var opening: Opening {
        switch self {
        case .july2026: .envelope
        case .november2025, .june2025: .handshake
        }
    }

    /// What `initialize` comes to. A version that is not known, or has no `initialize`, gets the newest that has.
    package static func negotiated(_ wanted: String?) -> Revision {
        guard let known = wanted.flatMap(Revision.init(rawValue:)) else { return .november2025 }
        return switch known.opening {
        case .envelope: .november2025
        case .handshake: known
        }
    }

    package static func unsupported(_ wanted: String) -> RPCFailure {
        RPCFailure(
            .unsupportedVersion, "protocol version \(wanted) is not spoken here",
            data: .object([
                ("supported", .array(allCases.map { .string($0.rawValue) })), ("requested", .string(wanted)),
            ]))
    }
}
