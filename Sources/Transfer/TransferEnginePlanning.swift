import Dialects

// How a transfer finds out what there is to do.

extension TransferEngine {
    /// What there is to do, and how.
    struct Work: Sendable {
        var plan: TransferPlan
        var construction: Construction
        /// Those that make the tables, in their order.
        var tableStatements: [String]
        var build: BuildPlan
        /// What the plan rests on where not every value was looked at.
        var forecast: Forecast?
    }

    /// A source before its rows are read.
    struct Outline: Sendable {
        var inspection: Inspection
        /// None where they go over as they are.
        var tables: [TableOutline]
    }

    /// Looks at the source and decides; changes nothing.
    func plan() async throws -> Work { try await plan(outline()) }

    func outline() async throws -> Outline {
        events(.phase(.surveying))
        let (source, target, options) = (source, target, options)
        let (inspection, wanted) = try await streams.first { reading, _ in
            try SourceSurvey(reading, source, options.rules).inspect(options)
        }
        guard !source.speaksAs(target) else {
            guard options.rules == TransferRules() else { throw TransferError.rulesForSameEngineCopy }
            return Outline(inspection: inspection, tables: [])
        }
        try await requireSupport()
        let tables = try await streams.each(wanted) { table, reading, _ in
            try SourceSurvey(reading, source, options.rules).outline(table, inspection, inPiecesOf: options.chunkBytes)
        }
        return Outline(inspection: inspection, tables: tables)
    }

    /// Throws when the target can't have what the rules ask for, before any value is looked at.
    private func requireSupport() async throws {
        let (target, policies) = (target, options.rules.nocasePolicies)
        guard !policies.isEmpty else { return }
        try await streams.first { _, writing in
            _ = try target.trying(on: writing) { try target.makeSupport(of: policies, on: writing) }
        }
    }

    /// Looks at every value.
    func plan(_ outline: Outline) async throws -> Work {
        guard !source.speaksAs(target) else { return try await sameEngineCopy(outline.inspection) }
        return try await work(outline.inspection, survey(outline.tables))
    }

    private func sameEngineCopy(_ inspection: Inspection) async throws -> Work {
        let (source, options, events) = (source, options, events)
        let counted = try await streams.each(SameEngineCopyPlanner.tables(of: inspection, options)) {
            table, reading, _ in
            let counted = try SourceSurvey(reading, source, options.rules).count(table, inspection)
            events(.counted(table: table.name, rows: counted.rows))
            return counted
        }
        return try work(SameEngineCopyPlanner.plan(inspection, counted, to: target))
    }

    /// Reads whole tables, several parts of them at once.
    func survey(_ outlines: [TableOutline]) async throws -> [ProfiledTable] {
        let (source, options, events) = (source, options, events)
        let found = try await streams.each(outlines.flatMap(\.parts)) { part, reading, _ in
            try SourceSurvey(reading, source, options.rules).survey(part, inPiecesOf: options.chunkBytes, events)
        }
        // The parts of a table stand side by side.
        return found.reduce(into: []) { tables, part in
            guard let last = tables.last, last.table.name == part.table.name else { return tables.append(part) }
            tables[tables.count - 1] = last.joined(with: part)
        }
    }

    /// What is to be done with tables of which this was found.
    func work(_ inspection: Inspection, _ tables: [ProfiledTable]) async throws -> Work {
        var plan = TransferPlanner.plan(inspection, tables, options.rules, from: source, to: target)
        let target = target
        let found = try await streams.each(plan.suspectTables) { table, reading, _ in
            try IncompatibleValueSurvey(reading, for: target).incompatibleValues(in: table)
        }
        plan.incompatibleValues = found.flatMap { $0 }
        // The policies may let none of them pass.
        try plan.check(plan.incompatibleValues)
        plan.remarks += try await requireKeys(of: plan)
        return try work(await accepted(plan))
    }

    /// Throws when texts that a key tells apart would be one in the target. Returns what is to be said.
    private func requireKeys(of plan: TransferPlan) async throws -> [String] {
        guard !plan.caseless.isEmpty else { return [] }
        let target = target
        let found = try await streams.first { reading, writing in
            try FoldedKeySurvey(plan: plan, target: target, reading: reading, writing: writing).found()
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

    /// The counter that comes with a table takes another name where its own is taken: a table that is called so is made first.
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
