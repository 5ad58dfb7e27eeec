// The syntax of SELECT, as far as SQLite and PostgreSQL share it.

extension PortableParser {
    static func query(_ text: String) throws(LoweringError) -> (tokens: [SQLToken], tree: PortableQuery) {
        var parser = PortableParser(text)
        let tree = try parser.query()
        try parser.requireEnd()
        return (parser.tokens, tree)
    }

    mutating func query() throws(LoweringError) -> PortableQuery {
        try deeper()
        defer { shallower() }
        let start = at
        var query = PortableQuery()
        if take("WITH") {
            query.isRecursive = take("RECURSIVE")
            repeat { query.named.append(try named()) } while take(symbol: ",")
        }
        query.cores.append(try core())
        while let word = setOperator() {
            query.operators.append(word)
            query.cores.append(try core())
        }
        if take("ORDER") {
            try expect("BY")
            query.order = try orderTerms()
        }
        if take("LIMIT") {
            query.limit = try expression()
            if take("OFFSET") { query.offset = try expression() }
        }
        query.tokens = range(from: start)
        return query
    }

    private mutating func named() throws(LoweringError) -> PortableQuery.Named {
        let name = try name("a name")
        var columns: [Int] = []
        if take(symbol: "(") {
            repeat { columns.append(try self.name("a column")) } while take(symbol: ",")
            try expect(symbol: ")")
        }
        try expect("AS")
        try expect(symbol: "(")
        let query = try query()
        try expect(symbol: ")")
        return .init(name: name, columns: columns, query: query)
    }

    private mutating func setOperator() -> String? {
        for word in ["UNION", "INTERSECT", "EXCEPT"] where take(word) { return take("ALL") ? "\(word) ALL" : word }
        return nil
    }

    private mutating func core() throws(LoweringError) -> PortableCore {
        let start = at
        var core = PortableCore()
        if take("VALUES") {
            repeat { core.rows.append(try row()) } while take(symbol: ",")
            core.tokens = range(from: start)
            return core
        }
        try expect("SELECT")
        core.isDistinct = take("DISTINCT")
        if !core.isDistinct { _ = take("ALL") }
        repeat { core.outputs.append(try output()) } while take(symbol: ",")
        if take("FROM") { core.sources = try sources() }
        if take("WHERE") { core.filter = try expression() }
        if take("GROUP") {
            try expect("BY")
            repeat { core.groups.append(try expression()) } while take(symbol: ",")
        }
        if take("HAVING") { core.having = try expression() }
        core.tokens = range(from: start)
        return core
    }

    private mutating func row() throws(LoweringError) -> [PortableNode] {
        try expect(symbol: "(")
        var row: [PortableNode] = []
        repeat { row.append(try expression()) } while take(symbol: ",")
        try expect(symbol: ")")
        return row
    }

    private mutating func output() throws(LoweringError) -> PortableCore.Output {
        if token?.isSymbol("*") == true {
            advance()
            return .all(qualifier: nil, at: place(before: 1))
        }
        if peek(1)?.isSymbol(".") == true, peek(2)?.isSymbol("*") == true {
            let qualifier = try name("a table")
            advance()
            advance()
            return .all(qualifier: qualifier, at: place(before: 1))
        }
        let value = try expression()
        return .value(value, name: try alias())
    }

    /// Reads an alias: `AS name`, or a name alone.
    private mutating func alias() throws(LoweringError) -> Int? {
        if take("AS") { return try name("a name") }
        guard let token, token.name != nil else { return nil }
        if token.kind == .word, PortableWords.grammar.contains(SQLName.keyword(token.text)) { return nil }
        return try name("a name")
    }

    private mutating func sources() throws(LoweringError) -> [PortableCore.Source] {
        var sources = [try source(.comma)]
        var hasComma = false
        while true {
            if take(symbol: ",") {
                hasComma = true
                sources.append(try source(.comma))
                continue
            }
            guard let join = try join() else { return sources }
            guard !hasComma else {
                throw trouble(
                    "SQLite and PostgreSQL read a comma before JOIN differently",
                    remedy: "write CROSS JOIN instead of the comma")
            }
            var source = try source(join)
            if take("ON") {
                source.condition = try expression()
            } else if take("USING") {
                try expect(symbol: "(")
                repeat { source.using.append(try name("a column")) } while take(symbol: ",")
                try expect(symbol: ")")
            } else if join != .cross {
                throw trouble("ON is missing", remedy: "write CROSS JOIN to join every row with every row")
            }
            sources.append(source)
        }
    }

    private mutating func join() throws(LoweringError) -> PortableCore.Join? {
        let start = at
        var join = PortableCore.Join.inner
        if take("CROSS") {
            join = .cross
        } else if take("LEFT") {
            join = .left
        } else if take("RIGHT") {
            join = .right
        } else if take("FULL") {
            join = .full
        } else if take("NATURAL") {
            throw trouble("NATURAL joins by all columns that share a name", remedy: "name them with ON or USING")
        } else if !take("INNER"), token?.isWord("JOIN") != true {
            return nil
        }
        if join == .left || join == .right || join == .full { _ = take("OUTER") }
        guard take("JOIN") else {
            throw trouble("JOIN is missing behind \(tokens[range(from: start)].map(\.text).joined())")
        }
        return join
    }

    private mutating func source(_ join: PortableCore.Join) throws(LoweringError) -> PortableCore.Source {
        if take(symbol: "(") {
            guard startsQuery else { throw trouble("a join stands in parentheses", remedy: "remove the parentheses") }
            let query = try query()
            try expect(symbol: ")")
            guard let alias = try alias() else {
                throw trouble("the query in FROM has no name", remedy: "give it one: (SELECT …) AS name")
            }
            return .init(kind: .query(query), alias: alias, join: join)
        }
        let name = try name("a table")
        guard token?.isSymbol(".") != true, token?.isSymbol("(") != true else {
            throw trouble("a table's name has more than one part")
        }
        return .init(kind: .relation(name), alias: try alias(), join: join)
    }

    mutating func orderTerms() throws(LoweringError) -> [PortableOrder] {
        var terms: [PortableOrder] = []
        repeat {
            let node = try expression()
            var term = PortableOrder(node: node, end: 0)
            term.isDescending = take("DESC")
            if !term.isDescending { _ = take("ASC") }
            if take("NULLS") {
                guard take("FIRST") || take("LAST") else { throw trouble("FIRST or LAST is missing") }
                term.placesNulls = true
            }
            term.end = place(before: 1)
            terms.append(term)
        } while take(symbol: ",")
        return terms
    }
}
