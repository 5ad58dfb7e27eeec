import Dialects

/// A tool as a client is told of it.
package struct Tool: Sendable {
    /// What it does to the world, so that a client knows what to ask its user about.
    package enum Effect: Sendable {
        case reads
        case adds
        /// Takes something away; once more takes away no more.
        case ends
    }

    package var name: ToolName
    package var title: String
    package var text: String
    package var effect: Effect
    package var parameters: [Parameter]
    /// JSON Schema of what comes back.
    package var output: JSON

    package var document: JSON {
        .object([
            ("name", .string(name.rawValue)), ("title", .string(title)), ("description", .string(text)),
            ("inputSchema", input), ("outputSchema", output), ("annotations", annotations),
        ])
    }

    private var input: JSON {
        let required = parameters.filter(\.isRequired).map { JSON.string($0.name) }
        return .object([
            ("type", "object"), ("properties", .object(parameters.map { ($0.name, $0.schema) })),
            ("required", .array(required)), ("additionalProperties", .boolean(false)),
        ])
    }

    private var annotations: JSON {
        let (reads, ends): (Bool, Bool) =
            switch effect {
            case .reads: (true, false)
            case .adds: (false, false)
            case .ends: (false, true)
            }
        return .object([
            ("title", .string(title)), ("readOnlyHint", .boolean(reads)), ("destructiveHint", .boolean(ends)),
            ("idempotentHint", .boolean(reads || ends)), ("openWorldHint", .boolean(false)),
        ])
    }
}

extension ToolName {
    /// Whether calling it once more, because nobody knows whether the first call was heard, changes nothing.
    package var mayBeCalledTwice: Bool {
        switch self {
        case .whoami, .listSessions, .getSession, .getSessionData, .listProjects, .listAgents, .listAudit, .endSession:
            true
        case .startSession, .sendMessage: false
        }
    }
}
