import TCRuntime

/// The transcript of a session. Only its end is kept.
struct TranscriptPane {
    enum Standing: Equatable {
        /// Asked for; nothing of the recording has arrived yet.
        case opening
        case reading, ended
        case failed(String)
    }

    var session: SessionDocument
    let view: TranscriptView
    /// The number of this reading. Text from an earlier reading is not shown.
    let reading: Int
    var standing = Standing.opening
    /// The lines of text, wrapped to the screen's width.
    private(set) var rows: [String] = []
    /// The number of rows at the end that show the open line, the line whose end has not arrived yet.
    private var openRows = 0
    private var openLine = ""
    private var lines: [String] = []
    /// The size of all lines together, in bytes.
    private var bytes = 0
    private var width: Int
    /// The first row on the screen; `nil` if the screen follows the end.
    private(set) var top: Int?
    /// Whether the beginning of the transcript was dropped.
    private(set) var isCut = false

    /// The largest number of lines that are kept. `telec transcript` shows all of them.
    static let mostLines = 4_000
    static let mostBytes = 1_000_000
    private static let longestLine = 4_000

    init(session: SessionDocument, view: TranscriptView, reading: Int, width: Int) {
        self.session = session
        self.view = view
        self.reading = reading
        self.width = width
    }

    mutating func append(_ text: String) {
        rows.removeLast(openRows)
        openRows = 0
        var parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        let last = parts.removeLast()
        for part in parts {
            finish(openLine + part)
            openLine = ""
        }
        openLine += last
        while openLine.utf8.count > Self.longestLine {
            finish(String(openLine.prefix(1_000)))
            openLine.removeFirst(min(1_000, openLine.count))
        }
        showOpenLine()
        cut()
    }

    private mutating func finish(_ line: String) {
        let line = Cells.clean(line)
        lines.append(line)
        bytes += line.utf8.count
        rows += Cells.wrapped(line, to: width)
    }

    private mutating func showOpenLine() {
        guard !openLine.isEmpty else { return }
        let open = Cells.wrapped(Cells.clean(openLine), to: width)
        rows += open
        openRows = open.count
    }

    /// Drops lines at the beginning if there are too many. A position that is scrolled up keeps showing the same text.
    private mutating func cut() {
        // A quarter more than the limit is allowed, so that lines are not dropped with each new one.
        guard lines.count > Self.mostLines * 5 / 4 || bytes > Self.mostBytes * 5 / 4 else { return }
        var first = max(0, lines.count - Self.mostLines)
        bytes -= lines[..<first].reduce(0) { $0 + $1.utf8.count }
        while bytes > Self.mostBytes, first < lines.count {
            bytes -= lines[first].utf8.count
            first += 1
        }
        let before = rows.count
        lines.removeFirst(first)
        isCut = true
        wrap()
        top = top.map { max(0, $0 - (before - rows.count)) }
    }

    /// Wraps the lines to another width. A position that is scrolled up keeps showing the same text.
    mutating func resize(to newWidth: Int) {
        guard newWidth != width else { return }
        let (place, before) = (top.map(place(ofRow:)), width)
        width = newWidth
        wrap()
        top = place.map { min(row(of: $0.line) + $0.above * before / max(1, newWidth), max(0, rows.count - 1)) }
    }

    /// Returns the line that a row shows, and the number of the line's rows above it. The index of the open line is that after the last.
    private func place(ofRow row: Int) -> (line: Int, above: Int) {
        var left = row
        for (at, line) in lines.enumerated() {
            let count = Cells.wrapped(line, to: width).count
            if left < count { return (at, left) }
            left -= count
        }
        return (lines.count, left)
    }

    /// Returns the first row of a line.
    private func row(of line: Int) -> Int {
        lines[..<line].reduce(0) { $0 + Cells.wrapped($1, to: width).count }
    }

    private mutating func wrap() {
        rows = lines.flatMap { Cells.wrapped($0, to: width) }
        showOpenLine()
    }

    /// Returns the rows to show on a screen of `height` rows.
    func visible(_ height: Int) -> ArraySlice<String> {
        let first = min(top ?? max(0, rows.count - height), max(0, rows.count - height))
        return rows[first..<min(rows.count, first + height)]
    }

    mutating func scroll(_ by: Int, height: Int) {
        let end = max(0, rows.count - height)
        let next = max(0, min((top ?? end) + by, end))
        top = next == end ? nil : next
    }

    mutating func goToStart() { top = rows.isEmpty ? nil : 0 }
    mutating func goToEnd() { top = nil }
}
