import Dialects
import TCSettings

/// The JSON Schemas and words of the daemon's documents. The daemon passes them in; they are the same as those of its other routes.
package struct DocumentShapes: Sendable {
    package var identity: JSON
    package var session: JSON
    package var auditEntry: JSON
    package var sessionStates: [String]
    package var auditActions: [String]
    package var auditOutcomes: [String]
    package var keys: [String]

    package init(
        identity: JSON, session: JSON, auditEntry: JSON, sessionStates: [String], auditActions: [String],
        auditOutcomes: [String], keys: [String]
    ) {
        self.identity = identity
        self.session = session
        self.auditEntry = auditEntry
        self.sessionStates = sessionStates
        self.auditActions = auditActions
        self.auditOutcomes = auditOutcomes
        self.keys = keys
    }
}

/// All tools, with the descriptions by which a model chooses.
package struct ToolList: Sendable {
    package let all: [Tool]

    package init(_ shapes: DocumentShapes) {
        all = ToolName.allCases.map { name in
            let (title, text) = ToolTexts.of(name)
            return Tool(
                name: name, title: title, text: text, effect: Self.effect(name),
                parameters: Self.parameters(name, shapes), output: ToolOutput.schema(of: name, shapes))
        }
    }

    package subscript(name: ToolName) -> Tool { all[ToolName.allCases.firstIndex(of: name) ?? 0] }

    private static func effect(_ name: ToolName) -> Tool.Effect {
        switch name {
        case .whoami, .listSessions, .getSession, .getSessionData, .listProjects, .listAgents, .listAudit: .reads
        case .startSession, .sendMessage: .adds
        case .endSession: .ends
        }
    }
}

extension ToolList {
    /// The largest number of a transcript's characters in an answer, and the default number.
    package static let mostCharacters = 48_000
    package static let usualCharacters = 2_000

    private static let line = Parameter.Kind.text(longest: 500)
    private static let path = Parameter.Kind.text(longest: 4_096)

    private static func parameters(_ name: ToolName, _ shapes: DocumentShapes) -> [Parameter] {
        switch name {
        case .whoami: []
        case .listSessions: listSessions(shapes)
        case .getSession: [session, computer]
        case .getSessionData: getSessionData
        case .startSession: startSession
        case .sendMessage: sendMessage(shapes)
        case .endSession: [session, computer]
        case .listProjects: [computer, limit]
        case .listAgents: [computer]
        case .listAudit: listAudit(shapes)
        }
    }

    private static let session = Parameter(
        "session_id", line, "The session's id, from list_sessions.", isRequired: true)
    private static let computer = Parameter(
        "computer", line, "Only \"local\" or this computer's name. Leave it out.")
    private static let limit = Parameter("limit", .number(1...500), "The most to return. Default: 50.")

    private static func listSessions(_ shapes: DocumentShapes) -> [Parameter] {
        [
            Parameter("state", .words(shapes.sessionStates), "Only sessions in this state; active ones run."),
            Parameter("project", path, "Only sessions of this folder, given by its absolute path."),
            Parameter("agent", line, "Only sessions of this agent."),
            Parameter("owner", line, "Only sessions of this person."),
            Parameter("text", line, "Only sessions with this text in their title or description."),
            limit, Parameter("after", line, "Where the page begins: next of the previous page."), computer,
        ]
    }

    private static var getSessionData: [Parameter] {
        [
            session,
            Parameter(
                "view", .words(["conversation", "terminal"]),
                "What the agent's own transcript says, or what the terminal showed. Default: the agent's transcript if there is one."
            ),
            Parameter(
                "tail_chars", .number(1...mostCharacters),
                "The most characters to return, counted from the end. Default: \(usualCharacters)."),
            Parameter("since_timestamp", .moment, "Nothing from before this moment."),
            Parameter("until_timestamp", .moment, "Nothing from after this moment."),
            Parameter(
                "reason", .text(longest: 2_000),
                "Only for somebody else's session: why it is read, in the words of the user for whom you act. It is logged."
            ),
            computer,
        ]
    }

    private static var startSession: [Parameter] {
        [
            Parameter("title", line, "What it is about, for lists.", isRequired: true),
            Parameter("project_path", path, "The folder to work in, given by its absolute path.", isRequired: true),
            Parameter(
                "agent", .text(longest: 200), "One of list_agents. Default: the user's own, unless command is given."),
            Parameter("thinking_mode", .words(Preferences.thinkingModes), "How long the agent should think."),
            Parameter("message", .text(longest: 16_384), "What to type first."),
            Parameter(
                "command", .texts(most: 256, longest: 4_096),
                "A program and its arguments, to run in place of an agent."),
            computer,
        ]
    }

    private static func sendMessage(_ shapes: DocumentShapes) -> [Parameter] {
        [
            session, Parameter("message", .text(longest: 16_384), "The text to type. Enter follows it."),
            Parameter("enter", .flag, "Set to false to type no Enter."),
            Parameter(
                "keys", .texts(most: 64, longest: 16),
                "Keys to press in place of a message: \(shapes.keys.filter { !$0.hasPrefix("C-") }.joined(separator: ", ")), C-a to C-z."
            ), computer,
        ]
    }

    private static func listAudit(_ shapes: DocumentShapes) -> [Parameter] {
        [
            Parameter("session", line, "Only entries about this session."),
            Parameter("person", line, "Only entries by this person."),
            Parameter("action", .words(shapes.auditActions), "Only this action."),
            Parameter("outcome", .words(shapes.auditOutcomes), "Only entries with this outcome."),
            Parameter("from", .moment, "Nothing from before this moment."),
            Parameter("to", .moment, "Nothing from this moment on."), limit,
            Parameter("after", .number(0...Int.max), "Where the page begins: next of the previous page."),
        ]
    }
}

/// The JSON Schemas of the tools' results.
private enum ToolOutput: JSONSchemaWords {
    static func schema(of name: ToolName, _ shapes: DocumentShapes) -> JSON {
        switch name {
        case .whoami: shapes.identity
        case .listSessions: shape([version, ("sessions", list(of: shapes.session)), ("next", textOrNull)])
        case .getSession, .endSession: shape([version, ("session", shapes.session)])
        case .getSessionData:
            shape([
                version, ("session_id", text), ("view", text), ("text", text),
                ("is_truncated", flag), ("from", textOrNull), ("to", textOrNull),
            ])
        case .startSession: shape([version, ("session", shapes.session), ("notice", textOrNull)])
        case .sendMessage: shape([version, ("status", text)])
        case .listProjects:
            shape([
                version,
                (
                    "projects",
                    list(of: shape([("project_path", text), ("sessions", number), ("last_activity", textOrNull)]))
                ),
            ])
        case .listAgents: shape([version, ("agents", list(of: shape([("name", text)])))])
        case .listAudit:
            shape([version, ("entries", list(of: shapes.auditEntry)), ("next", numberOrNull)])
        }
    }
}
