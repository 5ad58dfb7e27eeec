import Dialects

/// Writes the server-sent events of a long answer, with one message each.
package enum EventFrame {
    /// A comment that shows that the answer is still in progress; readers ignore it.
    package static let keepAlive = ": working\n\n"

    package static func of(_ message: JSON) -> String { "event: message\ndata: \(message.canonical())\n\n" }
}

/// Reads messages from an answer that is a stream of events.
package struct EventReader: Sendable {
    private var pending: [UInt8] = []

    package init() {}

    /// Returns the messages that the bytes complete. It reads only the daemon's own answers, which have one line of data per message.
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
