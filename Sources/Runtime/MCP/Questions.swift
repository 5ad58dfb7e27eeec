import Dialects
import Synchronization
import TCMCP

/// The questions that users have not answered yet. Only the caller who was asked can answer, and only about the same session;
/// each answer counts once. The questions do not outlive the daemon: a client that turns to another daemon is asked again.
final class Questions: Sendable {
    private struct Open {
        let caller: Caller
        /// The id of the session that the question is about.
        let subject: String
        let until: ContinuousClock.Instant
        var answer: Answer?
    }

    /// The answer to a question; `result` is `nil` if the client returned none.
    struct Answer: Sendable {
        var result: JSON?
    }

    /// How long a question can be answered.
    static let patience = Duration.seconds(600)
    /// The largest number of open questions per caller. Beyond it, the oldest question is forgotten.
    private static let most = 32

    private let open = Mutex<[String: Open]>([:])

    /// Opens a question, and returns the key by which an answer names it.
    func ask(_ caller: Caller, about subject: String) -> String {
        let (key, now) = (Identifier.random(), ContinuousClock.now)
        open.withLock { open in
            open = open.filter { $0.value.until > now }
            let own = open.filter { $0.value.caller == caller }.sorted { $0.value.until < $1.value.until }
            if own.count >= Self.most { open[own[0].key] = nil }
            open[key] = Open(caller: caller, subject: subject, until: now + Self.patience)
        }
        return key
    }

    /// Closes a question. Returns whether this caller was asked it about this session.
    func close(_ key: String, by caller: Caller, about subject: String) -> Bool {
        open.withLock { open in
            guard let question = open[key], question.caller == caller, question.subject == subject,
                question.until > .now
            else { return false }
            open[key] = nil
            return true
        }
    }

    /// Stores an answer that comes in a message of its own. Returns false if this caller has no such unanswered question.
    func answer(_ id: RPCID, by caller: Caller, _ result: JSON?) -> Bool {
        guard case .text(let key) = id else { return false }
        return open.withLock { open in
            guard open[key]?.caller == caller, open[key]?.answer == nil else { return false }
            open[key]?.answer = Answer(result: result)
            return true
        }
    }

    /// Waits for such an answer; returns `nil` if nobody answers in time.
    ///
    /// - Parameter onPause: Called again and again while the method waits; it throws to end the wait.
    func wait(for key: String, _ onPause: () async throws -> Void) async throws -> Answer? {
        let deadline = ContinuousClock.now + Self.patience
        defer { open.withLock { $0[key] = nil } }
        while ContinuousClock.now < deadline {
            guard let question = open.withLock({ $0[key] }) else { return nil }
            if let answer = question.answer { return answer }
            try await Task.sleep(for: .milliseconds(100))
            try await onPause()
        }
        return nil
    }
}
