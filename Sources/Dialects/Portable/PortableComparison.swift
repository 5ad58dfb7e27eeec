// Comparisons: which values may be compared with each other, and which type several values have in common.

extension PortableReader {
    /// Ensures that two values compare in the same way on both databases. `isOrder` says whether it matters which value is
    /// larger.
    mutating func relate(
        _ left: PortableNode, _ a: PortableSense, _ right: PortableNode, _ b: PortableSense, isOrder: Bool
    ) throws(LoweringError) {
        if a.kind == .null || b.kind == .null { return }
        if a.isString, b.kind != .text {
            return try relate(left, try turn(left, a, to: b.kind, beside: right), right, b, isOrder: isOrder)
        }
        if b.isString, a.kind != .text {
            return try relate(left, a, right, try turn(right, b, to: a.kind, beside: left), isOrder: isOrder)
        }
        switch (a.kind, b.kind) {
        case (.text, .text): try collate(left, a, right, b, isOrder: isOrder)
        case (.boolean, .boolean), (.bytes, .bytes): return
        case (.shaped(let one), .shaped(let other)) where one == other: return
        case (.boolean, .integer): try turnTruth(right, b, beside: left)
        case (.integer, .boolean): try turnTruth(left, a, beside: right)
        case (.decimal, _), (_, .decimal): try relateDecimals(left, a, right, b)
        case (.integer, .integer), (.integer, .bigint), (.bigint, .integer), (.bigint, .bigint), (.integer, .real),
            (.real, .integer), (.real, .real), (.fraction, .fraction), (.fraction, .integer), (.fraction, .bigint),
            (.fraction, .real), (.integer, .fraction), (.bigint, .fraction), (.real, .fraction):
            return
        case (.bigint, .real): if a.number.map({ $0.whole > 15 }) ?? true { note(.double(left.tokens)) }
        case (.real, .bigint): if b.number.map({ $0.whole > 15 }) ?? true { note(.double(right.tokens)) }
        case (_, _): throw mismatch(left, a, right, b)
        }
    }

    private func mismatch(
        _ left: PortableNode, _ a: PortableSense, _ right: PortableNode, _ b: PortableSense
    ) -> LoweringError {
        if a.kind == .json || b.kind == .json {
            return refusal(
                a.kind == .json ? left : right, "is JSON, which is text in SQLite and a type of its own in PostgreSQL")
        }
        var remedy = Self.nativeRemedy
        if a.kind == .text, let number = b.number { remedy = number.integer.map { "write '\($0)'" } ?? remedy }
        if a.kind == .text, b.kind == .shaped(.uuid) { remedy = "write CAST(\(words(right.tokens)) AS text)" }
        if b.kind == .text, a.kind == .shaped(.uuid) { remedy = "write CAST(\(words(left.tokens)) AS text)" }
        return refusal(
            left,
            "is \(a.description), and \(words(right.tokens)) is \(b.description): SQLite compares them by its own rules, and PostgreSQL refuses to",
            remedy: remedy)
    }

    /// Reads a string beside a number, a moment or a uuid as a value of that type; SQLite would take the string for a text.
    mutating func turn(
        _ node: PortableNode, _ sense: PortableSense, to kind: PortableSense.Kind, beside other: PortableNode? = nil
    ) throws(LoweringError) -> PortableSense {
        guard case .string(let text) = sense.literal else { return sense }
        var result = PortableSense(kind, isNullable: false)
        switch kind {
        case .integer, .bigint, .real, .fraction, .decimal:
            guard let number = PortableNumber(text) else {
                throw refusal(node, "is not a number", remedy: "write a number")
            }
            guard number.integer != nil || (kind != .integer && kind != .bigint && number.whole + number.scale <= 15)
            else {
                throw refusal(node, "is not a number that fits here", remedy: "write a number")
            }
            // SQLite itself makes a number of a string beside a column of numbers (https://www.sqlite.org/datatype3.html, 4.2).
            var isByColumn = false
            if case .column? = other?.kind, kind != .fraction { isByColumn = result.isPlainNumber }
            if !isByColumn { note(.numeral(node.tokens, text)) }
            result.kind = number.integer == nil ? .fraction : .bigint
            result.literal = .number(number)
            result.bound = number.integer?.magnitude
        case .boolean:
            guard let truth = ["true": true, "false": false][text.lowercased()] else {
                throw refusal(node, "is not a boolean", remedy: "write TRUE or FALSE")
            }
            note(.literal(node.tokens, truth ? "TRUE" : "FALSE"))
        case .shaped(let type):
            do throws(Untranslatable) {
                let shaped = try SQLiteEncoding.literal(text, as: type)
                if shaped != text { note(.literal(node.tokens, SQLText.literal(shaped))) }
            } catch {
                throw refusal(
                    node, "is not a valid \(type)", remedy: "write it as ISO 8601 does, a uuid in hexadecimal digits")
            }
        case .null, .text: return sense
        case .json, .bytes, .unknown:
            throw refusal(node, "stands beside \(result.description), which the two databases store differently")
        }
        return result
    }

