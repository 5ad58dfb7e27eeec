// The parser for queries. It returns `nil` for anything that it does not know in full.

extension SQLiteExpressionParser {
    static func query(_ text: String) -> QueryTree? {
        var parser = SQLiteExpressionParser(text)
        guard let query = parser.query() else { return nil }
        _ = parser.take(";")
        return parser.isAtEnd ? query : nil
    }

    var isAtQuery: Bool { token.map { $0.isWord("SELECT") || $0.isWord("WITH") || $0.isWord("VALUES") } ?? false }

    mutating func query() -> QueryTree? {
        var query = QueryTree()
        if take("WITH") {
            query.isRecursive = take("RECURSIVE")
            guard let named = items({ $0.named() }) else { return nil }
            query.named = named
        }
        repeat {
            guard let core = core() else { return nil }
            query.cores.append(core)
        } while compound(&query.operators)
        if take("ORDER") {
            guard take("BY"), let order = orders() else { return nil }
            query.order = order
        }
        return limited(query)
    }

    private mutating func compound(_ operators: inout [QueryTree.SetOperator]) -> Bool {
        if take("UNION") {
            operators.append(take("ALL") ? .unionAll : .union)
        } else if take("INTERSECT") {
            operators.append(.intersect)
        } else if take("EXCEPT") {
            operators.append(.except)
        } else {
            return false
        }
        return true
    }

    /// Reads LIMIT and OFFSET. `LIMIT 10, 5` means five rows after the tenth. PostgreSQL writes OFFSET before LIMIT, or alone.
    private mutating func limited(_ query: QueryTree) -> QueryTree? {
        var query = query
        if isAtOffset {
            at += 1
            guard let offset = expression(0) else { return nil }
            query.offset = offset
            guard take("LIMIT") else { return query }
            query.limit = expression(0)
            return query.limit == nil ? nil : query
        }
        guard take("LIMIT") else { return query }
        guard let first = expression(0) else { return nil }
        query.limit = first
        if take("OFFSET") {
            guard let offset = expression(0) else { return nil }
            query.offset = offset
        } else if take(",") {
            guard let limit = expression(0) else { return nil }
            (query.limit, query.offset) = (limit, first)
        }
        return query
    }

    /// Whether a clause with OFFSET begins. In SQLite, where it stands behind LIMIT alone, the word may be an alias.
    private var isAtOffset: Bool {
        guard token?.kind == .word, token?.isWord("OFFSET") == true, let next = peek(1) else { return false }
        return next.kind == .number || next.isSymbol("(") || next.isWord("CAST")
    }

    private mutating func named() -> QueryTree.Named? {
        guard let name = name() else { return nil }
        var columns: [String] = []
        if take("(") {
            guard let list = items({ $0.name() }), take(")") else { return nil }
            columns = list
        }
        guard take("AS") else { return nil }
        // MATERIALIZED changes how often the query is computed, but not its rows.
        if take("NOT") { guard take("MATERIALIZED") else { return nil } } else { _ = take("MATERIALIZED") }
        guard take("("), let query = query(), take(")") else { return nil }
        return .init(name: name, columns: columns, query: query)
    }

    /// Reads one or more items, separated by commas.
    mutating func items<T>(_ item: (inout SQLiteExpressionParser) -> T?) -> [T]? {
        var items: [T] = []
        repeat {
            guard let next = item(&self) else { return nil }
            items.append(next)
        } while take(",")
        return items
    }

    mutating func orders() -> [QueryTree.Order]? {
        items { parser in
            guard let term = parser.expression(0) else { return nil }
            var order = QueryTree.Order(term: term)
            if !parser.take("ASC") { order.isDescending = parser.take("DESC") }
            if parser.take("NULLS") {
                order.nullsFirst = parser.take("FIRST")
                guard order.nullsFirst == true || parser.take("LAST") else { return nil }
            }
            return order
        }
    }

    // MARK: SELECT

