import TCTerminal

/// What a command has to say to people, apart from how it is shown: as text on a terminal, or as a page for a browser.
struct Page {
    enum Part {
        case table(TextTable)
        /// Single things under a heading that counts them.
        case list(title: String, lines: [String])
        /// Text to be copied as it is.
        case code(title: String, lines: [String])
        case line(String)
    }

    var title: String
    private(set) var parts: [Part] = []

    init(title: String) { self.title = title }

    mutating func add(_ table: TextTable) { parts.append(.table(table)) }

    mutating func add(line: String) { parts.append(.line(line)) }

    /// Nothing, when there are no lines.
    mutating func add(_ title: String, _ lines: [String]) {
        if !lines.isEmpty { parts.append(.list(title: title, lines: lines)) }
    }

    /// Nothing, when there are no lines.
    mutating func add(_ title: String, code lines: [String]) {
        if !lines.isEmpty { parts.append(.code(title: title, lines: lines)) }
    }
}

extension Page {
    /// The parts for a terminal, with an empty line between them; lines that follow each other stay together.
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
