/// The parsed text of a decimal. Its digits stand in `text` from `start` to `end`, with at most one point among them.
package struct DecimalText {
    let text: UnsafeRawBufferPointer
    private(set) var isNegative = false
    /// The digits without leading zeros, as positions among all digits.
    private var start = 0
    private var digitCount = 0
    /// The position in `text` of the first digit, and that of the point (or of the end, if there is no point).
    private var first = 0
    private var point = 0
    /// The number of digits before the decimal point once the exponent is applied, counted from the first digit of the text.
    private var wholeDigits = 0

    /// The number of digits before the point, without leading zeros; negative for `0.001`.
    var whole: Int { wholeDigits - start }
    /// The number of decimals as written.
    var scale: Int { max(0, digitCount - wholeDigits) }
    /// The number of decimals without trailing zeros.
    private(set) var significantScale = 0
    var isZero: Bool { start == digitCount }

    package init?(_ text: UnsafeRawBufferPointer) {
        self.text = text
        var reader = ASCIIReader(text)
        isNegative = reader.skip("-")
        if !isNegative { _ = reader.skip("+") }
        first = reader.at
        while reader.digit() != nil {}
        point = reader.at
        if reader.skip(".") { while reader.digit() != nil {} }
        digitCount = reader.at - first - (reader.at > point ? 1 : 0)
        guard digitCount > 0 else { return nil }
        wholeDigits = point - first
        if reader.skip("e") || reader.skip("E") {
            guard let exponent = DecimalText.exponent(&reader) else { return nil }
            wholeDigits += exponent
        }
        guard reader.isAtEnd else { return nil }
        while start < digitCount, digit(start) == 0 { start += 1 }
        var end = digitCount
        while end > start, digit(end - 1) == 0 { end -= 1 }
        significantScale = isZero ? 0 : max(0, end - wholeDigits)
    }

    /// Reads the exponent. Five digits are more than any number that fits can need.
    private static func exponent(_ reader: inout ASCIIReader) -> Int? {
        let isNegative = reader.skip("-")
        if !isNegative { _ = reader.skip("+") }
        guard var exponent = reader.digit() else { return nil }
        while let digit = reader.digit() { exponent = min(exponent * 10 + digit, 999_999) }
        return isNegative ? -exponent : exponent
    }

    private func digit(_ position: Int) -> Int16 {
        guard position >= 0, position < digitCount else { return 0 }
        let at = first + position
        return Int16(text[at < point ? at : at + 1] - UInt8(ascii: "0"))
    }

    /// Passes each digit from the first to the last that is not zero to `body`, and returns the power of ten of the last one. Two
    /// texts of the same number give the same result.
    @inline(__always)
    func canonicalDigits(_ body: (UInt8) -> Void) -> Int {
        var last = digitCount
        while last > start, digit(last - 1) == 0 { last -= 1 }
        for position in start..<last { body(UInt8(digit(position))) }
        return isZero ? 0 : wholeDigits - last
    }

    /// Returns the number without an exponent, as PostgreSQL writes a `numeric`, with so many decimals.
    func plain(decimals: Int) -> String {
        func digits(_ range: Range<Int>) -> String { range.map { String(digit($0)) }.joined() }
        let whole = start < wholeDigits && !isZero ? digits(start..<wholeDigits) : "0"
        let sign = isNegative && !isZero ? "-" : ""
        return sign + whole + (decimals > 0 ? "." + digits(wholeDigits..<wholeDigits + decimals) : "")
    }

    /// The double whose shortest decimal is this number; `nil` if there is none, because it has too many digits or is too large.
    package var double: Double? {
        guard let number = Double(String(decoding: text, as: UTF8.self)), number.isFinite else { return nil }
        var shortest = number.description
        let isSame = shortest.withUTF8 { DecimalText(UnsafeRawBufferPointer($0))?.isEqual(to: self) }
        return isSame == true ? number : nil
    }

    private func isEqual(to other: DecimalText) -> Bool {
        guard isZero == other.isZero, isZero || (isNegative == other.isNegative && whole == other.whole) else {
            return false
        }
        let count = max(digitCount - start, other.digitCount - other.start)
        return isZero || (0..<count).allSatisfy { digit(start + $0) == other.digit(other.start + $0) }
    }

    /// Returns the base-10000 digit at a power of 10000.
    func group(at power: Int) -> Int16 {
        let position = wholeDigits - 4 * (power + 1)
        return digit(position) * 1000 + digit(position + 1) * 100 + digit(position + 2) * 10 + digit(position + 3)
    }
}
