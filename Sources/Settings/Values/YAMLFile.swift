import TCYAML

/// Reads a settings file in YAML into values with their line numbers.
package enum YAMLFile {
    /// The number of values that every file may hold. A longer one may hold as many as it has bytes, which is more than it holds without
    /// aliases. Without a limit, aliases of aliases could make a small file endless.
    static let limit = 20_000

    /// Returns the file's map, which is empty for an empty file.
    package static func parse(_ text: String, path: String) throws(SettingsError) -> SettingsValue {
        let root: YAMLNode?
        do { root = try YAML.node(of: text) } catch { throw refusal(of: error, path) }
        guard let root else { return SettingsValue(.map([]), line: 1) }
        var reading = Reading(path: path, most: max(limit, text.utf8.count))
        let value = try reading.value(root)
        if value.isNull { return SettingsValue(.map([]), line: 1) }
        guard value.map != nil else {
            throw SettingsError(
                .notSettings, at: "\(path):\(value.line)", "settings are keys with values", remedy: "write key: value"
            )
        }
        return value
    }

    private static func refusal(of error: YAMLError, _ path: String) -> SettingsError {
        switch error {
        case .malformed(let line, let problem):
            SettingsError(
                .notYAML, at: line.map { "\(path):\($0)" } ?? path, "this is not YAML: \(problem)",
                remedy: "correct it")
        case .tooDeep(let line):
            SettingsError(
                .tooDeep, at: "\(path):\(line)", "this is nested more than \(YAML.deepest) sections deep",
                remedy: "leave some of them out")
        }
    }

    private struct Reading {
        let path: String
        let most: Int
        private var count = 0
        private var bytes = 0

        init(path: String, most: Int) {
            self.path = path
            self.most = most
        }

        mutating func value(_ node: YAMLNode) throws(SettingsError) -> SettingsValue {
            count += 1
            let line = node.line
            guard count <= most else {
                throw SettingsError(
                    .tooManyValues, at: "\(path):\(line)", "aliases make this hold more than \(most) values",
                    remedy: "use fewer aliases")
            }
            switch node.content {
            case .scalar(let text, let style):
                guard !text.utf8.contains(0) else {
                    throw SettingsError(
                        .notText, at: "\(path):\(line)", "this text holds a NUL", remedy: "remove it")
                }
                try takeRoom(for: text, line)
                guard let scalar = Scalar(text, style, tag: node.tag) else { throw unknownTag(line) }
                return SettingsValue(.scalar(scalar), line: line)
            case .sequence(let sequence):
                guard [nil, "!", Scalar.tag("seq")].contains(node.tag) else { throw unknownTag(line) }
                var items: [SettingsValue] = []
                for item in sequence { items.append(try value(item)) }
                return SettingsValue(.list(items), line: line)
            case .mapping(let mapping):
                guard [nil, "!", Scalar.tag("map")].contains(node.tag) else { throw unknownTag(line) }
                return SettingsValue(.map(try members(mapping)), line: line)
            }
        }

        /// Returns the refusal of a tag by which a value would mean something else here than elsewhere. It does not repeat the tag:
        /// `password: !x` is one, whatever its writer meant.
        private func unknownTag(_ line: Int) -> SettingsError {
            SettingsError(
                .unknownTag, at: "\(path):\(line)", "this has a tag (!…) that settings don't know",
                remedy: "write the value without it, or in quotes if the ! belongs to it")
        }

        /// Counts a text. Without aliases no file holds more text than it is long; an alias repeats a text that may be long itself.
        private mutating func takeRoom(for text: String, _ line: Int) throws(SettingsError) {
            bytes += text.utf8.count
            guard bytes <= TrustedFile.limit else {
                throw SettingsError(
                    .tooLarge, at: "\(path):\(line)", "aliases make this longer than any settings file (4 MiB)",
                    remedy: "use fewer aliases")
            }
        }

        private mutating func members(
            _ mapping: [(key: YAMLNode, value: YAMLNode)]
        ) throws(SettingsError) -> [SettingsValue.Member] {
            var members: [SettingsValue.Member] = []
            var merged: [SettingsValue.Member] = []
            for (key, node) in mapping {
                if key.isMergeKey {
                    merged += try mergedMembers(node)
                    continue
                }
                guard case .scalar(let name, let style) = key.content else {
                    throw SettingsError(
                        .notAName, at: "\(path):\(key.line)",
                        "a key must be a name, and this is a list or an object",
                        remedy: "write the name in quotes")
                }
                guard Scalar(name, style, tag: key.tag) != nil else { throw unknownTag(key.line) }
                try takeRoom(for: name, key.line)
                var value = try value(node)
                // An error message names the line of the key, where people look.
                value.line = key.line
                members.append(SettingsValue.Member(name: name, value: value))
            }
            var names = Set(members.map(\.name))
            for member in merged where names.insert(member.name).inserted { members.append(member) }
            return members
        }

        /// Returns the members that `<<:` merges from one map or several. The first map that has a key determines its value
        /// (https://yaml.org/type/merge.html).
        private mutating func mergedMembers(_ node: YAMLNode) throws(SettingsError) -> [SettingsValue.Member] {
            let value = try value(node)
            return value.map ?? value.list?.flatMap { $0.map ?? [] } ?? []
        }
    }
}

extension Scalar {
    /// Returns a tag of YAML's own in full: `!!str` is `tag:yaml.org,2002:str`.
    fileprivate static func tag(_ name: String) -> String { "tag:yaml.org,2002:" + name }

    /// Makes a scalar from its text, its style and its tag; `nil` if the tag gives it a meaning that the text has in no style. `!!str 12` and
    /// `! 12` are texts, although they are written like numbers, and `!!int "12"` is a number.
    fileprivate init?(_ text: String, _ style: Style, tag: String?) {
        self.init(text: text, style: style)
        guard let tag else { return }
        if tag == "!" || tag == Scalar.tag("str") {
            if style == .plain { self.style = .doubleQuoted }
        } else {
            self.style = .plain
            if tag != meaning.tag { return nil }
        }
    }
}

extension Scalar.Meaning {
    /// The tag of YAML's own for values of this kind.
    fileprivate var tag: String {
        switch self {
        case .null: Scalar.tag("null")
        case .boolean: Scalar.tag("bool")
        case .integer: Scalar.tag("int")
        case .real: Scalar.tag("float")
        case .text: Scalar.tag("str")
        }
    }
}