    /// Reads a value beside a boolean as a boolean. PostgreSQL compares booleans only with booleans, and SQLite has no
    /// booleans.
    private mutating func turnTruth(_ node: PortableNode, _ sense: PortableSense, beside other: PortableNode)
        throws(LoweringError)
    {
        guard let number = sense.number?.integer, number == 0 || number == 1 else {
            throw refusal(
                other, "is a boolean, and \(words(node.tokens)) is a number", remedy: "compare with TRUE or FALSE")
        }
        note(.truth(node.tokens, number == 1))
    }

    /// Checks a comparison of decimals. SQLite stores decimals as text, so they are compared as doubles if that is exact, and
    /// refused otherwise.
    private mutating func relateDecimals(
        _ left: PortableNode, _ a: PortableSense, _ right: PortableNode, _ b: PortableSense
    ) throws(LoweringError) {
        let isNumber = [a, b].allSatisfy { $0.digits != nil || $0.kind == .real }
        guard isNumber else { throw mismatch(left, a, right, b) }
        guard Self.isExact(a, b) else {
            let (node, sense) = Self.isLonger(a, than: b) ? (left, a) : (right, b)
            let other = node.tokens == left.tokens ? right : left
            throw refusal(node, Self.tooManyDigits(sense), remedy: comparisonRemedy(node, other))
        }
        asNumber(left, a)
        asNumber(right, b)
    }

    /// Returns whether the first value is the decimal with too many digits, or has more digits than the second.
    private static func isLonger(_ a: PortableSense, than b: PortableSense) -> Bool {
        guard case .decimal(let digits) = a.kind else { return false }
        guard case .decimal(let others) = b.kind else { return true }
        return !digits.fitsDouble || others.fitsDouble
    }

    private func comparisonRemedy(_ node: PortableNode, _ other: PortableNode) -> String {
        "declare it as .decimal of 15 digits at most, or take SQLite's doubles: "
            + "native(sqlite: \"… CAST(\(words(node.tokens)) AS REAL) … \(words(other.tokens))\", postgresql: …)"
    }

    static func tooManyDigits(_ sense: PortableSense) -> String {
        if case .decimal(let digits) = sense.kind, let whole = digits.whole, let scale = digits.scale {
            return
                "is a decimal of \(whole + scale) digits: SQLite keeps it as text and compares only 15 exactly"
        }
        return "is a decimal of any number of digits: SQLite keeps it as text and compares only 15 exactly"
    }

    private static func isExact(_ a: PortableSense, _ b: PortableSense) -> Bool {
        if a.number?.isZero == true || b.number?.isZero == true { return true }
        for (decimal, other) in [(a, b), (b, a)] {
            guard case .decimal(let digits) = decimal.kind else { continue }
            if let number = other.number {
                // Doubles near this number lie closer together than decimals of this scale do.
                guard let scale = digits.scale, number.whole + max(scale, number.scale) <= 15 else { return false }
            } else if case .decimal(let others) = other.kind {
                guard digits.joined(others).fitsDouble else { return false }
            } else {
                guard digits.fitsDouble else { return false }
            }
        }
        return true
    }

    /// Notes that a decimal is compared, so that SQLite has to read its text as a number.
    mutating func asNumber(_ node: PortableNode, _ sense: PortableSense) {
        guard case .decimal = sense.kind, sense.form == .stored else { return }
        note(.number(node.tokens))
    }

    /// Prepares a value that leaves the expression in the form in which it is stored.
    mutating func asValue(_ node: PortableNode, _ sense: PortableSense) throws(LoweringError) {
        guard case .decimal(let digits) = sense.kind else { return }
        switch sense.form {
        case .stored: return
        case .extreme: note(.digits(node.tokens, scale: digits.scale ?? 0))
        case .computed:
            throw refusal(node, "computes with a decimal, which SQLite keeps as text and would compute as a double")
        }
    }

