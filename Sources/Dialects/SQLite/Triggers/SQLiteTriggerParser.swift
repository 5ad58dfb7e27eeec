// The parser for CREATE TRIGGER. It refuses anything that it does not know in full, and says why.

extension SQLiteExpressionParser {
    static func trigger(_ text: String) throws(Untranslatable) -> SQLiteTrigger {
        var parser = SQLiteExpressionParser(text)
        guard var trigger = parser.triggerHead() else { throw .unknownWords }
        if parser.take("WHEN") {
            guard let condition = parser.expression(0) else { throw .unknownWords }
            trigger.condition = condition
        }
        guard parser.take("BEGIN") else { throw .unknownWords }
        while !parser.take("END") {
            trigger.statements.append(try parser.triggerStatement())
            guard parser.take(";") else { throw .unknownWords }
        }
        _ = parser.take(";")
        guard parser.isAtEnd else { throw .unknownWords }
        return trigger
    }

    /// Reads the head of a trigger: `CREATE TRIGGER name AFTER UPDATE OF a, b ON t FOR EACH ROW`.
    private mutating func triggerHead() -> SQLiteTrigger? {
        guard take("CREATE") else { return nil }
        _ = take("TEMP") || take("TEMPORARY")
        guard take("TRIGGER") else { return nil }
        if take("IF") { guard take("NOT"), take("EXISTS") else { return nil } }
        guard var name = nameOrString() else { return nil }
        if take(".") {
            guard let second = nameOrString() else { return nil }
            name = second
        }
        let timing = triggerTiming()
        guard let timing, let event = triggerEvent(), take("ON"), let table = nameOrString() else { return nil }
        if take("FOR") { guard take("EACH"), take("ROW") else { return nil } }
        return SQLiteTrigger(name: name, timing: timing, event: event, table: table)
    }

    /// Reads a name. Where only a name can stand, SQLite takes a string for one (https://www.sqlite.org/lang_keywords.html).
    private mutating func nameOrString() -> String? {
        if let name = name() { return name }
        guard let text = token?.stringValue else { return nil }
        at += 1
        return text
    }

    /// Reads BEFORE, AFTER or INSTEAD OF. A trigger that names none of them is a BEFORE trigger.
    private mutating func triggerTiming() -> SQLiteTrigger.Timing? {
        if take("AFTER") { return .after }
        if take("INSTEAD") { return take("OF") ? .insteadOf : nil }
        _ = take("BEFORE")
        return .before
    }

    private mutating func triggerEvent() -> SQLiteTrigger.Event? {
        if take("INSERT") { return .insert }
        if take("DELETE") { return .delete }
        guard take("UPDATE") else { return nil }
        guard take("OF") else { return .update(of: []) }
        return items { $0.name() }.map { .update(of: $0) }
    }

    // MARK: Statements

    private mutating func triggerStatement() throws(Untranslatable) -> SQLiteTrigger.Statement {
        if take("INSERT") { return .insert(try insertStatement(conflictClause())) }
        if take("REPLACE") { return .insert(try insertStatement(.replace)) }
        if take("UPDATE") { return try updateStatement() }
        if take("DELETE") {
            guard take("FROM"), let table = name() else { throw .unknownWords }
            return .delete(from: table, condition: try statementCondition())
        }
        guard token?.isWord("SELECT") == true, let query = query() else { throw .unknownWords }
        return .select(query)
    }

    private mutating func conflictClause() throws(Untranslatable) -> SQLiteTrigger.Insert.Conflict {
        guard take("OR") else { return .abort }
        if take("IGNORE") { return .ignore }
        if take("REPLACE") { return .replace }
        if take("ABORT") || take("ROLLBACK") { return .abort }
        throw .keptChanges
    }

