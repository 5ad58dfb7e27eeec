import TCSettings

/// The index of the shared documents: the fields of each document's head, with its path.
struct DocumentIndex {
    private static let members = ["id", "type", "scope", "description"]

    let shared: String
    private(set) var entries: [SettingsValue] = []

    init(shared: String) { self.shared = shared }

    /// Adds a document that has a head (`---`, YAML, `---`) with an id. Other documents are found by their path alone.
    mutating func add(_ bytes: [UInt8], at path: String) {
        guard path.hasSuffix(".md"), let text = String(validating: bytes, as: UTF8.self),
            let head = Self.head(of: text),
            let values = try? YAMLFile.parse(head, path: path), values["id"]?.scalar != nil
        else { return }
        let said = Self.members.compactMap { name in
            values[name].map { SettingsValue.Member(name: name, value: $0) }
        }
        entries.append(SettingsValue(.map(said + [.init(name: "path", value: SettingsValue(text: shared + path))])))
    }

    private static func head(of text: String) -> String? {
        // CR LF is one Character.
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else { return nil }
        return lines[1..<end].joined(separator: "\n")
    }

    func text() throws(SettingsError) -> String {
        let root = SettingsValue(
            .map([
                .init(name: "snippets_root", value: SettingsValue(text: shared)),
                .init(name: "snippets", value: SettingsValue(.list(entries))),
            ]))
        return "# Made by `telec system migrate` from the documents below \(shared).\n" + (try YAMLText.rendered(root))
    }
}
