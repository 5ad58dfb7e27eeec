// Queries that combine several SELECTs.

extension PortableReader {
    mutating func united(_ query: PortableQuery) throws(LoweringError) -> [Output] {
        if Set(query.operators).count > 1, query.operators.contains(where: { $0.hasPrefix("INTERSECT") }) {
            throw refusal(
                query.tokens, "mixes INTERSECT with others, which the databases take in different turns",
                remedy: "use several views")
        }
        guard !query.operators.contains("INTERSECT ALL"), !query.operators.contains("EXCEPT ALL") else {
            throw refusal(query.tokens, "says ALL where SQLite knows none")
        }
        var parts: [[Output]] = []
        for core in query.cores { parts.append(try columns(of: core, in: nil, allowsStar: false)) }
        guard parts.allSatisfy({ $0.count == parts[0].count }) else {
            throw refusal(query.tokens, "unites SELECTs of different widths")
        }
        let isSet = query.operators.contains { $0 != "UNION ALL" }
        var outputs: [Output] = []
        for at in parts[0].indices {
            var values: [(PortableNode, PortableSense)] = []
            for part in parts { if let node = part[at].node { values.append((node, part[at].sense)) } }
            let sense = values.count == parts.count ? try common(values) : parts[0][at].sense
            if values.count < parts.count, parts.contains(where: { $0[at].sense.kind != sense.kind }) {
                throw refusal(query.tokens, "unites values of different types")
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
            throw refusal(term.node, "is no column of all the SELECTs", remedy: "order by a name or a number")
        }
        try requireOrderedAlike(term.node, output.sense)
        try order(term, by: output.sense)
    }

    func requireOrderedAlike(_ node: PortableNode, _ sense: PortableSense) throws(LoweringError) {
        if case .decimal = sense.kind {
            throw refusal(
                node, "is a decimal", remedy: "read it once more: SELECT … FROM (…) AS q ORDER BY \(words(node.tokens))"
            )
        }
        if sense.kind == .text, sense.order != .bytes(isSaid: false), sense.order != .bytes(isSaid: true) {
            throw refusal(
                node, "is a text, which PostgreSQL orders as its server was set up",
                remedy: "read it once more: SELECT … FROM (…) AS q GROUP BY … ORDER BY \(words(node.tokens))")
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
        case .json, .unknown: throw refusal(node, "is \(sense.description): \(what) takes it differently")
        case .null, .boolean, .integer, .bigint, .fraction, .real, .text, .shaped, .bytes, .decimal: return
        }
    }
}
