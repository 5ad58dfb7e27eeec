/// The rebuild of a table with its rows: create a draft, copy the rows, drop the old table, and give the draft its name. Only
/// this order leaves the references of other tables unchanged (https://www.sqlite.org/lang_altertable.html, section 7).
struct SQLiteRebuild {
    let dialect: SQLiteDialect
    let old: Table
    let new: Table
    let sources: SQLiteColumnSources
    let schema: Schema
    let undeclared: UndeclaredObjects

    init(
        dialect: SQLiteDialect, old: Table, new: Table, sources: SQLiteColumnSources, in schema: Schema,
        _ undeclared: UndeclaredObjects
    ) {
        self.dialect = dialect
        self.old = old
        self.new = new
        self.sources = sources
        self.schema = schema
        self.undeclared = undeclared
    }

    func lowering() throws(LoweringError) -> Lowering {
        try requireNothingUndeclaredInside()
        let draft = draftName()
        var statements = [try dialect.create(new, as: draft), try copy(into: draft)]
        if old.hasIdentity && new.hasIdentity { statements += keepHighestNumber(for: draft) }
        statements += [
            "DROP TABLE \(SQLText.identifier(old.name))",
            // With this switch on, the rename leaves alone the views, triggers and foreign keys that already use the final
            // name.
            "PRAGMA legacy_alter_table = ON",
            "ALTER TABLE \(SQLText.identifier(draft)) RENAME TO \(SQLText.identifier(new.name))",
            "PRAGMA legacy_alter_table = OFF",
        ]
        statements += try dialect.createIndexes(of: new)
        statements += undeclaredObjects() + fullTextsAgain()
        return Lowering(statements, rebuildsTable: true)
    }

    private func copy(into draft: String) throws(LoweringError) -> String {
        var columns: [String] = []
        var values: [String] = []
        if keepsRowids {
            columns.append("rowid")
            values.append("rowid")
        }
        for column in new.columns where column.generated == nil {
            guard let source = sources[column.name] else { continue }
            columns.append(SQLText.identifier(column.name))
            values.append(source)
        }
        // A table of which no column stays keeps the number of its rows, as PostgreSQL does.
        if columns.isEmpty, let first = new.columns.first(where: { $0.generated == nil }) {
            columns.append(SQLText.identifier(first.name))
            var value = "NULL"
            if let given = first.default { value = try dialect.render(given, for: first.type) }
            values.append(value)
        }
        return "INSERT INTO \(SQLText.identifier(draft)) (\(columns.joined(separator: ", "))) "
            + "SELECT \(values.joined(separator: ", ")) FROM \(SQLText.identifier(old.name))"
    }

    /// Whether rowids that no column shows are kept: full-text tables and applications may refer to them.
    private var keepsRowids: Bool {
        let names = (old.columns + new.columns).map { SQLName.folded($0.name) }
        return !names.contains("rowid") && rowidAlias(of: new) == nil
    }

    /// Whether rows may have other rowids afterwards.
    private var changesRowids: Bool {
        guard !keepsRowids else { return false }
        guard let alias = rowidAlias(of: new), alias == rowidAlias(of: old) else { return true }
        return sources[alias] != SQLText.identifier(alias)
    }

    private func rowidAlias(of table: Table) -> String? {
        guard let key = table.primaryKey, key.columns.count == 1, let column = table[column: key.columns[0]] else {
            return nil
        }
        return (try? dialect.render(column.type)) == "INTEGER" ? column.name : nil
    }

    /// Keeps the highest number of an identity column: a number that was given out is not given out again, even if its row is
    /// gone.
    private func keepHighestNumber(for draft: String) -> [String] {
        [
            "DELETE FROM sqlite_sequence WHERE name = \(SQLText.literal(draft))",
            "INSERT INTO sqlite_sequence (name, seq) SELECT \(SQLText.literal(draft)), seq FROM sqlite_sequence "
                + "WHERE name = \(SQLText.literal(old.name))",
        ]
    }

    private func draftName() -> String {
        let taken = Set(undeclared.takenNames.map(SQLName.folded))
        var name = "tc_new_\(new.name)"
        var number = 1
        while taken.contains(SQLName.folded(name)) || schema.isTaken(name) {
            number += 1
            name = "tc_new\(number)_\(new.name)"
        }
        return name
    }

