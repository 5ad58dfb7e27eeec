/// The marks by which the index knows whose passage it is, and whether it is shared. They only make a search fast: who may see
/// a session is decided by the session's row at the moment of the search.
enum TranscriptScope {
    static let shared = "=shared"

    static func own(_ uid: UInt32) -> String { "=u\(uid)" }

    /// Returns all marks of a session's passages, in the form in which they are stored.
    static func marks(of session: Session) -> String {
        let owner = session.owner.uid.map(own) ?? "=nobody"
        switch session.visibility {
        case .private: return owner
        case .shared: return "\(owner) \(shared)"
        }
    }
}
