/// The marks by which the index knows for whom a passage is. They only make a search short: who may see what, the session's row says at
/// the moment of the search.
enum TranscriptScope {
    static let shared = "=shared"

    static func own(_ uid: UInt32) -> String { "=u\(uid)" }

    /// All marks of a session's passages, as they are stored.
    static func marks(of session: Session) -> String {
        let owner = session.owner.uid.map(own) ?? "=nobody"
        switch session.visibility {
        case .private: return owner
        case .shared: return "\(owner) \(shared)"
        }
    }
}
