import Dialects

/// Copies a database into existing tables that an application's own framework has made, and proves the copy. Tables and columns
/// are matched by name.
///
///     let report = try await ExistingTransfer(from: sqlite, to: postgresql, replacing: ["django_migrations"]).run()
///
/// The target's schema is not changed: a value is converted exactly to its column's type, or refused. All rows are written in one
/// transaction, so a refusal or an interruption leaves the target as it was.
public struct ExistingTransfer: Sendable {
    private let from: Database
    private let to: Database
    private let replacing: [String]
    private let keeping: [String]
    private let ignoring: [String]
    private let rules: TransferRules
    private let verification: TransferOptions.Verification

    /// Creates a transfer.
    ///
    /// - Parameters:
    ///   - from: The database to read.
    ///   - to: The database whose tables are filled.
    ///   - replacing: The tables of the target whose rows are replaced by those of the source, as either database spells their names.
    ///   - keeping: The tables of the target that keep their rows, while the source's rows are left out, as either database spells
    ///     their names. Other tables of the target that hold rows are refused.
    ///   - ignoring: The tables of the source, and its columns as `table.column`, that may be left out.
    ///   - rules: What to do otherwise than the transfer would by itself.
    ///   - verification: What is compared at the end.
    public init(
        from: Database, to: Database, replacing: [String] = [], keeping: [String] = [], ignoring: [String] = [],
        rules: TransferRules = TransferRules(), verification: TransferOptions.Verification = .digest
    ) {
        self.from = from
        self.to = to
        self.replacing = replacing
        self.keeping = keeping
        self.ignoring = ignoring
        self.rules = rules
        self.verification = verification
    }

    /// Returns what `run` would do, and changes nothing.
    ///
    /// - Throws: ``SchemaTransferError`` and ``TransferError`` if `run` would refuse, and `DatabaseError`.
    public func plan() async throws -> TransferPlan {
        try from.requireOther(than: to)
        var (plan, remarks): (TransferPlan, [String]) = try await TransferEngine.stoppable {
            try await SourceRetry.whenChanged(from, { _ in from.dropIdleConnections() }) {
                try await ConnectionPair.reading(from, to) { pair in
                    try await pair.run { reading, writing in
                        try reading.snapshot { try self.plan(reading, writing, foreseeingLoad: true).plan }
                    }
                }
            }
        }
        plan.remarks += remarks + [plan.remarkOnComputed, remarkOnCasts(plan)].compactMap { $0 }
        return plan
    }

    /// Returns a remark on the columns of types that only the server reads: their values are not examined before the transfer.
    private func remarkOnCasts(_ plan: TransferPlan) -> String? {
        guard to.transferDialect.holdsDeclaredTypes else { return nil }
        let names = plan.tables.flatMap { table in
            table.types.indices.filter { table.types[$0].isNative && CanonicalForm(table.types[$0]) == nil }
                .map { "\(table.source).\(table.sourceColumns[$0])" }
        }
        guard !names.isEmpty else { return nil }
        return
            "\(names.joined(separator: ", ")): read by the server; only the transfer itself tries it, and is refused where a text is not "
            + "written as the server writes such a value"
    }

    /// Proposes rules for numbers that become moments or spans of time in the target, if the numbers suggest what they count, for moments
    /// that become numbers, and for moments whose zone the target has no place for. A column without values, or with a rule of its own, gets
    /// no proposal. It changes nothing.
    ///
    /// - Throws: ``SchemaTransferError``, ``TransferError`` and `DatabaseError`.
    public func proposals() async throws -> [ProposedRule] {
        try await Database.withConnections(from, to) { reading, writing in
            try reading.snapshot {
                let (inspection, there) = try inspected(reading, writing)
                let schema = there.schemaWithDomainDefaults
                let own = named(as: inspection.schema, and: schema)
                try own.requireFillable(inspection.schema, there)
                let match = try SchemaMatch(
                    inspection, schema, ignoring: own.ignoring + own.keeping + own.rules.skipped,
                    from: from.transferDialect, to: to.transferDialect)
                let written = try to.transferDialect.writtenColumns(on: writing)
                let survey = SourceSurvey(reading, from.transferDialect, own.rules)
                let filling = FillingProposals(
                    source: inspection, target: there, written: written,
                    holdsSourceTypes: from.transferDialect.holdsDeclaredTypes,
                    holdsTargetTypes: to.transferDialect.holdsDeclaredTypes)
                return try match.tables.flatMap { table in
                    let outline = try survey.outline(table.source, inspection, inPiecesOf: .max)
                    let found = try survey.survey(outline.part(.all), inPiecesOf: .max) { _ in }
                    let fractions = try filling.fractions(in: table, found, reading)
                    return try filling.proposals(for: table, found, fractions: fractions).filter { proposal in
                        // A column without values needs no rule, nor does one that has its own.
                        let rule = own.rules.columnRule(of: proposal.column, in: proposal.table)
                        guard rule.type == nil, rule.reading == nil else { return false }
                        return try found.reading.holdsValues(in: proposal.column, on: reading)
                    }
                }
            }
        }
    }