    private mutating func core() -> QueryTree.Core? {
        // PostgreSQL writes the first of three SELECTs in parentheses with the second.
        if take("(") {
            guard let query = query(), take(")") else { return nil }
            return .select(.init(results: [.all(of: nil)], sources: [.init(content: .query(query))]))
        }
        if take("VALUES") {
            let rows = items { parser -> [ExpressionTree]? in
                guard parser.take("(") else { return nil }
                return parser.list()
            }
            return rows.map(QueryTree.Core.values)
        }
        guard take("SELECT") else { return nil }
        var select = QueryTree.Select()
        select.isDistinct = take("DISTINCT")
        if select.isDistinct, take("ON") {
            guard take("("), let terms = list() else { return nil }
            (select.isDistinct, select.distinctOn) = (false, terms)
        } else if !select.isDistinct {
            _ = take("ALL")
        }
        guard let results = items({ $0.result() }) else { return nil }
        select.results = results
        if take("FROM") {
            guard let sources = sources() else { return nil }
            select.sources = sources
        }
        return conditions(select).map(QueryTree.Core.select)
    }

    private mutating func conditions(_ select: QueryTree.Select) -> QueryTree.Select? {
        var select = select
        if take("WHERE") {
            guard let condition = expression(0) else { return nil }
            select.condition = condition
        }
        if take("GROUP") {
            guard take("BY"), let groups = items({ $0.expression(0) }) else { return nil }
            select.groups = groups
        }
        if take("HAVING") {
            guard let having = expression(0) else { return nil }
            select.having = having
        }
        if take("WINDOW") {
            let windows = items { parser -> (name: String, window: QueryTree.Window)? in
                guard let name = parser.name(), parser.take("AS"), let window = parser.window() else { return nil }
                return (name, window)
            }
            guard let windows else { return nil }
            select.windows = windows
        }
        return select
    }

    private mutating func result() -> QueryTree.Result? {
        if take("*") { return .all(of: nil) }
        if let table = token?.nameOrString, peek(1)?.isSymbol(".") == true, peek(2)?.isSymbol("*") == true {
            at += 3
            return .all(of: table)
        }
        let start = at
        guard let value = expression(0) else { return nil }
        let text = self.text(from: start)
        if take("AS") { return aliasName().map { .expression(value, alias: $0, text: text) } }
        let ends: Set<String> = [
            "EXCEPT", "FROM", "GROUP", "HAVING", "INTERSECT", "LIMIT", "ORDER", "UNION", "WHERE", "WINDOW",
        ]
        guard let token, token.nameOrString != nil, !isAtOffset,
            token.kind != .word || !ends.contains(SQLName.keyword(token.text))
        else { return .expression(value, alias: nil, text: text) }
        return aliasName().map { .expression(value, alias: $0, text: text) }
    }

    /// Reads an alias. SQLite accepts 'text' as a name where only a name can stand.
    private mutating func aliasName() -> String? {
        guard let name = token?.nameOrString else { return nil }
        at += 1
        return name
    }

    // MARK: FROM

    private mutating func sources() -> [QueryTree.Source]? {
        guard let first = source() else { return nil }
        var sources = [first]
        while let join = join() {
            guard var next = source() else { return nil }
            (next.join, next.isNatural) = (join.kind, join.isNatural)
            if take("ON") {
                guard let condition = expression(0) else { return nil }
                next.on = condition
            } else if take("USING") {
                guard take("("), let columns = items({ $0.name() }), take(")") else { return nil }
                next.using = columns
            }
            sources.append(next)
        }
        return sources
    }

    private mutating func join() -> (kind: QueryTree.Source.Join, isNatural: Bool)? {
        if take(",") { return (.inner, false) }
        let start = at
        let isNatural = take("NATURAL")
        var kind = QueryTree.Source.Join.inner
        if take("LEFT") {
            kind = .left
        } else if take("RIGHT") {
            kind = .right
        } else if take("FULL") {
            kind = .full
        } else {
            _ = take("INNER") || take("CROSS")
        }
        _ = take("OUTER")
        guard take("JOIN") else {
            at = start
            return nil
        }
        return (kind, isNatural)
    }

