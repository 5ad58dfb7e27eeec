/// What nobody may see, by name: a variable's (`OPENAI_API_KEY`) or a key's (`database.password`). It never prints a value.
public struct Secrets: Sendable {
    private var values: [String: String]

    public init(_ values: [String: String] = [:]) { self.values = values }

    public subscript(name: String) -> String? { values[name] }

    public var names: [String] { values.keys.sorted() }

    /// Whether a text holds one of them. Those of fewer than six bytes are too common to look for.
    func occur(in text: String) -> Bool {
        values.values.contains { $0.utf8.count >= 6 && text.contains($0) }
    }
}

extension Secrets: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(values.count) secrets" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["names": names]) }
}
