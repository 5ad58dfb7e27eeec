import Dialects

/// The supported revisions of the Model Context Protocol, newest first.
package enum Revision: String, Sendable, CaseIterable {
    case july2026 = "2026-07-28"
    case november2025 = "2025-11-25"
    case june2025 = "2025-06-18"

    /// The way in which a client states its version and capabilities.
    package enum Opening: Sendable {
        /// With each request, so that a server need not remember anything.
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

    /// Returns the revision that `initialize` agrees on. For an unknown version, or one without `initialize`, that is the newest revision
    /// with `initialize`.
    package static func negotiated(_ wanted: String?) -> Revision {
        guard let known = wanted.flatMap(Revision.init(rawValue:)) else { return .november2025 }
        return switch known.opening {
        case .envelope: .november2025
        case .handshake: known
        }
    }

    package static func unsupported(_ wanted: String) -> RPCFailure {
        RPCFailure(
            .unsupportedVersion, "protocol version \(wanted) is not supported here",
            data: .object([
                ("supported", .array(allCases.map { .string($0.rawValue) })), ("requested", .string(wanted)),
            ]))
    }
}
