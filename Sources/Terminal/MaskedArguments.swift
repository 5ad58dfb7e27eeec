/// Removes possible passwords from messages that repeat an argument.
package enum MaskedArguments {
    /// Returns the message with `***` in place of every argument, or value of an argument, that may hold a password.
    package static func message(_ message: String, from arguments: [String]) -> String {
        let values = arguments.flatMap { argument in
            // The argument parser repeats the value of `--option=value` without its option.
            [argument] + argument.split(separator: "=", maxSplits: 1).dropFirst().map(String.init)
        }
        return values.filter(mayHoldPassword).reduce(message) { $0.replacing($1, with: "***") }
    }

    /// Returns whether the text is a URL, or contains the `password=…` of a connection string.
    private static func mayHoldPassword(_ text: String) -> Bool {
        ["@", "://", "password="].contains { text.contains($0) }
    }
}
