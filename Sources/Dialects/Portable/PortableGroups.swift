/// The rule for the columns that a SELECT with aggregates may name. SQLite takes the value of an arbitrary row where PostgreSQL
/// refuses the query.
struct PortableGroups {
    private let core: PortableCore
    private let depth: Int

    init(_ core: PortableCore, depth: Int) {
        self.core = core
        self.depth = depth
    }

    private var outputs: [PortableNode] {
        core.outputs.compactMap { if case .value(let node, _) = $0 { node } else { nil } }
    }

    func check(_ reader: PortableReader, _ order: [PortableOrder], _ nodes: [PortableNode?]) throws(LoweringError) {
        let terms = order.map(\.node)
        let all = outputs + [core.having].compactMap { $0 } + terms
        guard !core.groups.isEmpty || core.having != nil || all.contains(where: Self.aggregates) else { return }
        var signatures = Set(core.groups.map { Self.signature($0.bare, reader) })
        // A term of GROUP BY may be the name of an output.
        for output in core.outputs {
            guard case .value(let node, let name?) = output else { continue }
            if signatures.contains(SQLName.folded(reader.tokens[name].text)) {
                signatures.insert(Self.signature(node.bare, reader))
            }
        }
        let keyed = keyedRelations(reader)
        for node in outputs + [core.having].compactMap({ $0 }) + terms.filter({ !isOutput($0, reader) }) {
            guard let loose = loose(node, signatures, keyed, reader) else { continue }
            throw reader.refusal(
                loose, "is neither grouped nor aggregated: SQLite takes it from any row, and PostgreSQL refuses it",
                remedy: "add it to GROUP BY, or wrap it in min() or max()")
        }
    }

    private func isOutput(_ term: PortableNode, _ reader: PortableReader) -> Bool {
        switch term.kind {
        case .number: return true
        case .column(let name): return reader.resolved[name.name] == nil
        case .null, .truth, .string, .blob, .sign, .not, .all, .any, .joined, .arithmetic, .comparison, .sameness,
            .isNull,
            .isTruth, .isIn, .isInQuery, .between, .like, .collated, .cast, .choice, .call, .scalar, .exists:
            return false
        }
    }

    /// Returns the relations whose whole primary key is grouped: each group contains only one row of them.
    private func keyedRelations(_ reader: PortableReader) -> Set<Int> {
        var columns: [Int: Set<String>] = [:]
        for group in core.groups {
            guard case .column(let name) = group.kind, let column = reader.resolved[name.name], column.scope == depth
            else { continue }
            columns[column.relation, default: []].insert(column.column)
        }
        return Set(
            columns.keys.filter { at in
                guard let key = reader.scopes[depth].relations[at].table?.primaryKey else { return false }
                return Set(key.columns).isSubset(of: columns[at] ?? [])
            })
    }

    /// Returns a column whose value no group determines; `nil` if there is none.
    private func loose(
        _ node: PortableNode, _ signatures: Set<String>, _ keyed: Set<Int>, _ reader: PortableReader
    ) -> PortableNode? {
        if signatures.contains(Self.signature(node.bare, reader)) { return nil }
        switch node.kind {
        case .column(let name):
            guard let column = reader.resolved[name.name] else { return node }
            return column.scope != depth || keyed.contains(column.relation) ? nil : node
        case .call(let call) where call.window == nil && Self.names.contains(call.name): return nil
        case .scalar(let query): return loose(query.tokens, keyed, signatures, reader) ? node : nil
        case .exists(let query): return loose(query.tokens, keyed, signatures, reader) ? node : nil
        case .isInQuery(let subject, let query):
            return loose(subject, signatures, keyed, reader)
                ?? (loose(query.tokens, keyed, signatures, reader) ? node : nil)
        case .null, .truth, .number, .string, .blob, .sign, .not, .all, .any, .joined, .arithmetic, .comparison,
            .sameness,
            .isNull, .isTruth, .isIn, .between, .like, .collated, .cast, .choice, .call:
            return node.children.lazy.compactMap { loose($0, signatures, keyed, reader) }.first
        }
    }

    /// Returns the same for an inner query, which may name columns of this one.
    private func loose(_ range: Range<Int>, _ keyed: Set<Int>, _ signatures: Set<String>, _ reader: PortableReader)
        -> Bool
    {
        range.contains { at in
            guard let column = reader.resolved[at], column.scope == depth, !keyed.contains(column.relation) else {
                return false
            }
            return !signatures.contains(Self.signature(at..<at + 1, reader))
        }
    }

    private static let names: Set<String> = ["count", "sum", "avg", "min", "max"]

    private static func aggregates(_ node: PortableNode) -> Bool {
        if case .call(let call) = node.kind, call.window == nil, names.contains(call.name) { return true }
        return node.children.contains(where: aggregates)
    }

    /// Returns a text that is equal for expressions that say the same. Columns are compared by their meaning, everything else
    /// by its words.
    private static func signature(_ range: Range<Int>, _ reader: PortableReader) -> String {
        var words: [String] = []
        for at in range where !reader.tokens[at].isBlank {
            if let column = reader.resolved[at] {
                // `t.column` and `column` are the same column.
                if words.count >= 2, words.last == "." { words.removeLast(2) }
                words.append("\u{1}\(column.scope).\(column.relation).\(column.column)")
            } else {
                let token = reader.tokens[at]
                words.append(token.kind == .word ? SQLName.folded(token.text) : token.text)
            }
        }
        return words.joined(separator: " ")
    }

    // MARK: One row

    /// Returns whether a query yields at most one row, whatever the tables contain.
    static func isOneRow(_ query: PortableQuery, _ reader: PortableReader) -> Bool {
        if case .number(let text)? = query.limit?.kind, let number = PortableNumber(text)?.integer, number <= 1 {
            return true
        }
        guard query.cores.count == 1, let core = query.cores.first else { return false }
        if core.rows.count == 1 { return true }
        guard core.rows.isEmpty, core.groups.isEmpty else { return false }
        if core.sources.isEmpty { return true }
        let outputs = core.outputs.compactMap {
            if case .value(let node, _) = $0 { node } else { nil as PortableNode? }
        }
        if outputs.contains(where: aggregates) || core.having != nil { return true }
        return isByKey(core, reader)
    }

    /// Returns whether the SELECT has the form `WHERE key = …` over a single table.
    private static func isByKey(_ core: PortableCore, _ reader: PortableReader) -> Bool {
        guard core.sources.count == 1, case .relation(let name) = core.sources[0].kind, let filter = core.filter,
            let table = reader.views?.relation(reader.tokens[name])?.table,
            !reader.named.contains(where: { reader.tokens[name].means($0.name) })
        else { return false }
        let parts = if case .all(let parts) = filter.kind { parts } else { [filter] }
        // The query's own names have the deepest scope among all that its names refer to.
        let depths = core.tokens.compactMap { reader.resolved[$0]?.scope }
        guard let depth = depths.max() else { return false }
        var columns: Set<String> = []
        for part in parts {
            guard case .comparison("=", let left, let right) = part.kind else { continue }
            for (side, other) in [(left, right), (right, left)] {
                guard case .column(let name) = side.kind, let column = reader.resolved[name.name],
                    column.scope == depth,
                    !other.tokens.contains(where: { reader.resolved[$0]?.scope == depth })
                else { continue }
                columns.insert(column.column)
            }
        }
        let keys = [table.primaryKey?.columns].compactMap { $0 } + table.uniques.map(\.columns)
        return keys.contains { Set($0).isSubset(of: columns) }
    }
}
