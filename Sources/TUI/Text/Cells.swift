import TCRuntime

/// Text from outside as a terminal may show it. All that reaches the screen, and each line of the plain mode, passes here.
enum Cells {
    /// One place on the screen, or two side by side: what stands in it, and how wide it is.
    struct Cluster: Equatable {
        var text: String
        var width: Int
    }

    /// On one line, without anything that moves the cursor, speaks to the terminal, or turns text around.
    static func clean(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        var reader = PlainText()
        let line = reader.read(text).replacing("\n", with: " ").replacing("\t", with: " ")
        return clusters(of: line).map(\.text).joined()
    }

    static func width(_ text: String) -> Int {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text.utf8.count }
        return clusters(of: text).reduce(0) { $0 + $1.width }
    }

    /// Exactly so many columns: cut, with `…` where something is missing, or filled up with blanks.
    static func fitted(_ text: String, to columns: Int) -> String {
        let cut = shortened(text, to: columns)
        return cut + String(repeating: " ", count: max(0, columns - width(cut)))
    }

    /// At most so many columns.
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

    /// Lines of at most so many columns.
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

    /// Terminals disagree on how wide a sequence of joined emoji is, so its first one stands for it.
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

    /// A letter with more marks than any language has is somebody's joke.
    private static let longestCluster = 6
}
