import Dialects
import TCSettings

/// A line of an agent's transcript as a recording can hold it: one event must fit into a chunk, beside what waits there.
enum AgentLine: Equatable {
    case whole(String)
    /// The same JSON, with long texts in it cut.
    case shortened(String, from: Int)
    case leftOut

    /// The most bytes of an event's data, as JSON spells it.
    static let longest = 900_000

    init(_ line: FollowedLine) {
        switch line {
        case .endless: self = .leftOut
        case .whole(let text): self.init(text)
        }
    }

    init(_ text: String) {
        guard !Self.fits(text) else {
            self = .whole(text)
            return
        }
        self = .leftOut
        guard let document = JSON(parsing: text) else { return }
        for limit in [65_536, 8_192, 1_024, 64] {
            let shorter = document.shortened(to: limit).canonical()
            guard Self.fits(shorter) else { continue }
            self = .shortened(shorter, from: text.utf8.count)
            return
        }
    }

    /// Quotation marks and the like take more room inside an event's data.
    private static func fits(_ text: String) -> Bool {
        text.utf8.count <= longest && JSON.string(text).canonical().utf8.count <= longest
    }
}

extension JSON {
    /// The same document, in which no text is longer.
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
