/// Prepared statements that nobody uses at the moment, by their text: the last 32.
///
/// A statement that is taken is not in the cache, so an open cursor never shares its own. SQLite prepares a cached one
/// anew by itself when the schema has changed (https://www.sqlite.org/c3ref/prepare.html).
final class SQLiteStatementCache {
    static let capacity = 32

    private let handle: SQLiteHandle
    /// The one used last at the end.
    private var idle: [SQLiteStatement] = []

    init(_ handle: SQLiteHandle) { self.handle = handle }

    var count: Int { idle.count }

    /// A statement for the caller alone. Throws `DatabaseError`.
    func take(_ text: String) throws(DatabaseError) -> SQLiteStatement {
        guard let at = idle.lastIndex(where: { $0.text == text }) else {
            return try SQLiteStatement(text, on: handle)
        }
        return idle.remove(at: at)
    }

    func giveBack(_ statement: SQLiteStatement) {
        statement.reset()
        guard handle.isOpen else { return }
        if idle.count == Self.capacity { idle.removeFirst() }
        idle.append(statement)
    }

    func removeAll() { idle.removeAll() }
}
