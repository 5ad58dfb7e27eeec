import Dialects

// Triggers in the target's words, with the target's names: for people to read and apply, since no test shows that a trigger does
// the same in every case.

extension TransferPlanner {
    /// The triggers that feed an index over words are not among them: the target's own index needs none.
    func triggers() -> [TranslatedTrigger] {
        let needless = Set(inspection.fullText.filter { $0.content != .own }.flatMap(\.triggers))
        let over = relations.sorted { $0.key < $1.key }.map(\.value)
        let changed = changedNames
        return source.triggers(of: inspection, over: over).filter { !needless.contains($0.source.name) }.map {
            trigger in
            guard case .statements(let statements, let note) = trigger.outcome else { return trigger }
            var renamed: [String] = []
            do throws(Untranslatable) {
                for statement in statements { renamed.append(try self.renamed(statement, changed)) }
            } catch {
                return TranslatedTrigger(trigger.source, .refused(error.description))
            }
            return TranslatedTrigger(trigger.source, .statements(renamed, note: note))
        }
    }

    private func renamed(_ statement: String, _ changed: [String: String]) throws(Untranslatable) -> String {
        let expression = SQLExpression.native(sqlite: statement, postgresql: statement)
        guard case .native(_, let text) = try renamed(expression, changed) else { return statement }
        return text
    }
}
