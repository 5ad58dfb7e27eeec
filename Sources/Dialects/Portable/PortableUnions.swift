// Queries that combine several SELECTs.

extension PortableReader {
    mutating func united(_ query: PortableQuery) throws(LoweringError) -> [Output] {
        if Set(query.operators).count > 1, query.operators.contains(where: { $0.hasPrefix("INTERSECT") }) {
            throw refusal(
                query.tokens, "mixes INTERSECT with other operators, which the databases apply in different order",
                remedy: "use several views")
        }
        guard !query.operators.contains("INTERSECT ALL"), !query.operators.contains("EXCEPT ALL") else {
            throw refusal(query.tokens, "uses ALL where SQLite has none")
        }
        var parts: [[Output]] = []
        for core in query.cores { parts.append(try columns(of: core, in: nil, allowsStar: false)) }
        guard parts.allSatisfy({ $0.count == parts[0].count }) else {
            throw refusal(query.tokens, "combines SELECTs with different numbers of columns")
        }
        let isSet = query.operators.contains { $0 != "UNION ALL" }
        var outputs: [Output] = []
        for at in parts[0].indices {
            var values: [(PortableNode, PortableSense)] = []
            for part in parts { if let node = part[at].node { values.append((node, part[at].sense)) } }
            let sense = values.count == parts.count ? try common(values) : parts[0][at].sense
            if values.count < parts.count, parts.contains(where: { $0[at].sense.kind != sense.kind }) {
                throw refusal(query.tokens, "combines values of different types")
            }
            if isSet, let node = parts[0][at].node { try requireDistinct(node, sense, "UNION") }
            outputs.append(Output(name: parts[0][at].name, sense: sense, node: nil))
        }
        for term in query.order { try orderUnited(term, outputs) }
        try limit(query)
        return outputs
    }

    /// Checks a term of an ORDER BY after a UNION. Only names and numbers can stand there, so that the term can't say how its
    /// values compare.
    mutating func orderUnited(_ term: PortableOrder, _ outputs: [Output]) throws(LoweringError) {
        guard let output = try output(term.node, outputs) else {
            throw refusal(term.node, "is not a column of all the SELECTs", remedy: "order by a column's name or number")
        }
        try requireOrderedAlike(term.node, output.sense)
        try order(term, by: output.sense)
    }

    func requireOrderedAlike(_ node: PortableNode, _ sense: PortableSense) throws(LoweringError) {
        if case .decimal = sense.kind {
            throw refusal(
                node, "is a decimal", remedy: "wrap the query: SELECT … FROM (…) AS q ORDER BY \(words(node.tokens))"
            )
        }
        if sense.kind == .text, sense.order != .bytes(isSaid: false), sense.order != .bytes(isSaid: true) {
            throw refusal(
                node, "is a text, which PostgreSQL orders by the server's own collation",
                remedy: "wrap the query: SELECT … FROM (…) AS q GROUP BY … ORDER BY \(words(node.tokens))")
        }
    }

    /// Refuses values whose duplicates can't be removed alike: equal numbers can be different texts in SQLite.
    func requireDistinct(_ node: PortableNode, _ sense: PortableSense, _ what: String) throws(LoweringError) {
        if case .decimal = sense.kind {
            throw refusal(
                node, "is a decimal: 5 and 5.00 are one value in PostgreSQL and two texts in SQLite",
                remedy: "group by it instead of \(what)")
        }
        switch sense.kind {
        case .json, .unknown:
            throw refusal(node, "is \(sense.description): \(what) treats it differently in each database")
        case .null, .boolean, .integer, .bigint, .fraction, .real, .text, .shaped, .bytes, .decimal: return
        }
    }
}
