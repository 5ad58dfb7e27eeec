/// A table with titles and rows of numbers. A number can have a bar beside it, so that the table is also a plot.
package struct HTMLTable {
    package enum Cell {
        /// The subject of the row, as markup.
        case head(String)
        case markup(String)
        case number(Int)
        /// A short text that is kept on one line.
        case word(String)
        /// A bar for the number's share of the largest number in the table.
        case bar(Int, of: Int)
    }

    var caption: String?
    var titles: [String]
    var rows: [[Cell]]

    package init(caption: String? = nil, titles: [String], rows: [[Cell]]) {
        (self.caption, self.titles, self.rows) = (caption, titles, rows)
    }

    package var html: String {
        let heads = zip(titles, classes).map { title, kind in
            // A column without a title holds bars. They repeat the numbers beside them, so screen readers skip the column.
            title.isEmpty
                ? "<td aria-hidden=\"true\"\(kind)></td>" : "<th scope=\"col\"\(kind)>\(HTML.escaped(title))</th>"
        }
        return """
            <table>\(caption.map { "<caption>\(HTML.escaped($0))</caption>" } ?? "")
            <thead><tr>\(heads.joined())</tr></thead>
            <tbody>
            \(rows.map { "<tr>\($0.map(Self.html).joined())</tr>" }.joined(separator: "\n"))
            </tbody>
            </table>
            """
    }

    /// The class of each column, which aligns the title like the cells below it.
    private var classes: [String] {
        titles.indices.map { at in
            switch rows.first?[at] {
            case .number, .word: " class=\"number\""
            case .bar: " class=\"plotted\""
            case .head, .markup, nil: ""
            }
        }
    }

    private static func html(_ cell: Cell) -> String {
        switch cell {
        case .head(let text): "<th scope=\"row\">\(text)</th>"
        case .markup(let text): "<td>\(text)</td>"
        case .number(let number): "<td class=\"number\">\(Grouped.text(number))</td>"
        case .word(let text): "<td class=\"number\">\(HTML.escaped(text))</td>"
        case .bar(let value, let most): "<td class=\"plotted\" aria-hidden=\"true\">\(bar(value, of: most))</td>"
        }
    }

    static func bar(_ value: Int, of most: Int) -> String {
        let share = value <= 0 || most <= 0 ? 0 : min(1, max(0.01, Double(value) / Double(most)))
        return """
            <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" focusable="false">\
            <rect width="\(SVGNumber.text(share * 100))" height="10"/></svg>
            """
    }
}

/// Numbers with grouped digits, as people read them.
package enum Grouped {
    /// Returns the number with its noun: `1 row`, `1,234 rows`.
    package static func text(_ number: Int, _ one: String, _ many: String) -> String {
        "\(text(number)) \(number == 1 ? one : many)"
    }

    /// Returns the number with grouped digits: `1,234,567`.
    package static func text(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var result = ""
        for (at, digit) in digits.enumerated() {
            if at > 0, (digits.count - at) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return (number < 0 ? "-" : "") + result
    }
}
