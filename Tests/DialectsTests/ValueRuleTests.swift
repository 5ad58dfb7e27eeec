import TestSupport
import Testing

@testable import Dialects

@Suite("Values as rules read them")
struct ValueRuleTests {
    /// Returns the value that the rule reads; `nil` if it can't read the value.
    private func read(_ value: Value, _ reading: ValueRule) -> Value? {
        let reader = ValueReader([reading])
        return withExtendedLifetime(reader) { value.withRaw { reader?.read($0, column: 0).copied } }
    }

    @Test(
        "numbers and texts become moments",
        arguments: [
            (TimestampRule(.unix), 1_704_164_645, "2024-01-02 03:04:05.000000Z"),
            (TimestampRule(.unix), .real(1_704_164_645.123), "2024-01-02 03:04:05.123000Z"),
            (TimestampRule(.unix), -1, "1969-12-31 23:59:59.000000Z"),
            (TimestampRule(.unix), "1704164645", "2024-01-02 03:04:05.000000Z"),
            (TimestampRule(.unix), "2024-01-02T03:04:05+01:00", "2024-01-02 02:04:05.000000Z"),
            (TimestampRule(.unixMilliseconds), 1_704_164_645_678, "2024-01-02 03:04:05.678000Z"),
            (TimestampRule(.unixMicroseconds), 1_704_164_645_678_901, "2024-01-02 03:04:05.678901Z"),
            (TimestampRule(.julian), .real(2_460_311.62784722), "2024-01-02 03:04:06.000000Z"),
            (TimestampRule(.julian), 2_451_545, "2000-01-01 12:00:00.000000Z"),
            (TimestampRule(.apple), 0, "2001-01-01 00:00:00.000000Z"),
            (TimestampRule(.apple), .real(725_857_445.5), "2024-01-02 03:04:05.500000Z"),
            (TimestampRule(.iso), "2024-01-02 03:04", "2024-01-02 03:04:00.000000Z"),
            (TimestampRule(.iso), "2024-01-02", "2024-01-02 00:00:00.000000Z"),
            // ISO 8601's basic form, whose digits are a number where the rule counts.
            (TimestampRule(.iso), "20240102", "2024-01-02 00:00:00.000000Z"),
            (TimestampRule(.iso, minutesAhead: 60), "20240102030405", "2024-01-02 02:04:05.000000Z"),
            (TimestampRule(.iso, minutesAhead: 60), "20240102T030405Z", "2024-01-02 03:04:05.000000Z"),
            (TimestampRule(.unix), "20240102", "1970-08-23 06:15:02.000000Z"),
            (TimestampRule(.iso, minutesAhead: 120), "2024-01-02 03:04:05", "2024-01-02 01:04:05.000000Z"),
            (TimestampRule(.iso, minutesAhead: 120), "2024-01-02 03:04:05Z", "2024-01-02 03:04:05.000000Z"),
            (
                TimestampRule(.iso, minutesAhead: -330, isLocal: true), "2024-01-02 03:04:05",
                "2024-01-02 03:04:05.000000"
            ),
            (TimestampRule(.unix, minutesAhead: 60, isLocal: true), 1_704_164_645, "2024-01-02 04:04:05.000000"),
            (TimestampRule(.iso), "9999-12-31 23:59:59.9999999", "9999-12-31 23:59:59.999999Z"),
            // In these zones rounding stays in the calendar.
            (TimestampRule(.iso), "9999-12-31 23:59:59.9999999+02:00", "9999-12-31 22:00:00.000000Z"),
            (TimestampRule(.iso, minutesAhead: 60), "9999-12-31 23:59:59.9999999", "9999-12-31 23:00:00.000000Z"),
            (
                TimestampRule(.iso, minutesAhead: 60, isLocal: true), "9999-12-31 23:59:59.9999999",
                "9999-12-31 23:59:59.999999"
            ),
            (TimestampRule(.iso), "2024-01-02 03:04:05.1234565 +0000 UTC", "2024-01-02 03:04:05.123457Z"),
            (TimestampRule(.iso), "2024-01-02 03:04:05.123456789 +0200 CEST", "2024-01-02 01:04:05.123457Z"),
            (TimestampRule(.iso), "2024-01-02 03:04:05 +0000 UTC m=+0.010203", "2024-01-02 03:04:05.000000Z"),
            (TimestampRule(.iso), "2024-01-02 03:04:05 -0300 -03", "2024-01-02 06:04:05.000000Z"),
            (TimestampRule(.iso), "2024-01-02 3:04:05.0 +00:00:00", "2024-01-02 03:04:05.000000Z"),
            (TimestampRule(.iso), "2024-01-02 03:04:05.5 UTC", "2024-01-02 03:04:05.500000Z"),
            (TimestampRule(.iso, minutesAhead: 60), "2024-01-02 00:00:00+00:00", "2024-01-02 00:00:00.000000Z"),
        ] as [(TimestampRule, Value, Value)])
    func moments(_ reading: TimestampRule, _ value: Value, _ expected: Value) {
        #expect(read(value, .moment(reading)) == expected)
    }

