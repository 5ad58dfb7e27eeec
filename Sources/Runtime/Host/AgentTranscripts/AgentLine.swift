import Dialects
import TCSettings

/// A line of an agent's transcript in a form that a recording can hold: one event has to fit into a chunk, beside the lines
/// that wait for the same chunk.
enum AgentLine: Equatable {
    case whole(String)
    /// The same JSON with its long texts cut, and the length of the whole line in bytes.
    case shortened(String, from: Int)
    /// A line that is not JSON, as it is.
    case unreadable(String)
    case leftOut

    /// The largest size of an event's data in bytes, measured as a JSON string.
    static let longest = 900_000

    init(_ line: FollowedLine) {
        switch line {
        case .endless: self = .leftOut
        case .whole(let text): self.init(text)
        }
    }

    init(_ text: String) {
        let document = JSON(ofAgent: text)
        guard !Self.fits(text) else {
            self = document == nil ? .unreadable(text) : .whole(text)
            return
        }
        self = .leftOut
        for limit in [65_536, 8_192, 1_024, 64] {
            guard let shorter = document?.shortened(to: limit).canonical(), Self.fits(shorter) else { continue }
            self = .shortened(shorter, from: text.utf8.count)
            return
        }
    }

    /// The JSON string is measured too, since quotation marks and the like take more bytes in it.
    private static func fits(_ text: String) -> Bool {
        text.utf8.count <= longest && JSON.string(text).canonical().utf8.count <= longest
    }
}

extension JSON {
    /// Returns the same document with each text that is longer than `length` bytes cut to that many code points.
    fileprivate func shortened(to length: Int) -> JSON {
        switch self {
        case .null, .boolean, .integer, .real: self
        case .string(let text):
            text.utf8.count <= length ? self : .string(String(text.unicodeScalars.prefix(length)) + "…")
        case .array(let items): .array(items.map { $0.shortened(to: length) })
        case .object(let members): .object(members.map { ($0.key, $0.value.shortened(to: length)) })
        }
    }
}