    private mutating func source() -> QueryTree.Source? {
        guard let content = content() else { return nil }
        var source = QueryTree.Source(content: content)
        if take("AS") {
            guard let alias = aliasName() else { return nil }
            source.alias = alias
        } else if let token, token.nameOrString != nil, !isAtJoinWord(token), !isAtOffset {
            source.alias = aliasName()
        }
        // PostgreSQL names the columns of a query behind its alias. WITH does the same in both databases.
        if case .query(let query) = content, let alias = source.alias, take("(") {
            guard let columns = items({ $0.name() }), take(")"), !query.cores.contains(where: { $0.reads(alias) })
            else {
                return nil
            }
            let all = QueryTree.Select(results: [.all(of: nil)], sources: [.init(content: .table(alias))])
            source.content = .query(
                QueryTree(
                    named: [.init(name: alias, columns: columns, query: query)], cores: [.select(all)]))
        }
        // INDEXED BY changes how the table is searched, but not the rows.
        if take("INDEXED") { guard take("BY"), name() != nil else { return nil } }
        if token?.isWord("NOT") == true, peek(1)?.isWord("INDEXED") == true { at += 2 }
        return source
    }

    private func isAtJoinWord(_ token: SQLToken) -> Bool {
        let words: Set<String> = [
            "CROSS", "EXCEPT", "FULL", "GROUP", "HAVING", "INDEXED", "INNER", "INTERSECT", "JOIN", "LEFT", "LIMIT",
            "NATURAL", "NOT", "ON", "ORDER", "RIGHT", "UNION", "USING", "WHERE", "WINDOW",
        ]
        return token.kind == .word && words.contains(SQLName.keyword(token.text))
    }

    private mutating func content() -> QueryTree.Source.Content? {
        if take("(") {
            if isAtQuery {
                guard let query = query(), take(")") else { return nil }
                return .query(query)
            }
            guard let sources = sources(), take(")") else { return nil }
            return .joined(sources)
        }
        guard var table = token?.nameOrString else { return nil }
        at += 1
        if take(".") {
            guard SQLName.equal(table, "main"), let name = name() else { return nil }
            table = name
        }
        // None of the functions that return rows exists in both databases.
        guard token?.isSymbol("(") != true else { return nil }
        return .table(table)
    }

    // MARK: Calls

    /// Reads the rest of a call, after `name(`.
    mutating func call(_ name: String) -> ExpressionTree? {
        var call = CallTree(name: SQLName.folded(name))
        var isPlain = true
        if take("*") {
            isPlain = false
        } else {
            call.isDistinct = take("DISTINCT")
            if token?.isSymbol(")") != true {
                guard let arguments = items({ $0.expression(0) }) else { return nil }
                call.arguments = arguments
            }
            if take("ORDER") {
                guard take("BY"), let order = orders() else { return nil }
                call.order = order
            }
        }
        guard take(")") else { return nil }
        if token?.isWord("FILTER") == true, peek(1)?.isSymbol("(") == true {
            at += 2
            guard take("WHERE"), let filter = expression(0), take(")") else { return nil }
            call.filter = filter
        }
        if take("OVER") {
            if token?.isSymbol("(") == true {
                guard let window = window() else { return nil }
                call.over = .window(window)
            } else {
                guard let name = self.name() else { return nil }
                call.over = .named(name)
            }
        }
        isPlain = isPlain && !call.isDistinct && call.order.isEmpty && call.filter == nil && call.over == nil
        return isPlain ? .call(call.name, call.arguments) : .aggregate(call)
    }

    mutating func window() -> QueryTree.Window? {
        guard take("(") else { return nil }
        var window = QueryTree.Window()
        let frames: Set<String> = ["RANGE", "ROWS", "GROUPS"]
        let isFrame = { (token: SQLToken) in token.kind == .word && frames.contains(SQLName.keyword(token.text)) }
        if let token, token.name != nil, !token.isWord("PARTITION"), !token.isWord("ORDER"), !isFrame(token) {
            window.base = name()
        }
        if take("PARTITION") {
            guard take("BY"), let partition = items({ $0.expression(0) }) else { return nil }
            window.partition = partition
        }
        if take("ORDER") {
            guard take("BY"), let order = orders() else { return nil }
            window.order = order
        }
        if let token, isFrame(token) {
            let start = at
            while let token = self.token, !token.isSymbol(")") {
                guard token.kind == .word || token.kind == .number else { return nil }
                at += 1
            }
            window.frame = text(from: start)
        }
        return take(")") ? window : nil
    }
}
