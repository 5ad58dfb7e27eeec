/// A value as it is written in a settings file, with its line. The meaning of a word depends on where it is used: `no` is a
/// flag where a flag belongs, and text where text belongs.
package struct SettingsValue: Sendable {
    package indirect enum Content: Sendable {
        case scalar(Scalar)
        case list([SettingsValue])
        case map([Member])
    }

    package struct Member: Sendable {
        package var name: String
        package var value: SettingsValue

        package init(name: String, value: SettingsValue) { (self.name, self.value) = (name, value) }
    }

    package var content: Content
    /// The line in the file; 0 where no file holds the value.
    package var line: Int

    package init(_ content: Content, line: Int = 0) {
        self.content = content
        self.line = line
    }

    /// Makes a value that can only be text.
    package init(text: String, line: Int = 0) {
        self.init(.scalar(Scalar(text: text, style: .doubleQuoted)), line: line)
    }

    /// Makes a value from a word as it would be written without quotes in a file.
    package init(plain: String, line: Int = 0) { self.init(.scalar(Scalar(text: plain, style: .plain)), line: line) }

    package var scalar: Scalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
    package var list: [SettingsValue]? { if case .list(let items) = content { items } else { nil } }
    package var map: [Member]? { if case .map(let members) = content { members } else { nil } }

    /// Whether the value is empty: `key:` or `key: null`.
    var isNull: Bool { scalar?.meaning == .null }

    /// Appends items to the list of a member. The member is made if it is missing.
    mutating func append(_ items: [SettingsValue], to name: String) {
        guard case .map(var members) = content else { return }
        if let at = members.firstIndex(where: { $0.name == name }) {
            guard let present = members[at].value.list else { return }
            members[at].value.content = .list(present + items)
        } else {
            members.append(Member(name: name, value: SettingsValue(.list(items), line: items.first?.line ?? line)))
        }
        content = .map(members)
    }

    /// The member of a map.
    package subscript(name: String) -> SettingsValue? { map?.last { $0.name == name }?.value }
}

extension SettingsValue: Equatable {
    /// Returns whether both values have the same meaning, wherever and however they are written.
    package static func == (a: SettingsValue, b: SettingsValue) -> Bool {
        switch (a.content, b.content) {
        case (.scalar(let a), .scalar(let b)): a.meaning == b.meaning
        case (.list(let a), .list(let b)): a == b
        case (.map(let a), .map(let b)): values(a) == values(b)
        case (.scalar, _), (.list, _), (.map, _): false
        }
    }

    /// Returns the members by name. The last of several members with the same name counts.
    private static func values(_ members: [Member]) -> [String: SettingsValue] {
        Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    }
}
