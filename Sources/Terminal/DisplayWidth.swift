/// The number of terminal columns that a text takes: two for wide letters and pictures, none for combining marks.
package enum DisplayWidth {
    package static func of(_ text: String) -> Int {
        // A carriage return and the line feed after it are one letter.
        let isSimple = text.utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\r") }
        return isSimple ? text.utf8.count : text.reduce(0) { $0 + of($1) }
    }

    /// Returns the width of a letter. It is that of the first scalar and at most two columns, because joined pictures are shown
    /// as one.
    package static func of(_ letter: Character) -> Int {
        if letter.isASCII { return 1 }
        let scalars = letter.unicodeScalars
        if scalars.contains("\u{FE0F}") { return 2 }
        return scalars.first.map(of) ?? 0
    }

    /// Returns as much of a text as fits, with `…` if something is cut off.
    package static func cut(_ text: String, to columns: Int) -> String {
        guard of(text) > columns else { return text }
        var (result, width) = ("", 1)
        for letter in text {
            width += of(letter)
            guard width <= columns else { break }
            result.append(letter)
        }
        return columns > 0 ? result + "…" : ""
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        return scalar.properties.isEmojiPresentation || wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// The blocks that Unicode classifies as wide or full-width (https://www.unicode.org/reports/tr11/).
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
        0x1AFF0...0x1B2FF, 0x20000...0x3FFFD,
    ]
}
