/// A line with search results for a terminal: cut to its width, with the matches in bold.
package struct MarkedLine {
    private var text: String
    private var marks: [Range<String.Index>]

    /// `marks` are ranges of `text`, in its order. Control characters have to be gone from it.
    package init(_ text: String, marks: [Range<String.Index>]) {
        self.text = text
        self.marks = marks
    }

    /// Returns the line in at most `columns` columns; `nil` means any width. `…` replaces what is cut off, and the first mark
    /// stays visible if possible.
    package func text(columns: Int?, isBold: Bool) -> String {
        let bold = isBold ? marks : []
        guard let columns, DisplayWidth.of(text) > columns else { return shown(text[...], bold) }
        var start = text.startIndex
        var room = columns
        if let mark = marks.first, DisplayWidth.of(String(text[..<mark.upperBound])) >= columns {
            start = text.index(mark.lowerBound, offsetBy: -columns / 4, limitedBy: text.startIndex) ?? text.startIndex
            room -= 1
        }
        let end = Self.end(of: text[start...], room)
        let isCut = end < text.endIndex
        return (start > text.startIndex ? "…" : "") + shown(text[start..<end], bold) + (isCut ? "…" : "")
    }

    /// Returns the end of the part that fits, with one column left for `…`.
    private static func end(of text: Substring, _ columns: Int) -> String.Index {
        var left = columns - 1
        if DisplayWidth.of(String(text)) <= columns { return text.endIndex }
        return text.indices.first { at in
            left -= DisplayWidth.of(text[at])
            return left < 0
        } ?? text.endIndex
    }

    private func shown(_ part: Substring, _ bold: [Range<String.Index>]) -> String {
        var (result, at) = ("", part.startIndex)
        for mark in bold where mark.overlaps(part.startIndex..<part.endIndex) {
            let mark = mark.clamped(to: part.startIndex..<part.endIndex)
            result += part[at..<mark.lowerBound] + "\u{1B}[1m" + part[mark] + "\u{1B}[22m"
            at = mark.upperBound
        }
        return result + part[at...]
    }
}
