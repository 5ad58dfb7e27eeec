import Dialects
import Synchronization
import TCMCP

/// What users were asked and have not answered yet. Who was asked has to be who answers, about what he was asked; each answer
/// counts once. Nothing of it outlives the daemon: who comes back to another one is asked again.
final class Questions: Sendable {
    private struct Open {
        let caller: Caller
        /// The session that it is about.
        let subject: String
        let until: ContinuousClock.Instant
        var answer: Answer?
    }

    /// What came back; without a result nothing did.
    struct Answer: Sendable {
        var result: JSON?
    }

    /// For so long an answer counts.
    static let patience = Duration.seconds(600)
    /// So many questions of one caller's are open at once; then the oldest is forgotten.
    private static let most = 32

    private let open = Mutex<[String: Open]>([:])

    /// Opens a question and says by what it is known.
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

    /// Whether this question was this caller's, about this. It is answered then.
    func close(_ key: String, by caller: Caller, about subject: String) -> Bool {
        open.withLock { open in
            guard let question = open[key], question.caller == caller, question.subject == subject,
                question.until > .now
            else { return false }
            open[key] = nil
            return true
        }
    }

    /// Notes an answer that comes by a message of its own. False where this caller was asked no such thing.
    func answer(_ id: RPCID, by caller: Caller, _ result: JSON?) -> Bool {
        guard case .text(let key) = id else { return false }
        return open.withLock { open in
            guard open[key]?.caller == caller, open[key]?.answer == nil else { return false }
            open[key]?.answer = Answer(result: result)
            return true
        }
    }

    /// Waits for that. `nil` when nobody answered in time. `onPause` is asked now and then whether to go on waiting.
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
