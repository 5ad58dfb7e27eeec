import ArgumentParser

extension ParsableCommand {
    /// Ends the process as the argument parser would, but masks secrets in messages about arguments that it can't use, and writes a
    /// document for who asked for one (`--json`).
    package static func end(with error: any Error) -> Never {
        let code = exitCode(for: error)
        guard !code.isSuccess else { exit(withError: error) }
        let text = fullMessage(for: error)
        if !text.isEmpty {
            if CommandLine.arguments.contains("--json") { Console.out(usageProblem(error).document.rendered()) }
            Console.error(MaskedArguments.message(text, from: CommandLine.arguments))
        }
        exit(withError: code)
    }

    /// Returns the problem of a command line that can't be used. Commands write the documents of their own errors, and then end with an
    /// exit code that has no message.
    private static func usageProblem(_ error: any Error) -> Problem {
        let text = MaskedArguments.message(message(for: error), from: CommandLine.arguments)
        let name = configuration.commandName ?? "the program"
        return Problem(code: "usage", message: text, remedy: "see \(name) --help", exitCode: 64)
    }
}