    /// Copies the rows, and reports its progress to `events`.
    ///
    /// - Throws: The errors of `plan`, and `TransferError.doesNotFit`.
    public func run(_ events: @escaping @Sendable (TransferEvent) -> Void = { _ in }) async throws -> TransferReport {
        try from.requireOther(than: to)
        let start = ContinuousClock.now
        var (report, remarks): (TransferReport, [String]) = try await TransferEngine.stoppable {
            try await SourceRetry.whenChanged(from, { events(.startedAgain($0)) }) {
                try await ConnectionPair.reading(from, to) { pair in
                    try await pair.run { try fill($0, $1, events) }
                }
            }
        }
        report.remarks += remarks
        report.seconds = ContinuousClock.now.seconds(since: start)
        return report
    }

    private func fill(
        _ reading: any Connection, _ writing: any Connection, _ events: @escaping @Sendable (TransferEvent) -> Void
    ) throws -> TransferReport {
        events(.phase(.surveying))
        let start = ContinuousClock.now
        _ = try reading.beginSharedSnapshot()
        try reading.endSharing()
        let (plan, own) = try self.plan(reading, writing)
        let surveying = ContinuousClock.now.seconds(since: start)
        events(.planned(plan))
        // Nothing that may fail comes after the load, because an error says that nothing was changed.
        let provenance = TransferReport.Provenance(
            fingerprint: try reading.sourceFingerprint(), source: reading.product, target: writing.product)
        let load = SchemaLoad(
            plan: plan, replaced: Set(own.replacing), refusal: { .rowsInTheWay($0, versions: []) },
            keepsOrphans: false, verification: verification, moments: Framework(of: plan.schema).moments,
            source: from.transferDialect, target: to.transferDialect, events: events)
        var report = try load.run(reading, writing)
        report.remarks += reading.readingRemarks
        report.provenance = provenance
        report.phases.surveying = surveying
        return report
    }

    /// Returns the plan, and this transfer in the databases' own names.
    private func plan(
        _ reading: any Connection, _ writing: any Connection, foreseeingLoad: Bool = false
    ) throws -> (plan: TransferPlan, own: ExistingTransfer) {
        let (inspection, there) = try inspected(reading, writing)
        let own = named(as: inspection.schema, and: there.schemaWithDomainDefaults)
        var plan = try own.plan(inspection, into: there, reading, writing)
        guard foreseeingLoad else { return (plan, own) }
        let forecast = LoadForecast(
            plan: plan, schema: inspection.schema, source: from.transferDialect, target: to.transferDialect,
            reading: reading, writing: writing)
        plan.remarks += try forecast.remarks()
        return (plan, own)
    }

    /// Returns the transfer with the source's names in its rules and in the list of the tables that keep their rows, and with the target's
    /// in that of the tables whose rows are replaced.
    private func named(as source: Schema, and target: Schema) -> ExistingTransfer {
        let spellings = spellings(source, target)
        return ExistingTransfer(
            from: from, to: to, replacing: replacing.map { spellings.ofTarget($0) ?? $0 },
            keeping: keeping.map { spellings.ofSource($0) ?? $0 }, ignoring: ignoring,
            rules: rules.named(as: source.tables), verification: verification)
    }

    private func spellings(_ source: Schema, _ target: Schema) -> TableSpellings {
        TableSpellings(source, target, from: from.transferDialect, to: to.transferDialect)
    }

    private func plan(
        _ inspection: Inspection, into there: Inspection, _ reading: any Connection, _ writing: any Connection
    ) throws -> TransferPlan {
        let (source, target) = (from.transferDialect, to.transferDialect)
        let schema = there.schemaWithDomainDefaults
        // A name that no table has is a typo, whatever is missing because of it.
        try rules.check(against: inspection.schema.tables)
        try requireFillable(inspection.schema, there)
        guard !schema.tables.isEmpty else { throw SchemaTransferError.nothingToFill }
        try requireTables(of: inspection.schema, and: schema)
        let survey = SchemaSurvey(
            reading: reading, source: source, target: target, schema: schema,
            written: try target.writtenColumns(on: writing),
            declared: target.holdsDeclaredTypes ? [:] : there.declaredTypes, ignoring: ignoring + keeping, rules: rules)
        let match = try survey.match(inspection)
        let columns = try unitless(match, inspection, survey)
        guard columns.isEmpty else {
            guard let rows = try rowsInTheWay(match, reading, writing) else {
                throw SchemaTransferError.unitless(columns)
            }
            throw SchemaTransferError.several([.unitless(columns), rows])
        }
        var plan = try survey.plan(inspection) { [.table, .virtualTable].contains($0.kind) }
        plan.omitted = plan.omitted.map(explained)
        let zones = try survey.remarkOnZones(of: plan.tables, inspection.schema)
        plan.remarks +=
            [
                inspection.remarkOnNoTables, zones, survey.remarkOnTexts(of: plan.tables, plan.schema),
                there.remarkOnVirtualTables(filling: plan.tables.map(\.target), keeping: keeping),
            ].compactMap { $0 }
            + survey.remarksOnForms(of: plan.tables, inspection.schema)
        if let rows = try rowsInTheWay(match, reading, writing) { throw rows }
        try requireWritable(plan.tables, on: writing)
        return plan
    }

