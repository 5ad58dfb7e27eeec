import Dialects

/// Turns the findings about a source into a plan. It reads no database: the same input gives the same plan.
struct TransferPlanner {
    let inspection: Inspection
    let source: any TransferSource
    let target: any TransferTarget
    let tables: [ProfiledTable]
    private(set) var types: ColumnTypes
    let rules: TransferRules
    let framework: Framework

    var names: TargetNames
    var tableNames: [String: String] = [:]
    var columnNames: [String: [String: String]] = [:]
    var viewNames: [String: String] = [:]
    /// The names of views' own columns that are in lower case in the target.
    var viewColumnNames: [String: String] = [:]
    var planned: [Table] = []
    /// The places in `planned`, by the names of the tables.
    var places: [String: Int] = [:]
    /// What views and triggers can name, by the source's folded names.
    var relations: [String: NamedRelation] = [:]
    var checks: [PlannedCheck] = []
    /// The names of `checks`, by their tables.
    var laterNames: [String: [String]] = [:]
    var typeNotes: [TypeNote] = []
    var omitted: [Omission]
    var remarks: [String] = []
    /// The tables to which the same remark applies, by the remark.
    private var remarksOnTables: [String: [String]] = [:]
    var viewsOfTheTime: Set<String> = []
    var computedIndexes: Set<String> = []
    /// The indexes that were made in their plain form (`Inspection.plainIndexes`), with their tables.
    var plainIndexes: [String: String] = [:]
    var caselessColumns: [CaselessColumn] = []

    init(
        _ inspection: Inspection, _ tables: [ProfiledTable], _ rules: TransferRules, from source: any TransferSource,
        to target: any TransferTarget
    ) {
        let takesAll = target.takesTablesWithoutColumns
        self.inspection = inspection
        self.tables = tables.filter { takesAll || !$0.table.columns.isEmpty }
        self.rules = rules
        self.source = source
        self.target = target
        let framework = Framework(of: inspection.schema)
        self.framework = framework
        self.types = ColumnTypes(tables, counting: inspection.rowidAliases)
        self.names = TargetNames(
            longest: target.longestName, distinguishesCase: target.distinguishesCase, lowercase: rules.lowercaseNames,
            reserved: target.reservedRelations, reservedPrefix: target.reservedPrefix,
            endsInHash: framework.shortensByHash)
        let excluded = ExcludedTables(inspection, taking: tables)
        self.omitted =
            inspection.omitted.filter { !excluded.own($0) } + tables.flatMap(\.omitted)
            + tables.filter { !takesAll && $0.table.columns.isEmpty }.map { table in
                let rows = table.rows.counted("row", "rows")
                return Omission(
                    .other, table.table.name,
                    reason: "is a table of \(rows) without columns, which the target does not have")
            }
        self.remarks = [
            inspection.remarkOnNoTables, inspection.remarkOnOtherSchemas,
            inspection.remarkOnSerials(of: tables.map(\.table)),
            inspection.remarkOnFileNumbers, MigrationRecord.remark(on: inspection.schema),
        ].compactMap { $0 }
    }

    static func plan(
        _ inspection: Inspection, _ tables: [ProfiledTable], _ rules: TransferRules, from source: any TransferSource,
        to target: any TransferTarget
    ) -> TransferPlan {
        var planner = TransferPlanner(inspection, tables, rules, from: source, to: target)
        return planner.plan()
    }

