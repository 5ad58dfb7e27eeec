import Dialects

extension Plan.Step {
    /// Returns why a table can't be renamed: a trigger's function names it in a text that the rename does not reach, and that no later
    /// script of the history makes again or drops. The trigger would fail, or find another table of that name. `nil` for any other
    /// operation. The way back is not refused: a script that is undone later may be what helps.
    func namedInTriggers(
        _ place: Int, of history: History, after dropped: ScriptedDrops = ScriptedDrops(), on connection: any Connection
    ) throws -> LoweringError? {
        guard direction == .up, case .renameTable(let table, _) = operations[place].resolved.action else { return nil }
        let triggers = try connection.dialect.triggers(naming: table.name, on: connection)
        guard !triggers.isEmpty else { return nil }
        let later = try history.scripts(after: place, of: id)
        let left = triggers.filter { trigger in
            let names = [trigger.name, trigger.function]
            return !names.contains { name in
                dropped.contains(name)
                    || later.contains { SQLToken.isWhole(SQLName.folded(name), in: SQLName.folded($0)) }
            }
        }
        guard let first = left.first else { return nil }
        let named = left.map { "trigger \($0.name) on \($0.table) (\($0.function))" }.joined(separator: ", ")
        return LoweringError(
            table.name, "functions of triggers name it in their text, which keeps the old name: \(named)",
            remedy: "let a script of this migration make \(first.function) again with the new name, or drop it")
    }
}

extension History {
    /// Returns the texts of the scripts behind the operation at this place of a migration, in the words of either database.
    fileprivate func scripts(after place: Int, of id: String) throws -> [String] {
        let at = try index(of: id)
        let operations = migrations[at].operations.dropFirst(place + 1) + migrations[(at + 1)...].flatMap(\.operations)
        return operations.flatMap { operation -> [String] in
            if case .run(let script) = operation { script.up.texts } else { [] }
        }
    }
}
