import Dialects

/// What a column of numbers that is there already must keep of the values it gets.
package enum KeptNumber: Equatable, Sendable {
    /// The number: a column of SQLite's affinity NUMERIC or REAL holds whole numbers of 64 bits, and doubles
    /// (https://www.sqlite.org/datatype3.html, section 3).
    case value
    /// The text, in a column which gives each number back with as many decimals as it got: `007` and `+5` would be lost.
    case textOfAnyScale
    /// The text, in a column which gives each number back with as few decimals as it needs: `1.50` would be lost, too.
    case shortestText
    /// The text, in a column of doubles, which give back as few digits as they need: `007` and `1.50` would be lost. Whole numbers may be
    /// written as databases write doubles, too: `1.0`, `1e+20`, and `-0` if the column keeps the sign of zero.
    case textOfDouble(keepsSign: Bool)
    /// The number, in a column that keeps 32 bits of each: an R-tree's bound.
    case singleValue

    func refusal(of number: Double) -> String? {
        switch self {
        case .value, .shortestText:
            Self.isNegativeZero(number) ? Self.droppedSign : nil
        case .textOfAnyScale, .textOfDouble: nil
        case .singleValue: Double(Float(number)) == number || number.isNaN ? nil : Self.tooPrecise
        }
    }

    func refusal(of number: Int64) -> String? {
        switch self {
        case .value, .textOfAnyScale, .shortestText, .textOfDouble: nil
        case .singleValue: Int64(exactly: Float(number)) == number ? nil : Self.tooPrecise
        }
    }

    func refusal(of text: UnsafeRawBufferPointer) -> String? {
        guard let decimal = DecimalText(text) else { return nil }
        switch self {
        case .value:
            // 12.50 is the number 12.5.
            return decimal.double != nil || Self.integer(text) != nil ? nil : "has more digits than a double holds"
        case .textOfAnyScale: return Self.isPlain(text) ? nil : Self.otherText
        case .shortestText:
            let written = String(decoding: text, as: UTF8.self)
            let isExact = Int64(written) != nil || Double(written)?.description == written
            let hasDoublesDigits = isExact || Self.digits(of: text).count <= 15
            return Self.isShortest(text) && hasDoublesDigits ? nil : Self.otherText
        case .textOfDouble(let keepsSign):
            let written = String(decoding: text, as: UTF8.self)
            let number = Double(written)
            if let number, Self.isNegativeZero(number), !keepsSign { return Self.droppedSign }
            // PostgreSQL writes the negative zero as an integer.
            let isDoubles = number?.description == written || written == "-0"
            return isDoubles || Self.isShortest(text) ? nil : Self.otherText
        case .singleValue:
            if let other = Self.textOfDouble(keepsSign: true).refusal(of: text) { return other }
            let written = String(decoding: text, as: UTF8.self)
            if let whole = Int64(written) { return refusal(of: whole) }
            return Double(written).flatMap { refusal(of: $0) }
        }
    }

    /// Returns the text as it is to be written. SQLite reads a fraction of zeros as a double, which holds fewer whole numbers than 64 bits
    /// do: `9007199254740993.0` would become another number.
    func written(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        switch self {
        case .value:
            guard text.count > 15 else { return text }
            let whole = Self.withoutZeroFraction(text)
            return whole.count < text.count && Self.integer(whole) != nil ? whole : text
        case .textOfAnyScale, .shortestText, .textOfDouble, .singleValue: return text
        }
    }

    /// Returns the whole number of 64 bits that a text shows, be it with a fraction of zeros.
    private static func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
        Int64(String(decoding: withoutZeroFraction(text), as: UTF8.self))
    }

    private static func withoutZeroFraction(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard let point = text.firstIndex(of: UInt8(ascii: ".")),
            text[(point + 1)...].allSatisfy({ $0 == UInt8(ascii: "0") })
        else { return text }
        return UnsafeRawBufferPointer(rebasing: text[..<point])
    }

    private static func isNegativeZero(_ number: Double) -> Bool { number == 0 && number.sign == .minus }

    private static let droppedSign = "is -0.0, whose sign the column drops"
    private static let tooPrecise = "has more digits than the 32 bits that the column keeps"
    private static let otherText = "is text that a column of numbers would give back as another text"

    /// The digits without leading zeros.
    private static func digits(of text: UnsafeRawBufferPointer) -> [UInt8] {
        text.drop { !(UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
            .filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Whether the text is a number as databases write it, without zeros behind its last decimal.
    private static func isShortest(_ text: UnsafeRawBufferPointer) -> Bool {
        isPlain(text) && !(text.contains(UInt8(ascii: ".")) && text.last == UInt8(ascii: "0"))
    }

    /// Whether the text is a number as databases write it: no sign but `-`, and none before zero, no exponent, no zero before other digits.
    private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        let number = text.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
        let parts = number.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let areDigits = parts.allSatisfy {
            !$0.isEmpty && $0.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        }
        let isZero = number.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }
        guard areDigits, let whole = parts.first, !isZero || number.count == text.count else { return false }
        return whole.count == 1 || whole.first != UInt8(ascii: "0")
    }
}