    private mutating func plan() -> TransferPlan {
        nameAll()
        for table in tables { widenComputed(in: table) }
        for table in tables { add(table) }
        remarkTogetherOnPlainIndexes()
        for (at, table) in tables.enumerated() { addForeignKeys(of: table.table, at: at) }
        var views = views()
        let made = Set(views.map(\.name))
        let viewSources = viewNames.filter { made.contains($0.value) }.map { ($0.value, $0.key) }
        let fullText = addFullText(to: &views)
        addRangeTables()
        let schema = Schema(tables: planned, views: views)
        let origins = Dictionary(
            tables.map { (tableNames[$0.table.name] ?? $0.table.name, $0) }, uniquingKeysWith: { first, _ in first })
        let tablePlans = schema.tablesInForeignKeyOrder.compactMap { table in
            origins[table.name].map { tablePlan(of: table, from: $0) }
        }
        return TransferPlan(
            tables: rules.ordered(tablePlans), schema: schema, checks: checks,
            viewSources: Dictionary(viewSources, uniquingKeysWith: { first, _ in first }), fullText: fullText,
            renames: names.renames,
            typeNotes: typeNotes, omitted: omitted,
            remarks: remarks + sharedRemarks() + remarksOnExpressions(of: schema)
                + tables.compactMap { caseless($0.table) }
                + planned.compactMap(target.remark(onOrderIn:)) + remarksOnKeys()
                + tablePlans.flatMap(countersAtTheirEnd),
            proposals: ProposedRule.proposals(for: tables, in: inspection, of: framework), caseless: caselessColumns,
            mixed: mixedColumns(), viewsOfTheTime: viewsOfTheTime, computedIndexes: computedIndexes,
            triggers: triggers())
    }

    /// Returns the remarks that apply to several tables, once each.
    private func sharedRemarks() -> [String] {
        remarksOnTables.sorted { $0.key < $1.key }.map { remark, tables in "\(tables.listed(upTo: 5)): \(remark)" }
    }

    /// Returns the remarks of the source on translated expressions, each once for a table or view.
    private func remarksOnExpressions(of schema: Schema) -> [String] {
        func remarks(_ name: String, _ expressions: [SQLExpression]) -> [String] {
            var found: [String] = []
            for remark in expressions.compactMap(source.remark) where !found.contains(remark) { found.append(remark) }
            return found.map { "\(name): \($0)" }
        }
        let later = Dictionary(grouping: checks, by: \.table).mapValues { $0.map(\.check.expression) }
        return schema.tables.flatMap { remarks($0.name, $0.expressions + (later[$0.name] ?? [])) }
            + schema.views.flatMap { remarks($0.name, [$0.query]) }
    }

    /// Returns remarks on keys that let more rows pass in the target than in the source.
    private func remarksOnKeys() -> [String] {
        let seen = zip(tables, planned).map { origin, made in self.seen(origin.table, as: made) }
        let unnumbered = zip(tables, planned).filter { origin, _ in !hasDefaultKey(origin.table) }.map { $0.1 }
        return seen.compactMap(source.remark(onKeysOf:)) + [target.remark(onNumbersIn: unnumbered)].compactMap { $0 }
    }

    /// Whether the source gives a new row its key by a default, such as a sequence's next number.
    private func hasDefaultKey(_ table: Table) -> Bool {
        guard let key = table.primaryKey?.columns, key.count == 1 else { return false }
        return table[column: key[0]]?.default != nil
    }

    /// Returns a remark if columns that ignored case become plain text; otherwise `nil`. Their unique indexes are
    /// transferred with their effect, but a program's own comparisons have to change.
    private func caseless(_ table: Table) -> String? {
        guard let name = tableNames[table.name] else { return nil }
        let columns = table.columns.map(\.name).filter { column in
            types.nocase(table.name, column) == .text && table[column: column]?.collation == .nocase
        }
        guard let first = columns.first else { return nil }
        let column = columnNames[table.name]?[first] ?? first
        return
            "\(name): \(columns.joined(separator: ", ")) compared without regard to case, and do not do so in the target: query "
            + "lower(\(column) COLLATE \"C\") = lower(… COLLATE \"C\"), as the keys do, or transfer with nocase: citext or icu"
    }

    /// Returns a remark if a row holds the highest possible number. SQLite then looks for a free number, unless the table is
    /// `AUTOINCREMENT` (https://www.sqlite.org/autoinc.html).
    private func countersAtTheirEnd(_ table: PlannedTable) -> [String] {
        table.counting.filter { $0.highest == Int64.max }.map { counting in
            "\(table.target).\(counting.column): its counter is at its end, so each new row must give its own number"
        }
    }

