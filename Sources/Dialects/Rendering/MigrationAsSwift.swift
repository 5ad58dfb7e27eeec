/// Renders a migration as the Swift source that declares it.
public enum MigrationAsSwift {
    /// Returns a source file in which comments mark the operations that lose rows or values.
    ///
    /// `summary` describes the migration, and `module` is the module that defines the DSL. The compiler's time for an
    /// expression grows faster than the expression, so the operations of a long migration become separate declarations.
    public static func render(
        id: String, named name: String, summary: String, _ operations: [ResolvedOperation], importing module: String
    ) -> String {
        let isLong = operations.count > 20
        var names = SwiftNames(taken: [])
        var body: [String] = []
        var apart: [String] = []
        for operation in operations {
            let (verb, lines) = lines(of: operation, depth: 8)
            guard isLong, lines.count > 1 else {
                body += indented(lines, 8)
                continue
            }
            let part = names.next(for: "\(verb) \(operation.subject)")
            body.append("        Part.\(part)")
            apart += ["", "    static var \(part): \(verb) {"] + indented(lines, 8) + ["    }"]
        }
        // An enumeration of the file's own: a migration of the same name would hide a variable beside it.
        if !apart.isEmpty { apart = ["", "private enum Part {"] + apart.dropFirst() + ["}"] }
        let text =
            ["import \(module)", "", "extension Migration {", "    /// \(summary)"]
            + ["    static let \(name) = Migration(\(SwiftLiteral.string(id))) {"] + body + ["    }", "}"] + apart
        return text.joined(separator: "\n") + "\n"
    }

    /// Returns a line of text for each operation, for messages.
    public static func summaries(_ operations: [ResolvedOperation]) -> [String] {
        operations.flatMap { operation -> [String] in
            switch operation.action {
            case .alterTable(let alteration):
                changes(of: alteration, in: operation.before).map { "\(alteration.before.name): \($0.chain.text)" }
            case .createTable(let table): ["CreateTable(\(SwiftLiteral.string(table.name)))"]
            case .createView(let view): ["CreateView(\(SwiftLiteral.string(view.name)))"]
            case .dropTable, .renameTable, .dropView, .run, .runSwift: [chain(operation).text]
            }
        }
    }

    /// Returns the tables and columns that lose rows or values through these operations.
    public static func losses(_ operations: [ResolvedOperation]) -> [DraftName] {
        operations.flatMap { operation -> [DraftName] in
            switch operation.action {
            case .dropTable(let table): [.table(table.name)]
            case .alterTable(let alteration):
                alteration.steps.compactMap(lostColumn).map { .column($0, of: alteration.before.name) }
            case .createTable, .renameTable, .createView, .dropView, .run, .runSwift: []
            }
        }
    }

    private static func indented(_ lines: [String], _ depth: Int) -> [String] {
        lines.map { $0.isEmpty ? "" : String(repeating: " ", count: depth) + $0 }
    }
}

// MARK: - Operations

extension MigrationAsSwift {
    /// Returns the operation's verb and its lines. The lines are broken for the depth at which they will stand, but come
    /// without the spaces of that depth.
    private static func lines(of operation: ResolvedOperation, depth: Int) -> (verb: String, lines: [String]) {
        func simple(_ verb: String) -> (String, [String]) {
            (verb, outdented(chain(operation).lines(depth: depth), depth))
        }
        switch operation.action {
        case .createTable(let table):
            let lines = SwiftWords.lines(of: table, beside: operation.before.derivedNames(table))
            return ("CreateTable", block("CreateTable", table.name, lines.map { Line(chain: $0) }, depth))
        case .alterTable(let alteration):
            let lines = changes(of: alteration, in: operation.before)
            return ("AlterTable", block("AlterTable", alteration.before.name, lines, depth))
        case .dropTable(let table):
            let (verb, lines) = simple("DropTable")
            return (verb, ["// Loses the rows of \(SwiftLiteral.comment(table.name))."] + lines)
        case .renameTable: return simple("RenameTable")
        case .createView: return simple("CreateView")
        case .dropView: return simple("DropView")
        case .run: return simple("RunSQL")
        case .runSwift: return simple("Run")
        }
    }

    /// Returns the operation without the block that follows it.
    private static func chain(_ operation: ResolvedOperation) -> SwiftChain {
        switch operation.action {
        case .createTable(let table): SwiftChain("CreateTable", .init(.string(table.name)))
        case .dropTable(let table): SwiftChain("DropTable", .init(.string(table.name)))
        case .renameTable(let table, let name):
            SwiftChain("RenameTable", .init(.string(table.name)), .init("to", .string(name)))
        case .alterTable(let alteration): SwiftChain("AlterTable", .init(.string(alteration.before.name)))
        case .createView(let view): SwiftWords.view(view, "CreateView")
        case .dropView(let view): SwiftChain("DropView", .init(.string(view.name)))
        case .run(let script): self.script(script)
        // A closure can't be rendered as source text.
        case .runSwift(let step): SwiftChain("Run", .init(.string(step.name)))
        }
    }

