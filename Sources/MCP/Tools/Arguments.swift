import Dialects
import TCSettings

/// The arguments of a call, checked against the tool's parameters.
package struct Arguments: Sendable {
    /// An error in the arguments, as a sentence that a model can act on.
    package struct Objection: Error, Sendable {
        package var message: String
    }

    private let values: [String: JSON]

    /// Checks the request's `arguments`; `nil` and `null` count as an empty object.
    /// - Throws: The first error in them.
    package init(_ document: JSON?, for tool: Tool) throws(Objection) {
        var values: [String: JSON] = [:]
        switch document {
        case .none, .some(.null): break
        case .some(.object(let members)):
            for (name, value) in members {
                guard let parameter = tool.parameters.first(where: { $0.name == name }) else {
                    throw Objection(message: Self.unknown(name, tool))
                }
                // `null` for an optional argument means that it was left out.
                if case .null = value, !parameter.isRequired { continue }
                if let objection = parameter.kind.objection(to: value) {
                    throw Objection(message: "\(name) \(objection)")
                }
                values[name] = value
            }
        case .some: throw Objection(message: "arguments must be an object")
        }
        if let missing = tool.parameters.first(where: { $0.isRequired && values[$0.name] == nil }) {
            throw Objection(message: "\(missing.name) is missing: \(missing.text)")
        }
        self.values = values
    }

    private static func unknown(_ name: String, _ tool: Tool) -> String {
        let known = tool.parameters.map(\.name).joined(separator: ", ")
        return "\(tool.name.rawValue) takes no \(name)" + (known.isEmpty ? "" : ", only \(known)")
    }

    package func text(_ name: String) -> String? { values[name]?.text }

    package func texts(_ name: String) -> [String]? { values[name]?.items?.compactMap(\.text) }

    package func flag(_ name: String) -> Bool? {
        if case .some(.boolean(let flag)) = values[name] { flag } else { nil }
    }

    package func number(_ name: String) -> Int? {
        if case .some(.integer(let number)) = values[name] { Int(exactly: number) } else { nil }
    }

    package func moment(_ name: String) -> Timestamp? { text(name).flatMap(Timestamp.init(given:)) }
}
