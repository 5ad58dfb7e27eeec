#if SystemYAML
    import TCLibYAML
#else
    import CYaml
#endif

/// YAML by libyaml: the copy of it that Yams holds, or the system's (trait `SystemYAML`).
///
/// Yams itself is not asked. It stands on the whole of Foundation, whose ICU is two thirds of a static program.
package enum YAML {
    /// How deep sequences and mappings may stand in each other: whoever reads them goes down as deep.
    package static let deepest = 64

    /// Reads a text of one document; `nil` when it holds none.
    package static func node(of text: String) throws(YAMLError) -> YAMLNode? {
        // A NUL behind the text: the address of no bytes at all may be none, which libyaml does not take.
        let bytes = Array(text.utf8) + [0]
        return try bytes.withUnsafeBufferPointer { bytes throws(YAMLError) in
            try YAMLReader(bytes.dropLast()).document()
        }
    }

    /// Writes a node as a document, each scalar in its style where that style can hold it.
    package static func text(of node: YAMLNode) throws(YAMLError) -> String {
        let writer = YAMLWriter()
        try writer.document(node)
        return writer.text
    }
}
