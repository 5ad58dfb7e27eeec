/// Reads portable text by the types of the columns that it names. The reader notes each place that the two databases would read
/// differently, and refuses text that can't be given the same meaning. Both dialects use this reader, and therefore refuse the
/// same texts.
struct PortableReader {
    let text: String
    let tokens: [SQLToken]
    let views: PortableViews?
    private(set) var notes: [PortableNote] = []
    private var noted: Set<PortableNote> = []
    var scopes: [PortableScope] = []
    /// The column that each token means, by the token's index.
    var resolved: [Int: PortableColumn] = [:]
    /// The queries that WITH has named, the innermost last.
    var named: [PortableScope.Relation] = []

    /// Whether aggregates are allowed here, or the reason why they are not.
    var aggregates: Rule = .refused("a check, an index and a computed column look at one row")
    var windows: Rule = .refused("a check, an index and a computed column look at one row")
    /// Whether queries are allowed. They are not in expressions that belong to a table.
    var allowsQueries = true
    /// Whether names may be qualified. Only queries allow that, because a table has another name while SQLite rebuilds it.
    var allowsQualifiers = true
    /// Whether `lower` and `upper` have to give the same text on both databases. An index that is not unique does not need
    /// that, because its order decides nothing.
    var regardsLetters = true

    /// The casts whose text SQLite's version examines, and the queries that read themselves.
    var guarded: [Range<Int>] = []
    var recursions = 0

    enum Rule: Equatable { case allowed, refused(String) }

    init(_ text: String, _ tokens: [SQLToken], views: PortableViews?) {
        self.text = text
        self.tokens = tokens
        self.views = views
    }

    mutating func note(_ note: PortableNote) {
        guard noted.insert(note).inserted else { return }
        notes.append(note)
    }

    static let nativeRemedy = "give each database its own with native(sqlite:postgresql:)"

    func words(_ range: Range<Int>) -> String {
        let words = tokens[range].map { $0.isBlank ? " " : $0.text }.joined()
        return words.count > 80 ? words.prefix(77) + "…" : words
    }

    /// Returns an error about the node. `reason` continues the node's own text: "price * 2 computes with a decimal".
    func refusal(_ node: PortableNode, _ reason: String, remedy: String = nativeRemedy) -> LoweringError {
        refusal(node.tokens, reason, remedy: remedy)
    }

    func refusal(_ range: Range<Int>, _ reason: String, remedy: String = nativeRemedy) -> LoweringError {
        LoweringError(text, "\(words(range)) \(reason)", remedy: remedy)
    }

    // MARK: What nodes yield

    /// Requires a truth value that both databases take for one.
    mutating func condition(_ node: PortableNode) throws(LoweringError) {
        let sense = try sense(node)
        switch sense.kind {
        case .boolean, .null: return
        case .integer, .bigint, .real, .fraction, .decimal:
            throw refusal(
                node, "is a number, which PostgreSQL does not accept as a condition",
                remedy: "write \(words(node.tokens)) <> 0")
        case .text, .shaped, .json, .bytes, .unknown:
            throw refusal(node, "is \(sense.description), not a condition", remedy: "compare it with a value")
        }
    }

    mutating func sense(_ node: PortableNode) throws(LoweringError) -> PortableSense {
        switch node.kind {
        case .null: return PortableSense(.null)
        case .truth: return PortableSense(.boolean, isNullable: false)
        case .number(let text): return try number(node, text)
        case .string(let text): return string(text)
        case .blob(let digits): return try blob(digits, node)
        case .column(let name): return try column(name, node)
        case .sign(let sign, let inner): return try signed(sign, inner, node)
        case .not(let inner):
            try condition(inner)
            return PortableSense(.boolean)
        case .all(let parts), .any(let parts):
            for part in parts { try condition(part) }
            return PortableSense(.boolean)
        case .joined(let parts): return try joined(parts)
        case .arithmetic(let sign, let left, let right): return try arithmetic(sign, left, right, node)
        case .comparison(let sign, let left, let right):
            return try compared(left, with: [right], isOrder: sign != "=" && sign != "<>")
        case .sameness(let left, let right, let isNegated, let operatorWords):
            _ = try compared(left, with: [right], isOrder: false)
            note(.sameness(operatorWords, isNegated: isNegated))
            return PortableSense(.boolean, isNullable: false)
        case .isNull(let inner):
            _ = try sense(inner)
            return PortableSense(.boolean, isNullable: false)
        case .isTruth(let inner):
            try condition(inner)
            return PortableSense(.boolean, isNullable: false)
        case .isIn(let subject, let items): return try compared(subject, with: items, isOrder: false)
        case .isInQuery(let subject, let query): return try isIn(subject, query)
        case .between(let subject, let low, let high): return try compared(subject, with: [low, high], isOrder: true)
        case .like(let like): return try matches(like, node)
        case .collated(let inner, let name): return try collated(inner, name)
        case .cast(let inner, let type): return try cast(inner, type, node)
        case .choice(let subject, let branches, let otherwise): return try choice(subject, branches, otherwise)
        case .call(let call): return try self.call(call, node)
        case .scalar(let query): return try scalar(query, node)
        case .exists(let query):
            try requireQueriesAllowed(node)
            _ = try columns(of: query, allowsStar: true)
            return PortableSense(.boolean, isNullable: false)
        }
    }

