import TCPOSIX

/// The bytes of the arguments, of which Swift shows only a text.
enum ArgumentBytes {
    /// The variables from which the programs take paths before they read any settings.
    private static let variables = [
        "HOME", "TMPDIR", "TC_DATABASE_URL", "TELECLAUDE_SOCKET", "TELECLAUDE_DATABASE_URL",
    ]

    /// Ends the process with exit code 64 if an argument, or a variable that names a file, is not UTF-8.
    ///
    /// `CommandLine.arguments` holds `U+FFFD` for such bytes: a program would read, write or remove another file than the named one.
    static func requireText() {
        guard let (what, shown) = firstThatIsNoText else { return }
        let problem = Problem(
            code: "usage", message: MaskedArguments.message("\(what) is not UTF-8: \(shown)", from: [shown]),
            remedy: "write it in UTF-8; a file or folder with another name has to be renamed first", exitCode: 64)
        if CommandLine.arguments.contains("--json") { Console.out(problem.document.rendered()) }
        Console.error("error: \(problem.sentence)")
        exit(problem.exitCode)
    }

    private static var firstThatIsNoText: (what: String, shown: String)? {
        for number in 1..<max(1, Int(CommandLine.argc)) {
            guard let bytes = CommandLine.unsafeArgv[number], SystemText.exact(bytes) == nil else { continue }
            return ("argument \(number)", SystemText.escaped(bytes))
        }
        for name in variables {
            guard let bytes = getenv(name), SystemText.exact(bytes) == nil else { continue }
            return ("the variable \(name)", SystemText.escaped(bytes))
        }
        return nil
    }
}
