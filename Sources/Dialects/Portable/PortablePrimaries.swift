// The primaries of an expression: literals, names, calls, and expressions in parentheses.

extension PortableParser {
    var startsQuery: Bool {
        token.map { $0.isWord("SELECT") || $0.isWord("WITH") || $0.isWord("VALUES") } ?? false
    }

    mutating func primary() throws(LoweringError) -> PortableNode {
        let start = at
        guard let token else { throw trouble("a value is missing") }
        switch token.kind {
        case .number: return try number(from: start)
        case .string: return try string(token.text, from: start)
        case .quoted: return try column(from: start)
        case .word: return try word(token, from: start)
        case .symbol where token.isSymbol("("): return try enclosed(from: start)
        case .symbol where token.isSymbol(".") && peek(1)?.kind == .number: return try number(from: start)
        case .symbol, .space, .comment: throw trouble("it is not SQL that both databases know")
        }
    }

    /// Reads a number. `1e-5` and `.5` consist of several tokens.
    private mutating func number(from start: Int) throws(LoweringError) -> PortableNode {
        if take(symbol: ".") {}
        var last = tokens[place].text
        advance()
        if last.hasSuffix("e") || last.hasSuffix("E"), let sign = token, sign.isSymbol("-") || sign.isSymbol("+"),
            peek(1)?.kind == .number
        {
            advance()
            last = tokens[place].text
            advance()
        }
        let range = range(from: start)
        let written = tokens[range].map(\.text).joined()
        guard PortableNumber(written) != nil else {
            throw LoweringError(
                text, "\(written) is not a number in both databases",
                remedy: "write it in digits, with a decimal point if needed")
        }
        return try node(.number(written), from: start, over: [])
    }

    private mutating func string(_ written: String, from start: Int) throws(LoweringError) -> PortableNode {
        guard written.unicodeScalars.count(where: { $0 == "'" }) % 2 == 0 else {
            throw trouble("a quote is not closed")
        }
        advance()
        // The test looks at scalars: Swift takes a quote and a following combining accent for one character.
        if written.unicodeScalars.first == "'" {
            return try node(.string(SQLText.unquoted(written, doubled: "'")), from: start, over: [])
        }
        if written.unicodeScalars.first == "x" || written.unicodeScalars.first == "X" {
            let digits = String(written.dropFirst())
            return try node(.blob(SQLText.unquoted(digits, doubled: "'")), from: start, over: [])
        }
        throw LoweringError(text, "\(written) is PostgreSQL's own notation", remedy: "write it as 'text'")
    }

    private mutating func column(from start: Int) throws(LoweringError) -> PortableNode {
        var name = PortableName(qualifier: nil, name: try name("a column"))
        while take(symbol: ".") {
            guard name.qualifier == nil else { throw trouble("a column's name has more than two parts") }
            name = PortableName(qualifier: name.name, name: try self.name("a column"))
        }
        return try node(.column(name), from: start, over: [])
    }

    private mutating func enclosed(from start: Int) throws(LoweringError) -> PortableNode {
        advance()
        if startsQuery {
            let query = try query()
            try expect(symbol: ")")
            return try node(.scalar(query), from: start, over: [])
        }
        var inner = try expression()
        guard token?.isSymbol(",") != true else {
            throw trouble("lists of values are compared", remedy: "compare them one by one, with AND between them")
        }
        try expect(symbol: ")")
        inner.tokens = range(from: start)
        return inner
    }

    private mutating func word(_ token: SQLToken, from start: Int) throws(LoweringError) -> PortableNode {
        switch SQLName.keyword(token.text) {
        case "NULL": return try literal(.null, from: start)
        case "TRUE": return try literal(.truth(true), from: start)
        case "FALSE": return try literal(.truth(false), from: start)
        case "CASE": return try choice(from: start)
        case "CAST": return try cast(from: start)
        case "EXISTS":
            advance()
            try expect(symbol: "(")
            let query = try query()
            try expect(symbol: ")")
            return try node(.exists(query), from: start, over: [])
        case "NOT":
            throw trouble(
                "NOT stands beside an operator", remedy: "write parentheses around NOT and its operand")
        default: break
        }
        return peek(1)?.isSymbol("(") == true ? try call(token, from: start) : try column(from: start)
    }

    private mutating func literal(_ kind: PortableNode.Kind, from start: Int) throws(LoweringError) -> PortableNode {
        advance()
        return try node(kind, from: start, over: [])
    }

    private mutating func choice(from start: Int) throws(LoweringError) -> PortableNode {
        advance()
        let subject = token?.isWord("WHEN") == true ? nil : try expression()
        var branches: [PortableNode.Branch] = []
        while take("WHEN") {
            let condition = try expression()
            try expect("THEN")
            branches.append(.init(condition: condition, value: try expression()))
        }
        guard !branches.isEmpty else { throw trouble("WHEN is missing") }
        let otherwise = take("ELSE") ? try expression() : nil
        try expect("END")
        let nodes = branches.flatMap { [$0.condition, $0.value] } + [subject, otherwise].compactMap { $0 }
        return try node(.choice(subject: subject, branches: branches, otherwise: otherwise), from: start, over: nodes)
    }

    private mutating func cast(from start: Int) throws(LoweringError) -> PortableNode {
        advance()
        try expect(symbol: "(")
        let value = try expression()
        try expect("AS")
        let first = at
        while let token, token.kind == .word { advance() }
        if take(symbol: "(") {
            while let token, token.kind == .number || token.isSymbol(",") { advance() }
            try expect(symbol: ")")
        }
        guard at > first else { throw trouble("a type is missing") }
        let type = range(from: first)
        try expect(symbol: ")")
        return try node(.cast(value, type: type), from: start, over: [value])
    }

    private mutating func call(_ token: SQLToken, from start: Int) throws(LoweringError) -> PortableNode {
        guard !PortableWords.grammar.contains(SQLName.keyword(token.text)) else {
            throw trouble("it is not SQL that both databases know")
        }
        advance()
        advance()
        var call = PortableCall(name: SQLName.folded(token.text))
        if take(symbol: "*") {
            call.isStar = true
        } else if self.token?.isSymbol(")") != true {
            call.isDistinct = take("DISTINCT")
            repeat { call.arguments.append(try expression()) } while take(symbol: ",")
        }
        try expect(symbol: ")")
        if take("FILTER") {
            try expect(symbol: "(")
            try expect("WHERE")
            call.filter = try expression()
            try expect(symbol: ")")
        }
        if take("OVER") { call.window = try window() }
        return try node(.call(call), from: start, over: call.children)
    }

    private mutating func window() throws(LoweringError) -> PortableWindow {
        try expect(symbol: "(")
        var window = PortableWindow()
        if take("PARTITION") {
            try expect("BY")
            repeat { window.partition.append(try expression()) } while take(symbol: ",")
        }
        if take("ORDER") {
            try expect("BY")
            window.order = try orderTerms()
        }
        if take("ROWS") { try frame() }
        try expect(symbol: ")")
        return window
    }

    /// Reads the frame of a window. Both databases count ROWS in the same way, but not RANGE and GROUPS.
    private mutating func frame() throws(LoweringError) {
        guard take("BETWEEN") else { return try bound() }
        try bound()
        try expect("AND")
        try bound()
    }

    private mutating func bound() throws(LoweringError) {
        if take("CURRENT") { return try expect("ROW") }
        if !take("UNBOUNDED") {
            guard token?.kind == .number else { throw trouble("a number of rows is missing") }
            advance()
        }
        guard take("PRECEDING") || take("FOLLOWING") else { throw trouble("PRECEDING or FOLLOWING is missing") }
    }
}
