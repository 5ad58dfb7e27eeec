/// A session that the user wants to start.
package struct NewSession: Equatable, Sendable {
    package var title: String
    package var project: String
    /// The name of an agent in the settings; `nil` for the preferred agent, or if there is a command.
    package var agent: String?
    package var command: [String] = []

    /// - Parameter typed: An agent's name, an empty text, or `!` and a command.
    init(title: String, project: String, typed: String) {
        (self.title, self.project) = (title, project)
        if typed.hasPrefix("!") {
            // A shell parses the command.
            command = ["sh", "-c", String(typed.dropFirst())]
        } else if !typed.isEmpty {
            agent = typed
        }
    }
}
