import TCPOSIX

/// The time zone of a place. The first versions of the old daemon wrote wall-clock times without a zone.
public struct LocalZone: Sendable {
    public let name: String

    /// Sets the process's time zone (tzset(3)), of which there is one at a time. `name` is from the time zone database, such as
    /// `Europe/Berlin`.
    ///
    /// - Throws: ``ImportError`` if the machine does not know the name.
    public init(_ name: String) throws(ImportError) {
        let isName = !name.isEmpty && !name.hasPrefix("/") && !name.split(separator: "/").contains("..")
        guard isName, name == "UTC" || access("/usr/share/zoneinfo/\(name)", R_OK) == 0 else {
            throw ImportError(
                "unknown_zone", "this machine has no time zone \(name)",
                remedy: "name one from the time zone database, such as Europe/Berlin (timedatectl list-timezones)")
        }
        self.name = name
        setenv("TZ", ":\(name)", 1)
        tzset()
    }

    /// Returns the instant, in UTC, of a wall-clock time such as `2026-01-09T19:59:59.999999`; `nil` for any other text.
    func instant(of text: String) -> String? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts[0].split { "-T:".contains($0) }.map { Int32($0) }
        guard numbers.count == 6, !numbers.contains(nil) else { return nil }
        let field = numbers.map { $0 ?? 0 }
        var clock = tm()
        (clock.tm_year, clock.tm_mon, clock.tm_mday) = (field[0] - 1_900, field[1] - 1, field[2])
        (clock.tm_hour, clock.tm_min, clock.tm_sec, clock.tm_isdst) = (field[3], field[4], field[5], -1)
        var seconds = mktime(&clock)
        var utc = tm()
        guard gmtime_r(&seconds, &utc) != nil else { return nil }
        let date = [utc.tm_mon + 1, utc.tm_mday].map(Self.two).joined(separator: "-")
        let time = [utc.tm_hour, utc.tm_min, utc.tm_sec].map(Self.two).joined(separator: ":")
        let fraction = parts.count > 1 ? ".\(parts[1])" : ""
        return "\(utc.tm_year + 1_900)-\(date) \(time)\(fraction)"
    }

    private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
