import Dialects

/// Computes a table's digest while its rows are read.
struct ColumnForms {
    private let forms: [CanonicalForm?]
    private(set) var digest = TableDigest()

    init(_ forms: [CanonicalForm?]) { self.forms = forms }

    mutating func add(_ row: borrowing RawRow) { digest.add(RowDigest(of: row, as: forms)) }
}
