/// Reads expressions in the syntax that SQLite and PostgreSQL share. If the two databases would place the parentheses
/// differently, the text has to contain them. Both databases then read the same tree.
struct PortableParser {
    let text: String
    let tokens: [SQLToken]
    /// The indexes of the tokens that are not blank.
    let places: [Int]
    private(set) var at = 0
    private var depth = 0

    /// The largest depth of a tree. SQLite accepts trees of 1000 levels (https://www.sqlite.org/limits.html, 8), but so many
    /// levels would not fit on the stack of a thread here.
    private static let deepest = 120

    init(_ text: String) {
        self.text = text
        tokens = SQLToken.scan(text)
        places = tokens.indices.filter { [tokens] in !tokens[$0].isBlank }
    }

    static func expression(_ text: String) throws(LoweringError) -> (tokens: [SQLToken], tree: PortableNode) {
        var parser = PortableParser(text)
        let tree = try parser.expression()
        try parser.requireEnd()
        return (parser.tokens, tree)
    }

    // MARK: Tokens

    var token: SQLToken? { peek(0) }

    func peek(_ offset: Int) -> SQLToken? { at + offset < places.count ? tokens[places[at + offset]] : nil }

    /// The index of the current token among all tokens.
    var place: Int { at < places.count ? places[at] : tokens.count }

    /// Returns the index of the token that was read `count` tokens ago.
    func place(before count: Int) -> Int { places[at - count] }

    mutating func advance() { at += 1 }

    /// Counts another level of nesting, which is also another level on this program's stack. Throws if there are too many.
    mutating func deeper() throws(LoweringError) {
        depth += 1
        guard depth <= Self.deepest else { throw trouble("it is nested too deeply") }
    }

    mutating func shallower() { depth -= 1 }

    mutating func take(_ word: String) -> Bool {
        guard token?.isWord(word) == true else { return false }
        at += 1
        return true
    }

    mutating func take(symbol: String) -> Bool {
        guard token?.isSymbol(symbol) == true else { return false }
        at += 1
        return true
    }

    mutating func expect(_ word: String) throws(LoweringError) {
        guard take(word) else { throw trouble("\(word) is missing") }
    }

    mutating func expect(symbol: String) throws(LoweringError) {
        guard take(symbol: symbol) else { throw trouble("\(symbol) is missing") }
    }

    /// Returns the range from the token at `start` to the token before the current one.
    func range(from start: Int) -> Range<Int> { places[start]..<(places[max(at, start + 1) - 1] + 1) }

    func trouble(_ reason: String, remedy: String? = nil) -> LoweringError {
        let here = token.map { "before \($0.text)" } ?? "at the end"
        return LoweringError(
            text, "\(reason) \(here)", remedy: remedy ?? "give each database its own with native(sqlite:postgresql:)")
    }

    func requireEnd() throws(LoweringError) {
        guard at < places.count else { return }
        throw trouble("it is not SQL that both databases know")
    }

    /// Reads a name, bare or quoted, that is not a keyword of the grammar.
    mutating func name(_ what: String) throws(LoweringError) -> Int {
        guard let token, token.name != nil else { throw trouble("\(what) is missing") }
        if token.kind == .quoted, token.text.unicodeScalars.count(where: { $0 == "\"" }) % 2 != 0 {
            throw trouble("a quote is not closed")
        }
        if token.kind == .word, PortableWords.grammar.contains(SQLName.keyword(token.text)) {
            throw trouble(
                "\(token.text) is a keyword of SQL",
                remedy: "write \(SQLText.identifier(SQLName.folded(token.text))) if it is a name")
        }
        at += 1
        return places[at - 1]
    }

    func node(_ kind: PortableNode.Kind, from start: Int, over nodes: [PortableNode]) throws(LoweringError)
        -> PortableNode
    {
        let height = 1 + (nodes.map(\.height).max() ?? 0)
        guard height <= Self.deepest else { throw trouble("it is nested too deeply") }
        let range = range(from: start)
        return PortableNode(kind: kind, tokens: range, bare: range, height: height)
    }

    // MARK: Levels, loosest first

    mutating func expression() throws(LoweringError) -> PortableNode {
        try deeper()
        defer { shallower() }
        let start = at
        var parts = [try conjunction()]
        while take("OR") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : try node(.any(parts), from: start, over: parts)
    }

