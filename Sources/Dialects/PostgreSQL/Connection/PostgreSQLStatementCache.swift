import TCPostgreSQL

/// The names of statements that a session has prepared: the most recently used, up to a limit.
struct PostgreSQLStatementCache {
    struct Key: Hashable {
        var text: String
        var types: [Oid]
        var readsCatalogs = false

        /// Whether DDL leaves the columns that it returns as they are, or it returns none. The server plans such a statement anew by
        /// itself when a table changes; what it refuses is to return other columns than at first.
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
    /// Names that the server still knows and nobody uses any more.
    private var retired: [String] = []

    /// The name under which the statement is prepared.
    mutating func name(for key: Key) -> String? {
        uses += 1
        entries[key]?.lastUse = uses
        return entries[key]?.name
    }

    /// A name that was never used in this session, for a statement that is about to be prepared.
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

    /// Hands over the names to be deallocated.
    mutating func takeRetired() -> [String] {
        defer { retired = [] }
        return retired
    }
}
