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

    /// Returns the text with the target's names. It may hold any statements, so only names that become lower case are changed: of the
    /// trigger's own table, and of the relations that the text names. A translation quotes every name.
    private func renamed(_ text: String, ofTriggerOn table: String) throws(Untranslatable) -> String {
        let body = SQLExpression.ofTarget(text)
        let quoted = Set(SQLToken.scan(text).filter { $0.kind == .quoted }.compactMap(\.name))
        var changed: [String: String] = [:]
        for name in body.namesFolded.union([SQLName.folded(table)]).sorted() {
            for relation in (relations[name] ?? []).map(targetNames(of:)) {
                if relation.source != relation.target { changed[relation.source] = relation.target }
                changed.merge(relation.columns) { first, second in first == second ? first : "" }
            }
        }
        for (name, target) in changed.sorted(by: { $0.key < $1.key }) where quoted.contains(name) {
            guard target == name.lowercased() else {
                throw Untranslatable("it reads \(name), which has another name in the target")
            }
        }
        return body.renamingQuoted(changed).sourceText
    }
}
