/// The role of a text on the screen. `Palette` gives it the colours and attributes that the terminal has.
enum Style: Int, CaseIterable {
    case normal, dim, strong, title, project, badge, running, over, trouble, selected, banner, key
}

/// Text of one style on a line. All text reaches the screen as spans, and a span removes what a terminal would not show as text.
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
    /// Returns the line in exactly that number of columns: shortened, or padded with blanks in the last span's style.
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

    /// Returns the line in a single style, for example as the selected row.
    func styled(_ style: Style) -> Line { map { Span($0.text, style) } }

    var text: String { map(\.text).joined() }
}

/// The content of the whole screen: as many lines as the screen has rows, each as wide as the screen.
struct Frame: Equatable {
    var lines: [Line]
    /// The cursor's position while the user types a line; `nil` otherwise.
    var cursor: (row: Int, column: Int)?

    static func == (a: Frame, b: Frame) -> Bool {
        a.lines == b.lines && a.cursor?.row == b.cursor?.row && a.cursor?.column == b.cursor?.column
    }

    /// The frame as plain text.
    var text: String { lines.map(\.text).joined(separator: "\n") }
}

struct Size: Equatable {
    var columns: Int
    var rows: Int
}
