/// The reason why a statement may not stand in a migration's script.
struct ScriptObjection: Sendable, Equatable {
    var reason: String
    var remedy: String

    /// The objection to a statement that begins or ends a transaction, or a part of one.
    static func transactionControl(_ words: String) -> ScriptObjection {
        ScriptObjection(
            reason:
                "\(words) controls the transaction, but a migration is one transaction: it commits together with its ledger row, or "
                + "leaves nothing behind",
            remedy: "remove it; put a statement that must commit separately into a migration of its own")
    }

    /// The objection to a statement that can't run inside a transaction.
    static func outsideTransactions(
        _ words: String, remedy: String = "leave it out, and run it by hand"
    ) -> ScriptObjection {
        ScriptObjection(reason: "\(words) can't run inside a transaction, and a migration is one", remedy: remedy)
    }
}

/// Checks, before anything runs, that a migration can run hand-written SQL.
struct ScriptCheck {
    let lexicon: ScriptLexicon
    let objection: @Sendable (ScriptStatement) -> ScriptObjection?

    /// Throws the objection to the first statement that may not stand in a migration. `name` is the name of the script in
    /// messages.
    func require(_ text: String, named name: String) throws(LoweringError) {
        if let line = Self.lineOfNUL(in: text) {
            throw LoweringError(
                "\(name), line \(line)", "it holds a NUL, after which nothing is read", remedy: "take it out")
        }
        var reader = ScriptReader(text, lexicon)
        while let statement = reader.next() {
            guard let found = objection(statement) else { continue }
            throw LoweringError("\(name), \(statement.place)", found.reason, remedy: found.remedy)
        }
    }

    /// Throws if a statement that was rendered from a declaration contains a second statement: an expression in the declaration
    /// ended the first.
    func requireOne(_ text: String, named name: String) throws(LoweringError) {
        var reader = ScriptReader(text, lexicon)
        _ = reader.next()
        guard let second = reader.next() else { return }
        throw LoweringError(
            name,
            "an expression in it ends with a ; and is followed by another statement: \(second.tokens.first?.text ?? "")",
            remedy: "write it as one expression, or as RunSQL")
    }

    /// Returns the line of the first NUL in the text; `nil` if there is none. Both databases stop reading at a NUL and do not
    /// report that they left the rest unread.
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
    /// Throws if the script, or the script that undoes it, contains a statement that no migration can run. `words` picks one
    /// database's text.
    func check(_ check: ScriptCheck, words: (SQLExpression) -> String) throws(LoweringError) {
        try check.require(words(up), named: "RunSQL")
        switch undo {
        case .script(let text): try check.require(words(text), named: "RunSQL's undo")
        case .nothing, .impossible: break
        }
    }
}
