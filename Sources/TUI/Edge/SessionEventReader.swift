import FoundationEssentials
import TCRuntime

/// Reads the daemon's events, which tell of sessions (https://html.spec.whatwg.org/multipage/server-sent-events.html).
struct SessionEventReader {
    enum Told {
        case listening
        case session(SessionDocument, isNew: Bool)
    }

    private var lines = LineReader()
    private var kind = ""

    /// The longest line that is accepted, in bytes; no event of the daemon is longer.
    private static let longest = 1 << 20

    /// Returns the events that the bytes complete.
    /// - Throws: `RuntimeError` if a line does not end within `longest` bytes.
    mutating func read(_ bytes: [UInt8]) throws(RuntimeError) -> [Told] {
        var told: [Told] = []
        for line in try lines.read(bytes, longest: Self.longest) {
            if line.hasPrefix(":") {
                told.append(.listening)
            } else if line.hasPrefix("event: ") {
                kind = String(line.dropFirst(7))
            } else if line.hasPrefix("data: ") {
                let data = Data(line.utf8.dropFirst(6))
                // A later daemon may send events that this program can't decode; it ignores them.
                guard let session = try? JSONDecoder().decode(SessionDocument.self, from: data) else { continue }
                told.append(.session(session, isNew: kind == "session_started"))
            }
        }
        return told
    }
}
