import ArgumentParser
import Dialects

/// A point in time as people write it: an age (`30m`, `2h`, `7d`, `3w`), a day, or the timestamp itself.
struct TimestampArgument: ExpressibleByArgument {
    let moment: Timestamp

    init?(argument: String) {
        if let seconds = Self.seconds(argument) {
            moment = Timestamp.now.advanced(seconds: -seconds)
        } else if let moment = Timestamp(given: argument) ?? Timestamp(parsing: "\(argument)T00:00:00Z") {
            self.moment = moment
        } else {
            return nil
        }
    }

    private static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()),
            (0...1_000_000).contains(number)
        else { return nil }
        return number * unit
    }
}
