/// Why a statement may not stand in a migration's script.
struct ScriptObjection: Sendable, Equatable {
    var reason: String
    var remedy: String

    /// It begins or ends a transaction, or a part of one.
    static func transactionControl(_ words: String) -> ScriptObjection {
        ScriptObjection(
            reason:
                "\(words) controls the transaction, and a migration is one: it is committed with its ledger row, or "
                + "nothing of it stays",
            remedy: "leave it out; what has to be committed by itself goes into a migration of its own")
    }

    /// No transaction takes it.
    static func outsideTransactions(
        _ words: String, remedy: String = "leave it out, and run it by hand"
    ) -> ScriptObjection {
        ScriptObjection(reason: "\(words) can't run inside a transaction, and a migration is one", remedy: remedy)
    }
}

/// Holds hand-written SQL to what a migration can run, before anything is run.
struct ScriptCheck {
    let lexicon: ScriptLexicon
    let objection: @Sendable (ScriptStatement) -> ScriptObjection?

    /// Throws what is wrong with the first statement that may not stand here. `name` is what the script is called.
    func require(_ text: String, named name: String) throws(LoweringError) {
        if let line = Self.lineOfNUL(in: text) {
            throw LoweringError(
                "\(name), line \(line)", "it holds a NUL, and what follows one is not read", remedy: "take it out")
        }
        var reader = ScriptReader(text, lexicon)
        while let statement = reader.next() {
            guard let found = objection(statement) else { continue }
            throw LoweringError("\(name), \(statement.place)", found.reason, remedy: found.remedy)
        }
    }

    /// Throws when a statement that was made of a declaration holds a second one: an expression of its author's ended the first.
    func requireOne(_ text: String, named name: String) throws(LoweringError) {
        var reader = ScriptReader(text, lexicon)
        _ = reader.next()
        guard let second = reader.next() else { return }
        throw LoweringError(
            name, "an expression in it ends with a ; and another statement follows: \(second.tokens.first?.text ?? "")",
            remedy: "write it as one expression, or as RunSQL")
    }

    /// Both databases take a text that ends at a NUL, and would not say that they left the rest unread.
    static func lineOfNUL(in text: String) -> Int? {
        var line = 1
        for byte in text.utf8 {
            if byte == 0 { return line }
            if byte == 0x0A { line += 1 }
        }
        return nil
    }
}

extension Script {
    /// Throws when the script, or what undoes it, holds what no migration can run. `words` picks a database's own.
    func check(_ check: ScriptCheck, words: (SQLExpression) -> String) throws(LoweringError) {
        try check.require(words(up), named: "RunSQL")
        switch undo {
        case .script(let text): try check.require(words(text), named: "RunSQL's undo")
        case .nothing, .impossible: break
        }
    }
}
