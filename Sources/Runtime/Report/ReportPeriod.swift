import Dialects

/// A number of whole days in UTC that ends with the present day.
struct ReportPeriod {
    /// The days, oldest first, in the form `2026-11-27`.
    let days: [String]

    init(days: Int, until now: Timestamp) {
        self.days = (0..<days).reversed().map { back in
            String(now.advanced(seconds: -86_400 * Int64(back)).text.prefix(10))
        }
        end = String(now.advanced(seconds: 86_400).text.prefix(10)) + Self.midnight
    }

    private static let midnight = "T00:00:00.000000Z"

    var start: String { (days.first ?? "") + Self.midnight }
    /// The first moment after the period.
    let end: String

    var document: Report.Period {
        Report.Period(from: days.first ?? "", to: days.last ?? "", days: days.count)
    }
}
