/// The values that nobody may see, by the name of a variable (`OPENAI_API_KEY`) or a key (`database.password`). This type never
/// prints a value.
package struct Secrets: Sendable {
    private var values: [String: String]

    package init(_ values: [String: String] = [:]) { self.values = values }

    package subscript(name: String) -> String? { values[name] }

    package var names: [String] { values.keys.sorted() }

    /// Returns whether a text contains one of the secrets. Secrets of fewer than six bytes are too common to look for.
    func occur(in text: String) -> Bool {
        values.values.contains { $0.utf8.count >= 6 && text.contains($0) }
    }
}

extension Secrets: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(values.count) secrets" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["names": names]) }
}
