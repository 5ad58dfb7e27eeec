import TCRuntime

extension State {
    /// The content of the whole screen.
    var frame: Frame {
        var lines = [titleLine]
        if let banner { lines.append([Span(banner, .banner)]) }
        let rows: [Line] =
            if let help {
                HelpText.lines.dropFirst(help).prefix(layout.body).map { [Span(" " + $0)] }
            } else {
                switch page {
                case .sessions: sessionsBody
                case .transcript: transcriptBody
                case .audit: auditBody
                }
            }
        lines += rows.prefix(layout.body)
        while lines.count < size.rows - 1 { lines.append([]) }
        let (last, column) = lastLine
        lines = lines.prefix(size.rows - 1) + [last]
        return Frame(
            lines: lines.map { $0.fitted(to: size.columns) }, cursor: column.map { (row: size.rows - 1, column: $0) })
    }

    private var titleLine: Line {
        let what: String =
            if help != nil {
                "help"
            } else {
                switch page {
                case .sessions: listTitle
                case .transcript: "transcript"
                case .audit: me?.role == "admin" ? "audit log" : "who looked at your sessions"
                }
            }
        let who = me.map { "\($0.person ?? "nobody") (\($0.role))" } ?? "…"
        let left = Span(" telec  \(what)", .title)
        let right = Span("\(linkMark) \(who) ", .title)
        let space = size.columns - Cells.width(left.text) - Cells.width(right.text)
        guard space > 0 else { return [left] }
        return [left, Span(String(repeating: " ", count: space), .title), right]
    }

    private var linkMark: String {
        switch link {
        case .connecting: "connecting"
        case .up: hasNews ? "news: r" : "live"
        case .down: "away"
        }
    }

    private var listTitle: String {
        let sessions = browser.sessionCount == 1 ? "1 session" : "\(browser.sessionCount) sessions"
        let filter = query.isFiltering ? "  [\(query.typed)]" : ""
        return "\(sessions)\(hasMore ? " and more" : "")\(filter)  by \(query.order.words)"
    }

    /// The last line, and the cursor's column in it: the dialog, else the message, else hints about the keys.
    private var lastLine: (Line, Int?) {
        switch dialog {
        case .line(let prompt)?: return promptLine(prompt)
        case .question(let text, _)?: return ([Span(" \(text) (y/n)", .strong)], nil)
        case .notice(let text)?: return ([Span(" \(text) (Enter)", .banner)], nil)
        case nil: break
        }
        if let message { return ([Span(" " + message.text, message.isTrouble ? .trouble : .strong)], nil) }
        return (hints, nil)
    }

    /// The line that is typed, and the cursor's column. If the text is too long, its part directly before the cursor stays visible.
    private func promptLine(_ prompt: Prompt) -> (Line, Int?) {
        let room = max(8, size.columns / 3)
        let question = " \(Cells.shortened(Cells.clean(prompt.question), to: size.columns - room)): "
        let left = size.columns - Cells.width(question) - 1
        let before = Cells.clusters(of: Cells.clean(prompt.before))
        var (first, used) = (before.endIndex, 0)
        while first > before.startIndex, used + before[first - 1].width <= left {
            first -= 1
            used += before[first].width
        }
        let start = before[first...].map(\.text).joined()
        let end = String(prompt.text.dropFirst(prompt.before.count))
        return ([Span(question, .strong), Span(start), Span(end)], Cells.width(question) + Cells.width(start))
    }

    private var hints: Line {
        let pairs: [(String, String)] =
            if help != nil {
                [("any key", "back")]
            } else {
                switch page {
                case .sessions:
                    [
                        ("?", "help"), ("t", "transcript"), ("Enter", "attach"), ("n", "new"), ("s", "send"),
                        ("e", "end"), ("x", "share"), ("/", "search"), ("f", "filter"), ("a", "audit"), ("q", "quit"),
                    ]
                case .transcript:
                    [
                        ("?", "help"), ("j k", "scroll"), ("g G", "ends"), ("t c", "terminal, conversation"),
                        ("q", "back"),
                    ]
                case .audit: [("?", "help"), ("j k", "scroll"), ("r", "reload"), ("q", "back")]
                }
            }
        return pairs.flatMap { [Span(" \($0.0)", .key), Span(" \($0.1) ", .dim)] }
    }
}
