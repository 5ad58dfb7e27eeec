// Queries: what they read, what they yield, and in which order.

extension PortableReader {
    /// A column that a query yields.
    struct Output {
        var name: String?
        var sense: PortableSense
        /// The expression that computes the column, in a query of a single SELECT.
        var node: PortableNode?
    }

    mutating func requireQueriesAllowed(_ node: PortableNode) throws(LoweringError) {
        guard allowsQueries else {
            throw refusal(
                node, "reads a table, which neither database allows in a check, an index or a computed column")
        }
    }

    /// Returns the columns of a view. Each has a name, and no two have the same name.
    mutating func columns(ofView query: PortableQuery) throws(LoweringError) -> [PortableScope.NamedColumn] {
        var columns: [PortableScope.NamedColumn] = []
        var seen: Set<String> = []
        for output in try self.columns(of: query) {
            guard let name = output.name else {
                let range = output.node?.tokens ?? query.tokens
                throw refusal(
                    range, "gets a different name in each database", remedy: "give it an alias: \(words(range)) AS name"
                )
            }
            guard seen.insert(SQLName.folded(name)).inserted else {
                throw refusal(
                    output.node?.tokens ?? query.tokens, "is a second column named \(name)",
                    remedy: "give it a name of its own with AS")
            }
            columns.append(.init(name: name, sense: output.sense.asColumn))
        }
        return columns
    }

    mutating func columns(of query: PortableQuery, allowsStar: Bool = false) throws(LoweringError) -> [Output] {
        let outside = (named.count, aggregates, windows)
        defer {
            named.removeLast(named.count - outside.0)
            (aggregates, windows) = (outside.1, outside.2)
        }
        for part in query.named { try add(part, isRecursive: query.isRecursive) }
        guard !query.operators.isEmpty else {
            return try self.columns(of: query.cores[0], in: query, allowsStar: allowsStar)
        }
        return try united(query)
    }

    /// Adds a query that WITH names. All later queries can read it; the query itself can too if WITH is RECURSIVE.
    mutating func add(_ part: PortableQuery.Named, isRecursive: Bool) throws(LoweringError) {
        let name = tokens[part.name].name ?? ""
        note(.name(part.name, name, isAlias: true))
        for column in part.columns { note(.name(column, tokens[column].name ?? "", isAlias: true)) }
        if isRecursive, part.query.operators.first?.hasPrefix("UNION") == true {
            // The first SELECT of a recursive query is read twice.
            guard recursions < 2 else {
                throw refusal(part.query.tokens, "reads itself inside another recursive query")
            }
            recursions += 1
            defer { recursions -= 1 }
            var first = part.query
            (first.cores, first.operators, first.order) = ([part.query.cores[0]], [], [])
            (first.limit, first.offset) = (nil, nil)
            named.append(relation(name, part, try columns(of: first)))
            let all = try columns(of: part.query)
            let declared = named.removeLast()
            for (one, other) in zip(all, declared.columns ?? []) where one.sense.kind != other.sense.kind {
                throw refusal(
                    part.query.tokens,
                    "begins with \(other.sense.description) of another width than its later rows",
                    remedy: "cast the first: CAST(… AS bigint)")
            }
            named.append(declared)
            return
        }
        named.append(relation(name, part, try columns(of: part.query)))
    }

    func relation(
        _ name: String, _ part: PortableQuery.Named, _ outputs: [Output]
    ) -> PortableScope.Relation {
        let names = part.columns.map { tokens[$0].name ?? "" }
        let columns = outputs.enumerated().compactMap { at, output -> PortableScope.NamedColumn? in
            let name = at < names.count ? names[at] : output.name
            return name.map { .init(name: $0, sense: output.sense.asColumn) }
        }
        return .init(name: name, columns: columns, isFixed: true)
    }

    mutating func scalar(_ query: PortableQuery, _ node: PortableNode) throws(LoweringError) -> PortableSense {
        try requireQueriesAllowed(node)
        let outputs = try columns(of: query)
        guard outputs.count == 1 else { throw refusal(node, "yields several columns", remedy: "select one") }
        guard PortableGroups.isOneRow(query, self) else {
            throw refusal(
                node, "may yield several rows: SQLite takes the first, and PostgreSQL refuses the query",
                remedy: "use min() or max(), or write ORDER BY … LIMIT 1")
        }
        var sense = outputs[0].sense.asColumn
        sense.isNullable = true
        return sense
    }

    mutating func isIn(_ subject: PortableNode, _ query: PortableQuery) throws(LoweringError) -> PortableSense {
        try requireQueriesAllowed(subject)
        let sense = try sense(subject)
        let outputs = try columns(of: query)
        guard outputs.count == 1 else { throw refusal(query.tokens, "yields several columns", remedy: "select one") }
        let output = outputs[0]
        if let node = output.node {
            var other = output.sense
            // The decimal leaves the inner query as text, and is then compared as a number.
            if case .decimal = other.kind { other.form = .stored }
            try relate(subject, sense, node, other, isOrder: false)
        } else {
            guard sense.kind == output.sense.kind else {
                throw refusal(subject, "is \(sense.description), and the query yields \(output.sense.description)")
            }
            try requireDistinct(subject, sense, "IN")
        }
        return PortableSense(.boolean)
    }
}
