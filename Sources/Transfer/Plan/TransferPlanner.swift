import Dialects

/// Turns the findings about a source into a plan. It reads no database: the same input gives the same plan.
struct TransferPlanner {
    let inspection: Inspection
    let source: any TransferSource
    let target: any TransferTarget
    let tables: [ProfiledTable]
    var types: ColumnTypes
    let rules: TransferRules
    let framework: Framework

    var names: TargetNames
    var tableNames: [String: String] = [:]
    var columnNames: [String: [String: String]] = [:]
    var viewNames: [String: String] = [:]
    /// The names of views' columns that differ in the target, by the names of the views.
    var viewColumnNames: [String: [String: String]] = [:]
    /// The names of the views that take the place of full-text tables, by the names of these.
    var fullTextNames: [String: String] = [:]
    var planned: [Table] = []
    /// The places in `planned`, by the names of the tables.
    var places: [String: Int] = [:]
    /// What views and triggers can name, by the source's folded names: several in a source whose names may differ in case alone.
    var relations: [String: [NamedRelation]] = [:]
    var checks: [PlannedCheck] = []
    /// The names of `checks`, by their tables.
    var laterNames: [String: [String]] = [:]
    var typeNotes: [TypeNote] = []
    var omitted: [Omission]
    var remarks: [String] = []
    /// The tables to which the same remark applies, by the remark.
    var remarksOnTables: [String: [String]] = [:]
    var viewsOfTheTime: Set<String> = []
    var computedIndexes: Set<String> = []
    /// The indexes that were made in their plain form (`Inspection.plainIndexes`), with their tables.
    var plainIndexes: [String: String] = [:]
    var caselessColumns: [CaselessColumn] = []
    /// The columns of guessed types that expressions ask for numbers.
    var numbers: Set<GuessedColumn>

    init(
        _ inspection: Inspection, _ tables: [ProfiledTable], _ rules: TransferRules, numbers: Set<GuessedColumn>,
        from source: any TransferSource, to target: any TransferTarget
    ) {
        let takesAll = target.takesTablesWithoutColumns
        self.inspection = inspection
        self.tables = tables.filter { takesAll || !$0.table.columns.isEmpty }
        self.rules = rules
        self.source = source
        self.target = target
        let framework = Framework(of: inspection.schema)
        self.framework = framework
        self.numbers = numbers
        self.types = ColumnTypes(tables, counting: inspection.rowidAliases, numbers: numbers, from: source)
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
            inspection.remarkOnFileNumbers, MigrationRecord.remark(on: inspection.schema),
        ].compactMap { $0 }
    }

    static func plan(
        _ inspection: Inspection, _ tables: [ProfiledTable], _ rules: TransferRules, from source: any TransferSource,
        to target: any TransferTarget
    ) -> TransferPlan {
        var numbers: Set<GuessedColumn> = []
        // What the expressions ask of a column without a type shows only when they are translated. A pass finds all that they ask; what
        // reads a view that asks something needs the next one. `numbers` only grows, so the passes end.
        while true {
            var planner = TransferPlanner(inspection, tables, rules, numbers: numbers, from: source, to: target)
            let plan = planner.plan()
            guard planner.numbers != numbers else { return plan }
            numbers = planner.numbers
        }
    }

    private mutating func plan() -> TransferPlan {
        nameAll()
        for table in tables { widenComputed(in: table) }
        for table in tables { addFindingNumbers(table) }
        remarkTogetherOnPlainIndexes()
        for (at, table) in tables.enumerated() { addForeignKeys(of: table.table, at: at) }
        nameRelations()
        var indexed: [View] = []
        let fullText = addFullText(to: &indexed)
        let views = views()
        let made = Set(views.map(\.name))
        let viewSources = viewNames.filter { made.contains($0.value) }.map { ($0.value, $0.key) }
        addRangeTables()
        let triggers = triggersFindingNumbers()
        let schema = Schema(tables: planned, views: indexed + views)
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
            proposals: ProposedRule.proposals(
                for: tables, in: inspection, of: framework,
                isRecorded: MigrationRecord.isKept(in: inspection.schema)),
            caseless: caselessColumns, mixed: mixedColumns(), viewsOfTheTime: viewsOfTheTime,
            computedIndexes: computedIndexes, triggers: triggers)
    }

    private mutating func nameAll() {
        tableNames = names.tables(tables.map(\.table.name), wanted: rules.givenNames)
        for table in tables.map(\.table) {
            columnNames[table.name] = names.columns(
                of: table.name, table.columns.map(\.name), wanted: rules.givenColumnNames(in: table.name),
                reserved: target.reservedColumns)
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
    func written(_ column: Column, of table: String) -> ColumnType {
        types[table, column.name]?.type ?? column.type
    }

    /// Returns the rule by which a column's values are read. A uuid becomes its 16 bytes where a rule gives that type.
    func reading(of column: String, in table: String) -> ValueRule? {
        let isUUID = inspection.enforcedTypes[table]?[column]?.type == .uuid
        let spelling: ValueRule? = isUUID && types[table, column]?.type == .bytes ? .bytesOfUUID : nil
        return rules.columnRule(of: column, in: table).reading ?? spelling
    }

    private func columnPlan(of column: Int, _ origin: ProfiledTable, _ planned: Column) -> ColumnPlan {
        let (table, name) = (origin.table.name, origin.table.columns[column].name)
        let choice = types[table, name] ?? TypeChoice(planned.type)
        let type = choice.type
        var plan = ColumnPlan(
            reading: reading(of: name, in: table), policy: origin.columnRules[column].policy, isGiven: choice.isGiven)
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
    /// Adds a table. If its expressions ask columns of guessed types for numbers, this pass only goes on to find all of these: each shows
    /// when those before it are numbers.
    private mutating func addFindingNumbers(_ origin: ProfiledTable) {
        var known = numbers.count
        add(origin)
        while numbers.count > known {
            known = numbers.count
            types.take(numbers, in: origin.table)
            widenComputed(in: origin)
            planned.removeLast()
            add(origin)
        }
    }

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
    func translator(of origin: ProfiledTable) -> any ExpressionTranslator {
        let table = origin.table
        var seen = table
        seen.columns = table.columns.map { column in
            var column = column
            column.type = types.meaning(table.name, column.name) ?? written(column, of: table.name)
            return types.nocase(table.name, column.name).map { target.caseless(column, as: $0) } ?? column
        }
        var relation = origin.named(seen)
        relation.guesses = types.guesses(in: table)
        return source.translator(of: relation, names: columnNames[table.name] ?? [:])
    }

    mutating func leave(_ kind: Omission.Kind, _ name: String, _ reason: String) {
        omitted.append(Omission(kind, name, reason: reason))
    }

    /// Leaves an object behind whose expression can't be translated, and notes the column that it asks for numbers.
    ///
    /// - Parameter consequence: What that means, before the reason.
    mutating func leave(_ kind: Omission.Kind, _ name: String, _ error: Untranslatable, _ consequence: String = "") {
        if let column = error.numbersWanted { numbers.insert(column) }
        leave(kind, name, consequence + error.description)
    }
}
