/// How something stands on the screen; which colour that is, the terminal decides (`Palette`).
enum Style: Int, CaseIterable {
    case normal, dim, strong, title, project, badge, running, over, trouble, selected, banner, key
}

/// Text of one style on a line. There is no other way to the screen, and what is no text for a terminal gets no further.
struct Span: Equatable {
    let text: String
    let style: Style

    init(_ text: String, _ style: Style = .normal) {
        self.text = Cells.clean(text)
        self.style = style
    }
}

typealias Line = [Span]

extension Line {
    /// Exactly so many columns wide; the last style goes on to the end.
    func fitted(to columns: Int) -> Line {
        var (result, used) = (Line(), 0)
        for span in self {
            guard used < columns else { break }
            let text = Cells.shortened(span.text, to: columns - used)
            used += Cells.width(text)
            result.append(Span(text, span.style))
        }
        guard used < columns else { return result }
        return result + [Span(String(repeating: " ", count: columns - used), last?.style ?? .normal)]
    }

    /// All of it in one style: a row that is selected.
    func styled(_ style: Style) -> Line { map { Span($0.text, style) } }

    var text: String { map(\.text).joined() }
}

/// What the whole screen shows: as many lines as it has rows, each as wide as it is.
struct Frame: Equatable {
    var lines: [Line]
    /// Where the cursor stands while something is typed.
    var cursor: (row: Int, column: Int)?

    static func == (a: Frame, b: Frame) -> Bool {
        a.lines == b.lines && a.cursor?.row == b.cursor?.row && a.cursor?.column == b.cursor?.column
    }

    /// As a reader sees it.
    var text: String { lines.map(\.text).joined(separator: "\n") }
}

struct Size: Equatable {
    var columns: Int
    var rows: Int
}
