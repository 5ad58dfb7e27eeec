import FoundationEssentials
import TCRuntime

/// Reads the daemon's events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
struct EventReader {
    enum Told {
        case listening
        case session(SessionDocument, isNew: Bool)
    }

    private var lines = LineReader()
    private var kind = ""

    /// No event of the daemon's is longer.
    private static let longest = 1 << 20

    /// Throws `RuntimeError` where a line does not end.
    mutating func read(_ bytes: [UInt8]) throws(RuntimeError) -> [Told] {
        var told: [Told] = []
        for line in try lines.read(bytes, longest: Self.longest) {
            if line.hasPrefix(":") {
                told.append(.listening)
            } else if line.hasPrefix("event: ") {
                kind = String(line.dropFirst(7))
            } else if line.hasPrefix("data: ") {
                let data = Data(line.utf8.dropFirst(6))
                // What a later daemon tells in another way is no news to this program.
                guard let session = try? JSONDecoder().decode(SessionDocument.self, from: data) else { continue }
                told.append(.session(session, isNew: kind == "session_started"))
            }
        }
        return told
    }
}
