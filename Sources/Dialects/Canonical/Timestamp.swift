import TCPOSIX

/// A moment to the microsecond, the precision of both databases.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Microseconds since 1 January 2000, in UTC.
    private var microseconds: Int64

    /// Parses RFC 3339 and the forms that either database writes: a space for the `T`, and no zone for UTC. Returns `nil` for any
    /// other text.
    public init?(parsing text: String) {
        var text = text
        let parsed = text.withUTF8 { CalendarNumber.timestamp(UnsafeRawBufferPointer($0), zone: .optional) }
        guard let parsed else { return nil }
        microseconds = parsed
    }

    /// Parses a moment that somebody gives, in all forms that RFC 3339 allows: `t` and `z` may be small, and digits of a second behind the
    /// sixth are cut off. What a database holds is never cut, so this is not for its values.
    public init?(given text: String) {
        var text = text.uppercased()
        let digits = text.drop { $0 != "." }.dropFirst().prefix { $0.isASCII && $0.isNumber }
        text.removeSubrange(digits.dropFirst(6).startIndex..<digits.endIndex)
        self.init(parsing: text)
    }

    private init(microseconds: Int64) { self.microseconds = microseconds }

    /// The present time by the system's clock.
    public static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let secondsBefore2000: Int64 = 946_684_800
        return Timestamp(
            microseconds: (Int64(time.tv_sec) - secondsBefore2000) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// Returns the moment this many seconds later, or the nearest one that both databases hold.
    public func advanced(seconds: Int64) -> Timestamp { advanced(by: seconds, each: 1_000_000) }

    package func advanced(milliseconds: Int64) -> Timestamp { advanced(by: milliseconds, each: 1_000) }

    /// Returns the moment `count` times `unit` microseconds later. The count may come from outside, so no sum of it traps.
    private func advanced(by count: Int64, each unit: Int64) -> Timestamp {
        let readable = CalendarNumber.readableMicroseconds
        let (span, overflows) = count.multipliedReportingOverflow(by: unit)
        let (moment, overflowsToo) = microseconds.addingReportingOverflow(span)
        guard overflows || overflowsToo || !readable.contains(moment) else { return Timestamp(microseconds: moment) }
        return Timestamp(microseconds: count < 0 ? readable.lowerBound : readable.upperBound - 1)
    }

    /// Makes the moment this many seconds after 1 January 1970; `nil` outside the years that both databases hold.
    package init?(unixSeconds seconds: Int64) {
        guard (-62_135_596_800...253_402_300_799).contains(seconds) else { return nil }
        microseconds = (seconds - 946_684_800) * 1_000_000
    }

    /// Returns the whole seconds from another moment to this one.
    package func seconds(since other: Timestamp) -> Int64 { (microseconds - other.microseconds) / 1_000_000 }

    /// The moment as RFC 3339 in UTC with six decimals, so that the order of the texts is the order of time.
    public var text: String {
        var buffer = OutputBuffer(capacity: 32)
        buffer.append(timestamp: microseconds, separator: "T", suffix: "Z")
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }
}
