import Yams

/// Reads a settings file of YAML into values with their lines.
enum YAMLFile {
    /// Every value at most: aliases of aliases could make a small file endless.
    static let limit = 20_000
    /// How deep sections and lists may stand in each other: whoever reads them goes down as deep.
    static let deepest = 64

    /// The members of the file's map; none when it is empty.
    static func parse(_ text: String, path: String) throws(SettingsError) -> SettingsValue {
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch { throw refusal(of: error, path) }
        guard let root else { return SettingsValue(.map([]), line: 1) }
        var reading = Reading(path: path)
        let value = try reading.value(root)
        if value.isNull { return SettingsValue(.map([]), line: 1) }
        guard value.map != nil else {
            throw SettingsError(
                "not_settings", at: "\(path):\(value.line)", "settings are keys with values", remedy: "write key: value"
            )
        }
        return value
    }

    /// Yams repeats the text around a mistake, which may be a secret: only its own words and the line are shown.
    private static func refusal(of error: any Error, _ path: String) -> SettingsError {
        let (line, problem): (Int?, String) =
            switch error as? YamlError {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                (mark.line, problem)
            case .duplicatedKeysInMapping(let keys, let context):
                (context.mark.line, "\(keys.map(\.description).joined(separator: ", ")) is there twice")
            case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded, nil:
                (nil, "it can't be read")
            }
        return SettingsError(
            "not_yaml", at: line.map { "\(path):\($0)" } ?? path, "this is no YAML: \(problem)", remedy: "correct it")
    }

    private struct Reading {
        let path: String
        var count = 0

        private var depth = 0

        init(path: String) { self.path = path }

        mutating func value(_ node: Node) throws(SettingsError) -> SettingsValue {
            count += 1
            depth += 1
            defer { depth -= 1 }
            let line = node.mark?.line ?? 0
            guard depth <= YAMLFile.deepest else {
                throw SettingsError(
                    "too_deep", at: "\(path):\(line)", "this stands deeper than \(YAMLFile.deepest) sections",
                    remedy: "leave some of them out")
            }
            guard count <= YAMLFile.limit else {
                throw SettingsError(
                    "too_many_values", at: "\(path):\(line)", "this holds more than \(YAMLFile.limit) values",
                    remedy: "use fewer aliases")
            }
            switch node {
            case .scalar(let scalar):
                guard !scalar.string.utf8.contains(0) else {
                    throw SettingsError(
                        "not_text", at: "\(path):\(line)", "no text holds a NUL", remedy: "leave it out")
                }
                return SettingsValue(.scalar(Scalar(scalar, isText: node.tag == Tag(.str))), line: line)
            case .sequence(let sequence):
                var items: [SettingsValue] = []
                for item in sequence { items.append(try value(item)) }
                return SettingsValue(.list(items), line: line)
            case .mapping(let mapping): return SettingsValue(.map(try members(mapping)), line: line)
            case .alias:
                throw SettingsError(
                    "not_yaml", at: "\(path):\(line)", "an alias leads nowhere", remedy: "write what it stands for")
            }
        }

        private mutating func members(_ mapping: Node.Mapping) throws(SettingsError) -> [SettingsValue.Member] {
            var members: [SettingsValue.Member] = []
            var merged: [SettingsValue.Member] = []
            for (key, node) in mapping {
                if key.tag == Tag(.merge) {
                    merged += try mergedMembers(node)
                    continue
                }
                guard let name = key.scalar?.string else {
                    throw SettingsError(
                        "not_a_name", at: "\(path):\(key.mark?.line ?? 0)",
                        "a key has to be a name, and is a list or an object",
                        remedy: "write the name between quotes")
                }
                var value = try value(node)
                // A key's line is the place that people look for.
                value.line = key.mark?.line ?? value.line
                members.append(SettingsValue.Member(name: name, value: value))
            }
            var names = Set(members.map(\.name))
            for member in merged where names.insert(member.name).inserted { members.append(member) }
            return members
        }

        /// What `<<:` brings in, one map or several; the first that has a key gives it (https://yaml.org/type/merge.html).
        private mutating func mergedMembers(_ node: Node) throws(SettingsError) -> [SettingsValue.Member] {
            let value = try value(node)
            return value.map ?? value.list?.flatMap { $0.map ?? [] } ?? []
        }
    }
}

extension Scalar {
    fileprivate init(_ scalar: Node.Scalar, isText: Bool) {
        let style: Style =
            switch scalar.style {
            case .any, .plain: .plain
            case .singleQuoted: .singleQuoted
            case .doubleQuoted: .doubleQuoted
            case .literal: .literal
            case .folded: .folded
            }
        self.init(text: scalar.string, style: style)
        // `!!str 12` is text, though it is written like a number.
        if style == .plain, isText, case .text = meaning {
        } else if style == .plain, isText {
            self.style = .doubleQuoted
        }
    }
}
