import Dialects

/// A row of the audit log, as it is stored. Its words are plain text, so that a row that somebody has tampered with, or that a
/// later version wrote, can be shown and checked like any other.
package struct AuditEntry: Sendable, Hashable, Codable {
    package var seq: Int64
    /// The time of the entry: RFC 3339, UTC, with six digits of the second's fraction.
    package var at: String
    package var person: String?
    package var uid: Int64
    package var role: String
    package var action: String
    package var sessionID: String?
    package var ownerPerson: String?
    package var ownerUID: Int64?
    package var outcome: String
    package var reason: String?
    package var callerSession: String?
    /// The `hash` of the preceding row.
    package var previousHash: String
    package var hash: String

    enum CodingKeys: String, CodingKey {
        case seq, at, person, uid, role, action, outcome, reason, hash
        case sessionID = "session_id"
        case ownerPerson = "owner_person"
        case ownerUID = "owner_uid"
        case callerSession = "caller_session"
        case previousHash = "previous_hash"
    }
}

extension AuditEntry {
    /// Makes the row that follows `head`.
    init(_ event: AuditEvent, after head: AuditCheckpoint, at moment: Timestamp) {
        seq = head.seq + 1
        at = moment.text
        person = event.caller.identity.person.map { Self.fitted($0, to: 200) }
        uid = Int64(event.caller.identity.uid)
        role = event.caller.identity.role.rawValue
        action = event.action.rawValue
        sessionID = event.session.map { Self.fitted($0.id, to: 200) }
        ownerPerson = event.session?.owner.person.map { Self.fitted($0, to: 200) }
        ownerUID = event.session?.owner.uid.map(Int64.init)
        outcome = event.outcome.rawValue
        reason = event.reason.flatMap { $0.saysNothing ? nil : Self.fitted($0, to: 2_000) }
        callerSession = event.caller.origin.map { Self.fitted($0, to: 200) }
        previousHash = head.hash
        hash = ""
        hash = AuditChain.hash(of: self)
    }

    /// Makes a text fit for the log, because no input of a caller may keep a row from being written. PostgreSQL accepts no NUL
    /// in a text, and no index key above some 2,700 bytes.
    private static func fitted(_ text: String, to length: Int) -> String {
        guard text.utf8.count > length || text.utf8.contains(0) else { return text }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.prefix(length).map { $0 == "\0" ? "\u{FFFD}" : $0 })
        return String(scalars)
    }

    static let columns: SQL = """
        seq, at, person, uid, role, action, session_id, owner_person, owner_uid, outcome, reason, caller_session, \
        previous_hash, hash
        """

    /// Reads a row of `columns`. A database with a timestamp type returns timestamps in its own format, which differs from
    /// ours. A database that keeps them as text must hold our format, because a filter finds the row by that text.
    init(_ row: Row, in dialect: any Dialect) {
        func text(_ column: String) -> String { row[column]?.text ?? "" }
        seq = row["seq"]?.integer ?? 0
        at = dialect.holdsDeclaredTypes ? Timestamp(parsing: text("at"))?.text ?? text("at") : text("at")
        person = row["person"]?.text
        uid = row["uid"]?.integer ?? -1
        role = text("role")
        action = text("action")
        sessionID = row["session_id"]?.text
        ownerPerson = row["owner_person"]?.text
        ownerUID = row["owner_uid"]?.integer
        outcome = text("outcome")
        reason = row["reason"]?.text
        callerSession = row["caller_session"]?.text
        previousHash = text("previous_hash")
        hash = text("hash")
    }

    /// Returns whether both entries are equal byte for byte. Swift's `==` considers two encodings of one character equal.
    func isSame(as other: AuditEntry) -> Bool {
        previousHash == other.previousHash && hash == other.hash && AuditChain.hash(of: self) == other.hash
    }

    /// The INSERT statement, which ends with its select list so that a FROM clause can follow.
    var insertion: SQL {
        """
        INSERT INTO audit_log (\(Self.columns)) SELECT \(seq), \(at), \(person), \(uid), \(role), \(action), \
        \(sessionID), \(ownerPerson), \(ownerUID), \(outcome), \(reason), \(callerSession), \(previousHash), \(hash)
        """
    }
}
