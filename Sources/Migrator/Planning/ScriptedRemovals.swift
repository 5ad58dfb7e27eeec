import Dialects

/// The tables whose rows scripts and data steps may have removed by then. A script is judged by its text: what a trigger removes in turn
/// is not seen.
struct ScriptedRemovals {
    private var names: Set<String> = []
    private var mayReachAny = false

    /// Notes what an operation may remove, apart from what it declares.
    mutating func insert(_ operation: LoweredOperation) {
        switch operation.planned.resolved.action {
        case .run: for statement in ScriptStatement.all(of: operation.lowering.statements) { insert(statement) }
        case .runSwift: mayReachAny = true
        case .createTable, .dropTable, .renameTable, .alterTable, .createView, .dropView: break
        }
    }

    private mutating func insert(_ statement: ScriptStatement) {
        guard statement.saysWhatItChanges else { return mayReachAny = true }
        guard statement.mayRemoveRows else { return }
        names.formUnion(statement.tokens.compactMap(\.name).map(SQLName.folded))
    }

    /// Returns whether rows of the table may be gone: it is named, or follows a table that is, by its foreign keys.
    func mayConcern(_ table: String, in schema: Schema) -> Bool {
        if mayReachAny { return true }
        guard !names.isEmpty else { return false }
        var seen: Set<String> = [SQLName.folded(table)]
        var rest = [table]
        while let next = rest.popLast() {
            if names.contains(SQLName.folded(next)) { return true }
            let parents = schema[next]?.foreignKeys.map(\.parent) ?? []
            rest += parents.filter { seen.insert(SQLName.folded($0)).inserted }
        }
        return false
    }
}
