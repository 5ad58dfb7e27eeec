import TCTerminal

/// A page as one file of HTML that needs nothing else: no script, no font, no picture, nothing from anywhere.
enum HTMLPage {
    /// `facts` stand at the top: what the page is about, for who finds it later.
    static func text(_ page: Page, facts: [(name: String, value: String)]) -> String {
        let list = facts.map { "<dt>\(escaped($0.name))</dt><dd>\(escaped($0.value))</dd>" }.joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escaped(page.title))</title>
            <style>
            \(style)
            </style>
            </head>
            <body>
            <h1>\(escaped(page.title))</h1>
            <dl>
            \(list)
            </dl>
            \(page.parts.map(part).joined(separator: "\n"))
            </body>
            </html>

            """
    }

    private static func part(_ part: Page.Part) -> String {
        switch part {
        case .table(let table): self.table(table)
        case .list(let title, let lines):
            """
            <h2>\(escaped(title)) (\(lines.count))</h2>
            <ul>
            \(lines.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n"))
            </ul>
            """
        case .code(let title, let lines):
            """
            <h2>\(escaped(title))</h2>
            <pre>\(escaped(lines.joined(separator: "\n")))</pre>
            """
        case .line(let line): "<p>\(escaped(line))</p>"
        }
    }

    private static func table(_ table: TextTable) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            let marked = zip(cells, table.alignments).map { text, alignment in
                switch alignment {
                case .left: "<\(tag)>\(escaped(text))</\(tag)>"
                case .right: "<\(tag) class=\"number\">\(escaped(text))</\(tag)>"
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

    /// What a name or a value holds is shown, and never markup.
    private static func escaped(_ text: String) -> String {
        // Scalar by scalar: a "<" that carries an accent is no "<" among characters, but one for a browser.
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }

    private static let style = """
        :root { color-scheme: light dark; }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.6rem; }
        h2 { font-size: 1.1rem; margin-top: 2rem; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1.5rem; }
        dt { opacity: 0.7; }
        dd { margin: 0; overflow-wrap: anywhere; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th { text-align: left; font-size: 0.8rem; }
        th, td { padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid rgb(128 128 128 / 0.3); }
        .number { text-align: right; }
        li { overflow-wrap: anywhere; }
        pre { overflow-x: auto; }
        """
}
