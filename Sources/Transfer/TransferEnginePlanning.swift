import Dialects

// Finds out what a transfer has to do.

extension TransferEngine {
    /// The work of a transfer: its plan and the statements for it.
    struct Work: Sendable {
        var plan: TransferPlan
        var construction: Construction
        /// The statements that create the tables, in order.
        var tableStatements: [String]
        var build: BuildPlan
        /// The basis of the plan if not every value was examined; otherwise `nil`.
        var forecast: Forecast?
    }

    /// A source as it is known before its rows are read.
    struct Outline: Sendable {
        var inspection: Inspection
        /// The outlines of the tables; empty for a copy into the same kind of database.
        var tables: [TableOutline]
    }

    /// Examines the source and returns the work. It changes nothing.
    func plan() async throws -> Work { try await plan(outline()) }

    func outline() async throws -> Outline {
        events(.phase(.surveying))
        let (source, target, options) = (source, target, options)
        let (inspection, wanted) = try await streams.first { reading, _ in
            try SourceSurvey(reading, source, options.rules).inspect(options)
        }
        guard !source.speaksAs(target) else {
            guard options.rules == TransferRules() else { throw TransferError.rulesForSameEngineCopy }
            if !inspection.sameEngineCopy.virtualTables.contains(where: options.takes) {
                try inspection.requireSelection(wanted)
            }
            return Outline(inspection: inspection, tables: [])
        }
        try inspection.requireSelection(wanted)
        try options.rules.requireFreeNames(for: wanted, in: target)
        try await requireSupport()
        for table in wanted {
            let columns = options.rules.withoutSkippedColumns(table).table.columns
            try requireRoom(for: columns.count, of: table.name)
            try inspection.requireReadable(columns.map(\.name), of: table.name)
        }
        let tables = try await streams.each(inspection.demanding(wanted)) { table, reading, _ in
            try SourceSurvey(reading, source, options.rules).outline(table, inspection, inPiecesOf: options.chunkBytes)
        }
        return Outline(inspection: inspection, tables: tables)
    }

    /// Throws if the target has no table of so many columns. The server would say so only when the table is made.
    private func requireRoom(for columns: Int, of table: String) throws(DatabaseError) {
        let most = target.mostColumns
        guard columns > most else { return }
        throw DatabaseError(
            .other, "the table \(table) has \(columns) columns, and the target takes at most \(most)",
            remedy: "leave columns or the table out: the target takes \(most) columns")
    }

    /// Throws if the target can't provide the support that the rules need. This is checked before any value is examined.
    private func requireSupport() async throws {
        let (target, policies) = (target, options.rules.nocasePolicies)
        guard !policies.isEmpty else { return }
        try await streams.first { _, writing in
            _ = try target.trying(on: writing) { try target.makeSupport(of: policies, on: writing) }
        }
    }

    /// Examines every value and returns the work.
    func plan(_ outline: Outline) async throws -> Work {
        guard !source.speaksAs(target) else { return try await sameEngineCopy(outline.inspection) }
        return try await work(outline.inspection, survey(outline.tables))
    }

    /// Examines the source, and returns the plan with remarks on the rows whose parents are missing, and on those that share a key in the
    /// target, which only a run refuses. It changes nothing.
    func planNamingOrphans() async throws -> TransferPlan {
        var plan = try await plan().plan
        // A copy into the same kind of database takes orphans along as they are.
        guard !source.speaksAs(target) else { return plan }
        let dialect = source
        let found = try await streams.each(plan.sourceKeys) { item, reading, _ in
            try OrphanSearch(dialect, reading).orphans(of: item.key, in: item.table)
        }
        plan.remarks += found.compactMap { $0 }.map { "\($0.table): \($0.note)" }
        let keys = try await keysThatBecomeOne(in: plan)
        plan.remarks += keys.map { "\($0): they are one key in the target, which the transfer refuses" }
        return plan
    }

    private func keysThatBecomeOne(in plan: TransferPlan) async throws -> [FoldedKey] {
        guard !plan.mixed.isEmpty else { return [] }
        let target = target
        let columns = Dictionary(grouping: plan.mixed, by: \.table).mapValues { Set($0.map(\.column)) }
        return try await streams.first { reading, writing in
            try FoldedKeySurvey(plan: plan, columns: columns, target: target, reading: reading, writing: writing)
                .found().keys
        }
    }

    /// Returns the remark on a target whose texts are in another encoding than those of a source of the same kind; `nil` if there is none.
    func encodingRemark() async throws -> String? {
        guard source.speaksAs(target) else { return nil }
        let target = target
        return try await streams.first { reading, writing in try target.remark(onEncodingOf: reading, on: writing) }
    }

