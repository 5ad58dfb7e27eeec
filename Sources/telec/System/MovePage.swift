import TCPages

/// The report of a move as a page of its own, for an admin's files.
enum MovePage {
    static func page(_ text: MoveText) -> String {
        let isPlan = text.report == nil
        let title =
            isPlan ? "Migration to the system-wide installation: plan" : "Migration to the system-wide installation"
        let sections = text.planned.filter { isPlan || !$0.title.hasPrefix("Data") } + text.done
        let body = sections.filter { !$0.lines.isEmpty }.map { section in
            let lines = HTML.escaped(section.lines.joined(separator: "\n"))
            return "<section><h2>\(HTML.escaped(section.title))</h2><pre>\(lines)</pre></section>"
        }
        return HTMLDocument(title: title, body: body.joined(separator: "\n")).text
    }
}
