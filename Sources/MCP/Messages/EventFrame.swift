import Dialects

/// Server-sent events, as a long answer sends them: one message each.
package enum EventFrame {
    /// Says that the answer still comes; readers pass over it.
    package static let keepAlive = ": working\n\n"

    package static func of(_ message: JSON) -> String { "event: message\ndata: \(message.canonical())\n\n" }
}

/// Messages out of an answer that is a stream of events.
package struct EventReader: Sendable {
    private var pending: [UInt8] = []

    package init() {}

    /// The messages that are whole now. Our own answers have one line of data each.
    package mutating func read(_ bytes: [UInt8]) -> [String] {
        pending += bytes
        guard let end = pending.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        defer { pending.removeFirst(end + 1) }
        let lines = pending[..<end].split(separator: UInt8(ascii: "\n"))
        return lines.compactMap { line in
            let text = String(decoding: line, as: UTF8.self)
            return text.hasPrefix("data: ") ? String(text.dropFirst(6)) : nil
        }
    }
}
