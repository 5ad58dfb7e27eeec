import Dialects

/// Turns what was found in a source into a plan: pure, the same input gives the same plan.
struct TransferPlanner {
    let inspection: Inspection
    let source: any TransferSource
    let target: any TransferTarget
    let tables: [ProfiledTable]
    let types: ColumnTypes

    var names: TargetNames
    var tableNames: [String: String] = [:]
    var columnNames: [String: [String: String]] = [:]
    var planned: [Table] = []
    var checks: [PlannedCheck] = []
    var typeNotes: [TypeNote] = []
    var notCarried: [NotCarried]

    init(
        _ inspection: Inspection, _ tables: [ProfiledTable], from source: any TransferSource,
        to target: any TransferTarget
    ) {
        self.inspection = inspection
        self.tables = tables
        self.source = source
        self.target = target
        self.types = ColumnTypes(tables, counting: inspection.rowidAliases)
        self.names = TargetNames(longest: target.longestName, distinguishesCase: target.distinguishesCase)
        self.notCarried = inspection.notCarried
    }

    /// Throws when two names would become one, or a column cannot have its name.
    static func plan(
        _ inspection: Inspection, _ tables: [ProfiledTable], from source: any TransferSource,
        to target: any TransferTarget
    ) throws(TransferError) -> TransferPlan {
        var planner = TransferPlanner(inspection, tables, from: source, to: target)
        return try planner.plan()
    }

    private mutating func plan() throws(TransferError) -> TransferPlan {
        tableNames = try names.tables(tables.map(\.table.name))
        for table in tables {
            let columns = table.table.columns.map(\.name)
            if let column = columns.first(where: target.reservedColumns.contains) {
                throw .reservedColumn(table: table.table.name, column: column)
            }
            columnNames[table.table.name] = try names.columns(of: table.table.name, columns)
        }
        for table in tables { add(table) }
        for (at, table) in tables.enumerated() { addForeignKeys(of: table.table, at: at) }
        var views = views()
        let fullText = addFullText(to: &views)
        let schema = Schema(tables: planned, views: views)
        return TransferPlan(
            tables: schema.tablesInForeignKeyOrder.compactMap(journey), schema: schema, checks: checks,
            fullText: fullText,
            renames: names.renames, typeNotes: typeNotes, notCarried: notCarried)
    }

    private func journey(of table: Table) -> PlannedTable? {
        guard let origin = tables.first(where: { tableNames[$0.table.name] == table.name }) else { return nil }
        let copied = zip(origin.table.columns, table.columns).filter { $0.1.generated == nil }
        return PlannedTable(
            source: origin.table.name, target: table.name, reading: origin.reading,
            sourceColumns: copied.map { $0.0.name }, targetColumns: copied.map { $0.1.name },
            types: copied.map { $0.1.type }, rows: origin.rows, bytes: origin.bytes, pieces: origin.pieces,
            counting: counting(origin, table))
    }

    private func counting(_ origin: ProfiledTable, _ table: Table) -> PlannedTable.Counting? {
        guard let at = table.columns.firstIndex(where: \.isIdentity) else { return nil }
        return .init(
            column: table.columns[at].name,
            highest: max(origin.highest(at), inspection.sequences[origin.table.name] ?? 0))
    }

    /// A view that reads what stays behind stays behind itself.
    private mutating func views() -> [View] {
        var left = inspection.schema.tables.map(\.name).filter { tableNames[$0] == nil }
        return inspection.schema.views.compactMap { view in
            do throws(Untranslatable) {
                if let missing = left.first(where: view.query.mentions) {
                    throw Untranslatable("it reads \(missing), which does not come along")
                }
                return View(view.name, as: try source.query(of: view, over: tables.map(\.table)))
            } catch {
                left.append(view.name)
                leave(.view, view.name, error.description)
                return nil
            }
        }
    }
}

extension TransferPlanner {
    private mutating func add(_ origin: ProfiledTable) {
        let name = origin.table.name
        var table = Table(name: tableNames[name] ?? name)
        let translator = translator(of: origin.table)
        for (at, column) in origin.table.columns.enumerated() {
            table.columns.append(self.column(column, nulls: origin.nulls(at), of: origin, translator))
        }
        addKeys(origin, to: &table, translator)
        addIndexes(origin, to: &table, translator)
        addChecks(origin, to: &table, translator)
        planned.append(table)
    }

    /// The source's columns with the target's types, which is what decides what an expression means there.
    private func translator(of table: Table) -> any ExpressionTranslator {
        let columns = table.columns.map { column in
            var column = column
            column.type = types[table.name, column.name]?.type ?? column.type
            return column
        }
        return source.translator(of: columns, names: columnNames[table.name] ?? [:])
    }

    private mutating func column(
        _ column: Column, nulls: Int, of origin: ProfiledTable, _ translator: any ExpressionTranslator
    ) -> Column {
        let table = origin.table.name
        let choice = types[table, column.name] ?? TypeChoice(column.type)
        var result = Column(columnNames[table]?[column.name] ?? column.name, choice.type)
        if let reason = choice.reason {
            let declared = inspection.declaredTypes[table]?[column.name] ?? ""
            typeNotes.append(
                TypeNote(
                    table: table, column: column.name, declared: declared, type: spelled(choice.type), reason: reason))
        }
        result.isNullable = column.isNullable || nulls > 0
        if result.isNullable && !column.isNullable {
            leave(.constraint, "\(table).\(column.name) NOT NULL", "\(nulls) rows hold NULL there")
        }
        if counts(column, of: origin.table) && choice.type.isInteger {
            result.isIdentity = true
            result.isNullable = false
            return result
        }
        addDefault(column, to: &result, of: table, translator)
        addGenerated(column, to: &result, of: table, translator)
        return result
    }

    /// Whether it counts by itself, in the target too.
    private mutating func counts(_ column: Column, of table: Table) -> Bool {
        guard column.isIdentity || inspection.rowidAliases[table.name] == column.name else { return false }
        guard target.countsInPrimaryKeysOnly, table.primaryKey?.columns != [column.name] else { return true }
        leave(
            .other, "\(table.name).\(column.name) IDENTITY",
            "a column of the target counts by itself only where it is the whole primary key")
        return false
    }

    private mutating func addDefault(
        _ column: Column, to result: inout Column, of table: String, _ translator: any ExpressionTranslator
    ) {
        guard let value = column.default else { return }
        do throws(Untranslatable) {
            result.default = try translator.value(value, for: result.type)
        } catch {
            leave(.other, "\(table).\(column.name) DEFAULT", "the column has no default: \(error)")
        }
    }

    /// A computed column that cannot be computed in the target keeps its values.
    private mutating func addGenerated(
        _ column: Column, to result: inout Column, of table: String, _ translator: any ExpressionTranslator
    ) {
        guard let generated = column.generated else { return }
        do throws(Untranslatable) {
            let expression = try translator.generated(generated.expression, for: result.type)
            result.generated = Generated(expression, .stored)
        } catch {
            leave(.other, "\(table).\(column.name) GENERATED", "its values are copied and no longer computed: \(error)")
        }
    }

    private func spelled(_ type: ColumnType) -> String { (try? target.spell(type)) ?? type.description }

    mutating func leave(_ kind: NotCarried.Kind, _ name: String, _ reason: String) {
        notCarried.append(NotCarried(kind, name, reason: reason))
    }
}
