/// Formats numbers for people.
package enum Formatting {
    /// Returns the number with its digits in groups, independent of the locale: `1,234,567`.
    package static func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var result = ""
        for (at, digit) in digits.enumerated() {
            if at > 0 && (digits.count - at) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return (number < 0 ? "-" : "") + result
    }

    package static func rows(_ number: Int) -> String { number == 1 ? "1 row" : "\(count(number)) rows" }

    /// Returns the size in powers of ten: `12 kB`, `3.4 MB`.
    package static func bytes(_ number: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var value = Double(number)
        var unit = 0
        while value >= 1_000, unit < units.count - 1 {
            value /= 1_000
            unit += 1
        }
        let tenths = Int((value * 10).rounded())
        let text = value < 10 && unit > 0 ? "\(tenths / 10).\(tenths % 10)" : "\(Int(value.rounded()))"
        return "\(text) \(units[unit])"
    }

    package static func milliseconds(_ number: Int64) -> String { "\(number) ms" }

    /// Returns the duration with its unit: `3.14 s`.
    package static func seconds(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
    }
}
