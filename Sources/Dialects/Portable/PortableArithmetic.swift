// Arithmetic: which numbers may be computed with each other, and how wide the result is.

extension PortableReader {
    mutating func signed(_ sign: String, _ inner: PortableNode, _ node: PortableNode) throws(LoweringError)
        -> PortableSense
    {
        var sense = try sense(inner)
        switch sense.kind {
        case .integer, .bigint:
            if let number = sense.number, case .number(let text) = inner.kind {
                if sign == "-", let negative = PortableNumber("-" + text) { sense.literal = .number(negative) }
                sense.bound = number.integer?.magnitude
                return sense
            }
            if sign == "-", sense.kind == .integer { sense = widened(inner, sense) }
        case .real: break
        case .fraction:
            if case .number(let text) = inner.kind, sign == "-", let negative = PortableNumber("-" + text) {
                sense.literal = .number(negative)
            }
        case .decimal:
            asNumber(inner, sense)
            sense.form = .computed
        case .null, .boolean, .text, .shaped, .json, .bytes, .unknown:
            throw refusal(node, "uses \(sense.description) as a number", remedy: "write the number itself")
        }
        return sense
    }

    /// Makes the node compute with 64 bits. Otherwise PostgreSQL computes with 32 bits and refuses a row that needs more.
    private mutating func widened(_ node: PortableNode, _ sense: PortableSense) -> PortableSense {
        note(.wide(node.tokens))
        var sense = sense
        sense.kind = .bigint
        sense.literal = nil
        return sense
    }

    mutating func arithmetic(
        _ sign: String, _ left: PortableNode, _ right: PortableNode, _ node: PortableNode
    ) throws(LoweringError) -> PortableSense {
        let (a, b) = (try sense(left), try sense(right))
        for (operand, sense) in [(left, a), (right, b)] { try requireNumber(operand, sense, beside: node) }
        let isFraction = a.kind == .fraction || b.kind == .fraction
        let isReal = a.kind == .real || b.kind == .real
        guard !isFraction || isReal else {
            throw refusal(
                node, "is computed exactly in PostgreSQL, and as a double in SQLite",
                remedy:
                    "write CAST(\(words(left.tokens)) AS double precision) for the first, or give each its own with native(sqlite:postgresql:)"
            )
        }
        guard !isReal || !["%", "&", "|"].contains(sign) else {
            throw refusal(node, "needs integers on both sides of \(sign)")
        }
        var result = PortableSense(isReal ? .real : .bigint, isNullable: a.isNullable || b.isNullable)
        if sign == "/" || sign == "%" {
            try requireNoZero(right, b)
            if case .call = right.kind { result.isNullable = true }
        }
        if isReal || a.kind == .null || b.kind == .null { return result }
        result.bound = Self.bound(sign, a.bound, b.bound)
        let isTooWide = a.bound != nil && b.bound != nil && result.bound.map { $0 > Int64.max } ?? true
        if isTooWide, !node.tokens.contains(where: { resolved[$0] != nil }) {
            throw refusal(node, "exceeds 64 bits: SQLite continues with a double, and PostgreSQL refuses every row")
        }
        let isNarrow = a.kind == .integer && b.kind == .integer
        if isNarrow, let bound = result.bound, bound < 1 << 31 {
            result.kind = .integer
        } else if isNarrow {
            _ = widened(left, a)
        }
        return result
    }

    private func requireNumber(
        _ operand: PortableNode, _ sense: PortableSense, beside node: PortableNode
    ) throws(LoweringError) {
        switch sense.kind {
        case .null, .integer, .bigint, .real, .fraction: return
        case .decimal:
            throw refusal(
                operand,
                "is a decimal, which SQLite keeps as text and would compute as a double: \(words(node.tokens)) is exact in PostgreSQL only",
                remedy:
                    "compare the decimal itself, keep the amount as an integer of its smallest unit, or give each database its own "
                    + "with native(sqlite:postgresql:)")
        case .boolean, .text, .shaped, .json, .bytes, .unknown:
            throw refusal(
                operand, "is \(sense.description), and only SQLite would compute with it",
                remedy: "compute with numbers")
        }
    }

