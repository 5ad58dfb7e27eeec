import Dialects

/// The data that the server gives about itself.
package struct ServerFacts: Sendable {
    package var version: String

    package init(version: String) { self.version = version }

    fileprivate static let words = """
        Agent sessions of this machine: yours, those that others share with you, and for admins all. Find one with \
        list_sessions, read it with get_session_data, type into it with send_message, start one with start_session. What you may do \
        depends on the user who runs you, not on what you say.
        """

    fileprivate var implementation: JSON {
        .object([("name", "teleclaude"), ("title", "TeleClaude"), ("version", .string(version))])
    }
}

/// Makes the results of requests, in the shape that a revision of the protocol prescribes.
package struct Answers: Sendable {
    package var server: ServerFacts
    package var revision: Revision

    package init(server: ServerFacts, revision: Revision) {
        self.server = server
        self.revision = revision
    }

    private typealias Members = [(key: String, value: JSON)]

    /// The times for which a client may cache a result, in milliseconds: `longLife` for a result that is the same for all callers,
    /// `shortLife` for one that depends on the caller.
    private static let longLife: Int64 = 3_600_000
    private static let shortLife: Int64 = 60_000

    private static let capabilities = JSON.object([("tools", .object([("listChanged", .boolean(false))]))])

    package var discovered: JSON {
        result(
            [
                ("supportedVersions", .array(Revision.allCases.map { .string($0.rawValue) })),
                ("capabilities", Self.capabilities), ("instructions", .string(ServerFacts.words)),
            ], lasting: Self.longLife, for: "public")
    }

    package var initialized: JSON {
        .object([
            ("protocolVersion", .string(revision.rawValue)), ("capabilities", Self.capabilities),
            ("serverInfo", server.implementation), ("instructions", .string(ServerFacts.words)),
        ])
    }

    package var pong: JSON { .object([]) }

    /// Returns the result of `tools/list`: all tools that this caller may use, on one page.
    package func tools(_ tools: [Tool]) -> JSON {
        result([("tools", .array(tools.map(\.document)))], lasting: Self.shortLife, for: "private")
    }

    package func called(_ outcome: ToolResult) -> JSON {
        switch outcome {
        case .done(let document, let text):
            result([
                ("content", .array([Self.text(text ?? document.canonical())])), ("structuredContent", document),
                ("isError", .boolean(false)),
            ])
        case .failed(let failure): failed(failure)
        case .asks(let question, let state): asked(question, state)
        }
    }

    private func failed(_ failure: ToolFailure) -> JSON {
        let sentence = [failure.message, failure.remedy].compactMap { $0 }.joined(separator: "; ")
        let problem = JSON.object([
            ("code", .string(failure.code)), ("message", .string(failure.message)),
            ("remedy", failure.remedy.map { .string($0) } ?? .null),
        ])
        return result(
            [("content", .array([Self.text("\(failure.code): \(sentence)")])), ("isError", .boolean(true))],
            meta: [("teleclaude/problem", problem)])
    }

    private func asked(_ question: Question, _ state: String) -> JSON {
        let request = JSON.object([("method", "elicitation/create"), ("params", question.params(in: revision))])
        return result(
            [("inputRequests", .object([(Question.key, request)])), ("requestState", .string(state))],
            type: "input_required")
    }

    private static func text(_ text: String) -> JSON { .object([("type", "text"), ("text", .string(text))]) }

    private func result(
        _ members: Members, type: String = "complete", meta: Members = [], lasting life: Int64? = nil,
        for scope: String? = nil
    ) -> JSON {
        switch revision.opening {
        case .handshake: return .object(members + (meta.isEmpty ? [] : [("_meta", .object(meta))]))
        case .envelope:
            var all = members + [("resultType", .string(type))]
            if let life { all.append(("ttlMs", .integer(life))) }
            if let scope { all.append(("cacheScope", .string(scope))) }
            all.append(("_meta", .object(meta + [(Envelope.serverKey, server.implementation)])))
            return .object(all)
        }
    }
}

/// Messages of the server that are not answers to a request.
package enum Notices {
    /// Returns a notification of a request's progress. The caller must pass numbers that only grow.
    package static func progress(_ token: JSON, _ done: Int64, of all: Int64? = nil, _ text: String) -> JSON {
        let total: [(key: String, value: JSON)] = all.map { [("total", .integer($0))] } ?? []
        return .object([
            ("jsonrpc", "2.0"), ("method", "notifications/progress"),
            (
                "params",
                .object(
                    [("progressToken", token), ("progress", .integer(done))] + total + [("message", .string(text))])
            ),
        ])
    }

    /// Returns a request of the server to the client, for revisions in which the server may send one.
    package static func ask(_ question: Question, id: RPCID, in revision: Revision) -> JSON {
        .object([
            ("jsonrpc", "2.0"), ("id", id.document), ("method", "elicitation/create"),
            ("params", question.params(in: revision)),
        ])
    }
}