    private func sameEngineCopy(_ inspection: Inspection) async throws -> Work {
        let (source, options, events) = (source, options, events)
        let left = try unmakeableIndexes(inspection)
        let counted = try await streams.each(SameEngineCopyPlanner.tables(of: inspection, options)) {
            table, reading, _ in
            let counted = try SourceSurvey(reading, source, options.rules).count(table, inspection)
            events(.counted(table: table.name, rows: counted.rows))
            return counted
        }
        var plan = SameEngineCopyPlanner.plan(inspection, counted, options, to: target)
        plan.omitted += left
        let names = Set(left.map(\.name))
        plan.construction?.afterLoad.removeAll { $0.kind == .index && names.contains($0.name) }
        return try work(plan)
    }

    /// Returns the indexes that the target can't make, and throws if it is a table or a unique index that it can't make. No table is
    /// counted before.
    private func unmakeableIndexes(_ inspection: Inspection) throws -> [Omission] {
        let found = try target.unmakeable(in: SameEngineCopyPlanner.taken(of: inspection, options))
        let required = found.filter { object in
            guard let table = object.table else { return true }
            return inspection.schema[table]?.indexes.contains { $0.name == object.name && $0.isUnique } ?? false
        }
        guard required.isEmpty else { throw TransferError.needsApplication(required) }
        return found
    }

    /// Reads whole tables, several parts of them at once.
    func survey(_ outlines: [TableOutline]) async throws -> [ProfiledTable] {
        let (source, options, events) = (source, options, events)
        let found = try await streams.each(outlines.flatMap(\.parts)) { part, reading, _ in
            try SourceSurvey(reading, source, options.rules).survey(part, inPiecesOf: options.chunkBytes, events)
        }
        // The parts of a table are adjacent in the result.
        return found.reduce(into: []) { tables, part in
            guard let last = tables.last, last.table.name == part.table.name else { return tables.append(part) }
            tables[tables.count - 1] = last.joined(with: part)
        }
    }

    /// Returns the work for tables with these findings.
    func work(_ inspection: Inspection, _ tables: [ProfiledTable]) async throws -> Work {
        var plan = TransferPlanner.plan(inspection, tables, options.rules, from: source, to: target)
        let target = target
        let found = try await streams.each(plan.suspectTables) { table, reading, _ in
            try IncompatibleValueSurvey(reading, for: target).findings(in: table)
        }
        plan.incompatibleValues = found.flatMap(\.incompatibleValues)
        plan.remarks += found.flatMap(\.remarks)
        // The policies may refuse some of these values.
        try plan.check(plan.incompatibleValues)
        plan.remarks += try await requireKeys(of: plan)
        return try work(await accepted(plan))
    }

    /// Throws if texts that a key distinguishes would become equal in the target. Returns the remarks for the report.
    private func requireKeys(of plan: TransferPlan) async throws -> [String] {
        guard !plan.caseless.isEmpty else { return [] }
        let target = target
        let columns = Dictionary(grouping: plan.caseless, by: \.table).mapValues { Set($0.map(\.column)) }
        let found = try await streams.first { reading, writing in
            try FoldedKeySurvey(plan: plan, columns: columns, target: target, reading: reading, writing: writing)
                .found()
        }
        guard found.keys.isEmpty else { throw TransferError.keysFold(found.keys) }
        return found.made.map { "created in the target, because these columns need it: \($0)" }
    }

    func work(_ plan: TransferPlan) throws -> Work {
        var plan = plan
        let construction = try plan.construction ?? target.construct(plan.schema)
        let build = try BuildPlan(plan, construction, target, streams: streams.count)
        let tables = tableStatements(plan, construction)
        plan.statements = tables + build.stages.joined().joined().compactMap(\.statement)
        events(.planned(plan))
        return Work(plan: plan, construction: construction, tableStatements: tables, build: build)
    }

    /// Returns the statements that create the tables. The counter that the target creates with a table takes another name if
    /// its own is taken, so a table with such a name is created first.
    private func tableStatements(_ plan: TransferPlan, _ construction: Construction) -> [String] {
        let counters = plan.schema.tables.flatMap { table in
            table.columns.filter(\.isIdentity).compactMap { target.counter(of: $0.name, in: table.name) }
        }
        let names = Set(counters).intersection(plan.schema.tables.map(\.name))
        guard plan.construction == nil && !names.isEmpty else { return construction.tables }
        let made = Array(zip(plan.schema.tablesInForeignKeyOrder.map(\.name), construction.tables))
        let (first, others) = (made.filter { names.contains($0.0) }, made.filter { !names.contains($0.0) })
        return (first + others).map(\.1)
    }
}

extension Inspection {
    /// Throws if there are tables, and none of them is `wanted`.
    fileprivate func requireSelection(_ wanted: [Table]) throws(TransferError) {
        guard !wanted.isEmpty || tablesWithRows.isEmpty else { throw .nothingSelected }
    }
}
