import TCPages
import TCTerminal

/// Renders a command's output as a page for a browser.
enum HTMLPage {
    /// Returns the page's HTML. `facts` stand at the top and say what the page is about, for somebody who finds it
    /// later.
    static func text(_ page: Page, facts: [(name: String, value: String)]) -> String {
        let list = facts.map { "<dt>\(HTML.escaped($0.name))</dt><dd>\(HTML.escaped($0.value))</dd>" }
        let body = """
            <dl>
            \(list.joined(separator: "\n"))
            </dl>
            \(page.parts.map(part).joined(separator: "\n"))
            """
        return HTMLDocument(title: page.title, body: body).text
    }

    private static func part(_ part: Page.Part) -> String {
        switch part {
        case .table(let table): self.table(table)
        case .list(let title, let lines):
            """
            <h2>\(HTML.escaped(title)) (\(lines.count))</h2>
            <ul>
            \(lines.map { "<li>\(HTML.escaped($0))</li>" }.joined(separator: "\n"))
            </ul>
            """
        case .code(let title, let lines):
            """
            <h2>\(HTML.escaped(title))</h2>
            <pre>\(HTML.escaped(lines.joined(separator: "\n")))</pre>
            """
        case .line(let line): "<p>\(HTML.escaped(line))</p>"
        }
    }

    private static func table(_ table: TextTable) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            let marked = zip(cells, table.alignments).map { text, alignment in
                switch alignment {
                case .left: "<\(tag)>\(HTML.escaped(text))</\(tag)>"
                case .right: "<\(tag) class=\"number\">\(HTML.escaped(text))</\(tag)>"
                }
            }
            return "<tr>\(marked.joined())</tr>"
        }
        return """
            <table>
            <thead>\(row(table.titles, "th"))</thead>
            <tbody>
            \(table.rows.map { row($0, "td") }.joined(separator: "\n"))
            </tbody>
            </table>
            """
    }
}