    /// Returns the statements that create the undeclared objects again. Triggers and indexes are dropped with the old table;
    /// views stay, since they refer to the table only by name.
    private func undeclaredObjects() -> [String] {
        undeclared.objects
            .filter { $0.owner == old.name && ($0.kind == .trigger || $0.kind == .index) }
            .map(\.definition)
    }

    /// Returns the statements by which full-text tables without a text of their own find the values as they are now, in the rows in
    /// which they are now. No trigger tells them: a rebuild fires none.
    private func fullTextsAgain() -> [String] {
        let epilogues = undeclared.columnEpilogues[old.name] ?? [:]
        let written = new.columns.filter { $0.generated == nil && sources[$0.name] != SQLText.identifier($0.name) }
        let computed = new.columns.filter { column in
            guard let now = column.generated else { return false }
            // A computed column may read another one, so any written column counts.
            let was = old[column: column.name]
            return !written.isEmpty || was?.generated != now || was?.type != column.type
        }
        var changed = (written + computed).map(\.name)
        if changesRowids { changed.append("rowid") }
        var statements: [String] = []
        for column in changed {
            for statement in (epilogues[column] ?? []).map({ $0.statement(naming: column) })
            where !statements.contains(statement) {
                statements.append(statement)
            }
        }
        return statements
    }

    private func requireNothingUndeclaredInside() throws(LoweringError) {
        let inside = undeclared.objects.filter {
            $0.owner == old.name && ($0.kind == .column || $0.kind == .constraint || $0.kind == .option)
        }
        guard !inside.isEmpty else { return }
        let names = inside.map { "\($0.kind.rawValue) \($0.name)" }.joined(separator: ", ")
        throw LoweringError(
            old.name, "SQLite must rebuild this table, and would lose its undeclared parts: \(names)",
            remedy: "declare them in a migration, or drop them first")
    }
}

extension Table {
    var hasIdentity: Bool { columns.contains(where: \.isIdentity) }
}

/// The renames that happen in place before a rebuild, so that SQLite rewrites the texts of other tables, triggers and views.
struct SQLiteRenames {
    private let original: [String]
    /// The name of each original column when rows are copied, which is its last name. A dropped column is renamed if another
    /// column takes its name.
    let nameAtCopy: [String: String]

    init(of table: Table, _ steps: [ChangeStep]) {
        var firsts = FirstNames(of: table)
        for step in steps { firsts.follow(step.change) }
        let original = table.columns.map(\.name)
        var names = firsts.current
        let finals = Set(names.values.map(SQLName.folded))
        var taken = finals.union(original.map(SQLName.folded))
        for column in original where names[column] == nil {
            let isTaken = finals.contains(SQLName.folded(column))
            names[column] = isTaken ? SQLName.free("tc_dropped_\(column)", beside: &taken) : column
        }
        self.original = original
        nameAtCopy = names
    }

    var renamedColumns: [String] { original.filter { nameAtCopy[$0] != $0 } }

    /// Returns the statements of the renames. A name that is still in use is reached by way of a temporary name.
    func statements(on name: String) -> [String] {
        let moves = original.compactMap { column in
            nameAtCopy[column].flatMap { $0 == column ? nil : (from: column, to: $0) }
        }
        var taken = Set(original.map(SQLName.folded))
        let collide = moves.contains { move in
            !SQLName.equal(move.from, move.to) && taken.contains(SQLName.folded(move.to))
        }
        guard collide else { return moves.map { rename(name, $0.from, $0.to) } }
        taken.formUnion(moves.map { SQLName.folded($0.to) })
        let between = moves.map { SQLName.free("tc_moving_\($0.from)", beside: &taken) }
        return zip(moves, between).map { rename(name, $0.from, $1) }
            + zip(moves, between).map { rename(name, $1, $0.to) }
    }

    func renamed(_ table: Table) -> Table {
        var table = table
        for at in table.columns.indices {
            table.columns[at].name = nameAtCopy[table.columns[at].name] ?? table.columns[at].name
        }
        return table
    }

    private func rename(_ table: String, _ old: String, _ new: String) -> String {
        "ALTER TABLE \(SQLText.identifier(table)) RENAME COLUMN \(SQLText.identifier(old)) TO \(SQLText.identifier(new))"
    }
}
