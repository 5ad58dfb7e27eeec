/// Divides text that arrives in pieces into lines to print. A line is printed when it is whole; of a longer one no more is kept than
/// `longest` bytes.
struct PlainLines {
    private static let longest = 4_000

    private var rest = ""
    /// Whether the beginning of the line was printed.
    private var isBegun = false

    /// Returns the next text to print.
    mutating func add(_ text: String) -> String {
        var lines = (rest + text).split(separator: "\n", omittingEmptySubsequences: false)
        rest = String(lines.removeLast())
        var shown = ""
        for line in lines { shown += Cells.clean(String(line)) + "\n" }
        if !lines.isEmpty { isBegun = false }
        guard rest.utf8.count > Self.longest else { return shown }
        defer { (rest, isBegun) = ("", true) }
        return shown + Cells.clean(rest)
    }

    /// Returns what ends the last line, if that is not complete.
    mutating func end() -> String {
        defer { (rest, isBegun) = ("", false) }
        return rest.isEmpty && !isBegun ? "" : Cells.clean(rest) + "\n"
    }
}
