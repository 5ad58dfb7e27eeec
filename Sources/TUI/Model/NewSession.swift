/// A session that somebody wants.
public struct NewSession: Equatable, Sendable {
    public var title: String
    public var project: String
    /// An agent of the settings; `nil` is what the settings prefer, unless there is a command.
    public var agent: String?
    public var command: [String] = []

    /// `typed`: an agent's name, nothing, or a command behind `!`.
    init(title: String, project: String, typed: String) {
        (self.title, self.project) = (title, project)
        if typed.hasPrefix("!") {
            // As a shell reads it.
            command = ["sh", "-c", String(typed.dropFirst())]
        } else if !typed.isEmpty {
            agent = typed
        }
    }
}
