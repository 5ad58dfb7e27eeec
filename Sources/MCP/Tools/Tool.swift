import Dialects

/// The description of a tool for clients.
package struct Tool: Sendable {
    /// The kind of change that a tool makes, by which a client decides whether to ask its user.
    package enum Effect: Sendable {
        case reads
        case adds
        /// The tool ends something. A second call has no further effect.
        case ends
    }

    package var name: ToolName
    package var title: String
    package var text: String
    package var effect: Effect
    package var parameters: [Parameter]
    /// The JSON Schema of the tool's result.
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
    /// Whether a second call changes nothing, so that a call whose outcome is unknown may be repeated.
    package var mayBeCalledTwice: Bool {
        switch self {
        case .whoami, .listSessions, .getSession, .getSessionData, .listProjects, .listAgents, .listAudit, .endSession:
            true
        case .startSession, .sendMessage: false
        }
    }
}
