// Exact arithmetic with decimals. SQLite keeps them as texts, and would compute with doubles.

/// A decimal as an integer of SQLite: its value times ten to the power of `scale`.
struct ScaledInteger {
    var sql: String
    var scale: Int
    /// The most digits that the integer may have. A bigint counts as one of 18 digits: only what is computed from it may leave 64 bits.
    var digits: Int
    /// Whether SQLite may make the integer a double, as it does with one that leaves 64 bits (https://www.sqlite.org/datatype3.html).
    var mayOverflow: Bool { digits > Self.mostInteger }

    /// The most digits of a decimal that a double holds exactly enough to find its integer
    /// (https://www.sqlite.org/floatingpoint.html).
    static let most = 15
    /// The most digits of which every integer fits into 64 bits.
    static let mostInteger = 18

    /// - Parameter digits: As many as an integer of 32 bits may have, unless the number is known to have more.
    init(_ sql: String, _ scale: Int, digits: Int = 10) {
        (self.sql, self.scale, self.digits) = (sql, scale, digits)
    }

    /// The integer of a column of this type; `nil` if SQLite has none that is large enough.
    init?(column sql: String, precision: Int, scale: Int) {
        if precision <= Self.most {
            self.init(ofText: sql, scale, digits: precision)
        } else if scale > 0 {
            self.init(ofLongText: sql, scale, digits: precision)
        } else {
            guard precision <= Self.mostInteger else { return nil }
            self.init("CAST(\(sql) AS INTEGER)", 0, digits: precision)
        }
    }

    /// The integer of a decimal's text.
    private init(ofText text: String, _ scale: Int, digits: Int) {
        let sql =
            scale == 0
            ? "CAST(\(text) AS INTEGER)" : "CAST(round(CAST(\(text) AS REAL) * \(Self.power(scale))) AS INTEGER)"
        self.init(sql, scale, digits: digits)
    }

    /// The integer of the text of a long decimal, computed separately from the digits before the point and from those behind
    /// it.
    private init(ofLongText text: String, _ scale: Int, digits: Int) {
        let rest = "substr(\(text) || '.', instr(\(text) || '.', '.') + 1)"
        let fraction = "replace(substr(\(rest) || '\(Self.power(scale).dropFirst())', 1, \(scale)), '.', '0')"
        let number = "abs(CAST(\(text) AS INTEGER)) * \(Self.power(scale)) + CAST(\(fraction) AS INTEGER)"
        self.init("(CASE WHEN \(text) LIKE '-%' THEN -1 ELSE 1 END * (\(number)))", scale, digits: digits)
    }

    /// The integer of a literal such as `0.10`; `nil` if it has an exponent or too many digits.
    init?(literal: String) {
        let parts = literal.split(separator: ".", omittingEmptySubsequences: false)
        guard literal.utf8.count <= Self.most, parts.count < 3, let digits = Int64(parts.joined()) else { return nil }
        let scale = parts.count == 2 ? parts[1].utf8.count : 0
        self.init(String(digits), scale, digits: String(digits.magnitude).utf8.count)
    }

    /// The decimal's text with all of its digits: `-0.05`. Without a fraction, the integer itself. A number that is too large is an
    /// error, since its digits are not known.
    var text: String {
        let (sign, power) = ("CASE WHEN \(sql) < 0 THEN '-' ELSE '' END", Self.power(scale))
        let text =
            scale == 0
            ? sql : "(\(sign) || (abs(\(sql)) / \(power)) || printf('.%0\(scale)d', abs(\(sql)) % \(power)))"
        guard mayOverflow else { return text }
        return "(CASE typeof(\(sql)) WHEN 'real' THEN \(PostgreSQLExpressionTranslation.failure) ELSE \(text) END)"
    }

    /// Returns a decimal of the same digits, in other SQL.
    func holding(_ sql: String) -> ScaledInteger { ScaledInteger(sql, scale, digits: digits) }

    /// Returns the same value with at least that many digits behind the point.
    func extended(to scale: Int) -> ScaledInteger {
        let more = scale - self.scale
        guard more > 0 else { return self }
        return ScaledInteger("(\(sql) * \(Self.power(more)))", scale, digits: digits + more)
    }

    /// Returns the value with that many digits behind the point. PostgreSQL rounds a half away from zero (its manual, 8.1.2).
    func rounded(to scale: Int) -> ScaledInteger {
        guard scale < self.scale else { return extended(to: scale) }
        let power = Self.power(self.scale - scale)
        let half = "CASE WHEN \(sql) < 0 THEN -\(power) ELSE \(power) END / 2"
        return ScaledInteger("((\(sql) + \(half)) / \(power))", scale, digits: digits + 1)
    }

