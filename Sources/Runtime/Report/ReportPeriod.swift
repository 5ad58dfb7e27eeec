import Dialects

/// Whole days of UTC up to today.
struct ReportPeriod {
    /// Oldest first: `2026-11-27`.
    let days: [String]

    init(days: Int, until now: Timestamp) {
        self.days = (0..<days).reversed().map { back in
            String(now.advanced(seconds: -86_400 * Int64(back)).text.prefix(10))
        }
        end = String(now.advanced(seconds: 86_400).text.prefix(10)) + Self.midnight
    }

    private static let midnight = "T00:00:00.000000Z"

    var start: String { (days.first ?? "") + Self.midnight }
    /// The first moment behind it.
    let end: String

    var document: Report.Period {
        Report.Period(from: days.first ?? "", to: days.last ?? "", days: days.count)
    }
}
