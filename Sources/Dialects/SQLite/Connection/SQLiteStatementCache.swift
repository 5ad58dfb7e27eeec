/// The last 32 prepared statements that are not in use, by their text.
///
/// A statement that is taken is not in the cache, so that no cursor shares its statement with another. SQLite prepares a cached
/// statement again when the schema has changed (https://www.sqlite.org/c3ref/prepare.html).
final class SQLiteStatementCache {
    static let capacity = 32

    private let handle: SQLiteHandle
    /// The unused statements; the one that was used last is at the end.
    private var idle: [SQLiteStatement] = []

    init(_ handle: SQLiteHandle) { self.handle = handle }

    var count: Int { idle.count }

    /// Returns a statement for the caller's exclusive use. Throws `DatabaseError`.
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
