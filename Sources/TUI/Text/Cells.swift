import TCRuntime

/// Makes text from outside safe to show on a terminal, and measures it. All text on the screen and all lines of the plain mode pass
/// through here.
enum Cells {
    /// A character with its marks, and its width: one or two columns of the screen.
    struct Cluster: Equatable {
        var text: String
        var width: Int
    }

    /// Returns the text on one line, without anything that moves the cursor, controls the terminal, or reverses the text's direction.
    static func clean(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        let line = PlainText.of(text).replacing("\n", with: " ").replacing("\t", with: " ")
        return clusters(of: line).map(\.text).joined()
    }

    static func width(_ text: String) -> Int {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text.utf8.count }
        return clusters(of: text).reduce(0) { $0 + $1.width }
    }

    /// Returns the text in exactly that number of columns: shortened with `…` at the end, or padded with blanks.
    static func fitted(_ text: String, to columns: Int) -> String {
        let cut = shortened(text, to: columns)
        return cut + String(repeating: " ", count: max(0, columns - width(cut)))
    }

    /// Returns the text in at most that number of columns, with `…` at the end if something was cut.
    static func shortened(_ text: String, to columns: Int) -> String {
        guard columns > 0 else { return "" }
        guard width(text) > columns else { return text }
        var (result, used) = ("", 0)
        for cluster in clusters(of: text) {
            guard used + cluster.width < columns else { break }
            result += cluster.text
            used += cluster.width
        }
        return result + "…"
    }

    /// Returns the text in lines of at most that number of columns.
    static func wrapped(_ text: String, to columns: Int) -> [String] {
        let columns = max(2, columns)
        var (lines, line, used) = ([String](), "", 0)
        for cluster in clusters(of: text) {
            if used + cluster.width > columns {
                lines.append(line)
                (line, used) = ("", 0)
            }
            line += cluster.text
            used += cluster.width
        }
        return lines + [line]
    }

    static func clusters(of text: String) -> [Cluster] {
        var result: [Cluster] = []
        for character in text {
            if let cluster = cluster(character) { result.append(cluster) }
        }
        return result
    }

    /// Returns a character as a cluster. Of a sequence of joined emoji only the first is kept, because terminals disagree on the
    /// width of such sequences.
    private static func cluster(_ character: Character) -> Cluster? {
        var (scalars, width) = (String.UnicodeScalarView(), 0)
        for scalar in character.unicodeScalars {
            let shown = Glyph.width(scalar)
            switch shown {
            case nil: continue
            case 0?: if width > 0, scalars.count < longestCluster { scalars.append(scalar) }
            case let wide?:
                if width > 0, Glyph.isPicture(scalar) { continue }
                scalars.append(scalar)
                width += wide
            }
        }
        return width == 0 ? nil : Cluster(text: String(scalars), width: width)
    }

    /// The largest number of scalars in a cluster. Further marks are dropped: no language puts more on a letter.
    private static let longestCluster = 6
}
