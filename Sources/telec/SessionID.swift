import ArgumentParser

/// Which session a command is about. An empty one would ask for the list of all.
struct SessionID: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        text = argument
    }
}
