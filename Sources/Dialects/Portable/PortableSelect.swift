// A single SELECT: the relations that it reads, and the columns that it yields.

extension PortableReader {
    mutating func columns(
        of core: PortableCore, in query: PortableQuery?, allowsStar: Bool
    ) throws(LoweringError) -> [Output] {
        if !core.rows.isEmpty { return try columns(ofRows: core, in: query) }
        scopes.append(PortableScope())
        defer { scopes.removeLast() }
        for source in core.sources { try add(source) }
        (aggregates, windows) = (.refused("WHERE looks at one"), .refused("WHERE looks at one"))
        if let filter = core.filter { try condition(filter) }
        var outputs: [Output] = []
        let groups = PortableGroups(core, depth: scopes.count - 1)
        for group in core.groups where !isAlias(group, core) {
            let sense = try sense(group)
            guard sense.literal == nil else {
                throw refusal(group, "is a number", remedy: "group by the column itself")
            }
            try requireComparable(group, sense, "GROUP BY")
            asNumber(group, sense)
        }
        (aggregates, windows) = (.allowed, .allowed)
        for output in core.outputs { outputs += try columns(of: output, core, allowsStar: allowsStar) }
        for group in core.groups where isAlias(group, core) { try groupByAlias(group, outputs) }
        windows = .refused("HAVING is computed for groups")
        if let having = core.having { try condition(having) }
        windows = .allowed
        if core.isDistinct {
            for output in outputs { if let node = output.node { try requireDistinct(node, output.sense, "DISTINCT") } }
        }
        if let query {
            for term in query.order { try order(term, outputs, core) }
            try limit(query)
        }
        try groups.check(self, query?.order ?? [], outputs.map(\.node))
        return outputs
    }

    mutating func columns(
        ofRows core: PortableCore, in query: PortableQuery?
    ) throws(LoweringError) -> [Output] {
        guard core.rows.allSatisfy({ $0.count == core.rows[0].count }) else {
            throw refusal(core.tokens, "has rows with different numbers of columns")
        }
        var outputs: [Output] = []
        for at in core.rows[0].indices {
            var values: [(PortableNode, PortableSense)] = []
            for row in core.rows { values.append((row[at], try sense(row[at]))) }
            outputs.append(Output(name: "column\(at + 1)", sense: try common(values), node: nil))
        }
        if let query {
            for term in query.order { try orderUnited(term, outputs) }
            try limit(query)
        }
        return outputs
    }

    mutating func add(_ source: PortableCore.Source) throws(LoweringError) {
        var relation: PortableScope.Relation
        switch source.kind {
        case .relation(let name): relation = try self.relation(name)
        case .query(let query): relation = try derived(query)
        }
        if let alias = source.alias {
            relation.name = tokens[alias].name ?? ""
            note(.name(alias, relation.name, isAlias: true))
        }
        let top = scopes.count - 1
        relation.isOptional = source.join == .left || source.join == .full
        if source.join == .right || source.join == .full {
            for at in scopes[top].relations.indices { scopes[top].relations[at].isOptional = true }
        }
        for column in source.using { try merge(column, relation) }
        scopes[top].relations.append(relation)
        for column in source.using { scopes[top].merged.insert(SQLName.folded(tokens[column].name ?? "")) }
        (aggregates, windows) = (.refused("ON looks at one"), .refused("ON looks at one"))
        if let condition = source.condition { try self.condition(condition) }
    }

    /// Returns the relation of a subquery in FROM, which can't name the relations beside it.
    private mutating func derived(_ query: PortableQuery) throws(LoweringError) -> PortableScope.Relation {
        let beside = scopes.removeLast()
        // Also where the query is refused: whoever goes on without it takes the scope away.
        defer { scopes.append(beside) }
        let columns = try columns(of: query).compactMap { output -> PortableScope.NamedColumn? in
            output.name.map { .init(name: $0, sense: output.sense.asColumn) }
        }
        return .init(name: "", columns: columns, isFixed: true)
    }

    /// Merges a column of USING, which belongs to both sides. The two must compare in the same way on both databases without
    /// any change.
    private mutating func merge(_ column: Int, _ right: PortableScope.Relation) throws(LoweringError) {
        let top = scopes.count - 1
        let range = column..<column + 1
        let left = scopes[top].relations.lazy.compactMap(\.columns).joined().first { [tokens] in
            tokens[column].means($0.name)
        }
        let other = right.columns?.first { tokens[column].means($0.name) }
        guard let left, let other else {
            throw refusal(range, "is not a column of both sides", remedy: "write ON with the columns")
        }
        guard left.name.utf8.elementsEqual(other.name.utf8), left.sense.kind == other.sense.kind,
            left.sense.order == other.sense.order
        else { throw refusal(range, "is not the same on both sides", remedy: "write ON with the columns") }
        switch left.sense.kind {
        case .decimal, .json, .unknown:
            throw refusal(range, "is \(left.sense.description)", remedy: "write ON with the columns")
        case .null, .boolean, .integer, .bigint, .fraction, .real, .text, .shaped, .bytes: break
        }
        note(.name(column, left.name, isAlias: false))
    }

    mutating func columns(
        of output: PortableCore.Output, _ core: PortableCore, allowsStar: Bool
    ) throws(LoweringError) -> [Output] {
        switch output {
        case .all(let qualifier, let at): return try star(qualifier, at, core, isAllowed: allowsStar)
        case .value(let node, let name):
            var sense = try sense(node)
            try asValue(node, sense)
            if sense.kind == .text, sense.order == .mixed {
                note(.bytes(node.tokens, isAtom: node.isAtom))
                sense.order = .bytes(isSaid: true)
            }
            if let name {
                note(.name(name, tokens[name].name ?? "", isAlias: true))
                return [Output(name: tokens[name].name, sense: sense, node: node)]
            }
            guard case .column(let column) = node.kind else { return [Output(name: nil, sense: sense, node: node)] }
            return [Output(name: resolved[column.name]?.column ?? tokens[column.name].name, sense: sense, node: node)]
        }
    }

    private func star(
        _ qualifier: Int?, _ at: Int, _ core: PortableCore, isAllowed: Bool
    ) throws(LoweringError) -> [Output] {
        let relations = scopes[scopes.count - 1].relations.filter { relation in
            qualifier.map { tokens[$0].means(relation.name) } ?? true
        }
        let columns = relations.flatMap { $0.columns ?? [] }
        guard
            isAllowed
                || (!relations.isEmpty && relations.allSatisfy(\.isFixed) && scopes[scopes.count - 1].merged.isEmpty)
        else {
            let isSeveral = core.sources.count > 1
            let list = relations.flatMap { relation in
                (relation.columns ?? []).map { column in
                    (isSeveral ? SQLText.identifier(relation.name) + "." : "") + SQLText.identifier(column.name)
                }
            }
            throw refusal(
                (qualifier ?? at)..<at + 1,
                "means all columns: SQLite looks them up when the view is read, PostgreSQL when it is created",
                remedy: list.isEmpty ? "write the columns" : "write \(list.joined(separator: ", "))")
        }
        return columns.map { Output(name: $0.name, sense: $0.sense, node: nil) }
    }
}
