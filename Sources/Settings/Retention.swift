/// How long what is over is kept.
public struct Retention: Sendable, Equatable {
    /// Sessions that are closed or lost, with their recordings, in seconds since then; `nil`: for ever.
    public var closedSessions: Int?

    public init(closedSessions: Int? = nil) { self.closedSessions = closedSessions }
}

/// A time as settings write it: `90d`, `36h`.
enum DurationText {
    static let mostDigits = 5

    /// `nil` for a text that is not a duration.
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
