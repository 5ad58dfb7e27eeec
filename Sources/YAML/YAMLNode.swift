/// What stands in a YAML file: a scalar, a sequence or a mapping, with its line. An alias is what it stands for.
package struct YAMLNode: Sendable {
    package indirect enum Content: Sendable {
        case scalar(String, Style)
        case sequence([YAMLNode])
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    /// How a scalar is written. Only a plain one can be anything but text.
    package enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

    package var content: Content
    /// The tag that is written before it, in full (`tag:yaml.org,2002:str` for `!!str`); `nil` where none is.
    package var tag: String?
    /// From 1; 0 where no file holds it.
    package var line: Int

    package init(_ content: Content, tag: String? = nil, line: Int = 0) {
        self.content = content
        self.tag = tag
        self.line = line
    }

    /// A scalar's text.
    package var text: String? { if case .scalar(let text, _) = content { text } else { nil } }

    /// Whether it is the key `<<`, unquoted: what stands there is part of the mapping (https://yaml.org/type/merge.html).
    package var isMergeKey: Bool { if case .scalar("<<", .plain) = content { tag == nil } else { false } }
}

/// Why a text is no YAML, or a node can't be written as YAML. It never repeats the text, which may be a secret.
package enum YAMLError: Error, Equatable {
    case malformed(line: Int?, problem: String)
    /// A node stands deeper than `YAML.deepest`.
    case tooDeep(line: Int)
}
