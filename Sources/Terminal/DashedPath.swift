import TCPOSIX

/// Says how to write a path that begins with a dash. The argument parser takes `-shop.db` for the options -s, -h, -o and so on, and so even
/// for a request for help. A text with a dot looks like such a path.
enum DashedPath {
    /// Returns the sentence on the first such path among arguments that can't be used; `nil` if there is none, or if help was asked for.
    static func sentence(on arguments: [String]) -> String? {
        guard ["help", "--help", "-h", "--version"].allSatisfy({ !arguments.contains($0) }) else { return nil }
        let path = arguments.prefix { $0 != "--" }.first(where: isPath)
        return path.map { "'\($0)' is taken for an option; write a path as './\($0)', and other words behind '--'" }
    }

    /// No option has a dot or a slash in its name, and what follows a `=` is its value.
    private static func isPath(_ word: String) -> Bool {
        guard word.hasPrefix("-"), word.count > 1, !word.contains("="), Double(word) == nil else { return false }
        return word.contains { $0 == "." || $0 == "/" } || access(word, F_OK) == 0
    }
}
