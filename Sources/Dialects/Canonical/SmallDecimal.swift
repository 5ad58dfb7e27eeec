/// A decimal of at most 15 digits as a whole number and a power of ten. No text has to be made and read for it.
///
/// Two different decimals of so few digits are never the same double (`DBL_DIG` is 15). So the decimal that a double equals is
/// also the one that the double's shortest text shows.
struct SmallDecimal: Equatable {
    private static let limit: UInt64 = 1_000_000_000_000_000

    /// The number's digits, from the first to the last that is not zero.
    let digits: UInt64
    /// The power of ten of the last digit: the number is `digits` times ten to this power.
    let power: Int
    let isNegative: Bool

    /// The number of digits behind the point.
    var scale: Int { max(0, -power) }

    /// Makes a decimal; `nil` if there are more than 15 digits.
    init?(_ number: UInt64, power: Int = 0, isNegative: Bool) {
        var (digits, power) = (number, power)
        while digits % 10 == 0, digits != 0 { (digits, power) = (digits / 10, power + 1) }
        guard digits < Self.limit else { return nil }
        (self.digits, self.power, self.isNegative) = (digits, digits == 0 ? 0 : power, isNegative)
    }

    init?(_ number: Int64) { self.init(number.magnitude, isNegative: number < 0) }

    /// Makes a decimal from a double; `nil` for zero, whose sign counts, and for a number with more than six digits behind the
    /// point or more than 15 digits in all.
    @inline(__always)
    init?(_ number: Double) {
        // Two decimals are tried first: most doubles in columns of decimals are amounts of money.
        guard let (digits, power) = Self.scaled(number, by: 100, -2) ?? Self.scaled(number, by: 1_000_000, -6) else {
            return nil
        }
        self.init(digits, power: power, isNegative: number < 0)
    }

    /// Returns the digits and the power, if the number has no more decimals than `unit` allows. The quotient of two whole doubles
    /// below 2^53 is the double nearest to the decimal.
    @inline(__always)
    private static func scaled(_ number: Double, by unit: Double, _ power: Int) -> (UInt64, Int)? {
        let scaled = (number * unit).rounded()
        guard scaled != 0, scaled.magnitude < Double(limit), scaled / unit == number else { return nil }
        return (UInt64(scaled.magnitude), power)
    }

    /// The number of digits; 0 for zero.
    var count: Int {
        var (count, rest) = (0, digits)
        while rest > 0 { (count, rest) = (count + 1, rest / 10) }
        return count
    }
}
