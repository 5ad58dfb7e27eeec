/// One caller's reading of a recording, to which the policy admits the caller. If the recording is another person's, the entry of
/// the audit log is on the disk.
struct AdmittedReading: Sendable {
    let session: Session
    let pass: TranscriptPass
    /// The check whether the caller may still read. Whoever sends the recording calls it before each piece.
    let rights: ReadingRights
    private let caller: Caller
    private let relation: Relation
    private let access: AccessControl

    fileprivate init(
        session: Session, pass: TranscriptPass, rights: ReadingRights, caller: Caller, relation: Relation,
        access: AccessControl
    ) {
        (self.session, self.pass, self.rights) = (session, pass, rights)
        (self.caller, self.relation, self.access) = (caller, relation, access)
    }

    /// Runs the reading. If the recording is another person's, a failure is logged; that a client has left is none.
    ///
    /// - Throws: The errors of `body`.
    func perform<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as CancellationError {
            // The client has left, or has cancelled the call: nothing failed.
            throw error
        } catch {
            if relation != .own { await access.fail(.readTranscript, caller, on: session, because: error) }
            throw error
        }
    }
}

extension AccessControl {
    /// Admits a caller to the recording of a session.
    ///
    /// - Throws: `RuntimeError`; nothing may then be read.
    func admitReading(
        _ caller: Caller, standing: Standing, of id: String, reason: String?
    ) async throws -> AdmittedReading {
        let admission = try await admit(caller, to: .readTranscript, on: id, reason: reason)
        let (session, relation) = (admission.session, admission.relation)
        guard let receipt = admission.receipt else {
            throw RuntimeError(.failed, "the audit log gave no receipt")
        }
        let rights = ReadingRights(standing: standing, sessionID: session.id, sessions: sessions)
        return AdmittedReading(
            session: session, pass: TranscriptPass(receipt), rights: rights, caller: caller, relation: relation,
            access: self)
    }
}

/// The check whether a caller who was admitted to a transcript may still read it.
struct ReadingRights: Sendable {
    let standing: Standing
    let sessionID: String
    let sessions: SessionStore

    /// Checks the right to read; call it before each piece.
    ///
    /// - Throws: `RuntimeError` if the right has ended.
    func require() async throws {
        try standing.require()
        let identity = standing.identity
        guard let session = try await sessions.find(sessionID) else {
            throw RuntimeError(.notAllowed, "the session was removed during the read")
        }
        let relation = session.relation(to: identity)
        if allow(.readTranscript, by: identity.role, on: relation) == .allowed { return }
        guard relation == .foreign else { throw Standing.ended }
        throw RuntimeError(.notAllowed, "the session is no longer shared", remedy: "ask its owner to share it again")
    }
}
