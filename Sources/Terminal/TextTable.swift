/// A table with headings. Each column is as wide as its widest cell, measured in terminal columns.
package struct TextTable {
    package enum Alignment { case left, right }

    private var columns: [(title: String, alignment: Alignment)]
    package private(set) var rows: [[String]] = []

    package init(_ columns: [(String, Alignment)]) { self.columns = columns.map { (title: $0.0, alignment: $0.1) } }

    package init(_ columns: (String, Alignment)...) { self.init(columns) }

    package mutating func add(_ cells: String...) { rows.append(cells) }

    package mutating func add(_ cells: [String]) { rows.append(cells) }

    package var titles: [String] { columns.map(\.title) }
    package var alignments: [Alignment] { columns.map(\.alignment) }

    package func rendered() -> String {
        let widths = widths
        return ([titles] + rows).map { line in
            var text = ""
            for at in columns.indices {
                if at > 0 { text += "  " }
                add(line[at], widths[at], columns[at].alignment, to: &text)
            }
            while text.utf8.last == UInt8(ascii: " ") { text.removeLast() }
            return text
        }.joined(separator: "\n")
    }

    private var widths: [Int] {
        let lines = [titles] + rows
        return columns.indices.map { at in lines.map { DisplayWidth.of($0[at]) }.max() ?? 0 }
    }

    /// The table's width in terminal columns.
    package var width: Int { widths.reduce(0, +) + 2 * max(0, columns.count - 1) }

    /// Cuts the cells of one column, but not its title, to the width at which the table would fit; returns false, with nothing cut, if
    /// that width is less than `least`.
    private mutating func shrink(_ column: Int, toFit columns: Int, least: Int) -> Bool {
        let rest = widths[column] - max(0, width - columns)
        guard rest >= least else { return false }
        for row in rows.indices { rows[row][column] = DisplayWidth.cut(rows[row][column], to: rest) }
        return true
    }

    /// Cuts the cells of the given columns, in their order, so that the table fits. No cell is cut to less than `least`, and titles
    /// are not cut. Returns whether the table fits.
    package mutating func fit(_ flexible: [Int], to columns: Int, least: Int) -> Bool {
        for at in flexible where width > columns {
            if shrink(at, toFit: columns, least: least) { break }
            // This column alone can't make the table fit. It is cut to `least`, and the next ones are cut as well.
            _ = shrink(at, toFit: width - max(0, widths[at] - least), least: least)
        }
        return width <= columns
    }

    /// Renders the table so that it fits a terminal of this width; `nil` leaves the width unlimited. The flexible columns are cut in the
    /// given order, but not to less than `least`; if the table is still too wide, its lines lose their ends.
    package func rendered(to width: Int?, cutting flexible: [Int], least: Int = 8) -> String {
        guard let width else { return rendered() }
        var table = self
        guard !table.fit(flexible, to: width, least: least) else { return table.rendered() }
        return table.rendered().split(separator: "\n", omittingEmptySubsequences: false)
            .map { DisplayWidth.cut(String($0), to: width) }.joined(separator: "\n")
    }

    private func add(_ cell: String, _ width: Int, _ alignment: Alignment, to text: inout String) {
        let space = String(repeating: " ", count: width - DisplayWidth.of(cell))
        switch alignment {
        case .left: text += cell + space
        case .right: text += space + cell
        }
    }
}
