import Dialects

/// A table's digest while its rows go by.
struct ColumnForms {
    private let forms: [CanonicalForm?]
    private(set) var digest = TableDigest()

    init(_ forms: [CanonicalForm?]) { self.forms = forms }

    /// Takes the row on which the cursor stands.
    @inline(__always)
    mutating func add(_ cursor: any RowCursor) {
        var row = RowDigest()
        for column in forms.indices {
            if let form = forms[column] { row.add(cursor.raw(column), as: form) }
        }
        digest.add(row)
    }
}