    /// Throws if a table that gets rows can't be written without its application.
    private func requireWritable(_ tables: [PlannedTable], on writing: any Connection) throws {
        let obstacles = try tables.filter { $0.rows > 0 && !$0.targetColumns.isEmpty }.compactMap { table in
            try to.transferDialect.obstacle(toWriting: table.targetColumns, into: table.target, on: writing)
        }
        guard obstacles.isEmpty else { throw SchemaTransferError.needsApplication(obstacles) }
    }

    /// Returns the refusal of tables that hold rows of which no option speaks; `nil` if there are none.
    private func rowsInTheWay(
        _ match: SchemaMatch, _ reading: any Connection, _ writing: any Connection
    ) throws -> SchemaTransferError? {
        let filled = try to.transferDialect.filled(match.tables.map(\.target.name), on: writing)
        let inTheWay = filled.filter { !replacing.contains($0) }
        guard !inTheWay.isEmpty else { return nil }
        let versions = try match.tables.filter { inTheWay.contains($0.target.name) }
            .flatMap { try NotedVersion.differing(in: $0, reading, writing) }
        return .rowsInTheWay(inTheWay, versions: versions)
    }

    /// Returns what both databases hold, with every table whose rows need a place in the target, and every place for them.
    private func inspected(
        _ reading: any Connection, _ writing: any Connection
    ) throws -> (source: Inspection, target: Inspection) {
        let target = try to.transferDialect.inspect(writing).withDistinctNames()
        let source = try from.transferDialect.inspect(reading).withDistinctNames()
        return (source.withVirtualTables(filling: target), target.withVirtualPlaces(for: source))
    }

    /// A virtual table of the target that is no place for rows must not count as one that is missing there.
    private func requireFillable(_ source: Schema, _ target: Inspection) throws(SchemaTransferError) {
        let left = Set(ignoring + keeping + rules.skipped)
        let closed = Set(target.otherVirtualTables.map(SQLName.folded))
        let names = source.tables.map(\.name).filter { !left.contains($0) && closed.contains(SQLName.folded($0)) }
        guard names.isEmpty else { throw .notFillable(names) }
    }

    private func explained(_ left: Omission) -> Omission {
        guard keeping.contains(left.name) else { return left }
        return Omission(left.kind, left.name, reason: "the target keeps its own rows, as requested")
    }

    private func requireTables(of source: Schema, and target: Schema) throws(SchemaTransferError) {
        let spellings = spellings(source, target)
        let unknown = keeping.first { source[$0] == nil } ?? replacing.first { target[$0] == nil }
        if let unknown { throw .noSuchRows(unknown, nearest: spellings.nearest(to: unknown)) }
        let both = keeping.first { replacing.contains(spellings.ofTarget($0) ?? $0) }
        if let both { throw .replacedAndKept(both) }
    }

    /// Returns the columns, as `table.column`, that get spans of time, or what stands for them, and of which nothing says what they count.
    private func unitless(_ match: SchemaMatch, _ source: Inspection, _ survey: SchemaSurvey) throws -> [String] {
        let countsMicroseconds = Framework(of: source.schema) == .django
        var unitless: [String] = []
        for table in match.tables {
            for column in table.columns {
                guard let type = survey.written[table.target.name]?[column.target]?.type,
                    let kind = table.source[column: column.source]?.type.kindOfSpans(in: type)
                else { continue }
                let given = rules.columnRule(of: column.source, in: table.source.name).type
                let isSaid = given?.isInterval == true || (survey.losesTypes && given?.isText == true)
                let isKnown = isSaid || (kind == .integer && countsMicroseconds)
                guard !isKnown, try survey.holdsValues(column.source, of: table.source, source) else { continue }
                unitless.append("\(table.source.name).\(column.source)")
            }
        }
        return unitless
    }
}
