import ArgumentParser
import TCRuntime
import TCTerminal

/// Which session a command is about. An empty one would ask for the list of all. `-` reads it from the first line of standard
/// input; one that is an argument is taken out of the list of processes as soon as it is read.
struct SessionID: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        guard let text = argument == "-" ? readLine() : argument, !text.isEmpty else { return nil }
        self.text = text
        OwnArguments.hide(text)
    }
}
