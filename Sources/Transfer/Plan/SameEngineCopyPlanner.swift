import Dialects

/// Plans a copy into a database of the same kind, in which nothing is translated. It reads no database.
enum SameEngineCopyPlanner {
    /// Returns the tables whose rows are copied, including those behind virtual tables.
    static func tables(of inspection: Inspection, _ options: TransferOptions) -> [Table] {
        inspection.sameEngineCopy.tables.filter { options.takes($0.owner) }.map { copied in
            if let table = inspection.schema[copied.name] { return table }
            var table = Table(name: copied.name)
            table.columns = copied.columns.map { Column($0.name, $0.type) }
            return table
        }
    }

    /// Returns the tables and indexes of the copy that are asked for.
    static func taken(of inspection: Inspection, _ options: TransferOptions) -> SameEngineCopy {
        var copy = inspection.sameEngineCopy
        copy.tables.removeAll { !options.takes($0.owner) }
        let names = Set(copy.tables.map(\.name))
        copy.parts.removeAll { $0.kind != .index || !names.contains($0.table) }
        return copy
    }

    /// Returns the plan. `tables` are the tables that `tables(of:_:)` returned, with their rows counted.
    static func plan(
        _ inspection: Inspection, _ tables: [ProfiledTable], _ options: TransferOptions, to target: any TransferTarget
    ) -> TransferPlan {
        let copy = inspection.sameEngineCopy
        let taken = Set(tables.map(\.table.name))
        let virtual = copy.virtualTables.filter(options.takes)
        var leaving = Leaving(inspection, taken.union(virtual))
        let parts = copy.parts.filter { leaving.keeps($0) }
        let sequences = copy.sequences.filter { $0.owner.map(taken.contains) ?? true }
        let defaults = copy.defaults.filter { taken.contains($0.table) }
        let prepared = copy.preparations.filter { $0.owner.map(virtual.contains) ?? true }.map(\.statement)
        let counting = sequences.map(\.statement) + defaults.filter { $0.owners.isSubset(of: taken) }.map(\.statement)
        let construction = Construction(
            tables: copy.tables.filter { taken.contains($0.name) }.map(\.statement) + prepared + counting,
            afterLoad: parts)
        let schema = Schema(tables: schemaTables(inspection, tables, virtual), views: [])
        let copied = copy.tables.byName(\.name)
        let absent = Set(copy.tables.map(\.name)).subtracting(taken)
        let omitted =
            copy.omitted.filter { !($0.table.map(absent.contains) ?? false) }
            + defaults.compactMap { omission(of: $0, without: taken) }
        var plan = TransferPlan(
            tables: tables.compactMap { table in copied[table.table.name].map { tablePlan(table, $0) } },
            schema: schema, construction: construction,
            checks: checks(inspection, taken, longestName: target.longestName), fullText: [], renames: [],
            typeNotes: notes(inspection, taken),
            omitted: inspection.omitted.filter { $0.kind == .table } + omitted
                + virtualTablesLeft(inspection, options) + leaving.left,
            remarks: [
                inspection.remarkOnNoTables, inspection.remarkOnOtherSchemas,
                inspection.remarkOnSerials(of: tables.map(\.table)),
            ].compactMap { $0 })
        plan.sequences = sequences
        return plan
    }

    /// Returns the default as an omission if a table that owns one of its sequences is not transferred; otherwise `nil`.
    private static func omission(of value: SameEngineCopy.Default, without taken: Set<String>) -> Omission? {
        value.owners.subtracting(taken).min().map { owner in
            Omission(
                .other, "\(value.table).\(value.column) DEFAULT",
                reason: "it asks a sequence of \(owner), which is not transferred", of: value.table)
        }
    }

    private static func tablePlan(_ counted: ProfiledTable, _ copy: SameEngineCopy.Table) -> PlannedTable {
        let name = counted.table.name
        return PlannedTable(
            source: name, target: name, reading: counted.reading, sourceColumns: copy.columns.map(\.name),
            targetColumns: copy.columns.map(\.name), types: copy.columns.map(\.type),
            columnPlans: copy.columns.map { _ in ColumnPlan() }, rows: counted.rows,
            bytes: counted.bytes, pieces: counted.pieces,
            counting: copy.counters.map { .init(column: $0.column, highest: $0.last) })
    }

