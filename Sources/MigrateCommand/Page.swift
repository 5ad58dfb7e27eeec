import TCTerminal

/// A command's output for people, independent of its form: text on a terminal, or a page for a browser.
struct Page {
    enum Part {
        case table(TextTable)
        /// Single items under a heading that shows their number.
        case list(title: String, lines: [String])
        /// Text to be copied unchanged.
        case code(title: String, lines: [String])
        case line(String)
    }

    var title: String
    private(set) var parts: [Part] = []

    init(title: String) { self.title = title }

    mutating func add(_ table: TextTable) { parts.append(.table(table)) }

    mutating func add(line: String) { parts.append(.line(line)) }

    /// Adds a list, unless it is empty.
    mutating func add(_ title: String, _ lines: [String]) {
        if !lines.isEmpty { parts.append(.list(title: title, lines: lines)) }
    }

    /// Adds text to be copied, unless it is empty.
    mutating func add(_ title: String, code lines: [String]) {
        if !lines.isEmpty { parts.append(.code(title: title, lines: lines)) }
    }
}

extension Page {
    /// Returns the parts as text for a terminal, with an empty line between them. Adjacent parts that are single lines
    /// stay together.
    func text() -> String {
        var text = ""
        var previous: Part?
        for part in parts {
            if let previous { text += previous.isLine && part.isLine ? "\n" : "\n\n" }
            text += part.text
            previous = part
        }
        return text
    }
}

extension Page.Part {
    fileprivate var isLine: Bool {
        switch self {
        case .line: true
        case .table, .list, .code: false
        }
    }

    fileprivate var text: String {
        switch self {
        case .table(let table): table.rendered()
        case .list(let title, let lines):
            "\(title) (\(lines.count)):\n" + lines.map { "  " + $0 }.joined(separator: "\n")
        case .code(let title, let lines): "\(title):\n\n" + lines.joined(separator: "\n")
        case .line(let line): line
        }
    }
}