    /// The truth of comparisons of one node with others.
    private mutating func compared(
        _ subject: PortableNode, with others: [PortableNode], isOrder: Bool
    ) throws(LoweringError) -> PortableSense {
        let own = try sense(subject)
        for other in others { try relate(subject, own, other, try sense(other), isOrder: isOrder) }
        return PortableSense(.boolean)
    }

    private func string(_ text: String) -> PortableSense {
        var sense = PortableSense(.text, isNullable: false)
        sense.literal = .string(text)
        sense.order = .literal
        return sense
    }

    private mutating func blob(_ digits: String, _ node: PortableNode) throws(LoweringError) -> PortableSense {
        guard digits.utf8.count % 2 == 0, digits.allSatisfy(\.isHexDigit) else {
            throw refusal(node, "is not a valid blob", remedy: "write two hexadecimal digits for each byte")
        }
        note(.blob(node.bare, digits))
        return PortableSense(.bytes, isNullable: false)
    }

    private func number(_ node: PortableNode, _ text: String) throws(LoweringError) -> PortableSense {
        guard let number = PortableNumber(text) else { throw refusal(node, "is not a number") }
        if let integer = number.integer {
            var sense = PortableSense(Int32(exactly: integer) == nil ? .bigint : .integer, isNullable: false)
            sense.literal = .number(number)
            sense.bound = integer.magnitude
            return sense
        }
        guard number.whole + number.scale <= 15 else {
            throw refusal(node, "has more than the 15 digits that SQLite keeps of a number")
        }
        var sense = PortableSense(.fraction, isNullable: false)
        sense.literal = .number(number)
        return sense
    }

    private mutating func choice(
        _ subject: PortableNode?, _ branches: [PortableNode.Branch], _ otherwise: PortableNode?
    ) throws(LoweringError) -> PortableSense {
        let subjectSense = try subject.map { node throws(LoweringError) in try sense(node) }
        var values: [(PortableNode, PortableSense)] = []
        for branch in branches {
            if let subject, let subjectSense {
                try relate(subject, subjectSense, branch.condition, try sense(branch.condition), isOrder: false)
            } else {
                try condition(branch.condition)
            }
            values.append((branch.value, try sense(branch.value)))
        }
        if let otherwise { values.append((otherwise, try sense(otherwise))) }
        var result = try common(values)
        if otherwise == nil { result.isNullable = true }
        return result
    }

    private mutating func joined(_ parts: [PortableNode]) throws(LoweringError) -> PortableSense {
        var result = PortableSense(.text)
        result.order = .literal
        for part in parts {
            let sense = try sense(part)
            switch sense.kind {
            case .text: result.order = Self.joined(result.order, sense.order)
            case .integer, .bigint: note(.text(part.tokens))
            case .null: break
            case .boolean, .real, .fraction, .decimal, .shaped, .json, .bytes, .unknown:
                throw refusal(
                    part, "is \(sense.description), which || writes differently in each database",
                    remedy: sense.kind == .shaped(.uuid)
                        ? "write CAST(\(words(part.tokens)) AS text)" : Self.nativeRemedy)
            }
        }
        if result.order == .literal { result.order = .plain }
        return result
    }

    private mutating func matches(_ like: PortableLike, _ node: PortableNode) throws(LoweringError) -> PortableSense {
        let subject = try sense(like.subject)
        guard subject.kind == .text || subject.kind == .null else {
            throw refusal(like.subject, "is \(subject.description), and LIKE takes texts")
        }
        guard case .string(let pattern) = like.pattern.kind else {
            throw refusal(
                like.pattern,
                "is not a literal pattern; SQLite's LIKE ignores case, and PostgreSQL's does not")
        }
        var escape: Unicode.Scalar? = "\\"
        if let node = like.escape {
            guard case .string(let text) = node.kind, text.unicodeScalars.count <= 1 else {
                throw refusal(node, "is not a single character", remedy: "write one between quotes")
            }
            escape = text.unicodeScalars.first
        }
        guard let pieces = PortablePattern(pattern, escape: escape, isEscapeSaid: escape != nil && like.escape != nil)
        else {
            throw refusal(like.pattern, "ends with the escape character", remedy: "write it twice")
        }
        note(
            .match(
                words: like.words, pattern: like.pattern.tokens, escape: like.escapeWords, pieces,
                isNegated: like.isNegated))
        return PortableSense(.boolean)
    }

    private mutating func collated(_ inner: PortableNode, _ name: Int) throws(LoweringError) -> PortableSense {
        var sense = try sense(inner)
        let collation = tokens[name].name ?? ""
        guard collation == "C" || SQLName.keyword(collation) == "BINARY" else {
            throw refusal(
                name..<name + 1, "is a collation that only one of the two databases has",
                remedy: SQLName.keyword(collation) == "NOCASE" ? "compare lower(…) instead" : Self.nativeRemedy)
        }
        guard sense.kind == .text else { throw refusal(inner, "is \(sense.description) and has no collation") }
        note(.collation(name))
        sense.order = .bytes(isSaid: true)
        return sense
    }
}