    static func power(_ count: Int) -> String { "1" + String(repeating: "0", count: count) }
}

/// A quotient of two decimals. PostgreSQL gives it sixteen digits or more; SQLite rounds it exactly, or shows a double.
struct DecimalQuotient {
    var dividend: ScaledInteger
    var divisor: ScaledInteger
    /// Whether the divisor is a number of values, as that of an average. Without values the dividend is NULL.
    var isAverage = false

    /// Both sides as whole numbers whose quotient has that many digits behind the point.
    private func sides(to scale: Int) -> (String, String) {
        let more = more(to: scale)
        return (
            more > 0 ? "\(dividend.sql) * \(ScaledInteger.power(more))" : dividend.sql,
            more < 0 ? "\(divisor.sql) * \(ScaledInteger.power(-more))" : divisor.sql
        )
    }

    /// The digits that the dividend gets, or the divisor if there are fewer than none.
    private func more(to scale: Int) -> Int { scale + divisor.scale - dividend.scale }

    /// The most digits of what a rounded quotient is computed from: twice the longer side.
    private func digits(to scale: Int) -> Int {
        let more = more(to: scale)
        return max(dividend.digits + max(more, 0), divisor.digits + max(-more, 0)) + 1
    }

    /// The quotient as a double; NULL for a division by zero.
    var double: String {
        let (dividend, divisor) = sides(to: 0)
        return "(CAST(\(dividend) AS REAL) / (\(divisor)))"
    }

    /// Returns the quotient with that many digits behind the point; NULL for a division by zero.
    func rounded(to scale: Int) -> ScaledInteger {
        let (top, bottom) = sides(to: scale)
        if isAverage {
            let sign = "CASE WHEN \(dividend.sql) < 0 THEN -1 ELSE 1 END"
            return ScaledInteger(
                "((abs(\(top)) * 2 + \(bottom)) / (\(bottom) * 2) * \(sign))", scale, digits: digits(to: scale))
        }
        let sign = "CASE WHEN (\(dividend.sql) < 0) = (\(divisor.sql) < 0) THEN 1 ELSE -1 END"
        return ScaledInteger(
            "((abs(\(top)) * 2 + abs(\(bottom))) / (abs(\(bottom)) * 2) * \(sign))", scale,
            digits: digits(to: scale))
    }

    /// Returns `coalesce(average, value)`, which has a divisor of 1 without values.
    func coalesced(_ value: ScaledInteger) -> DecimalQuotient {
        let scale = max(dividend.scale, value.scale)
        let (sum, other) = (dividend.extended(to: scale), value.extended(to: scale))
        return DecimalQuotient(
            dividend: ScaledInteger(
                "coalesce(\(sum.sql), \(other.sql))", scale, digits: max(sum.digits, other.digits)),
            divisor: ScaledInteger("max(\(divisor.sql), 1)", 0, digits: divisor.digits), isAverage: true)
    }
}

extension PostgreSQLExpressionTranslation.Piece {
    init(_ scaled: ScaledInteger) {
        self.init(scaled.text, .decimal(precision: nil))
        self.scaled = scaled
    }

    init(_ quotient: DecimalQuotient) {
        self.init(quotient.double, .quotient)
        self.quotient = quotient
    }

    /// The piece as an integer, or as a decimal that is computed like one; `nil` for anything else.
    var exact: ScaledInteger? { scaled ?? (kind == .integer ? ScaledInteger(sql, 0, digits: integerDigits) : nil) }

    private var integerDigits: Int { literal?.utf8.count ?? (isWide ? ScaledInteger.mostInteger : 10) }

    /// Whether the piece is a decimal for PostgreSQL, as is a literal with a point.
    var isDecimal: Bool {
        if case .decimal = kind { true } else { scaled != nil }
    }
}

