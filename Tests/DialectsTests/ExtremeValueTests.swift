import Foundation
import TestSupport
import Testing

@testable import Dialects

/// Tests numbers at the ends of their range that come from a program's user: none of them ends the process.
@Suite("values at the ends of their range")
struct ExtremeValueTests {
    @Test(
        "a date without a year of four digits is no text, and comes back as nothing else",
        arguments: [-62_135_769_600, 253_402_300_800, 1e30, .infinity, .nan])
    func unreadableDates(_ seconds: Double) {
        #expect(Date(timeIntervalSince1970: seconds).value == .blob([]))
    }

    @Test("Foundation's distant past and future are such dates or are read back")
    func distantDates() {
        #expect(Date.distantPast.value == .blob([]))
        #expect(Date(Date.distantFuture.value) == .distantFuture)
    }

    @Test("the first and the last date of the calendar are read back")
    func lastDates() {
        for seconds in [-62_135_596_800, 253_402_300_799.0] {
            let date = Date(timeIntervalSince1970: seconds)
            #expect(Date(date.value) == date)
        }
    }

    @Test("a wait without an end is one of ten years, and none is shorter than nothing")
    func endlessWaits() throws {
        #expect(Duration.wait(seconds: .infinity) == Duration.wait(seconds: 1e300))
        #expect(Duration.wait(seconds: -1) == .zero && Duration.wait(seconds: .nan) == .zero)
        #expect(Duration.wait(seconds: 2.5) == .milliseconds(2_500))
        let fixture = try SQLiteFixture("CREATE TABLE t (a)")
        defer { fixture.remove() }
        let options = ConnectionOptions(lockTimeout: .infinity, statementTimeout: .infinity)
        let connection = try connect(to: fixture.url, options)
        defer { connection.close() }
        #expect(try connection.queryValue("SELECT count(*) FROM t")?.integer == 0)
    }

    @Test(".NET's last moment, which would round up to the year 10000, is cut to six digits by a rule")
    func lastMomentOfDotNET() {
        func isTimestamp(_ text: String) -> Bool {
            Array(text.utf8).withUnsafeBytes { CalendarNumber.isTimestamp($0) }
        }
        #expect(isTimestamp("9999-12-31T23:59:59.9999999") && isTimestamp("9999-12-31 23:59:59.9999999Z"))
        #expect(!isTimestamp("9999-12-31T23:59:59.9999999-01:00"))
        #expect(isTimestamp("9999-12-31T23:59:59.9999994") && isTimestamp("9999-12-31T23:59:59.999999Z"))
    }

    @Test(
        "a number with an absurd exponent is no portable number",
        arguments: ["1e-9223372036854775808", "1e400", "1e-400"])
    func absurdExponents(_ text: String) { #expect(PortableNumber(text) == nil) }
}
