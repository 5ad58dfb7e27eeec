#if SystemYAML
    import TCLibYAML
#else
    import CYaml
#endif

/// Reads and writes YAML with libyaml: the copy that Yams holds, or the system's (trait `SystemYAML`).
///
/// Yams itself is not used: it depends on the whole of Foundation, and Foundation's ICU would be two thirds of a static program.
package enum YAML {
    /// The deepest nesting of sequences and mappings that is read, by way of aliases too. The limit bounds the recursion of the
    /// code that reads the nodes.
    package static let deepest = 64

    /// Reads a text that holds one document; `nil` if it holds none.
    package static func node(of text: String) throws(YAMLError) -> YAMLNode? {
        // A NUL follows the text, because an empty array may have no address, and libyaml does not accept a null pointer.
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
