import TCPostgreSQL

/// A cache of the names of a session's prepared statements: the most recently used ones, up to a limit.
struct PostgreSQLStatementCache {
    struct Key: Hashable {
        var text: String
        var types: [Oid]
        var readsCatalogs = false

        /// Whether the prepared statement stays valid after DDL, because DDL leaves its columns as they are or it returns none.
        /// When a table changes, the server itself plans such a statement anew. It only refuses to return other columns than at
        /// first.
        fileprivate var outlivesSchemaChanges: Bool {
            let words = ["INSERT ", "UPDATE ", "DELETE "]
            let returnsNothing = words.contains(where: text.hasPrefix) && !text.uppercased().contains("RETURNING")
            return readsCatalogs || returnsNothing
        }
    }

    private struct Entry {
        var name: String
        var lastUse: Int
    }

    static let limit = 64

    private var entries: [Key: Entry] = [:]
    private var uses = 0
    /// Names that the server still knows but that are no longer used.
    private var retired: [String] = []

    /// Returns the name under which the statement is prepared; `nil` if it is not prepared.
    mutating func name(for key: Key) -> String? {
        uses += 1
        entries[key]?.lastUse = uses
        return entries[key]?.name
    }

    /// Returns a name that was never used in this session, for a statement that is about to be prepared.
    mutating func newName() -> String {
        uses += 1
        return "tc_\(uses)"
    }

    mutating func insert(_ key: Key, name: String) {
        if entries.count >= Self.limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            remove(oldest.key)
        }
        uses += 1
        entries[key] = Entry(name: name, lastUse: uses)
    }

    mutating func remove(_ key: Key) {
        if let entry = entries.removeValue(forKey: key) { retired.append(entry.name) }
    }

    mutating func removeWhatSchemaChangesEnd() {
        for key in entries.keys where !key.outlivesSchemaChanges { remove(key) }
    }

    mutating func removeAll() {
        retired += entries.values.map(\.name)
        entries = [:]
    }

    /// Returns the names to be deallocated, and forgets them.
    mutating func takeRetired() -> [String] {
        defer { retired = [] }
        return retired
    }
}
