/// Reads the text of `CREATE TABLE` as SQLite keeps it in `sqlite_master` (https://www.sqlite.org/lang_createtable.html).
///
/// SQLite has accepted the text, so the parser looks for what it needs and never complains about the rest.
struct SQLiteDDLParser {
    private var cursor: SQLiteTokenCursor
    private var table = SQLiteTableDefinition()

    /// Parses the text; returns `nil` if it is not a `CREATE TABLE` with a list of columns.
    static func parse(_ text: String) -> SQLiteTableDefinition? {
        var parser = SQLiteDDLParser(cursor: SQLiteTokenCursor(text))
        return parser.parseTable()
    }

    private init(cursor: SQLiteTokenCursor) { self.cursor = cursor }

    private mutating func parseTable() -> SQLiteTableDefinition? {
        guard cursor.take(word: "CREATE") else { return nil }
        cursor.skip { $0.isWord("TABLE") }
        guard cursor.take(word: "TABLE") else { return nil }
        cursor.skip { $0.isSymbol("(") }
        guard cursor.take(symbol: "(") else { return nil }
        while !cursor.isAtEnd, !cursor.isAt(symbol: ")") {
            if isAtTableConstraint { parseTableConstraint() } else { parseColumn() }
            _ = cursor.take(symbol: ",")
        }
        guard cursor.take(symbol: ")") else { return nil }
        parseOptions()
        return table
    }

    private mutating func parseOptions() {
        while let token = cursor.advance() {
            if token.isWord("STRICT") { table.isStrict = true }
            if token.isWord("WITHOUT") { table.isWithoutRowid = true }
        }
    }

    // MARK: Columns

    private mutating func parseColumn() {
        let start = cursor.at
        guard let name = cursor.takeName() else {
            cursor.advance()
            return
        }
        let at = table.columns.count
        table.columns.append(SQLiteTableDefinition.Column(name: name, text: ""))
        skipType()
        var constraintName: String?
        while !isAtEndOfPart {
            if cursor.take(word: "CONSTRAINT") {
                constraintName = takeConstraintName()
                continue
            }
            parseColumnConstraint(of: at, named: constraintName)
            constraintName = nil
        }
        table.columns[at].text = cursor.text(from: start)
    }

    /// Skips a type: up to three words and a list of numbers according to the manual, and anything at all in practice.
    private mutating func skipType() {
        while !isAtEndOfPart, !isAtColumnConstraint {
            if cursor.takeParenthesized() == nil { cursor.advance() }
        }
    }

    private mutating func parseColumnConstraint(of at: Int, named name: String?) {
        let start = cursor.at
        let column = table.columns[at].name
        if cursor.take(word: "PRIMARY") {
            _ = cursor.take(word: "KEY")
            _ = cursor.take(word: "ASC") || cursor.take(word: "DESC")
            parseConflict(from: start)
            table.columns[at].isAutoincrement = cursor.take(word: "AUTOINCREMENT")
            table.primaryKey = .init(name: name, columns: [column])
        } else if cursor.take(word: "UNIQUE") {
            parseConflict(from: start)
            table.uniques.append(.init(name: name, columns: [column]))
        } else if cursor.take(word: "CHECK") {
            table.checks.append(.init(name: name, expression: cursor.takeParenthesized() ?? ""))
        } else if cursor.take(word: "COLLATE") {
            table.columns[at].collation = cursor.takeName()
        } else if cursor.isAt(word: "REFERENCES") {
            parseReference(columns: [column], named: name)
        } else if cursor.isAt(word: "GENERATED") || cursor.isAt(word: "AS") {
            parseGenerated(at)
        } else if cursor.take(word: "DEFAULT") {
            skipDefault()
        } else if isAtDeferral {
            let isDeferred = parseDeferral()
            if let last = table.foreignKeys.indices.last { table.foreignKeys[last].isDeferred = isDeferred }
        } else {
            // The pragma reports NOT NULL and similar constraints.
            _ = cursor.take(word: "NOT")
            cursor.advance()
            parseConflict(from: start)
        }
    }

    private mutating func parseGenerated(_ at: Int) {
        _ = cursor.take(word: "GENERATED")
        _ = cursor.take(word: "ALWAYS")
        _ = cursor.take(word: "AS")
        let expression = cursor.takeParenthesized() ?? ""
        let isStored = cursor.take(word: "STORED")
        if !isStored { _ = cursor.take(word: "VIRTUAL") }
        table.columns[at].generated = .init(expression: expression, isStored: isStored)
    }

    /// Skips a default, because the pragma reports the value.
    private mutating func skipDefault() {
        if cursor.takeParenthesized() != nil { return }
        while cursor.isAt(symbol: "+") || cursor.isAt(symbol: "-") { cursor.advance() }
        let isNumber = cursor.current?.kind == .number || cursor.isAt(symbol: ".")
        cursor.advance()
        // `1.5e-3` and `.5` are several tokens.
        while isNumber, !isAtEndOfPart, !isAtColumnConstraint { cursor.advance() }
    }

    // MARK: Table constraints

    private mutating func parseTableConstraint() {
        var name: String?
        while !isAtEndOfPart {
            if cursor.take(word: "CONSTRAINT") {
                name = takeConstraintName()
                continue
            }
            parseUnnamedTableConstraint(named: name)
            name = nil
        }
    }

