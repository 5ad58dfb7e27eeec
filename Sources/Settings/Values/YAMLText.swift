import TCYAML

/// Writes values as YAML, each scalar in the style in which it was read, so that every YAML reader gives it the same meaning.
package enum YAMLText {
    package static func rendered(_ root: SettingsValue) throws(SettingsError) -> String {
        do { return try YAML.text(of: node(root)) } catch {
            throw SettingsError(
                .notWritten, "a value can't be written as YAML", remedy: "look for control characters in the files")
        }
    }

    private static func node(_ value: SettingsValue) -> YAMLNode {
        switch value.content {
        case .map(let members): YAMLNode(.mapping(members.map { (node(name: $0.name), node($0.value)) }))
        case .list(let items): YAMLNode(.sequence(items.map(node)))
        case .scalar(let scalar):
            // An empty scalar can't be written in every place in which a word can.
            scalar.meaning == .null ? YAMLNode(.scalar("null", .plain)) : YAMLNode(.scalar(scalar.text, scalar.style))
        }
    }

    /// Returns the node of a name. It is quoted if it would be read as a number, a date, a flag or a merge key otherwise.
    private static func node(name: String) -> YAMLNode {
        let isWord = Scalar(text: name, style: .plain).meaning == .text(name)
        let isPlain = isWord && name.first?.isNumber == false && name != "<<" && name != "="
        return YAMLNode(.scalar(name, isPlain ? .plain : .doubleQuoted))
    }
}

extension SettingsValue {
    /// Makes a text as one would write it by hand: without quotes if none are needed.
    init(writing text: String) {
        let isPlain =
            text.wholeMatch(of: /[A-Za-z~\/][A-Za-z0-9~\/._@,-]*/) != nil
            && Scalar(text: text, style: .plain).meaning == .text(text)
        self = isPlain ? SettingsValue(plain: text) : SettingsValue(text: text)
    }

    /// Makes nested sections from keys and values, in the order in which the keys come.
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
