import Dialects

/// A member of a session: the column of its row, its name in documents, and its OpenAPI schema.
struct SessionMember: Sendable {
    enum Shape: Sendable {
        case text, textOrNull, numberOrNull, host
        case words([String])
    }

    /// The member's name in documents, which the existing install's programs know.
    let name: String
    /// The column; `nil` for a member that no row holds.
    let column: String?
    let shape: Shape
    let value: @Sendable (Session) -> JSON

    /// All members, in the order of the document. `column` is given where it differs from the name.
    static let all: [SessionMember] = [
        .init("session_id", .text) { .string($0.id) },
        .init("title") { $0.title },
        .init("owner_person") { $0.owner.person },
        .init("owner_uid", .numberOrNull) { $0.owner.uid.map { .integer(Int64($0)) } ?? .null },
        .init("status", column: "lifecycle_status", .words(Session.State.allCases.map(\.rawValue))) {
            .string($0.state.rawValue)
        },
        .init("visibility", .words(Session.Visibility.allCases.map(\.rawValue))) { .string($0.visibility.rawValue) },
        .init("project_path") { $0.projectPath },
        .init("active_agent") { $0.agent },
        .init("thinking_mode") { $0.thinkingMode },
        .init("computer", column: "computer_name", .text) { .string($0.computer) },
        .init("tmux_session_name") { $0.tmuxName },
        .init("created_at") { $0.createdAt },
        .init("last_activity") { $0.lastActivity },
        .init("closed_at") { $0.closedAt },
        .init("native_session_id") { $0.nativeSessionID },
        .init("host", column: nil, .host) { $0.host.map(\.document) ?? .null },
    ]

    private init(
        _ name: String, column: String?, _ shape: Shape, _ value: @escaping @Sendable (Session) -> JSON
    ) {
        self.name = name
        self.column = column
        self.shape = shape
        self.value = value
    }

    private init(_ name: String, _ shape: Shape, _ value: @escaping @Sendable (Session) -> JSON) {
        self.init(name, column: name, shape, value)
    }

    /// Makes a member whose text is optional.
    private init(_ name: String, _ text: @escaping @Sendable (Session) -> String?) {
        self.init(name, .textOrNull) { text($0).map { .string($0) } ?? .null }
    }
}
