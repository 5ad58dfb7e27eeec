import Dialects

/// The scripts of a history that may have made, before an operation, what the history does not declare: triggers, indexes, rights.
/// SQL that is written without a database knows none of it, and loses it with a table that is made again.
///
/// Each script is read once, whatever the number of operations that ask about it.
struct ScriptedObjects {
    /// Where an operation is declared: its migration's place in the history, and its own in the migration.
    typealias Place = (migration: Int, operation: Int)

    private struct Script {
        var id: String
        var place: Place
        var makings: ScriptedMakings
        /// Whether it has no undo: what it has made stays where its migration is undone.
        var stays: Bool
    }

    private let dialect: any Dialect
    private var scripts: [Script] = []
    /// The scripts in whose text a word stands, by the word in lower case.
    private var places: [String: [Int]] = [:]
    /// The scripts that drop something, by its name in lower case.
    private var drops: [String: [Int]] = [:]
    /// The old and the new name, in lower case, of each table that is renamed.
    private var renames: [(place: Place, old: String, new: String)] = []

    init(of history: History, in dialect: any Dialect) {
        self.dialect = dialect
        for (at, migration) in history.migrations.enumerated() {
            for (number, declared) in migration.operations.enumerated() { add(declared, of: migration, (at, number)) }
        }
    }

    private mutating func add(_ operation: SchemaOperation, of migration: Migration, _ place: Place) {
        switch operation {
        case .run(let script):
            let action = ResolvedOperation(.run(script), from: Schema(), to: Schema())
            let text = (try? dialect.lower(action, keeping: .none))?.statements.joined(separator: ";\n") ?? ""
            if !text.isEmpty { add(text, of: migration, place, stays: script.undo == .nothing) }
        case .renameTable(let old, let new): renames.append((place, SQLName.folded(old), SQLName.folded(new)))
        case .createTable, .dropTable, .alterTable, .createView, .dropView, .runSwift: break
        }
    }

    private mutating func add(_ text: String, of migration: Migration, _ place: Place, stays: Bool) {
        let at = scripts.count
        let makings = ScriptedMakings(in: text)
        for word in makings.words { places[word, default: []].append(at) }
        var dropped = ScriptedDrops()
        dropped.insert([text])
        for name in dropped.foldedNames { drops[name, default: []].append(at) }
        scripts.append(Script(id: migration.id, place: place, makings: makings, stays: stays))
    }

    /// Returns the id of a migration whose script may have made something of this table or view that is still there at `place`; `nil`
    /// if there is none. To undo a migration leaves alone what later scripts have made without an undo.
    func maker(of relation: String, at place: Place, _ direction: Plan.Direction) -> String? {
        var names: Set<String> = [SQLName.folded(relation)]
        for rename in renames.reversed() where rename.place < place && names.contains(rename.new) {
            names.insert(rename.old)
        }
        func hasRun(_ at: Int) -> Bool { scripts[at].place < place || direction == .down && scripts[at].stays }
        let makers = names.compactMap { name in
            mentioning(name).first { at in
                hasRun(at)
                    && scripts[at].makings.isSomethingLeft { part in
                        drops[SQLName.folded(part)]?.contains { $0 > at && hasRun($0) } ?? false
                    }
            }
        }
        return makers.min().map { scripts[$0].id }
    }

    /// Returns the scripts whose text mentions the name. One that is no word is searched for.
    private func mentioning(_ name: String) -> [Int] {
        if SQLToken.words(of: name) == [name] { return places[name] ?? [] }
        return scripts.indices.filter { scripts[$0].makings.mentions(name) }
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

    /// All words of the text, in lower case.
    var words: Set<String> { SQLToken.words(of: text) }

    func isSomethingLeft(_ isDropped: (String) -> Bool) -> Bool { makesMore || parts.contains { !isDropped($0) } }

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
    /// Returns why a script of this step, which is at this place in the history, would lose something that another script has made;
    /// `nil` if it would not, as far as the history tells.
    func losses(_ operations: [LoweredOperation], at migration: Int, among scripts: ScriptedObjects) -> String? {
        for (place, operation) in operations.enumerated() {
            let declared = direction == .up ? place : operations.count - 1 - place
            for relation in operation.disturbed(isMadeAgain: makesAgain(place)) {
                guard let maker = scripts.maker(of: relation, at: (migration, declared), direction) else { continue }
                return "the SQL of '\(maker)' may have made something of \(relation) that would be lost here or set off"
            }
        }
        return nil
    }
}
