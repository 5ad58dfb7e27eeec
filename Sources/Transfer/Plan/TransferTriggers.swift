import Dialects

// Triggers in the target's words, with the target's names: for people to read and apply, since no test shows that a trigger does
// the same in every case.

extension TransferPlanner {
    /// The triggers that feed an index over words are not among them, since the target's own index needs none, nor are those of tables
    /// that were asked to stay behind.
    func triggers() -> [TranslatedTrigger] {
        let excluded = ExcludedTables(inspection, taking: tables)
        let needless = Set(inspection.fullText.filter { $0.content != .own }.flatMap(\.triggers))
        // The view that takes a full-text table's place can't be written.
        let over = relations.sorted { $0.key < $1.key }.flatMap(\.value).filter { fullTextNames[$0.table.name] == nil }
        return source.triggers(of: inspection, over: over) { text, table throws(Untranslatable) in
            try self.renamed(text, ofTriggerOn: table)
        }.filter { !needless.contains($0.source.name) && !excluded.own($0.source) }
    }

    /// Returns the same, and notes all columns that the triggers ask for numbers: each shows when those before it are numbers.
    mutating func triggersFindingNumbers() -> [TranslatedTrigger] {
        let found = triggers()
        var known: Set<GuessedColumn> = []
        var wanted = Set(found.compactMap(\.numbersWanted))
        // A view of this pass may want the same columns.
        while !wanted.isSubset(of: known) {
            known.formUnion(wanted)
            numbers.formUnion(wanted)
            for name in relations.keys {
                for at in relations[name, default: []].indices { relations[name, default: []][at].take(wanted) }
            }
            wanted = Set(triggers().compactMap(\.numbersWanted))
        }
        return found
    }

    /// Returns the text with the target's names. It may hold any statements, so only names that become lower case are changed, and only if
    /// they do so in every relation that has them: the trigger's own table, and those that the text names. A translation quotes every name.
    private func renamed(_ text: String, ofTriggerOn table: String) throws(Untranslatable) -> String {
        let body = SQLExpression.ofTarget(text)
        let quoted = Set(SQLToken.scan(text).filter { $0.kind == .quoted }.compactMap(\.name))
        var targets: [String: Set<String>] = [:]
        for relation in body.namesFolded.union([SQLName.folded(table)]).flatMap({ relations[$0] ?? [] }) {
            let names = targetNames(of: relation)
            targets[names.source, default: []].insert(names.target)
            for column in relation.table.columns.map(\.name) {
                targets[column, default: []].insert(names.columns[column] ?? column)
            }
        }
        targets = targets.filter { quoted.contains($0.key) && $0.value != [$0.key] }
        for (name, found) in targets.sorted(by: { $0.key < $1.key }) where found != [name.lowercased()] {
            throw Untranslatable("it reads \(name), which has another name in the target")
        }
        return body.renamingQuoted(targets.compactMapValues(\.first)).sourceText
    }
}
