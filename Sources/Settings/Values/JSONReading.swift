import Dialects
import FoundationEssentials

extension JSON {
    /// Reads a document; `nil` if the text is not JSON, or is nested deeper than 512 levels.
    package init?(parsing text: String) {
        guard let parsed = try? JSONDecoder().decode(Parsed.self, from: Data(text.utf8)) else { return nil }
        self = parsed.value
    }

    /// Returns a member of an object; `nil` if the value is not an object or has no such member.
    package subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == name }?.value
    }

    package var text: String? { if case .string(let text) = self { text } else { nil } }

    package var items: [JSON]? { if case .array(let items) = self { items } else { nil } }
}

/// A value of any kind. The kind that is most frequent in transcripts is tried first.
private struct Parsed: Decodable {
    let value: JSON

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            value = .string(text)
        } else if let members = try? container.decode([String: Parsed].self) {
            value = .object(members.map { ($0.key, $0.value.value) })
        } else if let items = try? container.decode([Parsed].self) {
            value = .array(items.map(\.value))
        } else if container.decodeNil() {
            value = .null
        } else if let flag = try? container.decode(Bool.self) {
            value = .boolean(flag)
        } else if let number = try? container.decode(Int64.self) {
            value = .integer(number)
        } else {
            value = .real(try container.decode(Double.self))
        }
    }
}
