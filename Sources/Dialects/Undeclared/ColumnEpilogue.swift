/// A statement that follows a column when it is made again or has other values: a grant, a comment; in SQLite, what makes a full-text
/// table read it again.
public struct ColumnEpilogue: Sendable, Hashable {
    /// The statement's parts before, between and after the places where it names the column. It names none if there is one part.
    private let parts: [String]

    /// Makes the epilogue of a statement that does not name the column.
    package init(_ statement: String) { parts = [statement] }

    /// Makes the epilogue of a statement that names the column once, between two parts.
    package init(_ before: String, _ after: String) { parts = [before, after] }

    /// Returns the statement for the column under the name that it has by now, which need not be the one under which it was found.
    public func statement(naming column: String) -> String { parts.joined(separator: SQLText.identifier(column)) }
}
