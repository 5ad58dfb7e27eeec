// The statements that a script may contain when PostgreSQL runs it inside a migration's transaction.

extension SQLLexicon {
    /// PostgreSQL's tokens: https://www.postgresql.org/docs/current/sql-syntax-lexical.html
    static let postgresql = SQLLexicon(
        brackets: .subscripts, nestsComments: true, commentsEndAtReturn: true, quotesByDollar: true,
        escapesInStrings: true, skipsByteOrderMark: false, skipsVerticalTab: true)
}

extension ScriptLexicon {
    static let postgresql = ScriptLexicon(body: .atomic, tokens: .postgresql)
}

extension RowStatement {
    /// PostgreSQL's statements on rows; `SELECT INTO` makes a table: https://www.postgresql.org/docs/current/sql-selectinto.html
    static let postgresql = RowStatement(
        lexicon: .postgresql, verbs: ["SELECT", "VALUES", "TABLE", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE"],
        writers: ["INSERT", "MERGE"])
}

extension ScriptCheck {
    static let postgresql = ScriptCheck(lexicon: .postgresql) { statement in
        statement.transactionControl ?? statement.impossibleInside ?? statement.ofTheClient
    }
}

extension ScriptStatement {
    fileprivate var transactionControl: ScriptObjection? {
        switch word(0) {
        case "BEGIN", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE":
            return .transactionControl(word(1) == "PREPARED" ? "\(word(0)) PREPARED" : word(0))
        case "START", "PREPARE": return word(1) == "TRANSACTION" ? .transactionControl("\(word(0)) TRANSACTION") : nil
        case "SET": return setsTransaction
        case "DO":
            guard let control = PostgreSQLBlock(self)?.control else { return nil }
            return .transactionControl("\(control) in a DO block")
        default: return nil
        }
    }

    /// The objection to a statement that sets the transaction: https://www.postgresql.org/docs/current/sql-set-transaction.html
    private var setsTransaction: ScriptObjection? {
        if word(1) == "TRANSACTION" || begins(with: "SET", "LOCAL", "TRANSACTION") {
            return .transactionControl("SET TRANSACTION")
        }
        if begins(with: "SET", "SESSION", "CHARACTERISTICS") {
            return .transactionControl("SET SESSION CHARACTERISTICS")
        }
        let name = ["SESSION", "LOCAL"].contains(word(1)) ? word(2) : word(1)
        return name.hasPrefix("TRANSACTION_") ? .transactionControl("SET \(name.lowercased())") : nil
    }

    /// The objection to a statement that PostgreSQL refuses inside a transaction block. Each is described on its own page of the
    /// manual's part VI.
    fileprivate var impossibleInside: ScriptObjection? {
        let isConcurrent = has(word: "CONCURRENTLY")
        switch (word(0), word(1)) {
        case ("VACUUM", _): return .outsideTransactions("VACUUM")
        case ("CREATE", "DATABASE"), ("DROP", "DATABASE"), ("CREATE", "TABLESPACE"), ("DROP", "TABLESPACE"),
            ("ALTER", "SYSTEM"):
            return .outsideTransactions("\(word(0)) \(word(1))")
        case ("ALTER", "DATABASE"): return has(word: "TABLESPACE") ? .outsideTransactions("ALTER DATABASE") : nil
        case ("CREATE", "SUBSCRIPTION"):
            // Without a replication slot to make, the statement can run inside a transaction.
            return has(word: "CREATE_SLOT") || has(word: "CONNECT") ? nil : .outsideTransactions("CREATE SUBSCRIPTION")
        case ("CREATE", "INDEX"), ("CREATE", "UNIQUE"), ("DROP", "INDEX"):
            let verb = word(0) == "DROP" ? "DropIndex" : "AddIndex"
            return isConcurrent
                ? .outsideTransactions(
                    "\(word(0)) INDEX CONCURRENTLY", remedy: "write \(verb) in a migration of its own that is .online()"
                )
                : nil
        case ("ALTER", "TABLE"):
            return isConcurrent && has(word: "DETACH") ? .outsideTransactions("DETACH PARTITION CONCURRENTLY") : nil
        case ("REINDEX", _):
            return isConcurrent || reindexesMany ? .outsideTransactions("this REINDEX") : nil
        case ("CLUSTER", _): return isBareCluster ? .outsideTransactions("CLUSTER without a table") : nil
        case ("DISCARD", _), ("DEALLOCATE", "ALL"), ("DEALLOCATE", "PREPARE"):
            return word(0) == "DISCARD" || has(word: "ALL")
                ? ScriptObjection(
                    reason: "\(word(0)) changes session state that the migration needs", remedy: "leave it out") : nil
        default: return nil
        }
    }

