/// Rows under headings, each column as wide as its widest cell.
public struct TextTable {
    public enum Alignment { case left, right }

    private var columns: [(title: String, alignment: Alignment)]
    public private(set) var rows: [[String]] = []

    public init(_ columns: [(String, Alignment)]) { self.columns = columns.map { (title: $0.0, alignment: $0.1) } }

    public init(_ columns: (String, Alignment)...) { self.init(columns) }

    public mutating func add(_ cells: String...) { rows.append(cells) }

    public mutating func add(_ cells: [String]) { rows.append(cells) }

    public var titles: [String] { columns.map(\.title) }
    public var alignments: [Alignment] { columns.map(\.alignment) }

    public func rendered() -> String {
        let lines = [titles] + rows
        let widths = columns.indices.map { at in lines.map { $0[at].count }.max() ?? 0 }
        return lines.map { line in
            columns.indices.map { at in pad(line[at], widths[at], columns[at].alignment) }
                .joined(separator: "  ").trimmingEnd()
        }.joined(separator: "\n")
    }

    private func pad(_ text: String, _ width: Int, _ alignment: Alignment) -> String {
        let space = String(repeating: " ", count: width - text.count)
        return switch alignment {
        case .left: text + space
        case .right: space + text
        }
    }
}

extension String {
    fileprivate func trimmingEnd() -> String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