    @Test(
        "midnights become days, and numbers and texts of the first day of 1970 times of day",
        arguments: [
            (.day(TimestampRule(.unixMilliseconds)), 484_099_200_000, "1985-05-05"),
            (.day(TimestampRule(.unix)), "2024-01-02T00:00:00Z", "2024-01-02"),
            // Midnight in the zone of the program.
            (.day(TimestampRule(.unix, minutesAhead: 60, isLocal: true)), 1_704_150_000, "2024-01-02"),
            (.day(TimestampRule(.iso, minutesAhead: 120, isLocal: true)), "2024-01-01 22:00:00Z", "2024-01-02"),
            (.day(TimestampRule(.iso, minutesAhead: 120, isLocal: true)), "2024-01-02", "2024-01-02"),
            (.day(TimestampRule(.iso)), "soon", "soon"),
            (.day(TimestampRule(.iso)), "20240229", "2024-02-29"), (.day(TimestampRule(.iso)), "20230229", "20230229"),
            (.day(TimestampRule(.unixMilliseconds)), 484_099_200_001, 484_099_200_001),
            (.day(TimestampRule(.unixMilliseconds)), .integer(.max), .integer(.max)),
            (.timeOfDay(TimestampRule(.unixMilliseconds)), 45_296_789, "12:34:56.789000"),
            (.timeOfDay(TimestampRule(.unix)), "12:34", "12:34:00.000000"),
            (.timeOfDay(TimestampRule(.unixMilliseconds)), "45296000", "12:34:56.000000"),
            (.timeOfDay(TimestampRule(.unixMilliseconds)), "1970-01-01 12:34:56", "12:34:56.000000"),
            (
                .timeOfDay(TimestampRule(.iso, minutesAhead: 60, isLocal: true)), "1970-01-01 11:34:56Z",
                "12:34:56.000000"
            ),
            (.timeOfDay(TimestampRule(.unixMilliseconds)), "1970-01-02 12:34:56", "1970-01-02 12:34:56"),
            (.timeOfDay(TimestampRule(.unixMilliseconds)), "86400000", "86400000"),
            (.timeOfDay(TimestampRule(.unixMilliseconds)), 86_400_000, 86_400_000),
            (.timeOfDay(TimestampRule(.unixMilliseconds)), -1, -1),
            (.timeOfDay(TimestampRule(.iso)), "12:34:56.1234567", "12:34:56.123457"),
            (.timeOfDay(TimestampRule(.iso)), "23:59:59.9999999", "23:59:59.999999"),
            (.spanOfText, "1.02:03:04.5000000", "1 day 02:03:04.5"),
            (.spanOfText, "-1.02:03:04.5", "-1 days -02:03:04.5"), (.spanOfText, "02:03:04.1234567", "02:03:04.123457"),
            (.spanOfText, "1.25:00:00", "1.25:00:00"), (.spanOfText, 5, 5),
        ] as [(ValueRule, Value, Value)])
    func parts(_ rule: ValueRule, _ value: Value, _ expected: Value) {
        #expect(read(value, rule) == expected)
    }

