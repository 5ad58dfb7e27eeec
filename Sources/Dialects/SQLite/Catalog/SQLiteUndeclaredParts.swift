/// The parts of a live table that were not expected: columns and constraints, properties of a column, and options of the table.
/// A rebuild would lose all of them. A part that the live table lacks does not count: a rebuild creates it.
struct SQLiteUndeclaredParts {
    private(set) var objects: [UndeclaredObjects.Object] = []
    /// The defaults that are not the declared ones, by column, as they are written.
    private(set) var strangeDefaults: [String: String?] = [:]
    /// Those of the columns that differ by nothing but the expression that computes them.
    private(set) var strangeExpressions: Set<String> = []
    private let table: String
    private let names: SQLiteExpression

    /// `declared`: a check may also stand as its migration wrote it, if an earlier version of this program made the table.
    init(live: SQLiteCatalog.Table, expected: SQLiteCatalog.Table, declared: Table?) {
        table = live.name
        names = SQLiteExpression(columns: live.columns.map(\.name), of: live.name)
        guard let text = SQLiteDDLParser.parse(live.sql), let other = SQLiteDDLParser.parse(expected.sql) else {
            return
        }
        let (written, otherwise) = (text.columnsByName, other.columnsByName)
        let counterparts = Dictionary(
            expected.columns.map { (SQLName.folded($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        for column in live.columns {
            let name = SQLName.folded(column.name)
            let definition = written[name]?.text ?? SQLText.identifier(column.name) + " " + column.type
            let known = counterparts[name].flatMap { declared?[column: $0.name] }
            let isMore = counterparts[name].map { column.says(more: $0, written[name], otherwise[name]) } ?? true
            let isComputed = !isMore && computes(written[name], unlike: otherwise[name], known)
            if isComputed { strangeExpressions.insert(column.name) }
            if let known, let text = counterparts[name].flatMap({ column.strangeDefault(beside: $0, known) }) {
                strangeDefaults[known.name] = text
            }
            guard isMore || isComputed else { continue }
            objects.append(.init(.column, name: column.name, owner: table, definition: definition))
        }
        let asWritten = (declared?.checks ?? []).flatMap { check in
            check.expression.texts.map { Constraint(name: check.name, definition: "CHECK (\(names.meaning($0)))") }
        }
        add(text.checks.map(check), beyond: other.checks.map(check), or: asWritten)
        add(text.uniques.map { Self.unique($0, live) }, beyond: other.uniques.map { Self.unique($0, expected) })
        add(Self.foreignKeys(live, text), beyond: Self.foreignKeys(expected, other))
        if !live.keyColumns.isEmpty, expected.keyColumns.isEmpty {
            let definition = "PRIMARY KEY (\(SQLText.identifiers(live.keyColumns)))"
            add([Constraint(name: text.primaryKey?.name, definition: definition)], beyond: [])
        }
        add(
            text.conflictClauses.map { Constraint(name: nil, definition: $0) },
            beyond: other.conflictClauses.map { Constraint(name: nil, definition: $0) })
        var options = live.options(text).subtracting(expected.options(other)).sorted()
        if other.isStrict && !text.isStrict { options.append("not STRICT") }
        objects += options.map { .init(.option, name: $0, owner: table, definition: $0) }
    }

    /// Returns whether a computed column is computed by another expression than its counterpart. As for checks, the expression may also
    /// stand as its migration wrote it.
    private func computes(
        _ column: SQLiteTableDefinition.Column?, unlike other: SQLiteTableDefinition.Column?, _ declared: Column?
    ) -> Bool {
        guard let here = column?.generated?.expression, let there = other?.generated?.expression else { return false }
        let known = [there] + (declared?.generated?.expression.texts ?? [])
        return !known.map(names.meaning).contains(names.meaning(here))
    }

    private struct Constraint {
        var name: String?
        /// The constraint without its name.
        var definition: String
        /// The form of the definition that is compared.
        var meaning: String

        init(name: String?, definition: String, meaning: String? = nil) {
            self.name = name
            self.definition = definition
            self.meaning = SQLToken.compared(meaning ?? SQLName.folded(definition))
        }
    }

    private mutating func add(_ constraints: [Constraint], beyond expected: [Constraint], or others: [Constraint] = [])
    {
        var rest = Dictionary(expected.map { ($0.meaning, 1) }, uniquingKeysWith: +)
        var alternatives = Dictionary(others.map { ($0.meaning, 1) }, uniquingKeysWith: +)
        for constraint in constraints {
            if let count = rest[constraint.meaning], count > 0 {
                rest[constraint.meaning] = count - 1
            } else if let count = alternatives[constraint.meaning], count > 0 {
                alternatives[constraint.meaning] = count - 1
            } else {
                let name = constraint.name ?? constraint.definition
                let prefix = constraint.name.map { "CONSTRAINT \(SQLText.identifier($0)) " } ?? ""
                objects.append(
                    .init(.constraint, name: name, owner: table, definition: prefix + constraint.definition))
            }
        }
    }

    private func check(_ check: SQLiteTableDefinition.Check) -> Constraint {
        Constraint(
            name: check.name, definition: "CHECK (\(check.expression))",
            meaning: "CHECK (\(names.meaning(check.expression)))")
    }

    private static func unique(_ key: SQLiteTableDefinition.Key, _ table: SQLiteCatalog.Table) -> Constraint {
        let columns = key.columns.map { table.column($0) ?? $0 }
        return Constraint(name: key.name, definition: "UNIQUE (\(SQLText.identifiers(columns)))")
    }

    private static func foreignKeys(
        _ table: SQLiteCatalog.Table, _ text: SQLiteTableDefinition
    ) -> [Constraint] {
        let names = text.foreignKeys.count == table.foreignKeys.count ? text.foreignKeys : []
        return table.foreignKeys.enumerated().map { at, key in
            let columns = key.columns.map { table.column($0) ?? $0 }
            let target = key.parentColumns.isEmpty ? "" : " (\(SQLText.identifiers(key.parentColumns)))"
            var definition = "FOREIGN KEY (\(SQLText.identifiers(columns)))"
            definition += " REFERENCES \(SQLText.identifier(key.parent))\(target)"
            if key.onDelete != .noAction { definition += " ON DELETE \(key.onDelete.rawValue)" }
            if key.onUpdate != .noAction { definition += " ON UPDATE \(key.onUpdate.rawValue)" }
            if names.indices.contains(at), names[at].isDeferred { definition += " DEFERRABLE INITIALLY DEFERRED" }
            return Constraint(name: names.indices.contains(at) ? names[at].name : nil, definition: definition)
        }
    }
}

extension SQLiteExpression {
    /// Returns the form for comparison of an expression over known columns.
    func meaning(_ text: String) -> String { SQLToken.compared(portable(text)) }
}

extension SQLiteCatalog.Column {
    /// Returns whether the column has properties that its counterpart lacks, and that a rebuild from the counterpart would
    /// lose.
    fileprivate func says(
        more counterpart: SQLiteCatalog.Column, _ text: SQLiteTableDefinition.Column?,
        _ other: SQLiteTableDefinition.Column?
    ) -> Bool {
        if SQLName.folded(type) != SQLName.folded(counterpart.type) { return true }
        if isRequired && !counterpart.isRequired && counterpart.keyPosition == 0 { return true }
        if `default` != nil && counterpart.default == nil { return true }
        if isGenerated != counterpart.isGenerated { return true }
        if text?.isAutoincrement == true && other?.isAutoincrement != true { return true }
        guard let collation = text?.collation, !SQLName.equal(collation, "BINARY") else { return false }
        return !SQLName.equal(collation, other?.collation ?? "BINARY")
    }

    /// Returns the text of the default if it is surely not the declared one, which is a constant: of two expressions nobody can tell.
    fileprivate func strangeDefault(beside counterpart: SQLiteCatalog.Column, _ declared: Dialects.Column) -> String? {
        guard declared.default?.isConstant == true, !declared.type.isNative, let text = `default` else { return nil }
        let affinity = SQLiteTypeName(type).affinity
        guard let here = SQLiteDefault.parse(text, for: declared.type, affinity: affinity),
            let there = counterpart.default.flatMap({
                SQLiteDefault.parse($0, for: declared.type, affinity: affinity)
            }), there.isConstant, here != there
        else { return nil }
        if let number = here.decimal(for: declared.type), declared.type.isDecimal {
            return number == there.decimal(for: declared.type) ? nil : text
        }
        return text
    }
}

extension SQLiteCatalog.Table {
    /// Returns the options of the table, apart from its columns and constraints.
    func options(_ text: SQLiteTableDefinition) -> Set<String> {
        Set((isWithoutRowid ? ["WITHOUT ROWID"] : []) + (text.isStrict ? ["STRICT"] : []))
    }
}
