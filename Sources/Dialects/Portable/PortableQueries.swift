// Queries: what they read, what they yield, and in which order.

extension PortableReader {
    /// What a query yields.
    struct Output {
        var name: String?
        var sense: PortableSense
        /// Where it is computed, in a query of one SELECT.
        var node: PortableNode?
    }

    mutating func requireQueriesAllowed(_ node: PortableNode) throws(LoweringError) {
        guard allowsQueries else {
            throw refusal(
                node, "reads a table, and neither database lets a check, an index or a computed column do that")
        }
    }

    /// The columns of a view: each has a name, and no two have the same.
    mutating func columns(ofView query: PortableQuery) throws(LoweringError) -> [PortableScope.NamedColumn] {
        var columns: [PortableScope.NamedColumn] = []
        var seen: Set<String> = []
        for output in try self.columns(of: query) {
            guard let name = output.name else {
                let range = output.node?.tokens ?? query.tokens
                throw refusal(range, "has another name in each database", remedy: "name it: \(words(range)) AS name")
            }
            guard seen.insert(SQLName.folded(name)).inserted else {
                throw refusal(
                    output.node?.tokens ?? query.tokens, "is the second column \(name)",
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

    /// What WITH names can be read by all that follows; by itself too, where it says RECURSIVE.
    private mutating func add(_ part: PortableQuery.Named, isRecursive: Bool) throws(LoweringError) {
        let name = tokens[part.name].name ?? ""
        note(.name(part.name, name, isAlias: true))
        for column in part.columns { note(.name(column, tokens[column].name ?? "", isAlias: true)) }
        if isRecursive, part.query.operators.first?.hasPrefix("UNION") == true {
            // Its first SELECT is read twice.
            guard recursions < 2 else { throw refusal(part.query.tokens, "reads itself inside another one that does") }
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
                    "begins with \(other.sense.description) of another width than what it goes on with",
                    remedy: "cast the first: CAST(… AS bigint)")
            }
            named.append(declared)
            return
        }
        named.append(relation(name, part, try columns(of: part.query)))
    }

    private func relation(
        _ name: String, _ part: PortableQuery.Named, _ outputs: [Output]
    ) -> PortableScope.Relation {
        let names = part.columns.map { tokens[$0].name ?? "" }
        let columns = outputs.enumerated().compactMap { at, output -> PortableScope.NamedColumn? in
            let name = at < names.count ? names[at] : output.name
            return name.map { .init(name: $0, sense: output.sense.asColumn) }
        }
        return .init(name: name, columns: columns, isFixed: true)
    }

    // MARK: Several SELECTs

    private mutating func united(_ query: PortableQuery) throws(LoweringError) -> [Output] {
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

    /// Only names and numbers can stand behind a UNION, so nothing can be said there of how they compare.
    private mutating func orderUnited(_ term: PortableOrder, _ outputs: [Output]) throws(LoweringError) {
        guard let output = try output(term.node, outputs) else {
            throw refusal(term.node, "is no column of all the SELECTs", remedy: "order by a name or a number")
        }
        try requireOrderedAlike(term.node, output.sense)
        try order(term, by: output.sense)
    }

    private func requireOrderedAlike(_ node: PortableNode, _ sense: PortableSense) throws(LoweringError) {
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

    /// Equal numbers are different texts in SQLite.
    private func requireDistinct(_ node: PortableNode, _ sense: PortableSense, _ what: String) throws(LoweringError) {
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

    // MARK: One SELECT

    private mutating func columns(
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
        windows = .refused("HAVING looks at groups")
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

    private mutating func columns(
        ofRows core: PortableCore, in query: PortableQuery?
    ) throws(LoweringError) -> [Output] {
        guard core.rows.allSatisfy({ $0.count == core.rows[0].count }) else {
            throw refusal(core.tokens, "has rows of different widths")
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

    private mutating func add(_ source: PortableCore.Source) throws(LoweringError) {
        var relation: PortableScope.Relation
        switch source.kind {
        case .relation(let name): relation = try self.relation(name)
        case .query(let query):
            // What stands beside it in FROM can't be named in it.
            let outside = scopes
            scopes.removeLast()
            let outputs = try columns(of: query)
            scopes = outside
            relation = .init(name: "", columns: [], isFixed: true)
            relation.columns = outputs.compactMap { output in
                output.name.map { .init(name: $0, sense: output.sense.asColumn) }
            }
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

    /// A column of USING is one of both sides, and they must compare without a word.
    private mutating func merge(_ column: Int, _ right: PortableScope.Relation) throws(LoweringError) {
        let top = scopes.count - 1
        let range = column..<column + 1
        let left = scopes[top].relations.lazy.compactMap(\.columns).joined().first { [tokens] in
            tokens[column].means($0.name)
        }
        let other = right.columns?.first { tokens[column].means($0.name) }
        guard let left, let other else {
            throw refusal(range, "is no column of both sides", remedy: "write ON with the columns")
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

    // MARK: What it yields

    private mutating func columns(
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
                "is every column there is: SQLite looks when the view is read, PostgreSQL when it is made",
                remedy: list.isEmpty ? "write the columns" : "write \(list.joined(separator: ", "))")
        }
        return columns.map { Output(name: $0.name, sense: $0.sense, node: nil) }
    }

    // MARK: Groups and order

    /// Whether a term of GROUP BY is the name of an output and no column.
    private func isAlias(_ group: PortableNode, _ core: PortableCore) -> Bool {
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

    private mutating func groupByAlias(_ group: PortableNode, _ outputs: [Output]) throws(LoweringError) {
        guard let output = try output(group, outputs), let node = output.node else { return }
        try requireDistinct(group, output.sense, "the name")
        try stand(group, for: node)
    }

    /// The output that a name or number in ORDER BY stands for.
    private mutating func output(_ node: PortableNode, _ outputs: [Output]) throws(LoweringError) -> Output? {
        if case .number(let text) = node.kind, let number = PortableNumber(text)?.integer {
            guard outputs.indices.contains(Int(number) - 1) else {
                throw refusal(node, "counts a column that is not there", remedy: "say its name")
            }
            return outputs[Int(number) - 1]
        }
        guard case .column(let name) = node.kind, name.qualifier == nil else { return nil }
        let hits = outputs.filter { output in output.name.map { tokens[name.name].means($0) } ?? false }
        guard hits.count < 2 else {
            throw refusal(node, "may be several columns", remedy: "give each a name of its own")
        }
        if let hit = hits.first?.name { note(.name(name.name, hit, isAlias: false)) }
        return hits.first
    }

    private mutating func order(
        _ term: PortableOrder, _ outputs: [Output], _ core: PortableCore
    ) throws(LoweringError) {
        guard let output = try output(term.node, outputs) else {
            guard !core.isDistinct else {
                throw refusal(term.node, "is no column of SELECT DISTINCT", remedy: "order by the name of one")
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

    /// A name or a number is replaced by what it stands for: then it can be said how that compares.
    private mutating func stand(_ term: PortableNode, for node: PortableNode) throws(LoweringError) {
        guard !tokens[node.tokens].contains(where: { $0.isWord("SELECT") || $0.isWord("VALUES") }) else {
            throw refusal(
                term, "stands for a query, and would be read as often as it is named",
                remedy: "read it once more: SELECT … FROM (…) AS q ORDER BY \(words(term.tokens))")
        }
        note(.stands(term.tokens, for: node.tokens))
    }

    /// Whether ordering by it takes more than its name.
    private func needsWords(_ sense: PortableSense) -> Bool {
        if case .decimal = sense.kind { return true }
        guard sense.kind == .text else { return false }
        switch sense.order {
        case .literal, .plain, .mixed: return true
        case .bytes, .declared: return false
        }
    }

    private mutating func limit(_ query: PortableQuery) throws(LoweringError) {
        guard query.limit != nil else { return }
        guard !query.order.isEmpty else {
            throw refusal(
                query.tokens, "takes some of the rows, and does not say which", remedy: "write ORDER BY before LIMIT")
        }
        for number in [query.limit, query.offset].compactMap({ $0 }) {
            guard case .number(let text) = number.kind, PortableNumber(text)?.integer != nil else {
                throw refusal(number, "is no number that is written out", remedy: "write one")
            }
        }
    }

    // MARK: Queries as values

    mutating func scalar(_ query: PortableQuery, _ node: PortableNode) throws(LoweringError) -> PortableSense {
        try requireQueriesAllowed(node)
        let outputs = try columns(of: query)
        guard outputs.count == 1 else { throw refusal(node, "yields several columns", remedy: "select one") }
        guard PortableGroups.isOneRow(query, self) else {
            throw refusal(
                node, "may yield several rows: SQLite takes the first, and PostgreSQL refuses",
                remedy: "ask for min() or max(), or write ORDER BY … LIMIT 1")
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
            // It goes out as text, and is compared as a number again.
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