    /// Refuses a value that an ORDER BY, a GROUP BY or a DISTINCT can't compare in the same way on both databases.
    mutating func requireComparable(_ node: PortableNode, _ sense: PortableSense, _ what: String) throws(LoweringError)
    {
        switch sense.kind {
        case .decimal(let digits):
            guard digits.fitsDouble else { throw refusal(node, Self.tooManyDigits(sense)) }
        case .json, .unknown:
            throw refusal(node, "is \(sense.description): \(what) treats it differently in each database")
        case .null, .boolean, .integer, .bigint, .fraction, .real, .text, .shaped, .bytes: return
        }
    }

    // MARK: Texts

    private mutating func collate(
        _ left: PortableNode, _ a: PortableSense, _ right: PortableNode, _ b: PortableSense, isOrder: Bool
    ) throws(LoweringError) {
        let orders = [a.order, b.order]
        if orders.contains(.bytes(isSaid: true)) { return }
        let declared = orders.filter { if case .declared = $0 { true } else { false } }
        if let one = declared.first {
            guard orders.allSatisfy({ $0 == one || $0 == .literal }) else {
                throw refusal(
                    left, "and \(words(right.tokens)) are compared by different collations",
                    remedy: "choose one: \(words(left.tokens)) COLLATE \"C\"")
            }
            return
        }
        let isSettled =
            isOrder
            ? orders.allSatisfy { $0 == .bytes(isSaid: false) || $0 == .literal } && a.order != b.order
                || orders.allSatisfy { $0 == .bytes(isSaid: false) }
            : !orders.contains(.mixed) && !(orders.contains(.plain) && orders.contains(.bytes(isSaid: false)))
        guard !isSettled else { return }
        let (node, sense) = a.order == .literal && b.order != .literal ? (right, b) : (left, a)
        guard sense.order != .bytes(isSaid: true) else { return }
        note(.bytes(node.tokens, isAtom: node.isAtom))
    }

    static func joined(_ a: PortableSense.Order, _ b: PortableSense.Order) -> PortableSense.Order {
        if a == b || b == .literal { return a }
        if a == .literal { return b }
        if a == .bytes(isSaid: true) || b == .bytes(isSaid: true) { return .bytes(isSaid: true) }
        return .mixed
    }

    // MARK: One type of several values

    /// Returns the common type of several values: the type that CASE, coalesce() and UNION yield.
    mutating func common(_ values: [(PortableNode, PortableSense)]) throws(LoweringError) -> PortableSense {
        var result = PortableSense(.null, isNullable: false)
        result.order = .literal
        for (node, sense) in values where !sense.isString && sense.kind != .null {
            result.kind = try common(result, node, sense)
        }
        let hasStrings = values.contains { $0.1.isString }
        if hasStrings, result.kind == .null { result.kind = .text }
        for (node, sense) in values {
            try asValue(node, sense)
            result.isNullable = result.isNullable || sense.isNullable
            if sense.isString, result.kind != .text { _ = try turn(node, sense, to: result.kind) }
            if result.kind == .boolean, sense.kind == .integer { try turnTruth(node, sense, beside: node) }
            if sense.kind == .text { result.order = Self.joined(result.order, sense.order) }
        }
        if result.kind == .integer { result.bound = 1 << 31 }
        if result.order == .literal { result.order = .plain }
        return result
    }

    private func common(
        _ result: PortableSense, _ node: PortableNode, _ sense: PortableSense
    ) throws(LoweringError) -> PortableSense.Kind {
        switch (result.kind, sense.kind) {
        case (.null, let kind): return kind
        case (let a, let b) where a == b: return a
        case (.integer, .bigint), (.bigint, .integer): return .bigint
        case (.integer, .fraction), (.bigint, .fraction), (.fraction, .integer), (.fraction, .bigint): return .fraction
        case (.integer, .real), (.bigint, .real), (.fraction, .real), (.real, .integer), (.real, .bigint),
            (.real, .fraction):
            return .real
        case (.decimal(let a), .integer), (.decimal(let a), .bigint), (.decimal(let a), .fraction),
            (.decimal(let a), .decimal):
            return .decimal(sense.digits.map(a.joined) ?? .init(whole: nil, scale: nil))
        case (.integer, .decimal(let b)), (.bigint, .decimal(let b)), (.fraction, .decimal(let b)):
            return .decimal(result.digits.map(b.joined) ?? .init(whole: nil, scale: nil))
        case (.boolean, .integer) where sense.number?.integer.map({ $0 == 0 || $0 == 1 }) ?? false: return .boolean
        case (_, _): throw refusal(node, "is \(sense.description) where other values are \(result.description)")
        }
    }
}
