/// A node of a YAML file: a scalar, a sequence or a mapping, with its line. An alias is replaced by the node to which it refers.
package struct YAMLNode: Sendable {
    package indirect enum Content: Sendable {
        case scalar(String, Style)
        case sequence([YAMLNode])
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    /// The style in which a scalar is written. Only a plain scalar can be anything but text.
    package enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

    package var content: Content
    /// The tag that the file gives to the node, in full (`tag:yaml.org,2002:str` for `!!str`); `nil` if it gives none.
    package var tag: String?
    /// The line, counted from 1; 0 if the node comes from no file.
    package var line: Int

    package init(_ content: Content, tag: String? = nil, line: Int = 0) {
        self.content = content
        self.tag = tag
        self.line = line
    }

    /// A scalar's text; `nil` for a sequence or a mapping.
    package var text: String? { if case .scalar(let text, _) = content { text } else { nil } }

    /// Whether the node is the unquoted key `<<`, whose value is merged into the mapping (https://yaml.org/type/merge.html).
    package var isMergeKey: Bool { if case .scalar("<<", .plain) = content { tag == nil } else { false } }
}

/// The reason why a text is not valid YAML, or why a node can't be written as YAML. An error never repeats the text, which may be
/// a secret.
package enum YAMLError: Error, Equatable {
    case malformed(line: Int?, problem: String)
    /// A node is nested deeper than `YAML.deepest`.
    case tooDeep(line: Int)
}
