/// Rows under headings, each column as wide as its widest cell.
struct TextTable {
    enum Alignment { case left, right }

    private var columns: [(title: String, alignment: Alignment)]
    private(set) var rows: [[String]] = []

    init(_ columns: [(String, Alignment)]) { self.columns = columns.map { (title: $0.0, alignment: $0.1) } }

    init(_ columns: (String, Alignment)...) { self.init(columns) }

    mutating func add(_ cells: String...) { rows.append(cells) }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    var titles: [String] { columns.map(\.title) }
    var alignments: [Alignment] { columns.map(\.alignment) }

    func rendered() -> String {
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

/// Numbers as people read them.
enum Humane {
    /// `1 234 567`: digits in groups, for any locale.
    static func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var result = ""
        for (at, digit) in digits.enumerated() {
            if at > 0 && (digits.count - at) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return (number < 0 ? "-" : "") + result
    }

    static func rows(_ number: Int) -> String { number == 1 ? "1 row" : "\(count(number)) rows" }

    /// `12 kB`, `3.4 MB`: in powers of ten.
    static func bytes(_ number: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var value = Double(number)
        var unit = 0
        while value >= 1_000, unit < units.count - 1 {
            value /= 1_000
            unit += 1
        }
        let tenths = Int((value * 10).rounded())
        let text = value < 10 && unit > 0 ? "\(tenths / 10).\(tenths % 10)" : "\(Int(value.rounded()))"
        return "\(text) \(units[unit])"
    }

    static func milliseconds(_ number: Int64) -> String { "\(number) ms" }

    /// `3.14 s`.
    static func seconds(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
    }
}
