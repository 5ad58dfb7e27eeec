import Dialects

extension SettingsValue {
    /// The value as JSON.
    package var document: JSON {
        switch content {
        case .scalar(let scalar): scalar.document
        case .list(let items): .array(items.map(\.document))
        case .map(let members): .object(members.map { ($0.name, $0.value.document) })
        }
    }
}

extension Scalar {
    var document: JSON {
        switch meaning {
        case .null: .null
        case .boolean(let flag): .boolean(flag)
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .text(let text): .string(text)
        }
    }
}