    @Test(
        "only what rounding would lead out of the calendar or the day is cut",
        arguments: [
            (.moment(TimestampRule(.iso)), "9999-12-31 23:59:59.9999999", true),
            (.moment(TimestampRule(.iso)), "9999-12-31 21:59:59.9999999-02:00", true),
            (.moment(TimestampRule(.iso)), "9999-12-31 23:59:59.9999999+02:00", false),
            (.moment(TimestampRule(.iso, minutesAhead: 60)), "9999-12-31 23:59:59.9999999", false),
            (.moment(TimestampRule(.iso, minutesAhead: 60, isLocal: true)), "9999-12-31 22:59:59.9999999Z", true),
            (.moment(TimestampRule(.iso)), "9999-12-31 23:59:59.999999", false),
            (.timeOfDay(TimestampRule(.iso)), "23:59:59.9999999", true),
            (.timeOfDay(TimestampRule(.iso)), "2000-01-01 23:59:59.9999999", true),
            (.timeOfDay(TimestampRule(.iso)), "22:59:59.9999999", false),
            (.moment(TimestampRule(.iso)), "23:59:59.9999999", false), (.spanOfText, "23:59:59.9999999", false),
        ] as [(ValueRule, Value, Bool)])
    func cut(_ rule: ValueRule, _ value: Value, _ isCut: Bool) {
        #expect(value.withRaw { rule.cuts($0) } == isCut)
    }

    @Test(
        "what is no moment stays what it is",
        arguments: [
            (TimestampRule(.unix), "n/a"), (TimestampRule(.unix), .integer(.max)),
            (TimestampRule(.unix), .real(.infinity)),
            (TimestampRule(.unix), .real(.nan)), (TimestampRule(.iso), 1_704_164_645), (TimestampRule(.julian), 0),
            (TimestampRule(.unixMilliseconds), .integer(.min)), (TimestampRule(.apple), nil),
            (TimestampRule(.iso), "2024-01-02 03:04:05 CEST"),
            (TimestampRule(.iso), "2024-01-02 03:04:05 +0200 CEST x"),
            (TimestampRule(.unix), .blob([1])), (TimestampRule(.iso), "2023-02-29 00:00"), (TimestampRule(.iso), "1e9"),
        ] as [(TimestampRule, Value)])
    func strangers(_ reading: TimestampRule, _ value: Value) {
        let result = read(value, .moment(reading))
        #expect(result == value || "\(String(describing: result))" == "\(String(describing: Optional(value)))")
    }

    @Test(
        "what a column would take for something else than its rule says becomes what no such column takes",
        arguments: [
            (.span(.days), 200_000_000), (.span(.seconds), .integer(.max)), (.span(.days), .real(2e8)),
            (.span(.milliseconds), .integer(.min)), (.span(.since1970), 5),
            (.moment(TimestampRule(.iso, minutesAhead: 120)), "0001-01-01 00:30:00"),
            (.moment(TimestampRule(.iso, minutesAhead: -120)), "9999-12-31 23:00"),
            // A midnight of UTC, at which the rule's clock shows another time.
            (.day(TimestampRule(.iso, minutesAhead: 120, isLocal: true)), "2024-01-02 00:00:00Z"),
            (.day(TimestampRule(.iso, minutesAhead: -120, isLocal: true)), "0001-01-01 00:00:00Z"),
            (.day(TimestampRule(.iso)), "2024-01-02 00:00:01"),
            (.moment(TimestampRule(.iso)), "9999-12-31 22:00:00.0000000-02:00"),
        ] as [(ValueRule, Value)])
    func unreadable(_ rule: ValueRule, _ value: Value) {
        #expect(read(value, rule) == .blob([]))
    }

