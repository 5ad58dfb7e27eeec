import ArgumentParser
import TCRuntime
import TCSettings
import TCTerminal

/// The completions that a shell offers for a session: the ids of the sessions that the caller may see, and the titles of the
/// caller's own.
enum SessionCompletion {
    /// Returns the candidates, or none if no daemon answers soon: the shell waits for this function at every press of Tab.
    @Sendable static func candidates(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        let (answers, answer) = AsyncStream<[String]>.makeStream(bufferingPolicy: .bufferingOldest(1))
        Task { answer.yield((try? await known(words)) ?? []) }
        Task {
            try? await Task.sleep(for: .seconds(2))
            answer.yield([])
        }
        for await candidates in answers { return candidates }
        return []
    }

    private static func known(_ words: [String]) async throws -> [String] {
        let named = words.firstIndex(of: "--socket").flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
        let client = DaemonClient(
            socketPath: try ProcessContext.process.socketPath(argument: named),
            token: Console.environment(SessionVariable.token))
        let known = try await KnownSessions(client)
        return (known.all.map(\.sessionID) + known.own.compactMap(\.title)).filter(isHarmless)
    }

    /// Returns whether the shell can be offered the word safely. A shell expands what it is offered (bash(1), `compgen -W`), so
    /// it would run the command in a title such as `$(…)`.
    private static func isHarmless(_ word: String) -> Bool {
        !word.isEmpty && !word.hasPrefix("-") && !word.hasPrefix(" ")
            && word.allSatisfy { $0.isLetter || $0.isNumber || "-_. ,".contains($0) }
    }
}
