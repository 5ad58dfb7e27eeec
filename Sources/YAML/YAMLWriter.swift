#if SystemYAML
    import TCLibYAML
#else
    import CYaml
#endif

/// Passes nodes to libyaml as events, and keeps the bytes that libyaml produces.
final class YAMLWriter {
    private var emitter = yaml_emitter_t()
    fileprivate var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    init() {
        yaml_emitter_initialize(&emitter)
        yaml_emitter_set_unicode(&emitter, 1)
        yaml_emitter_set_width(&emitter, -1)
    }

    deinit { yaml_emitter_delete(&emitter) }

    func document(_ node: YAMLNode) throws(YAMLError) {
        yaml_emitter_set_output(&emitter, append, Unmanaged.passUnretained(self).toOpaque())
        try emit { yaml_stream_start_event_initialize(&$0, YAML_UTF8_ENCODING) }
        try emit { yaml_document_start_event_initialize(&$0, nil, nil, nil, 1) }
        try write(node)
        try emit { yaml_document_end_event_initialize(&$0, 1) }
        try emit { yaml_stream_end_event_initialize(&$0) }
    }

    private func write(_ node: YAMLNode) throws(YAMLError) {
        switch node.content {
        case .scalar(let text, let style): try write(text, style)
        case .sequence(let items):
            try emit { yaml_sequence_start_event_initialize(&$0, nil, nil, 1, YAML_ANY_SEQUENCE_STYLE) }
            for item in items { try write(item) }
            try emit { yaml_sequence_end_event_initialize(&$0) }
        case .mapping(let members):
            try emit { yaml_mapping_start_event_initialize(&$0, nil, nil, 1, YAML_ANY_MAPPING_STYLE) }
            for member in members {
                try write(member.key)
                try write(member.value)
            }
            try emit { yaml_mapping_end_event_initialize(&$0) }
        }
    }

    private func write(_ text: String, _ style: YAMLNode.Style) throws(YAMLError) {
        let bytes = Array(text.utf8) + [0]
        try emit { event in
            bytes.withUnsafeBufferPointer { bytes in
                yaml_scalar_event_initialize(
                    &event, nil, nil, bytes.baseAddress, Int32(bytes.count - 1), 1, 1, Self.style(style))
            }
        }
    }

    private static func style(_ style: YAMLNode.Style) -> yaml_scalar_style_t {
        switch style {
        case .plain: YAML_PLAIN_SCALAR_STYLE
        case .singleQuoted: YAML_SINGLE_QUOTED_SCALAR_STYLE
        case .doubleQuoted: YAML_DOUBLE_QUOTED_SCALAR_STYLE
        case .literal: YAML_LITERAL_SCALAR_STYLE
        case .folded: YAML_FOLDED_SCALAR_STYLE
        }
    }

    /// Passes one event to libyaml, which owns the event from then on, even if writing it failed.
    private func emit(_ make: (inout yaml_event_t) -> Int32) throws(YAMLError) {
        var event = yaml_event_t()
        guard make(&event) == 1, yaml_emitter_emit(&emitter, &event) == 1 else {
            throw .malformed(line: nil, problem: "it can't be written")
        }
    }
}

/// Receives libyaml's output. It is called only during `emit`, while the writer exists.
private func append(_ writer: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let writer else { return 0 }
    Unmanaged<YAMLWriter>.fromOpaque(writer).takeUnretainedValue()
        .bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
    return 1
}
