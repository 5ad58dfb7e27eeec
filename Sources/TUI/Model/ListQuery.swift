import TCRuntime

/// The filter and the order of the list of sessions.
struct ListQuery: Equatable, Sendable {
    enum Order: CaseIterable, Sendable {
        case projectsByActivity, projectsByName, all

        var words: String {
            switch self {
            case .projectsByActivity: "projects, newest first"
            case .projectsByName: "projects by name"
            case .all: "all, newest first"
            }
        }
    }

    var words: String?
    var state: String?
    var agent: String?
    var owner: String?
    var order = Order.projectsByActivity

    /// The states to filter by, with the one that is asked for most at the front.
    static let states = ([Session.State.active] + Session.State.allCases.filter { $0 != .active }).map(\.rawValue)

    init(order: Order = .projectsByActivity) { self.order = order }

    /// Reads a query such as `state:active agent:claude owner:Alice some words`; `nil` if it names an unknown state.
    init?(typed: String, order: Order) {
        self.order = order
        var rest: [Substring] = []
        for word in typed.split(separator: " ") {
            let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
            switch (parts.first, parts.count) {
            case ("state"?, 2): state = parts[1]
            case ("agent"?, 2): agent = parts[1]
            case ("owner"?, 2): owner = parts[1]
            default: rest.append(word)
            }
        }
        if let state, !Self.states.contains(state) { return nil }
        if !rest.isEmpty { words = rest.joined(separator: " ") }
    }

    /// The query as the user would type it.
    var typed: String {
        let named = [("state", state), ("agent", agent), ("owner", owner)]
        return (named.compactMap { name, value in value.map { "\(name):\($0)" } } + [words].compactMap { $0 })
            .joined(separator: " ")
    }

    var isFiltering: Bool { !typed.isEmpty }

    /// Filters by the next state. After the last state, all sessions are shown.
    mutating func nextState() {
        guard let now = state, let at = Self.states.firstIndex(of: now) else { return state = Self.states[0] }
        state = at + 1 < Self.states.count ? Self.states[at + 1] : nil
    }

    /// Returns whether a session that an event told about belongs in the list.
    func takes(_ session: SessionDocument) -> Bool {
        if let state, session.status != state { return false }
        if let agent, session.agent != agent { return false }
        if let owner, session.ownerPerson != owner { return false }
        guard let words else { return true }
        return (session.title ?? "").lowercased().contains(words.lowercased())
    }
}
