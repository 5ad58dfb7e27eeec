/// The translation of a trigger to PostgreSQL: a function in PL/pgSQL, and the trigger that calls it. It throws
/// `Untranslatable` unless the meaning is known to be the same.
struct SQLiteTriggerTranslation {
    let trigger: SQLiteTrigger
    let triggers: SQLiteTriggerSet
    /// The table or view that the trigger belongs to. The trigger's text may write its name and its columns' names in another case.
    private let table: Table
    /// The columns of NEW and OLD that the translated expressions read.
    private let read = SQLiteColumnUses()
    /// The translation of expressions, which may read NEW and OLD.
    let translation: SQLiteExpressionTranslation
    /// The setting that is `on` while the trigger runs; `nil` for a trigger that can't fire itself.
    let guardSetting: String?
    /// What the person who reads the file should know about the values that the statements write.
    let remarks = SQLiteTriggerRemarks()

    init(_ trigger: SQLiteTrigger, among triggers: SQLiteTriggerSet) throws(Untranslatable) {
        self.trigger = trigger
        self.triggers = triggers
        guard let named = triggers.relations[SQLName.folded(trigger.table)] else {
            throw Untranslatable("\(trigger.table) is not transferred")
        }
        table = named.table
        var translation = triggers.translation
        translation.scopes = [Self.rowScope(of: named, trigger)]
        translation.scopes[0].uses = read
        self.translation = translation
        guardSetting = triggers.canFireItself(trigger) ? Self.setting(for: trigger.name) : nil
        try requireCounterpart()
    }

    /// Returns the rows that the trigger can name. Before a row is stored, it may hold NULL where the table allows none.
    private static func rowScope(of named: NamedRelation, _ trigger: SQLiteTrigger) -> SQLiteScope {
        var scope = SQLiteScope()
        scope.needsQualifier = true
        func add(_ name: String) {
            var relation = SQLiteRelation(row: name, of: named)
            if name == "new", trigger.timing != .after {
                for at in relation.columns.indices { relation.columns[at].isNullable = true }
            }
            scope.relations.append(relation)
        }
        switch trigger.event {
        case .insert: add("new")
        case .delete: add("old")
        case .update:
            add("new")
            add("old")
        }
        return scope
    }

    /// Throws if PostgreSQL has no trigger that fires in the same way (its manual, 39.1 and the page of CREATE TRIGGER).
    private func requireCounterpart() throws(Untranslatable) {
        let written = trigger.statements.compactMap(\.writtenTable)
        switch trigger.timing {
        case .after: break
        case .before:
            if written.contains(where: { SQLName.equal($0, trigger.table) }) {
                throw Untranslatable("it changes its own table before the row is written, which PostgreSQL may refuse")
            }
            if trigger.event != .insert, triggers.comesBackToStoredRows(trigger) {
                throw Untranslatable(
                    "it changes its own table, by way of other tables, before the row is written,"
                        + " which PostgreSQL may refuse")
            }
            let computed = table.columns.filter { $0.generated != nil }.map { SQLName.folded($0.name) }
            if case .update(let columns) = trigger.event, columns.map(SQLName.folded).contains(where: computed.contains)
            {
                throw Untranslatable("it fires for a computed column")
            }
        case .insteadOf:
            if case .update(let columns) = trigger.event, !columns.isEmpty {
                throw Untranslatable("it fires for certain columns of a view, which PostgreSQL can't tell")
            }
        }
    }

    /// Throws if a BEFORE trigger, once translated, reads a computed column of the new row: PostgreSQL computes it when the trigger has run.
    private func requireStoredColumns() throws(Untranslatable) {
        guard trigger.timing == .before, trigger.event != .delete else { return }
        let names = table.columns.filter { $0.generated != nil }.map { SQLName.folded($0.name) }
        // The new row is the first relation of the outermost scope.
        guard let place = read.places.first(where: { $0.relation == 0 && names.contains($0.column) }) else { return }
        throw Untranslatable("it reads NEW.\(place.column), which is not computed yet before a row is written")
    }

