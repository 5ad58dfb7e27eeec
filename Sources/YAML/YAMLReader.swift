#if SystemYAML
    import TCLibYAML
#else
    import CYaml
#endif

/// Builds nodes from libyaml's events (https://pyyaml.org/wiki/LibYAML).
final class YAMLReader {
    private var parser = yaml_parser_t()
    private var anchors: [String: Nested] = [:]
    private var depth = 0

    /// A node, and how deep it is: 0 for a scalar, 1 for a sequence of scalars. An alias adds this depth to that of its own place.
    private struct Nested {
        var node: YAMLNode
        var height: Int
    }

    /// Creates a reader for UTF-8 bytes, which have to outlive it.
    init(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        let bytes = UnsafeBufferPointer(rebasing: bytes)
        yaml_parser_initialize(&parser)
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
    }

    deinit { yaml_parser_delete(&parser) }

    func document() throws(YAMLError) -> YAMLNode? {
        _ = try next()  // The stream begins.
        guard case .other(YAML_DOCUMENT_START_EVENT) = try next().kind else { return nil }
        let node = try nested(next()).node
        _ = try next()  // The document ends.
        let end = try next()
        guard case .other(YAML_STREAM_END_EVENT) = end.kind else {
            throw .malformed(line: end.line, problem: "but found another document")
        }
        return node
    }

    private func nested(_ event: Event) throws(YAMLError) -> Nested {
        switch event.kind {
        case .alias(let name):
            guard let nested = anchors[name] else {
                throw .malformed(line: event.line, problem: "found undefined alias")
            }
            // Aliases of aliases would otherwise nest a flat text without a limit.
            guard depth + nested.height <= YAML.deepest else { throw .tooDeep(line: event.line) }
            return nested
        case .scalar(let text, let style): return anchored(.scalar(text, style), height: 0, event)
        case .sequence:
            let (items, height) = try items(event)
            return anchored(.sequence(items), height: height, event)
        case .mapping:
            let (members, height) = try members(event)
            return anchored(.mapping(members), height: height, event)
        case .end, .other: throw .malformed(line: event.line, problem: "a value is missing")
        }
    }

    /// Records a node under its anchor. An anchor may be defined again; an alias means the latest definition
    /// (https://yaml.org/spec/1.1/#id863390).
    private func anchored(_ content: YAMLNode.Content, height: Int, _ event: Event) -> Nested {
        let nested = Nested(node: YAMLNode(content, tag: event.tag, line: event.line), height: height)
        if let anchor = event.anchor { anchors[anchor] = nested }
        return nested
    }

    private func items(_ start: Event) throws(YAMLError) -> (items: [YAMLNode], height: Int) {
        try descend(start)
        defer { depth -= 1 }
        var (items, height): ([YAMLNode], Int) = ([], 0)
        while let event = try member() {
            let item = try nested(event)
            items.append(item.node)
            height = max(height, item.height)
        }
        return (items, height + 1)
    }

    private func members(
        _ start: Event
    ) throws(YAMLError) -> (members: [(key: YAMLNode, value: YAMLNode)], height: Int) {
        try descend(start)
        defer { depth -= 1 }
        var (members, height): ([(key: YAMLNode, value: YAMLNode)], Int) = ([], 0)
        var lines: [String: Int] = [:]
        while let event = try member() {
            let key = try nested(event)
            if let name = key.node.text {
                if let first = lines[name] { throw .malformed(line: first, problem: "\(name) occurs twice") }
                lines[name] = key.node.line
            }
            let value = try nested(next())
            members.append((key.node, value.node))
            height = max(height, key.height, value.height)
        }
        return (members, height + 1)
    }

    private func descend(_ start: Event) throws(YAMLError) {
        guard depth < YAML.deepest else { throw .tooDeep(line: start.line) }
        depth += 1
    }

    /// Returns the next event inside a sequence or a mapping; `nil` at its end.
    private func member() throws(YAMLError) -> Event? {
        let event = try next()
        if case .end = event.kind { return nil }
        return event
    }

    private func next() throws(YAMLError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        return Event(event)
    }

    private func failure() -> YAMLError {
        let problem = parser.problem.map { String(cString: $0) } ?? "it can't be read"
        // libyaml's byte reader, which does not know lines, sets no mark.
        let hasMark = parser.error != YAML_READER_ERROR && parser.error != YAML_MEMORY_ERROR
        return .malformed(line: hasMark ? Int(parser.problem_mark.line) + 1 : nil, problem: problem)
    }
}

/// One of libyaml's events, as Swift values.
private struct Event {
    enum Kind {
        case alias(String)
        case scalar(String, YAMLNode.Style)
        case sequence, mapping
        /// The end of a sequence or a mapping.
        case end
        case other(yaml_event_type_t)
    }

    var kind: Kind
    var line: Int
    var anchor: String?
    var tag: String?

    init(_ event: yaml_event_t) {
        line = Int(event.start_mark.line) + 1
        switch event.type {
        case YAML_ALIAS_EVENT: kind = .alias(Self.text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            kind = .scalar(String(decoding: bytes, as: UTF8.self), Self.style(scalar.style))
            (anchor, tag) = (Self.text(scalar.anchor), Self.text(scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            kind = .sequence
            (anchor, tag) = (Self.text(event.data.sequence_start.anchor), Self.text(event.data.sequence_start.tag))
        case YAML_MAPPING_START_EVENT:
            kind = .mapping
            (anchor, tag) = (Self.text(event.data.mapping_start.anchor), Self.text(event.data.mapping_start.tag))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: kind = .end
        default: kind = .other(event.type)
        }
    }

    private static func text(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        bytes.map { String(cString: $0) }
    }

    private static func style(_ style: yaml_scalar_style_t) -> YAMLNode.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }
}
