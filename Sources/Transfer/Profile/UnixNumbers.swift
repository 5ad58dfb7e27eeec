import Dialects

/// What the sizes of numbers say about the unit in which they count from 1970, where something else says that they are moments. One far off,
/// such as a birthday or the end of all time, then spoils nothing.
struct UnixNumbers: Sendable, Equatable {
    private var count = 0
    private var seconds = 0
    private var milliseconds = 0
    private var microseconds = 0
    private var lowest = Double.infinity
    private var highest = -Double.infinity
    private var timeInSeconds = SharedTime(day: 86_400)
    private var timeInMilliseconds = SharedTime(day: 86_400_000)

    @inline(__always)
    mutating func observe(_ number: Int64) {
        note(Double(number))
        timeInSeconds.observe(number)
        timeInMilliseconds.observe(number)
    }

    mutating func observe(_ number: Double) {
        note(number)
        timeInSeconds.observeFraction()
        timeInMilliseconds.observeFraction()
    }

    @inline(__always)
    private mutating func note(_ number: Double) {
        count += 1
        lowest = min(lowest, number)
        highest = max(highest, number)
        // The ranges lie apart: three years to three centuries of each unit. The year 9999, which stands for the end of all time, lies in
        // the range of the next unit, and so says nothing.
        switch number.magnitude {
        case 253_370_764_800..<253_402_300_800, 253_370_764_800_000..<253_402_300_800_000: break
        case 1e8..<1e10: seconds += 1
        case 1e11..<1e13: milliseconds += 1
        case 1e14..<1e16: microseconds += 1
        default: break
        }
    }

    /// Adds what the numbers that follow say.
    mutating func append(_ next: UnixNumbers) {
        count += next.count
        seconds += next.seconds
        milliseconds += next.milliseconds
        microseconds += next.microseconds
        lowest = min(lowest, next.lowest)
        highest = max(highest, next.highest)
        timeInSeconds.append(next.timeInSeconds)
        timeInMilliseconds.append(next.timeInMilliseconds)
    }
}

extension UnixNumbers {
    /// A unit, and how many of the numbers have its size.
    struct Unit: Equatable {
        var count: TimestampRule.Count
        var numbers: Int
    }

    /// The most common unit, if no number has the size of another one: it would be read as a moment of January 1970, or far in the future.
    var likely: Unit? {
        mostCommon.flatMap { $0.numbers == seconds + milliseconds + microseconds ? $0 : nil }
    }

    /// The unit whose size more of the numbers have than that of another, and at least half of them, if it reads the others too; `nil` if
    /// there is none.
    var mostCommon: Unit? {
        let units = [
            Unit(count: .unixMilliseconds, numbers: milliseconds), Unit(count: .unix, numbers: seconds),
            Unit(count: .unixMicroseconds, numbers: microseconds),
        ]
        let most = units.map(\.numbers).max() ?? 0
        let found = units.filter { $0.numbers == most }
        guard most > 0, most * 2 >= count, found.count == 1, let unit = found.first else { return nil }
        return reads(unit.count) ? unit : nil
    }

    /// The units that read every number as a moment, the most likely first.
    var possible: [TimestampRule.Count] {
        let units: [TimestampRule.Count] = [.unixMilliseconds, .unix, .unixMicroseconds]
        return count == 0 ? [] : units.filter { reads($0) }
    }

    /// Whether every number is a midnight in UTC by this unit.
    func areDays(_ unit: TimestampRule.Count) -> Bool { minutesAhead(by: unit) == 0 }

    /// Returns how many minutes a clock is ahead of UTC that shows midnight at every number, by this unit; `nil` if none does: a clock is
    /// whole quarters of an hour off, and at most half a day.
    func minutesAhead(by unit: TimestampRule.Count) -> Int? {
        switch unit {
        case .unix: Self.minutesAhead(timeInSeconds, minute: 60)
        case .unixMilliseconds: Self.minutesAhead(timeInMilliseconds, minute: 60_000)
        case .unixMicroseconds, .iso, .julian, .apple: nil
        }
    }

    private static func minutesAhead(_ time: SharedTime, minute: Int64) -> Int? {
        guard let time = time.value, time % (15 * minute) == 0 else { return nil }
        let minutes = Int(time / minute)
        return minutes > 720 ? 1_440 - minutes : -minutes
    }

    /// The units by which every number is a time of the first day of 1970, on a clock at most 16 hours off UTC. Seconds alone can't tell
    /// themselves from milliseconds.
    var ofDay: [TimestampRule.Count] {
        let units: [(unit: TimestampRule.Count, hour: Double)] = [(.unix, 3_600), (.unixMilliseconds, 3_600_000)]
        return count == 0 ? [] : units.filter { lowest >= -16 * $0.hour && highest < 40 * $0.hour }.map { $0.unit }
    }

    /// Whether every number is a time of the first day of 1970 in UTC, in milliseconds.
    var areMillisecondsOfDay: Bool { count > 0 && lowest >= 0 && highest < 86_400_000 }

    private func reads(_ unit: TimestampRule.Count) -> Bool {
        let each: Double =
            switch unit {
            case .unix: 1
            case .unixMilliseconds: 1_000
            case .unixMicroseconds: 1_000_000
            case .iso, .julian, .apple: 0
            }
        // The first second of the year 1, and the first after the year 9999.
        return lowest >= -62_135_596_800 * each && highest < 253_402_300_800 * each
    }
}

/// The time of day that all numbers of a column have in common, where a day has so many of what they count.
private struct SharedTime: Sendable, Equatable {
    private let day: Int64
    private var first: Int64?
    private var isShared = true

    init(day: Int64) { self.day = day }

    /// The time since midnight, in UTC; `nil` if the numbers have several, or there are none.
    var value: Int64? { isShared ? first : nil }

    @inline(__always)
    mutating func observe(_ number: Int64) {
        guard isShared else { return }
        let rest = number % day
        let time = rest < 0 ? rest + day : rest
        isShared = first == nil || first == time
        first = time
    }

    /// Notes a number that may have a fraction, which no midnight has.
    mutating func observeFraction() { isShared = false }

    /// Adds the times of the numbers that follow.
    mutating func append(_ next: SharedTime) {
        isShared = isShared && next.isShared && (first == nil || next.first == nil || first == next.first)
        first = first ?? next.first
    }
}
