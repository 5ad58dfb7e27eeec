/// The room for the text that references bring into settings. Without a limit, forty lines of `A2: "${A1}${A1}"` would stand for more
/// text than any memory holds.
struct ReferenceRoom: Sendable {
    /// The bytes that the references of one file, or of one set of files, may bring in.
    static let size = 1_048_576

    private var left = size

    /// Replaces each reference in a text by its value.
    ///
    /// - Throws: `SettingsError` if there is no more room.
    mutating func replaced<Output>(
        _ references: Regex<Output>, in text: String, at place: String, by value: (Regex<Output>.Match) -> String
    ) throws(SettingsError) -> String {
        var (result, rest) = ("", text.startIndex)
        for match in text.holdingReferences.matches(of: references) {
            let value = value(match)
            left -= value.utf8.count
            guard left >= 0 else {
                throw SettingsError(
                    .tooLarge, at: place, "references bring in more text than any settings need (1 MiB)",
                    remedy: "refer to shorter values, or less often")
            }
            result += text[rest..<match.range.lowerBound]
            result += value
            rest = match.range.upperBound
        }
        return result + text[rest...]
    }
}