    private static func block(
        _ verb: String, _ name: String, _ lines: [Line], _ depth: Int
    ) -> [String] {
        let body = lines.flatMap { line in
            (line.lost.map { ["    // Loses the values of \(SwiftLiteral.comment($0))."] } ?? [])
                + outdented(line.chain.lines(depth: depth + 4), depth + 4).map { $0.isEmpty ? "" : "    \($0)" }
        }
        return ["\(verb)(\(SwiftLiteral.string(name))) {"] + body + ["}"]
    }

    /// Returns the lines without the indentation that all lines but the first begin with.
    private static func outdented(_ lines: [String], _ depth: Int) -> [String] {
        lines.prefix(1) + lines.dropFirst().map { String($0.dropFirst(depth)) }
    }

    private static func script(_ script: Script) -> SwiftChain {
        let undo: SwiftValue =
            switch script.undo {
            case .script(let text): .call(".script", .init(SwiftWords.expression(text)))
            case .nothing: .word(".nothing")
            case .impossible(let reason): .call(".impossible", .init("because", .string(reason)))
            }
        return SwiftChain("RunSQL", .init(SwiftWords.expression(script.up)), .init("undo", undo))
    }
}

// MARK: - Changes

extension MigrationAsSwift {
    private struct Line {
        var chain: SwiftChain
        /// The column whose values the change loses; `nil` if it loses none.
        var lost: String?
    }

    private static func changes(of alteration: TableAlteration, in schema: Schema) -> [Line] {
        let derived = schema.derivedNames(of: alteration)
        return zip(alteration.steps, derived).map { step, name in
            Line(chain: chain(step.change, unless: name), lost: lostColumn(step))
        }
    }

    private static func chain(_ change: Change, unless name: String?) -> SwiftChain {
        func drop(_ verb: String, _ name: String) -> SwiftChain { SwiftChain(verb, .init(.string(name))) }
        func rename(_ verb: String, _ old: String, _ new: String) -> SwiftChain {
            SwiftChain(verb, .init(.string(old)), .init("to", .string(new)))
        }
        func add(_ part: SwiftChain) -> SwiftChain { SwiftChain("Add", .init(.chain(part))) }
        switch change {
        case .addColumn(let column, let fill):
            let chain = SwiftWords.column(column, "AddColumn")
            return fill.map { chain.adding("filling", .init(SwiftWords.literal($0))) } ?? chain
        case .dropColumn(let column, nil): return drop("DropColumn", column)
        case .dropColumn(let column, let fill?):
            return SwiftChain("DropColumn", .init(.string(column)), .init("undoFilling", SwiftWords.literal(fill)))
        case .renameColumn(let old, let new): return rename("RenameColumn", old, new)
        case .renameIndex(let old, let new): return rename("RenameIndex", old, new)
        case .renameConstraint(let old, let new): return rename("RenameConstraint", old, new)
        case .changeColumn(let column, let facets):
            return facets.reduce(SwiftChain("ChangeColumn", .init(.string(column)))) { self.facet($1, of: $0) }
        case .addIndex(let index): return SwiftWords.index(index, "AddIndex", unless: name)
        case .dropIndex(let index): return drop("DropIndex", index)
        case .addPrimaryKey(let key): return add(SwiftWords.primaryKey(key, unless: name))
        case .dropPrimaryKey: return SwiftChain("DropPrimaryKey")
        case .addUnique(let unique): return add(SwiftWords.unique(unique, unless: name))
        case .dropUnique(let unique): return drop("DropUnique", unique)
        case .addCheck(let check): return add(SwiftWords.check(check, unless: name))
        case .dropCheck(let check): return drop("DropCheck", check)
        case .addForeignKey(let key): return add(SwiftWords.foreignKey(key, unless: name))
        case .dropForeignKey(let key): return drop("DropForeignKey", key)
        }
    }

    private static func facet(_ facet: Facet, of chain: SwiftChain) -> SwiftChain {
        switch facet {
        case .type(let type, let using, let undo):
            let computed = [("using", using), ("undo", undo)].compactMap { label, text in
                text.map { SwiftArgument(label, SwiftWords.expression($0)) }
            }
            var chain = chain
            chain.add("type", [.init(SwiftWords.type(type))] + computed)
            return chain
        case .nullable(true, nil): return chain.adding("nullable")
        case .nullable(true, let fill?):
            return chain.adding("nullable", .init("undoFilling", SwiftWords.literal(fill)))
        case .nullable(false, let fill?): return chain.adding("required", .init("filling", SwiftWords.literal(fill)))
        case .nullable(false, nil): return chain.adding("required")
        case .default(let value?): return chain.adding("default", .init(SwiftWords.literal(value)))
        case .default(nil): return chain.adding("withoutDefault")
        case .generated(let value?):
            var chain = chain
            chain.add("generated", SwiftWords.generated(value))
            return chain
        case .generated(nil): return chain.adding("notGenerated")
        case .collation(let value):
            return chain.adding("collated", .init(value.map(SwiftWords.literal) ?? .word("nil")))
        }
    }

