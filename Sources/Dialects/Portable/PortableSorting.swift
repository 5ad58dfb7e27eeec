// Grouping, ordering and limiting the rows of a SELECT.

extension PortableReader {
    /// Returns whether a term of GROUP BY is the name of an output and not of a column.
    func isAlias(_ group: PortableNode, _ core: PortableCore) -> Bool {
        guard case .column(let name) = group.kind, name.qualifier == nil else { return false }
        let isColumn = scopes[scopes.count - 1].relations.contains { relation in
            relation.columns?.contains { tokens[name.name].means($0.name) } ?? true
        }
        return !isColumn
            && core.outputs.contains { output in
                if case .value(_, let alias?) = output {
                    tokens[name.name].means(tokens[alias].name ?? "")
                } else {
                    false
                }
            }
    }

    mutating func groupByAlias(_ group: PortableNode, _ outputs: [Output]) throws(LoweringError) {
        guard let output = try output(group, outputs), let node = output.node else { return }
        try requireDistinct(group, output.sense, "the name")
        try stand(group, for: node)
    }

    /// Returns the output that a name or number in ORDER BY stands for.
    mutating func output(_ node: PortableNode, _ outputs: [Output]) throws(LoweringError) -> Output? {
        if case .number(let text) = node.kind, let number = PortableNumber(text)?.integer {
            guard outputs.indices.contains(Int(number) - 1) else {
                throw refusal(node, "is the number of a column that does not exist", remedy: "name the column")
            }
            return outputs[Int(number) - 1]
        }
        guard case .column(let name) = node.kind, name.qualifier == nil else { return nil }
        let hits = outputs.filter { output in output.name.map { tokens[name.name].means($0) } ?? false }
        guard hits.count < 2 else {
            throw refusal(node, "may be any of several columns", remedy: "give each a name of its own")
        }
        if let hit = hits.first?.name { note(.name(name.name, hit, isAlias: false)) }
        return hits.first
    }

    mutating func order(
        _ term: PortableOrder, _ outputs: [Output], _ core: PortableCore
    ) throws(LoweringError) {
        guard let output = try output(term.node, outputs) else {
            guard !core.isDistinct else {
                throw refusal(
                    term.node, "is not a column of SELECT DISTINCT", remedy: "order by the name of such a column")
            }
            return try order(term)
        }
        if core.isDistinct { try requireOrderedAlike(term.node, output.sense) }
        let isSaidElsewhere = output.sense.kind == .text || output.sense.digits != nil
        if isSaidElsewhere, let node = output.node, !core.isDistinct, needsWords(output.sense) {
            try stand(term.node, for: node)
            try requireComparable(term.node, output.sense, "ORDER BY")
            if case .decimal = output.sense.kind { note(.number(term.node.tokens)) }
            if output.sense.kind == .text { note(.bytes(term.node.tokens, isAtom: node.isAtom)) }
            if output.sense.isNullable, !term.placesNulls { note(.nulls(term.end, isFirst: !term.isDescending)) }
            return
        }
        if output.node == nil { try requireOrderedAlike(term.node, output.sense) }
        try order(term, by: output.sense)
    }

    /// Replaces a name or a number by the expression that it stands for, so that the text can say how that expression compares.
    private mutating func stand(_ term: PortableNode, for node: PortableNode) throws(LoweringError) {
        guard !tokens[node.tokens].contains(where: { $0.isWord("SELECT") || $0.isWord("VALUES") }) else {
            throw refusal(
                term, "stands for a query, which would run once for each use of its name",
                remedy: "wrap the query: SELECT … FROM (…) AS q ORDER BY \(words(term.tokens))")
        }
        note(.stands(term.tokens, for: node.tokens))
    }

    /// Returns whether ordering by the output takes more than its name.
    private func needsWords(_ sense: PortableSense) -> Bool {
        if case .decimal = sense.kind { return true }
        guard sense.kind == .text else { return false }
        switch sense.order {
        case .literal, .plain, .mixed: return true
        case .bytes, .declared: return false
        }
    }

    mutating func limit(_ query: PortableQuery) throws(LoweringError) {
        guard query.limit != nil else { return }
        guard !query.order.isEmpty else {
            throw refusal(
                query.tokens, "takes some of the rows in no set order", remedy: "write ORDER BY before LIMIT")
        }
        for number in [query.limit, query.offset].compactMap({ $0 }) {
            guard case .number(let text) = number.kind, PortableNumber(text)?.integer != nil else {
                throw refusal(number, "is not a literal number", remedy: "write one")
            }
        }
    }
}