    @Test(
        "numbers and moments become spans of time, and the way back",
        arguments: [
            (.microseconds, -1, "-00:00:00.000001"), (.milliseconds, 1_500, "00:00:01.5"), (.seconds, 90, "00:01:30"),
            (.days, .real(1.5), "36:00:00"), (.days, -2, "-48:00:00"),
            (.since1970, "1970-01-04 02:00:00.000007", "74:00:00.000007"),
            (.since1970, "1969-12-31 23:59:59.999999", "-00:00:00.000001"),
        ] as [(SpanRule, Value, Value)])
    func spans(_ rule: SpanRule, _ value: Value, _ expected: Value) {
        #expect(read(value, .span(rule)) == expected)
        guard case .text(let moment) = value else { return #expect(read(expected, .counted(rule)) == value) }
        #expect(read(expected, .counted(rule)) == .text(moment.contains(".") ? moment : moment + ".000000"))
    }

    @Test("zero is the same span of time in every unit, moments after 1970 included", arguments: SpanRule.allCases)
    func noSpan(_ rule: SpanRule) {
        #expect(read(0, .span(rule)) == "00:00:00")
        #expect(read(.real(0), .span(rule)) == "00:00:00")
    }

    @Test(
        "moments and times of day become the numbers that a rule reads: the way back",
        arguments: [
            (TimestampRule(.unixMilliseconds), "1985-05-05", 484_099_200_000),
            (TimestampRule(.unixMilliseconds), "12:34:56", 45_296_000),
            (TimestampRule(.unixMilliseconds), "12:34:56.789", 45_296_789),
            (TimestampRule(.unixMilliseconds, minutesAhead: 60), "00:30:00", -1_800_000),
            (TimestampRule(.unix), "00:00:00.5", .real(0.5)), (TimestampRule(.unix), "soon", "soon"),
        ] as [(TimestampRule, Value, Value)])
    func numbers(_ rule: TimestampRule, _ value: Value, _ expected: Value) {
        #expect(read(value, .numbered(rule)) == expected)
    }

    @Test(
        "what no rule counts stays what it is",
        arguments: [
            (.span(.seconds), "1 day"), (.span(.since1970), "soon"), (.counted(.days), "1 mon"),
            (.counted(.since1970), "99999999 days"), (.counted(.since1970), "-800000 days"), (.digits, "no uuid"),
        ] as [(ValueRule, Value)])
    func uncounted(_ rule: ValueRule, _ value: Value) {
        #expect(read(value, rule) == value)
    }

    @Test("a uuid is written without hyphens")
    func digits() {
        #expect(
            read("123E4567-e89b-12d3-a456-426614174000", .digits) == "123e4567e89b12d3a456426614174000")
    }

    /// SQLite's own functions give the expected values.
    @Test("julian days and epochs are read as SQLite reads them")
    func likeSQLite() throws {
        let connection = try connect(
            to: try DatabaseURL(parsing: "sqlite::memory:"), ConnectionOptions(access: .create))
        defer { connection.close() }
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            let day = Double.random(in: 1_721_500...5_373_000, using: &generator)
            let byDay = try connection.queryValue("SELECT strftime('%Y-%m-%d %H:%M:%f', \(Value.real(day)))")?.text
            #expect(read(.real(day), .moment(TimestampRule(.julian)))?.text == byDay.map { $0 + "000Z" })
            let second = Int64.random(in: -62_100_000_000...253_402_300_799, using: &generator)
            let bySecond = try connection.queryValue("SELECT datetime(\(second), 'unixepoch')")?.text
            #expect(read(.integer(second), .moment(TimestampRule(.unix)))?.text == bySecond.map { $0 + ".000000Z" })
        }
    }

    @Test("NUL and what is no UTF-8 gives way")
    func cleaning() {
        func cleaned(_ bytes: [UInt8], _ replacement: String = "?") -> String? {
            let reader = ValueReader([.cleaned(replacement: replacement)])
            return withExtendedLifetime(reader) {
                bytes.withUnsafeBytes { reader?.read(.text($0), column: 0).copied.text }
            }
        }
        #expect(cleaned([97, 0, 0, 98]) == "a??b")
        #expect(cleaned([97, 0xED, 0xA0, 0x80, 98, 0xFF]) == "a?b?")
        #expect(cleaned([0xC3, 0xA4, 0]) == "ä?")
        #expect(cleaned([0xC3], "\u{FFFD}") == "\u{FFFD}")
        #expect(cleaned([97, 0], "") == "a")
        #expect(cleaned([97]) == "a")
    }

    @Test("columns without a rule need no reader")
    func none() { #expect(ValueReader([nil, nil]) == nil) }
}
