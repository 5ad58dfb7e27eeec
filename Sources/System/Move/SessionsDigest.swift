import Dialects
import TCImport

/// The digest of the sessions in a database and of when something last happened in each of them. It tells sessions that were used
/// from those that only lie there, which their number does not.
enum SessionsDigest {
    /// Returns the digest of a database that has a table of sessions.
    ///
    /// - Throws: `DatabaseError`, and `ImportError` if this process may not become the account.
    static func of(_ target: Database, as account: ActingAccount?) async throws -> String {
        let lines: [String] = try await ActingAccount.act(as: account) {
            try await target.withConnection { connection in
                try connection.query("SELECT session_id, last_activity FROM sessions").map { row in
                    // A server may write one moment in several ways, by its settings.
                    let moment = row[1].text.map { Timestamp(parsing: $0)?.text ?? $0 }
                    return "\(row[0].text ?? "") \(moment ?? "never")"
                }
            }
        }
        return SHA256.hexadecimal(of: lines.sorted().joined(separator: "\n").utf8)
    }
}
