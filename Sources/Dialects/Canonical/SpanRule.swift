/// What is counted by the numbers of a column that holds spans of time.
public enum SpanRule: String, Hashable, Sendable, CaseIterable {
    /// Microseconds, as Django and Tortoise count.
    case microseconds
    /// Milliseconds.
    case milliseconds
    /// Seconds, with or without a fraction.
    case seconds
    /// Days of 24 hours, with or without a fraction, as Pony counts.
    case days
    /// Nothing: the span is what lies between 1970 and the moment that a text names, as SQLAlchemy writes it.
    case since1970 = "since_1970"

    /// Whether a span of microseconds may be a fraction of what is counted.
    package var hasFractions: Bool {
        switch self {
        case .milliseconds, .seconds, .days: true
        case .microseconds, .since1970: false
        }
    }
}

extension SpanRule {
    /// Returns the microseconds that a value stands for; `nil` for one that the rule does not read. A text with units of its own
    /// stays as it is. Zero is the same span in every unit.
    func microseconds(_ value: Dialects.RawValue) -> Int64? {
        switch (value, unit) {
        case (.integer(0), _), (.real(0), _): return 0
        case (.integer(let number), let unit?):
            let (span, overflows) = number.multipliedReportingOverflow(by: unit)
            return overflows ? nil : span
        case (.real(let number), let unit?): return Int64(exactly: (number * Double(unit)).rounded())
        case (.text(let text), nil):
            return CalendarNumber.timestamp(text, zone: .optional).map { $0 - Self.start }
        case (.null, _), (.boolean, _), (.blob, _), (.text, _), (.integer, nil), (.real, nil): return nil
        }
    }

    /// The reason why a value is none of the rule's, for messages.
    package var refusal: String {
        switch self {
        case .microseconds, .milliseconds, .seconds, .days: "is neither a time span nor a number of \(rawValue)"
        case .since1970: "is neither a time span nor a moment"
        }
    }

    /// The value that stands for a span of time.
    enum Written {
        case count(Int64)
        case fraction(Double)
        /// In microseconds since 2000.
        case moment(Int64)
    }

    /// Returns the value that stands for a span of so many microseconds; `nil` if it is a moment outside the years 1 to 9999.
    func written(_ span: Int64) -> Written? {
        guard let unit else {
            let (moment, overflows) = Self.start.addingReportingOverflow(span)
            return overflows ? nil : CalendarNumber.readable(moment).map { .moment($0) }
        }
        return span % unit == 0 ? .count(span / unit) : .fraction(Double(span) / Double(unit))
    }

    /// The microseconds in one unit; `nil` for `since1970`, which counts nothing.
    private var unit: Int64? {
        switch self {
        case .microseconds: 1
        case .milliseconds: 1_000
        case .seconds: 1_000_000
        case .days: CalendarNumber.microsecondsPerDay
        case .since1970: nil
        }
    }

    /// The first of January 1970, in microseconds since that of 2000.
    private static let start = -10_957 * CalendarNumber.microsecondsPerDay
}

extension IntervalNumber {
    /// The interval in microseconds, with days of 24 hours; `nil` if it has months, which are not all equally long.
    var length: Int64? {
        let (days, overflows) = Int64(days).multipliedReportingOverflow(by: CalendarNumber.microsecondsPerDay)
        let (sum, overflowsToo) = days.addingReportingOverflow(microseconds)
        return months == 0 && !overflows && !overflowsToo ? sum : nil
    }
}
