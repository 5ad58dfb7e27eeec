import Dialects
import TCImport

/// Counts the sessions that were made or used since a moment. It tells them from what a removal has left, which the number of all
/// sessions does not.
enum SessionsSince {
    /// Returns how many there are in a database that has a table of sessions.
    ///
    /// - Throws: `DatabaseError`, and `ImportError` if this process may not become the account.
    static func count(_ moment: Timestamp, in target: Database, as account: ActingAccount?) async throws -> Int {
        try await ActingAccount.act(as: account) {
            try await target.withConnection { connection in
                let rows = try connection.query("SELECT created_at, last_activity FROM sessions")
                return rows.filter { isLater($0[0].text, than: moment) || isLater($0[1].text, than: moment) }.count
            }
        }
    }

    private static func isLater(_ text: String?, than moment: Timestamp) -> Bool {
        guard let found = text.flatMap(Timestamp.init(parsing:)) else { return false }
        return found > moment
    }
}