    /// Whether a REINDEX is about many tables: `REINDEX SCHEMA`, `REINDEX (VERBOSE) DATABASE`.
    private var reindexesMany: Bool {
        let options = tokens.dropFirst().first?.isSymbol("(") == true
        let rest = options ? tokens.drop { !$0.isSymbol(")") }.dropFirst() : tokens.dropFirst()
        return ["SCHEMA", "DATABASE", "SYSTEM"].contains { rest.first?.isWord($0) == true }
    }

    /// Whether a CLUSTER names no table: `CLUSTER`, `CLUSTER VERBOSE`, `CLUSTER (VERBOSE)`.
    private var isBareCluster: Bool {
        tokens.dropFirst().allSatisfy { $0.kind == .symbol || $0.isWord("VERBOSE") }
    }

    /// The objection to a statement that needs a client which sends or receives rows beside the script.
    fileprivate var ofTheClient: ScriptObjection? {
        guard word(0) == "COPY", has(word: "STDIN") || has(word: "STDOUT") else { return nil }
        return ScriptObjection(
            reason: "COPY from or to the client needs rows beside the script", remedy: "write INSERT statements")
    }
}

/// The body of a `DO`.
private struct PostgreSQLBlock {
    private let body: String

    /// Finds the body; `nil` if it is in another language than PL/pgSQL, or can't be found.
    init?(_ statement: ScriptStatement) {
        if let at = statement.tokens.firstIndex(where: { $0.isWord("LANGUAGE") }) {
            guard statement.tokens.indices.contains(at + 1) else { return nil }
            let language = statement.tokens[at + 1].nameOrString?.lowercased()
            guard language == "plpgsql" else { return nil }
        }
        let strings = statement.tokens.filter { $0.kind == .string && $0.nameOrString?.lowercased() != "plpgsql" }
        guard let string = strings.first else { return nil }
        if let plain = string.stringValue {
            body = plain
        } else if string.text.first == "$", let tagEnd = string.text.dropFirst().firstIndex(of: "$") {
            let tag = string.text[...tagEnd]
            body = String(string.text.dropFirst(tag.count).dropLast(tag.count))
        } else {
            body = string.text
        }
    }

    /// The COMMIT or ROLLBACK that stands in the body as a statement; `nil` if there is none
    /// (https://www.postgresql.org/docs/current/plpgsql-transactions.html).
    var control: String? {
        var lexer = SQLLexer(body, .postgresql)
        var isAtStart = true
        while let token = lexer.next() {
            if token.isBlank { continue }
            let text = lexer.text(token).uppercased()
            if isAtStart, token.kind == .word, text == "COMMIT" || text == "ROLLBACK", endsSoon(lexer) { return text }
            isAtStart = [";", "BEGIN", "THEN", "ELSE", "LOOP", ">>"].contains(text)
        }
        return nil
    }

    /// Returns whether the word is a statement: `COMMIT;`, `COMMIT AND CHAIN;`. A variable of that name is followed by other
    /// tokens.
    private func endsSoon(_ lexer: SQLLexer) -> Bool {
        var ahead = lexer
        while let token = ahead.next() {
            if token.isBlank { continue }
            return [";", "AND"].contains(ahead.text(token).uppercased())
        }
        return true
    }
}