    private mutating func nameAll() {
        let renamed = Dictionary(
            rules.tables.compactMap { rule in rule.rename.map { (rule.name, $0) } }, uniquingKeysWith: { $1 })
        tableNames = names.tables(tables.map(\.table.name), wanted: renamed)
        for table in tables.map(\.table) {
            let renamed = Dictionary(
                (rules[table.name]?.columns ?? []).compactMap { rule in rule.rename.map { (rule.name, $0) } },
                uniquingKeysWith: { $1 })
            columnNames[table.name] = names.columns(
                of: table.name, table.columns.map(\.name), wanted: renamed, reserved: target.reservedColumns)
        }
        for table in tables.map(\.table) { reserveCounters(of: table) }
        for view in inspection.schema.views {
            viewNames[view.name] = names.relation(view.name, or: [], kind: "view", of: view.name)
        }
    }

    /// Reserves the names of objects that the target creates together with a table, so that later views and indexes do
    /// not get them.
    private mutating func reserveCounters(of table: Table) {
        for column in table.columns where column.isIdentity || inspection.rowidAliases[table.name] == column.name {
            let name = columnNames[table.name]?[column.name] ?? column.name
            let counter = target.counter(of: name, in: tableNames[table.name] ?? table.name)
            if let counter { names.reserve(counter) }
        }
    }

    private func tablePlan(of table: Table, from origin: ProfiledTable) -> PlannedTable {
        let copied = table.columns.indices.filter { table.columns[$0].generated == nil }
        return PlannedTable(
            source: origin.table.name, target: table.name, reading: origin.reading,
            sourceColumns: copied.map { origin.table.columns[$0].name },
            targetColumns: copied.map { table.columns[$0].name },
            types: copied.map { written(origin.table.columns[$0], of: origin.table.name) },
            columnPlans: copied.map { columnPlan(of: $0, origin, table.columns[$0]) }, policy: origin.policy,
            rows: origin.rows, bytes: origin.bytes, longestRow: origin.longestRow, pieces: origin.pieces,
            counting: counting(origin, table),
            computed: computedColumns(of: table, from: origin))
    }

    private func computedColumns(of table: Table, from origin: ProfiledTable) -> [PlannedTable.Computed] {
        let computed = table.columns.indices.filter { table.columns[$0].generated != nil }
        guard !computed.isEmpty else { return [] }
        let translator = translator(of: origin)
        return computed.map { at in
            let column = origin.table.columns[at]
            let type = written(column, of: origin.table.name)
            let digits = column.generated.map { translator.computedDigits($0.expression, for: type) } ?? .all
            return PlannedTable.Computed(
                source: column.name, target: table.columns[at].name, type: type, digits: digits)
        }
    }

    /// Returns the type as which a column's values are written. A column that ignores case is written as the text that it
    /// is.
    private func written(_ column: Column, of table: String) -> ColumnType {
        types[table, column.name]?.type ?? column.type
    }

    private func columnPlan(of column: Int, _ origin: ProfiledTable, _ planned: Column) -> ColumnPlan {
        let rule = origin.columnRules[column]
        let choice = types[origin.table.name, origin.table.columns[column].name] ?? TypeChoice(planned.type)
        let type = choice.type
        var plan = ColumnPlan(
            reading: rule.reading, policy: rule.policy, isGiven: choice.isGiven)
        // A type that a rule gives is not widened: it is kept, or the transfer is refused.
        if choice.isGiven && plan.policy == .widen { plan.policy = .fail }
        guard plan.policy != .widen else {
            plan.isProven = column < origin.profiles.count
            return plan
        }
        if !planned.isNullable && origin.nulls(column) > 0 { plan.demand.isRequired = true }
        guard column < origin.profiles.count else {
            plan.isSuspect = choice.isGiven
            return plan
        }
        let profile = origin.profiles[column]
        if type == .bytes && !choice.isGiven && profile.meaning == .bytes && !profile.foreign.isNone {
            plan.demand.isBytes = true
        }
        let widened = TypeChoice.choose(profile)
        plan.isSuspect =
            choice.isGiven || !plan.demand.isEmpty || widened.type != type || widened.reason != nil
        return plan
    }

