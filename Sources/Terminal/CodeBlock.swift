/// Text that arrives in pieces, indented so that Markdown shows it as it is, whatever it holds.
///
/// A piece is passed on at once and nothing of it is kept, because output may go on for megabytes without ending a line.
package struct CodeBlock: Sendable {
    private static let indentation = "    "
    private var isInLine = false

    package init() {}

    /// Returns the next part of the block. However the text is divided into pieces, the parts make up the same block.
    package mutating func add(_ text: String) -> String {
        guard !text.isEmpty else { return "" }
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var block = ""
        for (number, line) in lines.enumerated() {
            if number > 0 { block += end(always: true) }
            guard !line.isEmpty else { continue }
            if !isInLine { block += Self.indentation }
            block += Substring(line)
            isInLine = true
        }
        return block
    }

    /// Returns what ends the last line, if that is not complete.
    package mutating func end() -> String { end(always: false) }

    /// Ends the current line. An empty line is indented too, or else Markdown would end the block there.
    private mutating func end(always: Bool) -> String {
        defer { isInLine = false }
        return isInLine ? "\n" : always ? "\(Self.indentation)\n" : ""
    }
}
