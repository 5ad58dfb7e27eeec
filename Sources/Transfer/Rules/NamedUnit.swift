import Dialects

extension SpanRule {
    /// The unit that a declared type names, as `SECONDS` does; `nil` if it names none, or more than one.
    init?(namedIn declared: String) {
        let words = declared.lowercased().split { !$0.isLetter }
        let named = Set(words.compactMap { Self.units[$0] })
        guard let unit = named.first, named.count == 1 else { return nil }
        self = unit
    }

    private static let units: [Substring: SpanRule] = [
        "microsecond": .microseconds, "microseconds": .microseconds, "usec": .microseconds, "usecs": .microseconds,
        "us": .microseconds, "millisecond": .milliseconds, "milliseconds": .milliseconds, "msec": .milliseconds,
        "msecs": .milliseconds, "ms": .milliseconds, "second": .seconds, "seconds": .seconds, "sec": .seconds,
        "secs": .seconds, "day": .days, "days": .days,
    ]
}