    /// Returns the column whose values the change loses. Computed columns lose nothing, because their values can be computed
    /// again.
    private static func lostColumn(_ step: ChangeStep) -> String? {
        func unlessComputed(_ name: String) -> String? { step.before[column: name]?.generated == nil ? name : nil }
        switch step.change {
        case .dropColumn(let name, _): return unlessComputed(name)
        case .changeColumn(let name, let facets):
            let isComputed = facets.contains { if case .generated(.some) = $0 { true } else { false } }
            return isComputed ? unlessComputed(name) : nil
        case .addColumn, .renameColumn, .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique,
            .addCheck, .dropCheck, .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
            return nil
        }
    }
}

// MARK: - Names that need not be said

extension Schema {
    /// Returns the table with the names that it would get if it were created here without names; `nil` if no such names can be
    /// derived.
    fileprivate func derivedNames(_ table: Table) -> Table? {
        func made(_ table: Table) -> Table? {
            guard case .createTable(let named)? = try? resolving(.createTable(table)).action else { return nil }
            return named
        }
        guard let derived = made(table.nameless), made(table.naming(unless: derived)) == table else { return nil }
        return derived
    }

    /// Returns the name that the key, check or index of each step would get if none were declared; `nil` for other steps, and
    /// for all steps if their names depend on each other.
    fileprivate func derivedNames(of alteration: TableAlteration) -> [String?] {
        func made(_ changes: [Change]) -> [Change]? {
            let operation = SchemaOperation.alterTable(alteration.before.name, changes)
            guard case .alterTable(let named)? = try? resolving(operation).action else { return nil }
            return named.steps.map(\.change)
        }
        let changes = alteration.steps.map(\.change)
        guard let derived = made(changes.map(\.nameless)), derived.count == changes.count,
            made(zip(changes, derived).map { $0 == $1 ? $0.nameless : $0 }) == changes
        else { return changes.map { _ in nil } }
        return derived.map(\.addedName)
    }
}

extension Table {
    /// The same table with its keys, checks and indexes without names.
    var nameless: Table {
        var table = self
        table.primaryKey?.name = nil
        for at in table.uniques.indices { table.uniques[at].name = nil }
        for at in table.checks.indices { table.checks[at].name = nil }
        for at in table.foreignKeys.indices { table.foreignKeys[at].name = nil }
        for at in table.indexes.indices { table.indexes[at].name = "" }
        return table
    }

    /// Returns the same table without the names that equal those of `derived`.
    fileprivate func naming(unless derived: Table) -> Table {
        var table = self
        if derived.primaryKey == primaryKey { table.primaryKey?.name = nil }
        for at in uniques.indices where derived.uniques[at] == uniques[at] { table.uniques[at].name = nil }
        for at in checks.indices where derived.checks[at] == checks[at] { table.checks[at].name = nil }
        for at in foreignKeys.indices where derived.foreignKeys[at] == foreignKeys[at] {
            table.foreignKeys[at].name = nil
        }
        for at in indexes.indices where derived.indexes[at] == indexes[at] { table.indexes[at].name = "" }
        return table
    }
}

extension Change {
    fileprivate var nameless: Change {
        switch self {
        case .addIndex(var index):
            index.name = ""
            return .addIndex(index)
        case .addPrimaryKey(let key): return .addPrimaryKey(PrimaryKey(key.columns))
        case .addUnique(let unique): return .addUnique(Unique(unique.columns))
        case .addCheck(let check): return .addCheck(Check(check.expression))
        case .addForeignKey(var key):
            key.name = nil
            return .addForeignKey(key)
        case .addColumn, .dropColumn, .renameColumn, .changeColumn, .dropIndex, .dropPrimaryKey, .dropUnique,
            .dropCheck, .dropForeignKey, .renameIndex, .renameConstraint:
            return self
        }
    }

    fileprivate var addedName: String? {
        switch self {
        case .addIndex(let index): index.name
        case .addPrimaryKey(let key): key.name
        case .addUnique(let unique): unique.name
        case .addCheck(let check): check.name
        case .addForeignKey(let key): key.name
        case .addColumn, .dropColumn, .renameColumn, .changeColumn, .dropIndex, .dropPrimaryKey, .dropUnique,
            .dropCheck, .dropForeignKey, .renameIndex, .renameConstraint:
            nil
        }
    }
}