    private mutating func parseUnnamedTableConstraint(named name: String?) {
        let start = cursor.at
        if cursor.take(word: "PRIMARY") {
            _ = cursor.take(word: "KEY")
            let (columns, isAutoincrement) = parseColumnList()
            parseConflict(from: start)
            table.primaryKey = .init(name: name, columns: columns)
            if isAutoincrement, let at = table.columns.firstIndex(where: { SQLName.equal([$0.name], columns) }) {
                table.columns[at].isAutoincrement = true
            }
        } else if cursor.take(word: "UNIQUE") {
            let columns = parseColumnList().names
            parseConflict(from: start)
            table.uniques.append(.init(name: name, columns: columns))
        } else if cursor.take(word: "CHECK") {
            table.checks.append(.init(name: name, expression: cursor.takeParenthesized() ?? ""))
            parseConflict(from: start)
        } else if cursor.take(word: "FOREIGN") {
            _ = cursor.take(word: "KEY")
            let columns = parseColumnList().names
            parseReference(columns: columns, named: name)
        } else {
            cursor.advance()
        }
    }

    /// Reads a list of columns: `(a, "b" COLLATE NOCASE DESC, c AUTOINCREMENT)`.
    private mutating func parseColumnList() -> (names: [String], isAutoincrement: Bool) {
        var names: [String] = []
        var isAutoincrement = false
        guard cursor.take(symbol: "(") else { return (names, isAutoincrement) }
        while !cursor.isAtEnd, !cursor.isAt(symbol: ")") {
            if let name = cursor.takeName() { names.append(name) }
            while !cursor.isAtEnd, !cursor.isAt(symbol: ","), !cursor.isAt(symbol: ")") {
                if cursor.isAt(word: "AUTOINCREMENT") { isAutoincrement = true }
                cursor.advance()
            }
            _ = cursor.take(symbol: ",")
        }
        _ = cursor.take(symbol: ")")
        return (names, isAutoincrement)
    }

    // MARK: Both

    /// Reads the name of a constraint. SQLite accepts an empty name, `CONSTRAINT ""` or `CONSTRAINT []`; such a constraint
    /// counts as unnamed.
    private mutating func takeConstraintName() -> String? {
        guard let name = cursor.takeName(), !name.isEmpty else { return nil }
        return name
    }

    private mutating func parseReference(columns: [String], named name: String?) {
        _ = cursor.take(word: "REFERENCES")
        var key = SQLiteTableDefinition.ForeignKey(name: name, columns: columns, parent: cursor.takeName() ?? "")
        if cursor.isAt(symbol: "(") { _ = cursor.takeParenthesized() }
        while !isAtEndOfPart {
            if cursor.take(word: "ON") {
                cursor.advance()
                _ = cursor.take(word: "NO") || cursor.take(word: "SET")
                cursor.advance()
            } else if cursor.take(word: "MATCH") {
                cursor.advance()
            } else if isAtDeferral {
                key.isDeferred = parseDeferral()
            } else {
                break
            }
        }
        table.foreignKeys.append(key)
    }

    /// Reads the deferral of a foreign key. Only `DEFERRABLE INITIALLY DEFERRED` defers the key without a pragma
    /// (https://www.sqlite.org/foreignkeys.html, section 4.2).
    private mutating func parseDeferral() -> Bool {
        let isForbidden = cursor.take(word: "NOT")
        _ = cursor.take(word: "DEFERRABLE")
        guard cursor.take(word: "INITIALLY") else { return false }
        let isDeferred = cursor.isAt(word: "DEFERRED")
        cursor.advance()
        return isDeferred && !isForbidden
    }

    /// Reads an `ON CONFLICT` clause. `ABORT` is the default anyway.
    private mutating func parseConflict(from start: Int) {
        guard cursor.isAt(words: "ON", "CONFLICT") else { return }
        cursor.advance()
        cursor.advance()
        let isUsual = cursor.isAt(word: "ABORT")
        cursor.advance()
        if !isUsual { table.conflictClauses.append(cursor.text(from: start)) }
    }

    private var isAtDeferral: Bool { cursor.isAt(words: "NOT", "DEFERRABLE") || cursor.isAt(word: "DEFERRABLE") }

    private var isAtEndOfPart: Bool { cursor.isAtEnd || cursor.isAt(symbol: ",") || cursor.isAt(symbol: ")") }

    private static let columnConstraints: Set<String> = [
        "CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "AS",
        "DEFERRABLE",
    ]

    private var isAtColumnConstraint: Bool {
        guard let token = cursor.current, token.kind == .word else { return false }
        return Self.columnConstraints.contains(SQLName.keyword(token.text)) || cursor.isAt(words: "GENERATED", "ALWAYS")
    }

    private static let tableConstraints: Set<String> = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]

    /// Whether the cursor is at a table constraint. The words that begin one are reserved, so a column with such a name is
    /// quoted.
    private var isAtTableConstraint: Bool {
        guard let token = cursor.current, token.kind == .word else { return false }
        return Self.tableConstraints.contains(SQLName.keyword(token.text))
    }
}
