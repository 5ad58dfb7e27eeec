/// A decimal of at most 15 digits as a whole number and a power of ten, for which no text has to be made and read.
///
/// Two decimals of so few digits are never one double (`DBL_DIG` is 15), so the one that a double equals is also the one that its
/// shortest text says.
struct SmallDecimal: Equatable {
    private static let limit: UInt64 = 1_000_000_000_000_000

    /// All digits, from the first to the last that is not zero.
    let digits: UInt64
    /// Of the last digit: the number is `digits` times ten to this.
    let power: Int
    let isNegative: Bool

    /// How many digits stand behind the point.
    var scale: Int { max(0, -power) }

    /// `nil` if there are more than 15 digits.
    init?(_ number: UInt64, power: Int = 0, isNegative: Bool) {
        var (digits, power) = (number, power)
        while digits % 10 == 0, digits != 0 { (digits, power) = (digits / 10, power + 1) }
        guard digits < Self.limit else { return nil }
        (self.digits, self.power, self.isNegative) = (digits, digits == 0 ? 0 : power, isNegative)
    }

    init?(_ number: Int64) { self.init(number.magnitude, isNegative: number < 0) }

    /// `nil` for zero, whose sign counts, and for what has more than six digits behind the point or too many in all.
    @inline(__always)
    init?(_ number: Double) {
        // Money has two: most doubles among decimals end there.
        guard let (digits, power) = Self.scaled(number, by: 100, -2) ?? Self.scaled(number, by: 1_000_000, -6) else {
            return nil
        }
        self.init(digits, power: power, isNegative: number < 0)
    }

    /// The quotient of two whole doubles below 2^53 is the double nearest to the decimal.
    @inline(__always)
    private static func scaled(_ number: Double, by unit: Double, _ power: Int) -> (UInt64, Int)? {
        let scaled = (number * unit).rounded()
        guard scaled != 0, scaled.magnitude < Double(limit), scaled / unit == number else { return nil }
        return (UInt64(scaled.magnitude), power)
    }

    /// How many digits there are; none in zero.
    var count: Int {
        var (count, rest) = (0, digits)
        while rest > 0 { (count, rest) = (count + 1, rest / 10) }
        return count
    }
}
