import TCPOSIX

/// The time zone of a place. The first versions of the old daemon wrote wall-clock times without a zone.
package struct LocalZone: Sendable {
    package let name: String

    /// Sets the process's time zone (tzset(3)), of which there is one at a time. `name` is from the time zone database, such as
    /// `Europe/Berlin`.
    ///
    /// - Throws: ``ImportError`` if the machine does not know the name.
    package init(_ name: String) throws(ImportError) {
        let isName = !name.isEmpty && !name.hasPrefix("/") && !name.split(separator: "/").contains("..")
        guard isName, name == "UTC" || Self.isZone("/usr/share/zoneinfo/\(name)") else {
            throw ImportError(
                "unknown_zone", "this machine has no time zone \(name)",
                remedy: "name one from the time zone database, such as Europe/Berlin (timedatectl list-timezones; "
                    + "package tzdata)")
        }
        self.name = name
        setenv("TZ", ":\(name)", 1)
        tzset()
    }

    /// Returns whether a file begins as those of the time zone database do (RFC 9636, 3.1). There are folders and tables beside them,
    /// for which the C library takes UTC without a word.
    private static func isZone(_ path: String) -> Bool {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return false }
        defer { close(number) }
        var head: [UInt8] = [0, 0, 0, 0]
        return read(number, &head, 4) == 4 && head.elementsEqual("TZif".utf8)
    }

    /// Returns the instant, in UTC, of a wall-clock time such as `2026-01-09T19:59:59.999999`; `nil` for any other text, and for a date
    /// or time that does not exist, such as February 31.
    ///
    /// A time that a change of the clocks has left out counts by the offset before the change, as in PostgreSQL: a clock that was not
    /// put forward yet showed it. Of a time that occurs twice, the system chooses one.
    func instant(of text: String) -> String? {
        let form = /([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?/
        guard let match = text.wholeMatch(of: form),
            let given = Self.clock([match.1, match.2, match.3, match.4, match.5, match.6].compactMap { Int32($0) }),
            var seconds = Self.seconds(given)
        else { return nil }
        var utc = tm()
        guard gmtime_r(&seconds, &utc) != nil, (1...9_999).contains(utc.tm_year + 1_900) else { return nil }
        let date = [Self.digits(utc.tm_year + 1_900, 4), Self.digits(utc.tm_mon + 1, 2), Self.digits(utc.tm_mday, 2)]
        let time = [utc.tm_hour, utc.tm_min, utc.tm_sec].map { Self.digits($0, 2) }
        return "\(date.joined(separator: "-")) \(time.joined(separator: ":"))\(match.7 ?? "")"
    }

    /// Returns the fields of a date and a time; `nil` if the calendar or the clock does not have them.
    private static func clock(_ field: [Int32]) -> tm? {
        var clock = tm()
        (clock.tm_year, clock.tm_mon, clock.tm_mday) = (field[0] - 1_900, field[1] - 1, field[2])
        (clock.tm_hour, clock.tm_min, clock.tm_sec) = (field[3], field[4], field[5])
        var moved = clock
        // The functions of C turn February 31 into March 3, and say nothing.
        _ = timegm(&moved)
        return isSame(moved, clock) ? clock : nil
    }

    /// Returns the seconds since 1970 of a time in the process's zone; `nil` if they can't be computed.
    private static func seconds(_ clock: tm) -> time_t? {
        var found = clock
        found.tm_isdst = -1
        // mktime(3) sets the day of the week, and returns -1 for a failure as well as for the last second of 1969.
        found.tm_wday = -1
        let seconds = mktime(&found)
        guard found.tm_wday >= 0 else { return nil }
        if isSame(found, clock) { return seconds }
        var (dayBefore, local, left) = (seconds - 86_400, tm(), clock)
        return localtime_r(&dayBefore, &local) == nil ? nil : timegm(&left) - local.tm_gmtoff
    }

    private static func isSame(_ a: tm, _ b: tm) -> Bool {
        a.tm_year == b.tm_year && a.tm_mon == b.tm_mon && a.tm_mday == b.tm_mday && a.tm_hour == b.tm_hour
            && a.tm_min == b.tm_min && a.tm_sec == b.tm_sec
    }

    private static func digits(_ number: Int32, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: count - text.count) + text
    }
}
