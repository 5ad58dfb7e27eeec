import ArgumentParser
import Migrator

/// Suggests the command that was probably meant. The argument parser itself only reports unexpected arguments.
package enum UnknownCommand {
    /// Returns a better error than `error`, which parsing `arguments` threw, or `error` itself if all commands in the arguments
    /// exist and no path is taken for an option. The parser answers a request for help about a command that is none with the help of the
    /// command above it.
    package static func explain(
        _ error: any Error, of arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        to root: any ParsableCommand.Type
    ) -> any Error {
        let code = root.exitCode(for: error)
        guard code == .validationFailure || code == .success else { return error }
        if let sentence = unknownCommand(in: arguments, below: root) ?? DashedPath.sentence(on: arguments) {
            return ValidationError(sentence)
        }
        return error
    }

    private static func unknownCommand(in arguments: [String], below root: any ParsableCommand.Type) -> String? {
        var command = root
        for word in arguments.dropFirst(arguments.first == "help" ? 1 : 0) {
            let known = command.configuration.subcommands
            guard !known.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
            guard let next = known.first(where: { name(of: $0) == word }) else { return sentence(word, known) }
            command = next
        }
        return nil
    }

    private static func name(of command: any ParsableCommand.Type) -> String? { command.configuration.commandName }

    private static func sentence(_ word: String, _ known: [any ParsableCommand.Type]) -> String {
        let shown = known.filter { $0.configuration.shouldDisplay }.compactMap { name(of: $0) }
        let near = Suggestion.nearest(to: word, in: shown)
        return "there is no command '\(word)'" + (near.map { "; did you mean '\($0)'?" } ?? "")
    }
}