    private mutating func insertStatement(
        _ conflict: SQLiteTrigger.Insert.Conflict
    ) throws(Untranslatable) -> SQLiteTrigger.Insert {
        guard take("INTO"), let table = name() else { throw .unknownWords }
        var insert = SQLiteTrigger.Insert(conflict: conflict, table: table)
        if take("(") {
            guard let list = items({ $0.name() }), take(")") else { throw .unknownWords }
            insert.columns = list
        }
        if take("DEFAULT") {
            guard take("VALUES"), conflict == .abort else { throw .unknownWords }
            return insert
        }
        guard isAtQuery, let rows = query() else { throw .unknownWords }
        insert.rows = rows
        if take("ON") { insert.conflict = try upsert() }
        if token?.isWord("ON") == true { throw Untranslatable("its INSERT has several ON CONFLICT") }
        return insert
    }

    /// Reads an upsert clause after its `ON` (https://www.sqlite.org/lang_upsert.html).
    private mutating func upsert() throws(Untranslatable) -> SQLiteTrigger.Insert.Conflict {
        guard take("CONFLICT") else { throw .unknownWords }
        var key: [String] = []
        if take("(") {
            guard let columns = items({ $0.name() }), take(")") else {
                throw Untranslatable("the key of its ON CONFLICT is more than columns")
            }
            key = columns
        }
        if token?.isWord("WHERE") == true {
            throw Untranslatable("its ON CONFLICT is about a part of the rows (WHERE)")
        }
        guard take("DO") else { throw .unknownWords }
        if take("NOTHING") { return .nothing(key: key) }
        guard take("UPDATE"), take("SET") else { throw .unknownWords }
        return .update(key: key, try assignments(), condition: try statementCondition())
    }

    private mutating func updateStatement() throws(Untranslatable) -> SQLiteTrigger.Statement {
        guard try conflictClause() == .abort else {
            throw Untranslatable("it goes on after an UPDATE that breaks a key (UPDATE OR …)")
        }
        guard let table = name(), take("SET") else { throw .unknownWords }
        let assignments = try assignments()
        if token?.isWord("FROM") == true { throw Untranslatable("it updates from another table (UPDATE … FROM)") }
        return .update(table, assignments, condition: try statementCondition())
    }

    private mutating func assignments() throws(Untranslatable) -> [SQLiteTrigger.Assignment] {
        let list = items { parser -> SQLiteTrigger.Assignment? in
            guard let column = parser.name(), parser.take("="), let value = parser.expression(0) else { return nil }
            return .init(column: column, value: value)
        }
        guard let list else { throw .unknownWords }
        return list
    }

    private mutating func statementCondition() throws(Untranslatable) -> ExpressionTree? {
        guard take("WHERE") else { return nil }
        guard let condition = expression(0) else { throw .unknownWords }
        return condition
    }

    /// Reads the rest of `RAISE(ABORT, 'message')` or `RAISE(IGNORE)`, and returns it as a call.
    mutating func raise() -> ExpressionTree? {
        guard take("("), let word = name() else { return nil }
        var arguments = [ExpressionTree.string(SQLName.keyword(word))]
        if take(",") {
            guard let message = expression(0) else { return nil }
            arguments.append(message)
        }
        return take(")") ? .call("raise", arguments) : nil
    }
}

extension Untranslatable {
    static var unknownWords: Untranslatable {
        Untranslatable("it is written in words that have no known counterpart")
    }

    /// The reason to refuse a text that can't be read. It names the first function that returns rows, which is the reason then.
    static func unknownWords(in text: String) -> Untranslatable {
        let tokens = SQLToken.scan(text).filter { !$0.isBlank }
        for (token, next) in zip(tokens, tokens.dropFirst()) where next.isSymbol("(") {
            guard let name = token.name.map(SQLName.folded), returnsRows(name) else { continue }
            return Untranslatable("\(name)() has no counterpart that is known to mean the same")
        }
        return unknownWords
    }

    /// Whether a function stands where a table does (https://www.sqlite.org/vtab.html#tabfunc2).
    private static func returnsRows(_ name: String) -> Bool {
        ["json_each", "json_tree", "jsonb_each", "jsonb_tree", "generate_series"].contains(name)
            || name.hasPrefix("pragma_")
    }

    /// The reason to refuse `OR FAIL` and `RAISE(FAIL)`.
    static var keptChanges: Untranslatable { Untranslatable("FAIL keeps changes that PostgreSQL takes back") }
}
