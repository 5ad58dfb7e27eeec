/// A line that fits a terminal: of its parts those that are worth least go first.
public struct FittedLine: Sendable {
    private var parts: [(text: String, worth: Int)] = []

    public init() {}

    /// Adds a part at the right end. Characters that would move the cursor are shown as `?`.
    public mutating func add(_ text: String, worth: Int) {
        let scalars = text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : $0 }
        parts.append((String(String.UnicodeScalarView(scalars)), worth))
    }

    /// At most `columns` wide. What is left last is cut.
    public func text(columns: Int) -> String {
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

    /// Never too small: what is not ASCII may be two columns wide.
    private static func width(_ text: String) -> Int { text.reduce(0) { $0 + ($1.isASCII ? 1 : 2) } }
}
