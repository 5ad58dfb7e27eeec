import Dialects

/// The scripts of a history that may have made, before an operation, what the history does not declare: triggers, indexes, rights.
/// SQL that is written without a database knows none of it, and loses it with a table that is made again.
struct ScriptedObjects {
    private var scripts: [(id: String, text: String)] = []
    /// Every pair of names of a table that was renamed before the operation.
    private var renames: [(old: String, new: String)] = []
    private let dialect: any Dialect

    /// Finds the scripts that stand before an operation of the migration at `place`, as its operations are declared. To undo a
    /// migration leaves alone what later scripts have made without an undo.
    init(of history: History, before place: Int, _ operation: Int, _ direction: Plan.Direction, in dialect: any Dialect)
    {
        self.dialect = dialect
        for (at, migration) in history.migrations.enumerated() {
            for (number, declared) in migration.operations.enumerated() {
                if (at, number) < (place, operation) {
                    add(declared, of: migration)
                } else if direction == .down, case .run(let script) = declared, script.undo == .nothing {
                    add(declared, of: migration)
                }
            }
        }
    }

    private mutating func add(_ operation: SchemaOperation, of migration: Migration) {
        switch operation {
        case .run(let script):
            let action = ResolvedOperation(.run(script), from: Schema(), to: Schema())
            let text = (try? dialect.lower(action, keeping: .none))?.statements.joined(separator: ";\n") ?? ""
            if !text.isEmpty { scripts.append((migration.id, text)) }
        case .renameTable(let old, let new): renames.append((old, new))
        case .createTable, .dropTable, .alterTable, .createView, .dropView, .runSwift: break
        }
    }

    /// Returns the id of a migration whose script may have made something of this table or view that is still there; `nil` if
    /// there is none.
    func maker(of relation: String) -> String? {
        var names: Set<String> = [SQLName.folded(relation)]
        for rename in renames.reversed() where names.contains(SQLName.folded(rename.new)) {
            names.insert(SQLName.folded(rename.old))
        }
        return scripts.indices.first { at in
            let made = ScriptedMakings(in: scripts[at].text)
            guard names.contains(where: made.mentions) else { return false }
            var drops = ScriptedDrops()
            for script in scripts[(at + 1)...] { drops.insert([script.text]) }
            return made.isSomethingLeft(after: drops)
        }
        .map { scripts[$0].id }
    }
}

/// What a script makes, by its text.
private struct ScriptedMakings {
    private let text: String
    /// The names of triggers and the like, which go with their table.
    private var parts: [String] = []
    /// Whether it may make something that has no name of its own, or is made by a text in the text.
    private var makesMore: Bool

    init(in script: String) {
        let tokens = SQLToken.scan(script).filter { !$0.isBlank }
        text = SQLName.folded(tokens.map { $0.name ?? $0.text }.joined(separator: " "))
        let words = ["ALTER", "GRANT", "REVOKE", "COMMENT", "SECURITY"]
        makesMore = tokens.contains { token in
            words.contains(where: token.isWord)
                || (token.kind == .string && SQLToken.isWhole("create", in: SQLName.folded(token.text)))
        }
        for at in tokens.indices where tokens[at].isWord("CREATE") {
            if let part = Self.part(tokens[(at + 1)...]) { parts.append(part) }
        }
    }

    func mentions(_ name: String) -> Bool { SQLToken.isWhole(name, in: text) }

    func isSomethingLeft(after drops: ScriptedDrops) -> Bool { makesMore || parts.contains { !drops.contains($0) } }

    /// Returns the name of the trigger, index, rule or policy behind `CREATE`; `nil` for anything else. An index without a name is
    /// never dropped by its name.
    private static func part(_ tokens: ArraySlice<SQLToken>) -> String? {
        let before = ["OR", "REPLACE", "UNIQUE", "TEMP", "TEMPORARY", "CONSTRAINT"]
        let kinds = ["TRIGGER", "INDEX", "RULE", "POLICY", "STATISTICS"]
        let behind = ["CONCURRENTLY", "IF", "NOT", "EXISTS"]
        var rest = tokens.drop { token in before.contains(where: token.isWord) }
        guard let kind = rest.popFirst(), kinds.contains(where: kind.isWord) else { return nil }
        rest = rest.drop { token in behind.contains(where: token.isWord) }
        guard let first = rest.popFirst()?.name else { return nil }
        guard rest.first?.isSymbol(".") == true else { return first }
        return rest.dropFirst().first?.name ?? first
    }
}

extension LoweredOperation {
    /// The tables and views that these statements make again, or whose rows they write: what hangs on them is lost, or acts.
    /// `isMadeAgain` says whether a later operation makes again what this one drops.
    func disturbed(isMadeAgain: Bool) -> [String] {
        switch planned.resolved.action {
        case .alterTable: return lowering.statements.compactMap(Self.subject)
        case .dropView(let view): return isMadeAgain ? [view.name] : []
        case .createTable, .dropTable, .renameTable, .createView, .run, .runSwift: return []
        }
    }

    /// Returns the name behind `DROP TABLE`, `DROP VIEW` or `UPDATE` at a statement's beginning.
    private static func subject(of statement: String) -> String? {
        let tokens = SQLToken.scan(statement).filter { !$0.isBlank }.prefix(3)
        guard let first = tokens.first, tokens.count == 3 else { return nil }
        if first.isWord("UPDATE") { return tokens[1].name }
        guard first.isWord("DROP"), tokens[1].isWord("TABLE") || tokens[1].isWord("VIEW") else { return nil }
        return tokens[2].name
    }
}

extension Plan.Step {
    /// Returns why a script of this step would lose something; `nil` if it would not, as far as the history tells.
    func losses(_ operations: [LoweredOperation], of history: History, in dialect: any Dialect) throws -> String? {
        let at = try history.index(of: id)
        for (place, operation) in operations.enumerated() {
            let relations = operation.disturbed(isMadeAgain: makesAgain(place))
            guard !relations.isEmpty else { continue }
            let declared = direction == .up ? place : operations.count - 1 - place
            let scripts = ScriptedObjects(of: history, before: at, declared, direction, in: dialect)
            for relation in relations {
                guard let maker = scripts.maker(of: relation) else { continue }
                return "the SQL of '\(maker)' may have made something of \(relation) that would be lost here or set off"
            }
        }
        return nil
    }
}
