/// Keeps what may be a password out of messages that repeat an argument.
public enum Secrets {
    /// The message with `***` in the place of every argument, or value of one, that may hold a password.
    public static func masked(_ message: String, from arguments: [String]) -> String {
        let values = arguments.flatMap { argument in
            // `--option=value` is repeated without its option.
            [argument] + argument.split(separator: "=", maxSplits: 1).dropFirst().map(String.init)
        }
        return values.filter(mayHoldPassword).reduce(message) { $0.replacing($1, with: "***") }
    }

    /// A URL, or the `password=…` of a connection string.
    private static func mayHoldPassword(_ text: String) -> Bool {
        ["@", "://", "password="].contains { text.contains($0) }
    }
}
