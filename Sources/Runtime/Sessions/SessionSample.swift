import Dialects
import TCSettings

/// Tests the policy with a session of a database that no daemon serves yet, without reading any transcript.
package enum SessionSample {
    /// Returns a private session that has an owner; `nil` where there is none.
    package static func of(_ database: Database) async throws -> Session? {
        try await database.withConnection { connection in
            try connection.query(
                """
                SELECT \(trusted: SessionRow.columns) FROM sessions
                WHERE owner_uid IS NOT NULL AND coalesce(visibility, 'private') <> 'shared'
                ORDER BY session_id LIMIT 1
                """
            ).first.map(SessionRow.session)
        }
    }

    /// Returns the accesses that the policy would wrongly allow, as sentences.
    package static func objections(to session: Session, people: [Person]) -> [String] {
        func identity(_ person: String, _ role: Role, _ uid: UInt32) -> Identity {
            Identity(person: person, role: role, uid: uid, osUsername: nil)
        }
        func mayRead(_ identity: Identity) -> Bool {
            allow(.readTranscript, by: identity.role, on: session.relation(to: identity)) == .allowed
        }
        let role = people.first { $0.name == session.owner.person }?.role
        let own = identity(session.owner.person ?? "", role ?? .member, session.owner.uid ?? 0)
        // A uid and a name that nobody has.
        let (member, admin) = (identity("\u{0}", .member, .max - 1), identity("\u{0}", .admin, .max - 1))
        var objections: [String] = []
        if role == nil { objections.append("\(session.owner.person ?? "nobody"), its owner, is not in the settings") }
        if !mayRead(own) { objections.append("its owner may not read it") }
        if mayRead(member) { objections.append("another member may read it") }
        if !mayRead(admin) { objections.append("an admin may not read it") }
        if Action.readTranscript.logged == nil { objections.append("reading it is not logged") }
        return objections
    }
}