    private func counting(_ origin: ProfiledTable, _ table: Table) -> [PlannedTable.Counting] {
        guard let at = table.columns.firstIndex(where: \.isIdentity) else { return [] }
        let last = inspection.lastNumbers[origin.table.name]?[origin.table.columns[at].name]
        let highest = max(origin.highest(at), last ?? 0)
        return [.init(column: table.columns[at].name, highest: highest)]
    }
}

extension TransferPlanner {
    private mutating func add(_ origin: ProfiledTable) {
        let name = origin.table.name
        var table = Table(name: tableNames[name] ?? name)
        let translator = translator(of: origin)
        for (at, column) in origin.table.columns.enumerated() {
            table.columns.append(self.column(column, nulls: origin.nulls(at), of: origin, translator))
        }
        addKeys(origin, to: &table, translator)
        addIndexes(origin, to: &table, translator)
        addChecks(origin, to: &table, translator)
        remarkOnCollations(of: origin.table, as: table.name, translator)
        for remark in translator.remarks { remarksOnTables[remark, default: []].append(table.name) }
        places[table.name] = planned.count
        planned.append(table)
    }

    /// Returns a translator for the table's expressions. It gets the source's columns with the target's types, because
    /// the types decide what an expression means in the target, or with those that say more about it.
    private func translator(of origin: ProfiledTable) -> any ExpressionTranslator {
        let table = origin.table
        var seen = table
        seen.columns = table.columns.map { column in
            var column = column
            column.type = types.meaning(table.name, column.name) ?? written(column, of: table.name)
            return types.nocase(table.name, column.name).map { target.caseless(column, as: $0) } ?? column
        }
        return source.translator(of: origin.named(seen), names: columnNames[table.name] ?? [:])
    }

    private mutating func column(
        _ column: Column, nulls: Int, of origin: ProfiledTable, _ translator: any ExpressionTranslator
    ) -> Column {
        let table = origin.table.name
        let choice = types[table, column.name] ?? TypeChoice(column.type)
        var result = Column(columnNames[table]?[column.name] ?? column.name, choice.type)
        let compared = types.nocase(table, column.name).map { target.caseless(result, as: $0) } ?? result
        note(column, choice, as: compared, of: table)
        result.isNullable = column.isNullable || (nulls > 0 && letsNullsPass(column.name, of: origin))
        if result.isNullable && !column.isNullable {
            leave(.constraint, "\(table).\(column.name) NOT NULL", "\(nulls) rows hold NULL")
        }
        if counts(column, of: origin.table) && choice.type.isInteger {
            result.isIdentity = true
            result.isNullable = false
            return result
        }
        addDefault(column, to: &result, of: origin.table, translator)
        addGenerated(column, to: &result, of: table, translator)
        (result.type, result.collation) = (compared.type, compared.collation)
        return result
    }

    /// Notes why a column's type differs from the declared one, if that needs an explanation.
    private mutating func note(_ column: Column, _ choice: TypeChoice, as made: Column, of table: String) {
        let declared = inspection.declaredTypes[table]?[column.name] ?? ""
        // SQLite takes INT[] for a word like INT, and the program keeps the array's text there.
        let isArray = choice.type == .text && choice.reason != nil && declared.hasSuffix("[]")
        var reasons = [isArray ? "holds arrays as texts" : choice.reason].compactMap { $0 }
        if made.type != choice.type, let policy = types.nocase(table, column.name) {
            caselessColumns.append(
                CaselessColumn(table: tableNames[table] ?? table, column: made.name, policy: policy))
            reasons.append(
                column.collation == .nocase
                    ? "compares without regard to case; in the target also for letters beyond A to Z"
                    : "its foreign key compares it without regard to case")
        }
        guard !reasons.isEmpty else { return }
        typeNotes.append(
            TypeNote(
                table: table, column: column.name, declared: declared, type: rendered(made.type),
                reason: reasons.joined(separator: "; ")))
    }