    /// Refuses a divisor that may be zero: SQLite then yields NULL, and PostgreSQL refuses the row.
    private func requireNoZero(_ divisor: PortableNode, _ sense: PortableSense) throws(LoweringError) {
        if let number = sense.number, !number.isZero { return }
        if case .call(let call) = divisor.kind, call.name == "nullif", call.arguments.count == 2,
            case .number(let text) = call.arguments[1].kind, PortableNumber(text)?.isZero == true
        {
            return
        }
        throw refusal(
            divisor, "may be 0: dividing by that is NULL in SQLite and an error in PostgreSQL",
            remedy: "write nullif(\(words(divisor.tokens)), 0)")
    }

    /// Returns the largest magnitude that an operation can yield; `nil` unless both sides are bounded and the result fits into
    /// 64 bits.
    private static func bound(_ sign: String, _ a: UInt64?, _ b: UInt64?) -> UInt64? {
        guard let a, let b else { return nil }
        switch sign {
        case "+", "-":
            let (sum, overflows) = a.addingReportingOverflow(b)
            return overflows ? nil : sum
        case "*":
            let (product, overflows) = a.multipliedReportingOverflow(by: b)
            return overflows ? nil : product
        case "%": return min(a, b)
        default: return max(a, b)
        }
    }

    // MARK: CAST

    mutating func cast(_ inner: PortableNode, _ type: Range<Int>, _ node: PortableNode) throws(LoweringError)
        -> PortableSense
    {
        let sense = try sense(inner)
        guard let target = Self.type(words(type)) else {
            throw refusal(
                type, "is a type that means something else in each database",
                remedy:
                    "cast to integer, bigint, double precision, text or varchar, or give each database its own with native(sqlite:postgresql:)"
            )
        }
        var result = PortableSense(PortableSense.kind(of: target), isNullable: sense.isNullable)
        switch (result.kind, sense.kind) {
        case (_, .null), (.integer, .integer), (.bigint, .integer), (.bigint, .bigint), (.boolean, .boolean),
            (.real, .real),
            (.real, .integer), (.real, .bigint), (.real, .fraction), (.text, .integer), (.text, .bigint):
            result.bound = result.kind == .integer || result.kind == .bigint ? sense.bound : nil
        case (.integer, .boolean): result.bound = 1
        case (.text, .text): result.order = sense.order == .literal ? .plain : sense.order
        case (.text, .shaped(.uuid)): break
        case (.real, .decimal(let digits)) where digits.fitsDouble: break
        case (.integer, .text), (.bigint, .text):
            try requireCastable(inner, sense, to: target)
            // SQLite's version of such a cast examines the text in several ways, so that it repeats the text's tokens as often.
            guard !guarded.contains(where: inner.tokens.overlaps) else {
                throw refusal(node, "casts a text that is itself the result of such a cast")
            }
            guarded.append(node.tokens)
            note(.integer(node.tokens, of: inner.tokens, target))
            if result.kind == .integer { result.bound = 1 << 31 }
            return result
        case (.integer, .bigint):
            throw refusal(node, "is refused by PostgreSQL, while SQLite continues", remedy: "write CAST(… AS bigint)")
        case (.integer, .real), (.bigint, .real), (.integer, .decimal), (.bigint, .decimal), (.integer, .fraction),
            (.bigint, .fraction):
            throw refusal(node, "is rounded by PostgreSQL and truncated by SQLite")
        case (_, _): throw refusal(node, "casts \(sense.description), which the two databases do differently")
        }
        note(.type(type, target))
        return result
    }

    /// Refuses a constant that can't be cast. PostgreSQL computes expressions without columns beforehand, and would then refuse
    /// every row.
    private func requireCastable(
        _ inner: PortableNode, _ sense: PortableSense, to type: ColumnType
    ) throws(LoweringError) {
        guard !inner.tokens.contains(where: { resolved[$0] != nil }) else { return }
        guard case .string(let text) = sense.literal, let number = PortableNumber(text)?.integer,
            type == .bigint || Int32(exactly: number) != nil
        else { throw refusal(inner, "is not a valid \(type)", remedy: "write the number itself") }
    }

    private static func type(_ words: String) -> ColumnType? {
        switch words.lowercased().split(separator: " ").joined(separator: " ") {
        case "integer", "int": .integer
        case "bigint": .bigint
        case "real", "float", "double precision": .real
        case "text", "varchar": .text
        case "boolean": .boolean
        default: nil
        }
    }
}
