import ArgumentParser

/// The names after an option, separated by commas. Blanks around a name do not belong to it. A list without a name is refused: it is most
/// likely an empty variable.
struct NameList: ExpressibleByArgument {
    let names: [String]

    init?(argument: String) {
        names = argument.split(separator: ",").map(Self.withoutBlanks).filter { !$0.isEmpty }
        guard !names.isEmpty else { return nil }
    }

    private static func withoutBlanks(_ text: Substring) -> String {
        let end = text.lastIndex { !$0.isWhitespace } ?? text.startIndex
        return String(text[...end].drop(while: \.isWhitespace))
    }
}

extension [NameList] {
    /// The names of all lists, however often the option was given.
    var names: [String] { flatMap(\.names) }
}
