/// A check by keywords that a text is one statement which reads or writes rows. A data step may send no other statement.
struct RowStatement {
    let lexicon: ScriptLexicon
    /// The words that begin such a statement.
    let verbs: Set<String>
    /// The words that precede an INTO which names a table to write to. Any other INTO creates a table. `nil` if no INTO creates
    /// a table.
    let writers: Set<String>?

    /// Throws unless the text is one statement that reads or writes rows.
    ///
    /// - Throws: ``DatabaseError`` of kind `permission` or `syntax`.
    func require(_ text: String) throws(DatabaseError) {
        try DatabaseError.requireNoNUL(in: text)
        var reader = ScriptReader(text, lexicon)
        guard let statement = reader.next() else {
            throw DatabaseError(.syntax, "a data step's statement is empty", statement: text, remedy: "leave it out")
        }
        guard reader.next() == nil else {
            throw DatabaseError(
                .permission, "a data step runs one statement at a time, and this text holds several", statement: text,
                remedy: "run each in its own call")
        }
        let verb = statement.tokens.first { !$0.isSymbol("(") }?.text.uppercased() ?? ""
        guard verbs.contains(verb) else {
            throw DatabaseError(
                .permission, "a data step only reads and writes rows, and \(verb) does something else", statement: text,
                remedy: "declare it with the verbs of a migration, or write it as RunSQL")
        }
        guard makesTable(text) else { return }
        throw DatabaseError(
            .permission, "SELECT INTO makes a table, and a data step reads and writes rows", statement: text,
            remedy: "declare the table with CreateTable, and write INSERT INTO … SELECT")
    }

    private func makesTable(_ text: String) -> Bool {
        guard let writers else { return false }
        var lexer = SQLLexer(text, lexicon.tokens)
        var last = ""
        while let token = lexer.next() {
            if token.isBlank { continue }
            let word = token.kind == .word ? lexer.text(token).uppercased() : ""
            if word == "INTO", !writers.contains(last) { return true }
            last = word
        }
        return false
    }
}
