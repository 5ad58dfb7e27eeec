/// How long sessions that are over are kept.
package struct Retention: Sendable, Equatable {
    /// How long closed or lost sessions and their recordings are kept after their end, in seconds; `nil`: for ever.
    package var closedSessions: Int?

    package init(closedSessions: Int? = nil) { self.closedSessions = closedSessions }
}

/// A duration as settings write it: `90d`, `36h`.
enum DurationText {
    static let mostDigits = 5

    /// Returns the duration in seconds; `nil` for a text that is not a duration.
    static func seconds(_ text: String) -> Int? {
        guard let unit = text.last, let number = Int(text.dropLast()), number > 0,
            text.count <= mostDigits + 1, String(number) == text.dropLast()
        else { return nil }
        switch unit {
        case "d": return number * 86_400
        case "h": return number * 3_600
        case _: return nil
        }
    }
}
