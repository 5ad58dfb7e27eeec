import Dialects

extension ComputedDigits {
    /// Returns a value of a column of decimals with the digits that count.
    func counted(in value: RawValue) -> RawValue {
        switch self {
        case .all: return value
        case .decimals(let decimals):
            guard case .real(let number) = value else { return value }
            return .real(Self.rounded(number, to: decimals))
        case .fifteen:
            guard let number = Self.number(value), number.isFinite else { return value }
            return .real(number.ofFifteenDigits)
        }
    }

    /// Rounds a double to the nearest decimal with so many digits behind the point. The quotient of two whole doubles below 2^53 is the
    /// double that the decimal reads as.
    private static func rounded(_ number: Double, to decimals: Int) -> Double {
        guard (0...22).contains(decimals) else { return number }
        let unit = (0..<decimals).reduce(1.0) { unit, _ in unit * 10 }
        let whole = (number * unit).rounded()
        guard abs(whole) < 0x1p53 else { return number }
        return whole == 0 ? 0 : whole / unit
    }

    private static func number(_ value: RawValue) -> Double? {
        switch value {
        case .real(let number): number
        case .text(let bytes): Double(String(decoding: bytes, as: UTF8.self))
        case .integer(let number): Double(number)
        case .null, .boolean, .blob: nil
        }
    }
}
