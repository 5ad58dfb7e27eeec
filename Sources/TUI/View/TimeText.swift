import Dialects

/// Times in a form for people.
enum TimeText {
    /// Returns the time since a timestamp, in its largest unit: `5s`, `12m`, `3h`, `9d`, `2y`; `-` if there is none.
    static func age(_ text: String?, at now: Timestamp) -> String {
        guard let text, let moment = Timestamp(parsing: text) else { return "-" }
        let seconds = max(0, now.seconds(since: moment))
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3_600: return "\(seconds / 60)m"
        case ..<86_400: return "\(seconds / 3_600)h"
        case ..<31_536_000: return "\(seconds / 86_400)d"
        default: return "\(seconds / 31_536_000)y"
        }
    }

    /// Returns the timestamp to the second, in UTC like all times here: `2026-11-25 09:30:00 UTC`; `-` if there is none.
    static func moment(_ text: String?) -> String {
        text.map { String($0.prefix(19)).replacing("T", with: " ") + " UTC" } ?? "-"
    }
}
