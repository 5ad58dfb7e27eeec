import Dialects

/// The id that a request and its answer share: a text or a whole number.
package enum RPCID: Sendable, Hashable {
    case number(Int64)
    case text(String)

    /// Reads an id; `nil` if the value is neither a text nor a whole number.
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