    /// Returns everything that the copy creates, so that it can be found and removed again. That includes a virtual table,
    /// which has no rows of its own.
    private static func schemaTables(
        _ inspection: Inspection, _ tables: [ProfiledTable], _ virtual: Set<String>
    ) -> [Table] {
        let taken = Set(tables.map(\.table.name))
        return tables.map { counted in
            var table = counted.table
            table.foreignKeys.removeAll { !taken.contains($0.parent) }
            return table
        } + virtual.sorted().map { Table(name: $0) }
    }

    /// Returns the virtual tables that stay behind because others were asked for. Those that can be asked for are not among them:
    /// they have rows of their own, and whoever names tables knows that they are missing.
    private static func virtualTablesLeft(_ inspection: Inspection, _ options: TransferOptions) -> [Omission] {
        let named = Set(inspection.tablesWithRows.map(\.name))
        let left = inspection.sameEngineCopy.virtualTables.subtracting(named).filter { !options.takes($0) }
        return left.sorted().map {
            Omission(.virtualTable, $0, reason: "only the tables that were asked for are transferred")
        }
    }

    /// Returns a check of the labels for each enumeration that is not transferred. Its name differs from those of the
    /// table's own constraints.
    private static func checks(
        _ inspection: Inspection, _ taken: Set<String>, longestName: Int
    ) -> [PlannedCheck] {
        guard !inspection.enforcedTypes.isEmpty else { return [] }
        let parts = Dictionary(grouping: inspection.sameEngineCopy.parts, by: \.table)
        return inspection.schema.tables.filter { taken.contains($0.name) }.flatMap { table in
            let types = inspection.enforcedTypes[table.name] ?? [:]
            var others = TargetNames.Used(names: Set((parts[table.name] ?? []).map(\.name)))
            var names = TargetNames(longest: longestName)
            return table.columns.compactMap { column -> PlannedCheck? in
                guard let type = types[column.name], !type.labels.isEmpty else { return nil }
                var check = LabelCheck.check(column.name, type, of: table)
                check.name = names.constraint(
                    nil, or: [check.name ?? column.name], of: table.name, beside: &others)
                return PlannedCheck(table: table.name, check: check)
            }
        }
    }

    private static func notes(_ inspection: Inspection, _ taken: Set<String>) -> [TypeNote] {
        inspection.sameEngineCopy.types.filter { taken.contains($0.table) }.map { transferred in
            TypeNote(
                table: transferred.table, column: transferred.column,
                declared: inspection.declaredTypes[transferred.table]?[transferred.column] ?? "",
                type: transferred.type.word,
                reason: transferred.reason)
        }
    }
}

/// Finds the parts that can't be transferred because they read a table that is not transferred.
private struct Leaving {
    private let taken: Set<String>
    private let absent: Set<String>
    /// The tables and views that are not transferred.
    private var missing: MentionedNames
    private(set) var left: [Omission] = []

    init(_ inspection: Inspection, _ taken: Set<String>) {
        self.taken = taken
        let copy = inspection.sameEngineCopy
        let owners = (copy.tables.map(\.owner) + copy.virtualTables.sorted()).filter { !taken.contains($0) }
        absent = Set(owners)
        missing = MentionedNames(owners)
    }

    mutating func keeps(_ part: Construction.Part) -> Bool {
        switch part.kind {
        case .primaryKey, .unique, .index, .check: return taken.contains(part.table)
        case .foreignKey, .view, .trigger:
            guard part.kind == .view || taken.contains(part.table) || !absent.contains(part.table) else { return false }
            guard let name = missing.mentioned(in: .sql(part.statement)).first else { return true }
            if part.kind == .view { missing.append(part.name) }
            left.append(
                Omission(part.kind.whatStays, part.name, reason: "it reads \(name), which is not transferred"))
            return false
        }
    }
}

extension Construction.Part.Kind {
    fileprivate var whatStays: Omission.Kind {
        switch self {
        case .primaryKey, .unique, .check: .constraint
        case .index: .index
        case .foreignKey: .foreignKey
        case .view: .view
        case .trigger: .trigger
        }
    }
}

/// The check that restricts a column to an enumeration's labels, for a database without that type.
enum LabelCheck {
    static func check(_ column: String, _ type: EnforcedType, of table: Table) -> Check {
        let text = SQLExpression.column(column, isOneOf: type.labels).sourceText
        return Check(.ofTarget(text), name: "\(table.name)_\(column)_check")
    }
}
