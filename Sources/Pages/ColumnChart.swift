/// A chart of numbers over time, one column for each, with a table of the same numbers.
package struct ColumnChart {
    package struct Column: Sendable {
        var label: String
        var value: Int

        package init(_ label: String, _ value: Int) { (self.label, self.value) = (label, value) }
    }

    var title: String
    /// The unit that is counted, such as `sessions`.
    var unit: String
    var columns: [Column]

    package init(title: String, unit: String, columns: [Column]) {
        (self.title, self.unit, self.columns) = (title, unit, columns)
    }

    package var html: String {
        """
        <figure aria-label="\(HTML.escaped(title))">
        <figcaption>\(HTML.escaped(title))</figcaption>
        \(isEmpty ? "<p>\(HTML.escaped(summary))</p>" : plot)
        <details><summary>\(HTML.escaped(title)): the numbers</summary>
        \(table)
        </details>
        </figure>
        """
    }

    private var isEmpty: Bool { columns.allSatisfy { $0.value <= 0 } }

    /// The chart in words, for readers who can't see it.
    var summary: String {
        guard !isEmpty, let most = columns.max(by: { $0.value < $1.value }) else { return "None in this time." }
        let all = columns.reduce(0) { $0.addingReportingOverflow($1.value).overflow ? .max : $0 + $1.value }
        return "\(Grouped.text(all)) \(unit) in all; most on \(most.label): \(Grouped.text(most.value))."
    }

    private var plot: String {
        let scale = AxisScale(for: columns.map(\.value))
        let ticks = scale.ticks.map { "<span>\($0)</span>" }.joined()
        let ends = [columns.first, columns.count > 1 ? columns.last : nil].compactMap { $0 }
            .map { "<span>\(HTML.escaped($0.label))</span>" }.joined()
        return """
            <div class="plot"><div class="scale" aria-hidden="true">\(ticks)</div>
            \(svg(scale))
            <div class="ends" aria-hidden="true">\(ends)</div></div>
            """
    }

    /// Draws the chart. Each column is 10 units wide and at most 100 high; the page stretches the drawing.
    func svg(_ scale: AxisScale) -> String {
        let rects = columns.enumerated().filter { $0.element.value > 0 }.map { at, column in
            let height = scale.share(column.value) * 100
            return """
                <rect x="\(at * 10 + 1)" y="\(SVGNumber.text(100 - height))" width="8" height="\(SVGNumber.text(height))"/>
                """
        }
        return """
            <svg class="columns" role="img" aria-label="\(HTML.escaped(summary))" viewBox="0 0 \(max(1, columns.count) * 10) 100" \
            preserveAspectRatio="none">\(rects.joined())</svg>
            """
    }

    private var table: String {
        let rows = columns.map { [HTMLTable.Cell.head(HTML.escaped($0.label)), .number($0.value)] }
        return HTMLTable(titles: ["Time", unit.prefix(1).uppercased() + unit.dropFirst()], rows: rows).html
    }
}