extension PostgreSQLExpressionTranslation {
    /// Translates arithmetic in which a decimal takes part; `nil` if there is none, or if doubles are used anyway.
    func exactly(_ sign: NumberOperator, _ operands: [Piece]) throws(Untranslatable) -> Piece? {
        let numbers = operands.compactMap(\.exact)
        guard numbers.count == operands.count, operands.contains(where: \.isDecimal) else { return nil }
        switch sign {
        case .add, .subtract:
            let scale = numbers.map(\.scale).max() ?? 0
            let terms = numbers.map { $0.extended(to: scale) }
            let digits = (terms.map(\.digits).max() ?? 0) + String(terms.count).utf8.count
            return Piece(ScaledInteger(try Self.chain(terms.map(\.sql), .compute(sign)), scale, digits: digits))
        case .multiply:
            let scale = numbers.map(\.scale).reduce(0, +)
            guard scale <= ScaledInteger.most else {
                throw Untranslatable("a product has more than \(ScaledInteger.most) digits behind the point")
            }
            let product = try Self.chain(numbers.map(\.sql), .compute(sign))
            return Piece(ScaledInteger(product, scale, digits: numbers.map(\.digits).reduce(0, +)))
        case .divide where numbers.count == 2:
            // A check that divides by a literal compares doubles, as it would with a column of doubles.
            guard notes != nil || operands[0].kind != .integer && operands[0].literal == nil else { return nil }
            try divisor(operands[1], sign)
            if let literal = operands[1].literal, literal.hasPrefix("1"), literal.dropFirst().allSatisfy({ $0 == "0" })
            {
                let scale = numbers[0].scale + literal.utf8.count - 1
                return Piece(ScaledInteger(numbers[0].sql, scale, digits: numbers[0].digits))
            }
            return Piece(DecimalQuotient(dividend: numbers[0], divisor: numbers[1]))
        case .divide, .remainder, .bitAnd, .bitOr, .shiftLeft, .shiftRight:
            throw Untranslatable("\(sign) is used on decimals")
        }
    }

    /// Translates a decimal rounded to a number of digits behind the point; `nil` for anything else. Each rounding writes its operand
    /// several times, so one of a long expression is not translated.
    func rounded(_ piece: Piece, to digits: Int) -> Piece? {
        guard (0...ScaledInteger.most).contains(digits), piece.sql.utf8.count < 20_000 else { return nil }
        if let quotient = piece.quotient { return Piece(quotient.rounded(to: digits)) }
        guard let exact = piece.exact, piece.isDecimal || piece.kind == .integer else { return nil }
        return Piece(exact.rounded(to: digits))
    }

    /// Returns two decimals, or a decimal and a number, as SQLite compares them in the same way.
    func decimals(_ a: Piece, _ b: Piece) throws(Untranslatable) -> (String, String) {
        if let double = double(a, beside: b) { return (double, b.sql) }
        if let double = double(b, beside: a) { return (a.sql, double) }
        if let quotient = a.quotient, quotient.isAverage, let y = b.exact {
            // An average is compared without a division.
            let product = ScaledInteger("(\(y.sql) * \(quotient.divisor.sql))", y.scale)
            return try decimals(Piece(quotient.dividend), Piece(product))
        }
        guard let x = a.exact, let y = b.exact else {
            throw Untranslatable("it compares decimals of more than fifteen digits, or of any number of them")
        }
        let scale = max(x.scale, y.scale)
        return (x.extended(to: scale).sql, y.extended(to: scale).sql)
    }

    /// Returns a column's decimal as a double for a comparison with a literal. The double of a decimal of at most fifteen digits differs
    /// from that of every other such decimal, and keeps the order. And any double tells whether the decimal is 0, or more than 0.
    private func double(_ piece: Piece, beside other: Piece) -> String? {
        guard case .decimal(let precision) = piece.kind, let literal = other.literal else { return nil }
        let fits = (precision.map { $0 <= ScaledInteger.most } ?? false) && literal.filter(\.isNumber).count <= 15
        guard fits || literal == "0" && piece.scaled == nil else { return nil }
        return "CAST(\(piece.sql) AS REAL)"
    }

    /// Returns a piece that can be shown. A quotient becomes a double, which the report remarks.
    func shown(_ piece: Piece) -> Piece {
        guard let quotient = piece.quotient else { return piece }
        notes?.showsDoubles = true
        return Piece(quotient.double, .real)
    }

    /// Returns the pieces in one kind, for a value that is one of them. NULL is of every kind.
    ///
    /// - Throws: `Untranslatable` if the kinds differ.
    func unified(_ pieces: [Piece]) throws(Untranslatable) -> [Piece] {
        let pieces = pieces.withLabelsAsTexts
        let known = pieces.filter { $0.kind != .null }
        guard let first = known.first else { return pieces }
        if known.contains(where: \.isDecimal), known.allSatisfy({ $0.exact != nil }) {
            if known.count == 1 { return pieces }
            let scale = known.compactMap { $0.exact?.scale }.max() ?? 0
            return pieces.map { piece in piece.exact.map { Piece($0.extended(to: scale)) } ?? piece }
        }
        if known.allSatisfy({ if case .padded = $0.kind { true } else { false } }) {
            return pieces.map { piece in
                var piece = piece
                if piece.kind != first.kind { piece.kind = .padded(nil) }
                return piece
            }
        }
        let isNumeric = known.allSatisfy { if case .decimal = $0.kind { true } else { false } }
        guard isNumeric || known.allSatisfy({ $0.kind == first.kind }), first.kind != .quotient else {
            throw Untranslatable("its values differ in type")
        }
        return pieces
    }
}
