import TCYAML

/// Writes values as YAML, each word in the style that it was read in, so that every reader takes it for what it was.
package enum YAMLText {
    package static func rendered(_ root: SettingsValue) throws(SettingsError) -> String {
        do { return try YAML.text(of: node(root)) } catch {
            throw SettingsError(
                "not_written", "a value can't be written as YAML", remedy: "look for control characters in the files")
        }
    }

    private static func node(_ value: SettingsValue) -> YAMLNode {
        switch value.content {
        case .map(let members): YAMLNode(.mapping(members.map { (node(name: $0.name), node($0.value)) }))
        case .list(let items): YAMLNode(.sequence(items.map(node)))
        case .scalar(let scalar):
            // Nothing at all can't be written everywhere that a word can.
            scalar.meaning == .null ? YAMLNode(.scalar("null", .plain)) : YAMLNode(.scalar(scalar.text, style(scalar)))
        }
    }

    /// Quoted where an unquoted one would be a number, a date, a flag, or what a mapping is merged with.
    private static func node(name: String) -> YAMLNode {
        let isWord = Scalar(text: name, style: .plain).meaning == .text(name)
        let isPlain = isWord && name.first?.isNumber == false && name != "<<" && name != "="
        return YAMLNode(.scalar(name, isPlain ? .plain : .doubleQuoted))
    }

    private static func style(_ scalar: Scalar) -> YAMLNode.Style {
        switch scalar.style {
        case .plain: .plain
        case .singleQuoted: .singleQuoted
        case .doubleQuoted: .doubleQuoted
        case .literal: .literal
        case .folded: .folded
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
