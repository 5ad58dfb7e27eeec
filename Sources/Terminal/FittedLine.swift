/// A line that is fitted to a terminal's width by dropping the parts of least worth first.
package struct FittedLine: Sendable {
    private var parts: [(text: String, worth: Int)] = []

    package init() {}

    /// Adds a part at the right end. Characters that would move the cursor are shown as `?`.
    package mutating func add(_ text: String, worth: Int) {
        let scalars = text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : $0 }
        parts.append((String(String.UnicodeScalarView(scalars)), worth))
    }

    /// Returns the line in at most `columns` columns. The last remaining part is cut.
    package func text(columns: Int) -> String {
        var left = parts
        while left.count > 1, Self.width(Self.joined(left)) > columns {
            guard let least = left.indices.min(by: { left[$0].worth < left[$1].worth }) else { break }
            left.remove(at: least)
        }
        var text = Self.joined(left)
        while Self.width(text) > columns { text.removeLast() }
        return text
    }

    private static func joined(_ parts: [(text: String, worth: Int)]) -> String {
        parts.map(\.text).joined(separator: "  ")
    }

    /// Returns an upper bound of the width: every character outside of ASCII counts as two columns.
    private static func width(_ text: String) -> Int { text.reduce(0) { $0 + ($1.isASCII ? 1 : 2) } }
}
