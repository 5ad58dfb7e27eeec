import Yams

/// Writes values as YAML, each word in the style that it was read in, so that every reader takes it for what it was.
enum YAMLText {
    static func rendered(_ root: SettingsValue) throws(SettingsError) -> String {
        do {
            return try Yams.serialize(node: node(root), width: -1, allowUnicode: true)
        } catch {
            // Yams repeats what it can't write, which may be a secret.
            throw SettingsError(
                "not_written", "a value can't be written as YAML", remedy: "look for control characters in the files")
        }
    }

    private static func node(_ value: SettingsValue) -> Node {
        switch value.content {
        case .map(let members): Node(members.map { (node(name: $0.name), node($0.value)) }, Tag(.map))
        case .list(let items): Node(items.map(node), Tag(.seq))
        case .scalar(let scalar):
            // Nothing at all can't be written everywhere that a word can.
            scalar.meaning == .null ? .scalar(Node.Scalar("null", Tag(.null), .plain)) : .scalar(node(scalar))
        }
    }

    private static func node(name: String) -> Node {
        .scalar(Node.Scalar(name, Tag(.str), name.isEmpty ? .doubleQuoted : .any))
    }

    private static func node(_ scalar: Scalar) -> Node.Scalar {
        switch scalar.style {
        case .plain: Node.Scalar(scalar.text, Tag(.implicit), .plain)
        case .singleQuoted: Node.Scalar(scalar.text, Tag(.str), .singleQuoted)
        case .doubleQuoted: Node.Scalar(scalar.text, Tag(.str), .doubleQuoted)
        case .literal: Node.Scalar(scalar.text, Tag(.str), .literal)
        case .folded: Node.Scalar(scalar.text, Tag(.str), .folded)
        }
    }
}

extension SettingsValue {
    /// Text as one would write it by hand: without quotes where none are needed.
    init(writing text: String) {
        let isPlain =
            text.wholeMatch(of: /[A-Za-z~\/][A-Za-z0-9~\/._@,-]*/) != nil
            && Scalar(text: text, style: .plain).meaning == .text(text)
        self = isPlain ? SettingsValue(plain: text) : SettingsValue(text: text)
    }

    /// Sections made of keys and values, in the order in which the keys come.
    init(sections leaves: [(key: Key, value: SettingsValue)]) {
        var (names, sections): ([String], [String: [(key: Key, value: SettingsValue)]]) = ([], [:])
        for leaf in leaves {
            if sections[leaf.key.parts[0]] == nil { names.append(leaf.key.parts[0]) }
            sections[leaf.key.parts[0], default: []].append(leaf)
        }
        let members = names.map { name in
            let below = sections[name] ?? []
            let whole = below.last { $0.key.parts.count == 1 }
            let value =
                whole?.value ?? SettingsValue(sections: below.map { (Key(Array($0.key.parts.dropFirst())), $0.value) })
            return Member(name: name, value: value)
        }
        self.init(.map(members))
    }
}
