import TCTerminal

/// The report of a move as a page of its own, which an admin files.
enum MovePage {
    static func page(_ text: MoveText) -> String {
        let isPlan = text.report == nil
        let title =
            isPlan ? "Migration to the system-wide installation: plan" : "Migration to the system-wide installation"
        let sections = text.planned.filter { isPlan || !$0.title.hasPrefix("Data") } + text.done
        let body = sections.filter { !$0.lines.isEmpty }.map { section in
            "<section><h2>\(escaped(section.title))</h2><pre>\(escaped(section.lines.joined(separator: "\n")))</pre></section>"
        }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>
            <style>
            body { font-family: system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; line-height: 1.4 }
            pre { overflow-x: auto; background: #f4f4f4; color: #111; padding: .8rem }
            </style></head><body>
            <h1>\(title)</h1>
            \(body.joined(separator: "\n"))
            </body></html>

            """
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