    private mutating func conjunction() throws(LoweringError) -> PortableNode {
        let start = at
        var parts = [try negation()]
        while take("AND") { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : try node(.all(parts), from: start, over: parts)
    }

    private mutating func negation() throws(LoweringError) -> PortableNode {
        let start = at
        guard take("NOT") else { return try comparison() }
        try deeper()
        defer { shallower() }
        let inner = try negation()
        return try node(.not(inner), from: start, over: [inner])
    }

    private static let signs: Set<String> = ["=", "<>", "!=", "<", "<=", ">", ">="]
    private static let comparing: Set<String> = ["IS", "IN", "LIKE", "BETWEEN", "ISNULL", "NOTNULL"]

    private var compares: Bool {
        guard let token else { return false }
        if token.kind == .symbol { return Self.signs.contains(token.text) }
        guard token.kind == .word else { return false }
        return Self.comparing.contains(SQLName.keyword(token.text)) || token.isWord("NOT")
    }

    private mutating func comparison() throws(LoweringError) -> PortableNode {
        let start = at
        let left = try bits()
        guard compares else { return left }
        let result = try comparison(of: left, from: start)
        guard !compares else {
            throw trouble(
                "SQLite and PostgreSQL read a chain of comparisons differently",
                remedy: "write parentheses around the first")
        }
        return result
    }

    private mutating func comparison(of left: PortableNode, from start: Int) throws(LoweringError) -> PortableNode {
        if let sign = token, sign.kind == .symbol {
            advance()
            let right = try bits()
            return try node(
                .comparison(sign.text == "!=" ? "<>" : sign.text, left, right), from: start, over: [left, right])
        }
        if take("ISNULL") || take("NOTNULL") { return try node(.isNull(left), from: start, over: [left]) }
        let words = at
        if take("IS") { return try identity(left, from: start, words) }
        let isNegated = take("NOT")
        if take("IN") { return try membership(left, from: start) }
        if take("LIKE") { return try like(left, from: start, words, isNegated) }
        guard take("BETWEEN") else { throw trouble("it is not SQL that both databases know") }
        let low = try bits()
        try expect("AND")
        let high = try bits()
        return try node(.between(left, low, high), from: start, over: [left, low, high])
    }

    private mutating func identity(_ left: PortableNode, from start: Int, _ words: Int) throws(LoweringError)
        -> PortableNode
    {
        let isNegated = take("NOT")
        if take("NULL") { return try node(.isNull(left), from: start, over: [left]) }
        if take("TRUE") || take("FALSE") { return try node(.isTruth(left), from: start, over: [left]) }
        var differs = isNegated
        if take("DISTINCT") {
            try expect("FROM")
            differs.toggle()
        }
        let operatorWords = range(from: words)
        let right = try bits()
        return try node(
            .sameness(left, right, isNegated: differs, words: operatorWords), from: start, over: [left, right])
    }

    private mutating func membership(_ left: PortableNode, from start: Int) throws(LoweringError) -> PortableNode {
        try expect(symbol: "(")
        if startsQuery {
            let query = try query()
            try expect(symbol: ")")
            return try node(.isInQuery(left, query), from: start, over: [left])
        }
        var items: [PortableNode] = []
        repeat { items.append(try expression()) } while take(symbol: ",")
        try expect(symbol: ")")
        return try node(.isIn(left, items), from: start, over: [left] + items)
    }

    private mutating func like(
        _ left: PortableNode, from start: Int, _ words: Int, _ isNegated: Bool
    ) throws(LoweringError) -> PortableNode {
        let likeWords = range(from: words)
        let pattern = try bits()
        var like = PortableLike(subject: left, pattern: pattern, words: likeWords, isNegated: isNegated)
        let escape = at
        if take("ESCAPE") {
            like.escape = try bits()
            like.escapeWords = range(from: escape)
        }
        return try node(.like(like), from: start, over: [left, pattern])
    }

    private mutating func bits() throws(LoweringError) -> PortableNode {
        let start = at
        var left = try sum()
        while let sign = token, sign.isSymbol("&") || sign.isSymbol("|") {
            advance()
            let right = try sum()
            left = try arithmetic(sign.text, left, right, from: start)
        }
        return left
    }

    private mutating func sum() throws(LoweringError) -> PortableNode {
        let start = at
        var left = try product()
        while let sign = token, sign.isSymbol("+") || sign.isSymbol("-") {
            advance()
            let right = try product()
            left = try arithmetic(sign.text, left, right, from: start)
        }
        return left
    }

    private mutating func product() throws(LoweringError) -> PortableNode {
        let start = at
        var left = try concatenation()
        while let sign = token, sign.isSymbol("*") || sign.isSymbol("/") || sign.isSymbol("%") {
            advance()
            let right = try concatenation()
            left = try arithmetic(sign.text, left, right, from: start)
        }
        return left
    }

    /// Reads sums and concatenations. `a + b || c` is `a + (b || c)` for SQLite and `(a + b) || c` for PostgreSQL.
    private func arithmetic(
        _ sign: String, _ left: PortableNode, _ right: PortableNode, from start: Int
    ) throws(LoweringError) -> PortableNode {
        for operand in [left, right] where !operand.isEnclosed {
            guard case .joined = operand.kind else { continue }
            throw trouble(
                "SQLite and PostgreSQL read || beside \(sign) differently",
                remedy: "write parentheses around the sum")
        }
        return try node(.arithmetic(sign, left, right), from: start, over: [left, right])
    }

    private mutating func concatenation() throws(LoweringError) -> PortableNode {
        let start = at
        var parts = [try signed()]
        while take(symbol: "||") { parts.append(try signed()) }
        return parts.count == 1 ? parts[0] : try node(.joined(parts), from: start, over: parts)
    }

    private mutating func signed() throws(LoweringError) -> PortableNode {
        let start = at
        guard let sign = token, sign.isSymbol("-") || sign.isSymbol("+") else { return try collated() }
        advance()
        try deeper()
        defer { shallower() }
        let inner = try signed()
        return try node(.sign(sign.text, inner), from: start, over: [inner])
    }

    private mutating func collated() throws(LoweringError) -> PortableNode {
        let start = at
        var left = try primary()
        while take("COLLATE") {
            let name = try name("a collation")
            left = try node(.collated(left, name: name), from: start, over: [left])
        }
        return left
    }
}
