import Dialects

/// By which a request and its answer know each other: a text or a whole number, and nothing else.
package enum RPCID: Sendable, Hashable {
    case number(Int64)
    case text(String)

    /// `nil` for what is no id.
    package init?(_ document: JSON) {
        switch document {
        case .integer(let number): self = .number(number)
        case .string(let text): self = .text(text)
        case .null, .boolean, .real, .array, .object: return nil
        }
    }

    package var document: JSON {
        switch self {
        case .number(let number): .integer(number)
        case .text(let text): .string(text)
        }
    }
}
