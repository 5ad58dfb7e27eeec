import Dialects

extension Inspection {
    /// Throws `DatabaseError` if one of the columns can't be read: only the source's own program can, or the role has no privilege.
    func requireReadable(_ columns: [String], of table: String) throws(DatabaseError) {
        let reasons = unreadableColumns[table] ?? [:]
        let unreadable = columns.filter { reasons[$0] != nil }
        guard let reason = unreadable.first.flatMap({ reasons[$0] }) else { return }
        throw DatabaseError(
            .other, "the table \(table) can't be read: \(unreadable.joined(separator: ", ")): \(reason)",
            remedy: DatabaseError.remedyForTables)
    }
}

extension DatabaseError {
    /// What to do about a table of the source that can't be read.
    static let remedyForTables = "leave out the column or the table by a rule: skip: true"
}
