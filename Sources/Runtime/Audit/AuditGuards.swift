import Dialects

/// The guards that let the log only grow: the triggers that its migration made, and nothing else. Any other object on these
/// tables can discard a row, change it or hide it while the database reports no error.
enum AuditGuards {
    /// Returns the first deviation from the guards as they were made, or a head that is gone, as a sentence; `nil` when there is none.
    static func objection(on connection: any Connection) throws(DatabaseError) -> String? {
        if let objection = objection(to: try connection.guards(on: ["audit_head", "audit_log"])) { return objection }
        // The triggers are there, and so are the tables. Without the head, no row can be written.
        return try connection.queryValue("SELECT 1 FROM audit_head WHERE id = 1") == nil ? "audit_head has no row" : nil
    }

    static func objection(to found: [TableGuard]) -> String? {
        // There is one set for each database. The set that shares most with the triggers found is the right one.
        let shared = { (made: [String: String]) in found.count { made[key(of: $0)] != nil } }
        let made = known.max { shared($0) < shared($1) } ?? [:]
        let foreign = found.filter { made[key(of: $0)] == nil }.map { "\($0) is not part of TeleClaude" }
        let changed = found.filter { made[key(of: $0)] != nil && made[key(of: $0)] != digest(of: $0) }
            .map { "\($0) differs from what its migration made" }
        let present = Set(found.map(key))
        let missing = made.keys.filter { !present.contains($0) }.sorted().map { "the \($0) is missing" }
        let objections = foreign + changed + missing
        return objections.isEmpty ? nil : objections.joined(separator: "; ")
    }

    static func key(of found: TableGuard) -> String { "\(found.kind.rawValue) \(found.table).\(found.name)" }

    static func digest(of found: TableGuard) -> String {
        String(SHA256.hexadecimal(of: found.definition.utf8).prefix(16))
    }

    /// The triggers that migration 0003 makes, with the digest of each definition: in SQLite, and in PostgreSQL.
    private static let known: [[String: String]] = [
        [
            "trigger audit_head.audit_head_forward": "a25be319708759cd",
            "trigger audit_head.audit_head_no_delete": "ef6f9d640bd4346e",
            "trigger audit_head.audit_head_no_insert": "cbc699bda2883507",
            "trigger audit_log.audit_log_advance": "3970ac9c0ebbdb61",
            "trigger audit_log.audit_log_append": "c074d4b5735a17fe",
            "trigger audit_log.audit_log_no_delete": "19637f36d330ec31",
            "trigger audit_log.audit_log_no_update": "66432bdf6e299bd8",
        ],
        [
            "trigger audit_head.audit_head_forward": "7a96c25c3d41407c",
            "trigger audit_head.audit_head_keep": "b6f7bb8302502b67",
            "trigger audit_head.audit_head_refuse": "dd9278edca99bf8d",
            "trigger audit_log.audit_log_advance": "d95ddfcc7f8d1050",
            "trigger audit_log.audit_log_keep": "b6f7bb8302502b67",
            "trigger audit_log.audit_log_refuse": "977069eb73e7161f",
        ],
    ]
}
