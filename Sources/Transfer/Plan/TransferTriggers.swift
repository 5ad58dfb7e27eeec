import Dialects

// Triggers in the target's words, with the target's names: for people to read and apply, since no test shows that a trigger does
// the same in every case.

extension TransferPlanner {
    /// The triggers that feed an index over words are not among them, since the target's own index needs none, nor are those of tables
    /// that were asked to stay behind.
    func triggers() -> [TranslatedTrigger] {
        let excluded = ExcludedTables(inspection, taking: tables)
        let needless = Set(inspection.fullText.filter { $0.content != .own }.flatMap(\.triggers))
        let over = relations.sorted { $0.key < $1.key }.flatMap(\.value)
        let changed = changedNames
        return source.triggers(of: inspection, over: over) { text throws(Untranslatable) in
            try self.renamed(.ofTarget(text), changed).renamingQuoted(self.viewColumnNames).sourceText
        }.filter { !needless.contains($0.source.name) && !excluded.own($0.source) }
    }
}
