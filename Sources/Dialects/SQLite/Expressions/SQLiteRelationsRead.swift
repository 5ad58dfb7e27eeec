// The tables and views that a trigger reads, by their folded names.

extension SQLiteTrigger {
    var relationsRead: Set<String> {
        statements.reduce(into: condition?.relationsRead ?? []) { $0.formUnion($1.relationsRead) }
    }
}

extension SQLiteTrigger.Statement {
    fileprivate var relationsRead: Set<String> {
        switch self {
        case .insert(let insert): (insert.rows?.relationsRead ?? []).union(insert.conflict.relationsRead)
        case .update(_, let assignments, let condition):
            (assignments.map(\.value) + [condition].compactMap { $0 }).relationsRead
        case .delete(_, let condition): condition?.relationsRead ?? []
        case .select(let query): query.relationsRead
        }
    }
}

extension SQLiteTrigger.Insert.Conflict {
    fileprivate var relationsRead: Set<String> {
        switch self {
        case .abort, .ignore, .replace, .nothing: []
        case .update(_, let assignments, let condition):
            (assignments.map(\.value) + [condition].compactMap { $0 }).relationsRead
        }
    }
}

extension QueryTree {
    /// A name that WITH defines does not name a table or view of the database.
    fileprivate var relationsRead: Set<String> {
        var found = (order.map(\.term) + [limit, offset].compactMap { $0 }).relationsRead
        for core in cores { found.formUnion(core.relationsRead) }
        for part in named { found.formUnion(part.query.relationsRead) }
        return found.subtracting(named.map { SQLName.folded($0.name) })
    }
}

extension QueryTree.Core {
    fileprivate var relationsRead: Set<String> {
        switch self {
        case .values(let rows): return Array(rows.joined()).relationsRead
        case .select(let select):
            let results = select.results.compactMap { result -> ExpressionTree? in
                if case .expression(let tree, _, _) = result { tree } else { nil }
            }
            let windows = select.windows.flatMap { $0.window.partition + $0.window.order.map(\.term) }
            let conditions = [select.condition, select.having].compactMap { $0 }
            let found = (results + select.distinctOn + conditions + select.groups + windows).relationsRead
            return select.sources.reduce(into: found) { $0.formUnion($1.relationsRead) }
        }
    }
}

extension QueryTree.Source {
    fileprivate var relationsRead: Set<String> {
        var found = on?.relationsRead ?? []
        switch content {
        case .table(let name): found.insert(SQLName.folded(name))
        case .query(let query): found.formUnion(query.relationsRead)
        case .joined(let sources): for source in sources { found.formUnion(source.relationsRead) }
        }
        return found
    }
}

extension CallTree {
    fileprivate var relationsRead: Set<String> {
        let found = (arguments + order.map(\.term) + [filter].compactMap { $0 }).relationsRead
        switch over {
        case nil, .named?: return found
        case .window(let window)?: return found.union((window.partition + window.order.map(\.term)).relationsRead)
        }
    }
}

extension ExpressionTree {
    fileprivate var relationsRead: Set<String> {
        switch self {
        case .null, .number, .string, .blob, .boolean, .name, .column: []
        case .unary(_, let operand), .collated(let operand, _), .cast(let operand, _), .isNull(let operand, _):
            operand.relationsRead
        case .binary(_, let left, let right): left.relationsRead.union(right.relationsRead)
        case .call(_, let operands), .row(let operands): operands.relationsRead
        case .aggregate(let call): call.relationsRead
        case .query(let query), .exists(let query): query.relationsRead
        case .isIn(let operand, let items, _): operand.relationsRead.union(items.relationsRead)
        case .isInQuery(let operand, let query, _): operand.relationsRead.union(query.relationsRead)
        case .between(let operand, let low, let high, _): [operand, low, high].relationsRead
        case .matches(_, let text, let pattern, let escape, _):
            ([text, pattern] + [escape].compactMap { $0 }).relationsRead
        case .choice(let branches, let otherwise):
            (branches.flatMap { [$0.condition, $0.value] } + [otherwise].compactMap { $0 }).relationsRead
        }
    }
}

extension [ExpressionTree] {
    var relationsRead: Set<String> { reduce(into: []) { $0.formUnion($1.relationsRead) } }
}
