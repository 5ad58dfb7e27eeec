// Names: what each name means, and how it is written in the schema.

extension PortableReader {
    mutating func column(_ name: PortableName, _ node: PortableNode) throws(LoweringError) -> PortableSense {
        guard let qualifier = name.qualifier else { return try bare(name.name, node) }
        guard allowsQualifiers else {
            throw refusal(
                node, "names the table, which has another name while SQLite rebuilds it",
                remedy: "write \(tokens[name.name].text)")
        }
        for scope in scopes.indices.reversed() {
            let hits = scopes[scope].relations.indices.filter {
                tokens[qualifier].means(scopes[scope].relations[$0].name)
            }
            guard let at = hits.first else { continue }
            guard hits.count == 1 else {
                throw refusal(node, "may belong to several tables", remedy: "give each an alias of its own")
            }
            let relation = scopes[scope].relations[at]
            note(.name(qualifier, relation.name, isAlias: false))
            guard relation.columns != nil else { return unknown(name.name) }
            guard let column = find(name.name, in: relation) else {
                throw refusal(node, "is not a column of \(relation.name)", remedy: "name an existing column")
            }
            return found(column, name.name, scope, at)
        }
        throw refusal(qualifier..<qualifier + 1, "is not a table of this query", remedy: "name it after FROM")
    }

    private mutating func bare(_ name: Int, _ node: PortableNode) throws(LoweringError) -> PortableSense {
        for scope in scopes.indices.reversed() {
            var hits: [(relation: Int, column: PortableScope.NamedColumn)] = []
            for at in scopes[scope].relations.indices {
                if let column = find(name, in: scopes[scope].relations[at]) { hits.append((at, column)) }
            }
            if hits.count > 1, scopes[scope].merged.contains(SQLName.folded(hits[0].column.name)) {
                hits = [hits[0]]
            }
            guard hits.count < 2 else {
                throw refusal(node, "may belong to several tables", remedy: "write the table's name before it")
            }
            if let hit = hits.first { return found(hit.column, name, scope, hit.relation) }
            if scopes[scope].relations.contains(where: { $0.columns == nil }) { return unknown(name) }
        }
        let known = scopes.flatMap(\.relations).map(\.name).joined(separator: ", ")
        let reason = known.isEmpty ? "is a name, and there are no columns here" : "is not a column of \(known)"
        throw refusal(node, reason, remedy: "name an existing column, or write a string in single quotes")
    }

    private func find(_ name: Int, in relation: PortableScope.Relation) -> PortableScope.NamedColumn? {
        let own = tokens[name].name ?? ""
        return relation.columns?.first { $0.name.utf8.elementsEqual(own.utf8) }
            ?? relation.columns?.first { tokens[name].means($0.name) }
    }

    private mutating func found(
        _ column: PortableScope.NamedColumn, _ name: Int, _ scope: Int, _ relation: Int
    ) -> PortableSense {
        note(.name(name, column.name, isAlias: false))
        resolved[name] = PortableColumn(scope: scope, relation: relation, column: column.name)
        var sense = column.sense
        if scopes[scope].relations[relation].isOptional { sense.isNullable = true }
        return sense
    }

    /// Returns the sense of a column of a view that is written in one database's own words: only its name is known.
    private func unknown(_ name: Int) -> PortableSense { PortableSense(.unknown) }

    /// Returns the relation of this name: a table, a view, or a query that WITH has named.
    mutating func relation(_ name: Int) throws(LoweringError) -> PortableScope.Relation {
        if let found = named.last(where: { tokens[name].means($0.name) }) ?? views?.relation(tokens[name]) {
            note(.name(name, found.name, isAlias: false))
            return found
        }
        throw refusal(
            name..<name + 1, "is neither a table nor a view", remedy: "declare it in a migration before this one")
    }
}
