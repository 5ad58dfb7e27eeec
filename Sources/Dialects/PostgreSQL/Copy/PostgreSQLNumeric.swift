/// PostgreSQL's binary form of `numeric`: the count of base-10000 digits, the first digit's power of 10000, the sign, the number
/// of decimals to show, and the digits (`numeric_send` in `src/backend/utils/adt/numeric.c`).
enum PostgreSQLNumeric {
    enum Sign: UInt16 {
        case positive = 0x0000
        case negative = 0x4000
        case nan = 0xC000
        case infinity = 0xD000
        case negativeInfinity = 0xF000

        /// Reads the text of NaN or an infinity, as the server writes it; `nil` for any other text.
        init?(special text: UnsafeRawBufferPointer) {
            if text.elementsEqual("NaN".utf8) {
                self = .nan
            } else if text.elementsEqual("Infinity".utf8) {
                self = .infinity
            } else if text.elementsEqual("-Infinity".utf8) {
                self = .negativeInfinity
            } else {
                return nil
            }
        }
    }

    /// The room for digits in a column's type.
    struct Limit {
        /// The largest number of digits before the point.
        var whole: Int
        /// The largest number of digits behind the point.
        var scale: Int

        /// The limits of `numeric` without arguments: https://www.postgresql.org/docs/current/datatype-numeric.html
        static let none = Limit(whole: 131_072, scale: 16_383)

        /// Returns whether there is room for all digits as written. Trailing zeros count, because the server counts them when it
        /// reads text.
        func holdsAsWritten(_ decimal: DecimalText) -> Bool {
            (decimal.isZero || decimal.whole <= whole) && decimal.scale <= scale
        }
    }
}

extension SmallDecimal {
    /// Reads a binary numeric; `nil` if it has too many digits, or is not a number.
    init?(numeric bytes: UnsafeRawBufferPointer) {
        func word(_ at: Int) -> Int16 { Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: Int16.self)) }
        guard bytes.count >= 8, bytes.count <= 16, bytes.count == 8 + 2 * Int(word(0)) else { return nil }
        let groups = Int(word(0))
        let sign = PostgreSQLNumeric.Sign(rawValue: UInt16(bitPattern: word(4)))
        guard sign == .positive || sign == .negative else { return nil }
        var digits: UInt64 = 0
        for group in 0..<groups { digits = digits * 10_000 + UInt64(word(8 + 2 * group).magnitude) }
        self.init(digits, power: 4 * (Int(word(2)) - groups + 1), isNegative: sign == .negative)
    }
}

extension OutputBuffer {
    /// Appends a decimal's text as a numeric. Returns false, and appends nothing, if the text is not a decimal or exceeds
    /// `limit`.
    mutating func append(numeric text: UnsafeRawBufferPointer, limit: PostgreSQLNumeric.Limit) -> Bool {
        guard let decimal = DecimalText(text), decimal.isZero || decimal.whole <= limit.whole,
            decimal.significantScale <= limit.scale
        else { return false }
        let scale = Int16(min(decimal.scale, limit.scale))
        guard !decimal.isZero else {
            appendNumericHeader(groups: 0, power: 0, .positive, scale: scale)
            return true
        }
        // Both are rounded towards minus infinity: 0.00001 begins at 10000 to the power of -2.
        let highest = ((decimal.whole + 3) >> 2) - 1
        let lowest = -((decimal.significantScale + 3) >> 2)
        let header = count
        appendNumericHeader(groups: 0, power: Int16(highest), decimal.isNegative ? .negative : .positive, scale: scale)
        var groups: Int16 = 0
        var end = count
        for power in stride(from: highest, through: lowest, by: -1) {
            let group = decimal.group(at: power)
            append(group)
            // Trailing zeros are not stored.
            if group != 0 {
                groups = Int16(highest - power + 1)
                end = count
            }
        }
        truncate(to: end)
        replace(at: header, with: groups)
        return true
    }

    /// Appends a decimal as a numeric that shows at least this many decimals. Returns false, and appends nothing, if it exceeds
    /// `limit`.
    mutating func append(_ decimal: SmallDecimal, showing decimals: Int, limit: PostgreSQLNumeric.Limit) -> Bool {
        let isZero = decimal.digits == 0
        guard isZero || decimal.count + decimal.power <= limit.whole, decimal.scale <= limit.scale else { return false }
        // The base-10000 digits end at the point, or at a power of 10000.
        let lowest = decimal.power >> 2
        var rest = decimal.digits
        for _ in 0..<decimal.power & 3 { rest *= 10 }
        var groups = 0
        var left = rest
        while left > 0 { (groups, left) = (groups + 1, left / 10_000) }
        appendNumericHeader(
            groups: Int16(groups), power: isZero ? 0 : Int16(lowest + groups - 1),
            decimal.isNegative ? .negative : .positive, scale: Int16(min(max(decimal.scale, decimals), limit.scale)))
        for _ in 0..<groups { append(Int16(0)) }
        for group in 0..<groups {
            replace(at: count - 2 * (group + 1), with: Int16(rest % 10_000))
            rest /= 10_000
        }
        return true
    }

    /// Appends what is no number: NaN or an infinity.
    mutating func appendNumeric(_ special: PostgreSQLNumeric.Sign) {
        appendNumericHeader(groups: 0, power: 0, special, scale: 0)
    }

    private mutating func appendNumericHeader(groups: Int16, power: Int16, _ sign: PostgreSQLNumeric.Sign, scale: Int16)
    {
        append(groups)
        append(power)
        append(sign.rawValue)
        append(scale)
    }

    /// Appends the text of a binary numeric as PostgreSQL writes it, without an exponent. Returns false if the bytes are not a numeric.
    mutating func append(textOfNumeric bytes: UnsafeRawBufferPointer) -> Bool {
        func word(_ at: Int) -> Int16 { Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: Int16.self)) }
        guard bytes.count >= 8, let sign = PostgreSQLNumeric.Sign(rawValue: UInt16(bitPattern: word(4))) else {
            return false
        }
        switch sign {
        case .nan: append(text: "NaN")
        case .infinity: append(text: "Infinity")
        case .negativeInfinity: append(text: "-Infinity")
        case .positive, .negative:
            let groups = Int(word(0))
            let highest = Int(word(2))
            guard groups >= 0, bytes.count == 8 + 2 * groups else { return false }
            func group(_ power: Int) -> UInt64 {
                let at = highest - power
                return at >= 0 && at < groups ? UInt64(word(8 + 2 * at).magnitude) : 0
            }
            if sign == .negative { append(ascii: "-") }
            append(digits: group(max(highest, 0)))
            for power in stride(from: highest - 1, through: 0, by: -1) { append(digits: group(power), width: 4) }
            appendDecimals(Int(word(6)), group)
        }
        return true
    }

    private mutating func appendDecimals(_ scale: Int, _ group: (Int) -> UInt64) {
        guard scale > 0 else { return }
        append(ascii: ".")
        let end = count + scale
        var power = -1
        while count < end {
            append(digits: group(power), width: 4)
            power -= 1
        }
        truncate(to: end)
    }
}