    /// Returns the name of the setting for a trigger. A setting of a session has a name of two parts, of letters, digits and
    /// underscores; other bytes of the trigger's name become their numbers.
    private static func setting(for name: String) -> String {
        let letters = name.utf8.map { byte -> String in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "_\(byte)_"
        }
        return "running_trigger.t_\(letters.joined())"
    }

    // MARK: The function and its trigger

    /// Returns the statements that make the trigger. `renaming` gives a text the target's names; the function's body is a string to the
    /// statement around it, so it is renamed by itself.
    func statements(renaming: (String) throws(Untranslatable) -> String) throws(Untranslatable) -> [String] {
        var body = try guarded(statements: trigger.statements.map(rendered))
        if let condition = trigger.condition { body = Self.conditional(try translation.condition(condition), body) }
        try requireStoredColumns()
        let lines = ["BEGIN"] + Self.indented(body + ["RETURN \(result);"]) + ["END"]
        let text = Self.preferringColumns(try renaming(lines.joined(separator: "\n")))
        let (quote, name) = (Self.dollarQuote(for: text), SQLText.identifier(functionName))
        let place = SQLText.identifier(triggers.places.name(of: trigger))
        let moment = try moment()
        return [
            "CREATE FUNCTION \(name)() RETURNS trigger LANGUAGE plpgsql AS \(quote)\n\(text)\n\(quote)",
            try renaming("CREATE TRIGGER \(place) \(moment) ON \(SQLText.identifier(table.name))")
                + " FOR EACH ROW EXECUTE FUNCTION \(name)()",
        ]
    }

    private func moment() throws(Untranslatable) -> String {
        let timing =
            switch trigger.timing {
            case .before: "BEFORE"
            case .after: "AFTER"
            case .insteadOf: "INSTEAD OF"
            }
        switch trigger.event {
        case .insert: return "\(timing) INSERT"
        case .delete: return "\(timing) DELETE"
        case .update(let columns):
            var named: [String] = []
            for name in columns {
                guard let column = table.columns.first(where: { SQLName.equal($0.name, name) }) else {
                    throw Untranslatable("it fires for \(name), which is not transferred")
                }
                named.append(column.name)
            }
            return "\(timing) UPDATE" + (named.isEmpty ? "" : " OF \(SQLText.identifiers(named))")
        }
    }

    /// The value that the function returns: the row with which the statement continues. PostgreSQL ignores what an AFTER
    /// trigger returns.
    private var result: String {
        switch (trigger.timing, trigger.event) {
        case (.after, _): "NULL"
        case (_, .delete): "OLD"
        case (_, .insert), (_, .update): "NEW"
        }
    }

    /// Wraps the statements so that the trigger does not run inside itself. SQLite does not fire a trigger that is already
    /// running, unless a program turns recursive_triggers on (https://www.sqlite.org/pragma.html#pragma_recursive_triggers).
    private func guarded(statements: [[String]]) -> [String] {
        let lines = statements.flatMap { $0 }
        guard let guardSetting else { return lines }
        return Self.conditional(
            "current_setting('\(guardSetting)', true) IS DISTINCT FROM 'on'",
            [Self.setting(guardSetting, "on")] + lines + [Self.setting(guardSetting, "off")])
    }

    static func setting(_ name: String, _ value: String) -> String {
        "PERFORM set_config('\(name)', '\(value)', true);"
    }

    static func conditional(_ condition: String, _ lines: [String]) -> [String] {
        ["IF \(condition) THEN"] + indented(lines) + ["END IF;"]
    }

    static func indented(_ lines: [String]) -> [String] { lines.map { "    \($0)" } }

    private static func dollarQuote(for text: String) -> String {
        var (quote, number) = ("$trigger$", 1)
        while text.contains(quote) {
            number += 1
            quote = "$trigger\(number)$"
        }
        return quote
    }
}