    /// Whether NULLs stay in a column that should hold none. If not, their rows are quarantined, or the transfer is
    /// refused.
    func letsNullsPass(_ column: String, of origin: ProfiledTable) -> Bool {
        switch rules.columnRule(of: column, in: origin.table.name).policy {
        case .widen, .null: return true
        case .fail, .quarantine: return false
        }
    }

    /// Whether the database numbers the column, in the target as well.
    private mutating func counts(_ column: Column, of table: Table) -> Bool {
        guard column.isIdentity || inspection.rowidAliases[table.name] == column.name else { return false }
        guard target.countsInPrimaryKeysOnly, table.primaryKey?.columns != [column.name] else { return true }
        leave(
            .other, "\(table.name).\(column.name) IDENTITY",
            "the target numbers only a column that is the whole primary key")
        return false
    }

    private mutating func addDefault(
        _ column: Column, to result: inout Column, of table: Table, _ translator: any ExpressionTranslator
    ) {
        guard let value = column.default else { return }
        let name = "\(table.name).\(column.name)"
        do throws(Untranslatable) {
            let rule = rules.columnRule(of: column.name, in: table.name).reading
            let type = types.meaning(table.name, column.name) ?? result.type
            result.default = try translator.value(value, for: type, readBy: rule)
            if let remark = translator.remark(on: value, for: type) { remarks.append("\(name): \(remark)") }
        } catch {
            let consequence = consequence(ofNoDefaultOf: column, as: result.type, in: table)
            leave(.other, "\(name) DEFAULT", "the column has no default: \(error)\(consequence)")
        }
    }

    /// What it means for new rows that a column has lost its default. A target that counts in primary keys alone counts in each of integers.
    private func consequence(ofNoDefaultOf column: Column, as type: ColumnType, in table: Table) -> String {
        if target.countsInPrimaryKeysOnly, type.isInteger, table.primaryKey?.columns == [column.name] {
            return "; a new row gets the next number of its table instead"
        }
        return column.isNullable ? "" : "; it is NOT NULL, so each new row must give a value"
    }

    /// Adds the expression of a computed column. A column that can't be computed in the target keeps its values.
    private mutating func addGenerated(
        _ column: Column, to result: inout Column, of table: String, _ translator: any ExpressionTranslator
    ) {
        guard let generated = column.generated else { return }
        do throws(Untranslatable) {
            let expression = try translator.generated(
                generated.expression, for: types.meaning(table, column.name) ?? result.type)
            result.generated = Generated(expression, .stored)
        } catch {
            leave(.other, "\(table).\(column.name) GENERATED", "its values are copied and no longer computed: \(error)")
        }
    }

    /// Gives computed columns a type that keeps all decimals of what the source computes, unless a rule gives them another.
    private mutating func widenComputed(in origin: ProfiledTable) {
        guard origin.table.columns.contains(where: { $0.generated != nil }) else { return }
        let translator = translator(of: origin)
        for column in origin.table.columns {
            guard let generated = column.generated, let choice = types[origin.table.name, column.name],
                !choice.isGiven
            else { continue }
            let type = translator.computedType(generated.expression, for: choice.type)
            if type != choice.type { types.widenComputed(column.name, of: origin.table.name, to: type) }
        }
    }

    private func rendered(_ type: ColumnType) -> String { (try? target.render(type)) ?? type.description }

    mutating func leave(_ kind: Omission.Kind, _ name: String, _ reason: String) {
        omitted.append(Omission(kind, name, reason: reason))
    }
}

extension Table {
    /// The expressions of the table's computed columns, checks and indexes.
    fileprivate var expressions: [SQLExpression] {
        let parts = indexes.flatMap { index in
            index.parts.compactMap { part -> SQLExpression? in
                switch part.key {
                case .expression(let expression): expression
                case .column: nil
                }
            } + [index.condition].compactMap { $0 }
        }
        return columns.compactMap { $0.generated?.expression } + checks.map(\.expression) + parts
    }
}
