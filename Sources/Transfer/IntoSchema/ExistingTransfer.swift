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
    ///   - replacing: The tables of the target whose rows are replaced by those of the source.
    ///   - keeping: The tables of the target that keep their rows, while the source's rows are left out. Other tables of the
    ///     target that hold rows are refused.
    ///   - ignoring: The tables of the source, and its columns as `table.column`, that may be left out.
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
        guard !from.isSame(as: to) else { throw TransferError.oneDatabase }
        var (plan, remarks): (TransferPlan, [String]) = try await TransferEngine.stoppable {
            try await SourceRetry.whenChanged({ _ in from.dropIdleConnections() }) {
                try await ConnectionPair.reading(from, to) { pair in
                    try await pair.run { reading, writing in try reading.snapshot { try self.plan(reading, writing) } }
                }
            }
        }
        plan.remarks += remarks
        return plan
    }

    /// Proposes rules for numbers that become moments or spans of time in the target, if the numbers suggest what they count. It
    /// changes nothing.
    ///
    /// - Throws: ``SchemaTransferError``, ``TransferError`` and `DatabaseError`.
    public func proposals() async throws -> [ProposedRule] {
        try await Database.withConnections(from, to) { reading, writing in
            try reading.snapshot {
                let inspection = try from.transferDialect.inspect(reading)
                let schema = try to.transferDialect.inspect(writing).schema
                let match = try SchemaMatch(
                    inspection.schema.tables, schema, ignoring: ignoring + keeping + rules.skipped)
                let written = try to.transferDialect.writtenTypes(on: writing)
                let survey = SourceSurvey(reading, from.transferDialect, rules)
                return try match.tables.flatMap { table in
                    let outline = try survey.outline(table.source, inspection, inPiecesOf: .max)
                    let found = try survey.survey(outline.part(.all), inPiecesOf: .max) { _ in }
                    let proposals = ProposedRule.proposals(for: [found], in: inspection)
                    return table.columns.compactMap { column in
                        let proposed = proposals.first { $0.column == column.source }
                        let type = written[table.target.name]?[column.target]
                        return Self.answer(proposed, to: column.source, of: table.source, for: type)
                    }
                }
            }
        }
    }

    /// Returns the rule that says what a column's numbers count, if one is needed.
    private static func answer(
        _ proposed: ProposedRule?, to column: String, of table: Table, for type: ColumnType?
    ) -> ProposedRule? {
        switch type.flatMap(CanonicalForm.init) {
        case .moment, .reading:
            return proposed.flatMap {
                $0.rule.hasPrefix("timestamp: ") && !$0.rule.hasPrefix("timestamp: iso") ? $0 : nil
            }
        case .interval where table[column: column]?.type.isInteger == true:
            let proposal = Proposal("type: interval", "numbers for a span of time: right if they count microseconds")
            return ProposedRule(proposal, table: table.name, column: column)
        case .integer, .real, .decimal, .boolean, .text, .bytes, .date, .time, .interval, .address, .uuid, .json,
            .stored, nil:
            return nil
        }
    }

    /// Copies the rows, and reports its progress to `events`.
    ///
    /// - Throws: The errors of `plan`, and `TransferError.doesNotFit`.
    public func run(_ events: @escaping @Sendable (TransferEvent) -> Void = { _ in }) async throws -> TransferReport {
        guard !from.isSame(as: to) else { throw TransferError.oneDatabase }
        let start = ContinuousClock.now
        var (report, remarks): (TransferReport, [String]) = try await TransferEngine.stoppable {
            try await SourceRetry.whenChanged({ events(.startedAgain($0)) }) {
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
        _ = try reading.beginSharedSnapshot()
        try reading.endSharing()
        let plan = try plan(reading, writing)
        events(.planned(plan))
        let load = SchemaLoad(
            plan: plan, replaced: Set(replacing), refusal: SchemaTransferError.rowsInTheWay, keepsOrphans: false,
            verification: verification, source: from.transferDialect, target: to.transferDialect, events: events)
        var report = try load.run(reading, writing)
        report.remarks += reading.readingRemarks
        report.provenance = TransferReport.Provenance(
            fingerprint: try reading.sourceFingerprint(), source: reading.product, target: writing.product)
        return report
    }

    private func plan(_ reading: any Connection, _ writing: any Connection) throws -> TransferPlan {
        let (source, target) = (from.transferDialect, to.transferDialect)
        let schema = try target.inspect(writing).schema
        guard !schema.tables.isEmpty else { throw SchemaTransferError.nothingToFill }
        let inspection = try source.inspect(reading)
        try requireTables(of: inspection.schema, and: schema)
        let survey = SchemaSurvey(
            reading: reading, source: source, target: target, schema: schema,
            written: try target.writtenTypes(on: writing), ignoring: ignoring + keeping, rules: rules)
        try requireWritable(inspection.schema, survey)
        var plan = try survey.plan(inspection) { $0.kind == .virtualTable }
        plan.omitted = plan.omitted.map(explained)
        let filled = try target.filled(plan.tables.map(\.target), on: writing)
        let inTheWay = filled.filter { !replacing.contains($0) }
        guard inTheWay.isEmpty else { throw SchemaTransferError.rowsInTheWay(inTheWay) }
        return plan
    }

    private func explained(_ left: Omission) -> Omission {
        guard keeping.contains(left.name) else { return left }
        return Omission(left.kind, left.name, reason: "the target keeps its own rows, as it was told to")
    }

    private func requireTables(of source: Schema, and target: Schema) throws(SchemaTransferError) {
        let unknown = keeping.first { source[$0] == nil } ?? replacing.first { target[$0] == nil }
        if let unknown { throw .noSuchRows(unknown) }
        if let both = keeping.first(where: replacing.contains) { throw .noSuchRows(both) }
    }

    /// Throws unless every column that gets values has a type that this engine can write, and every number that becomes a span of
    /// time has a known unit.
    private func requireWritable(_ source: Schema, _ survey: SchemaSurvey) throws(SchemaTransferError) {
        let match = try SchemaMatch(source.tables, survey.schema, ignoring: survey.ignoring + rules.skipped)
        var unwritable: [String] = []
        var unitless: [String] = []
        let countsMicroseconds = Framework(of: source) == .django
        for table in match.tables {
            for column in table.columns {
                let name = "\(table.source.name).\(column.source)"
                guard let type = survey.written[table.target.name]?[column.target] else {
                    let declared = table.target[column: column.target].map { " (\($0.type.word))" } ?? ""
                    unwritable.append("\(table.target.name).\(column.target)\(declared)")
                    continue
                }
                let isNumber = table.source[column: column.source]?.type.isInteger == true
                let isSaid = rules.columnRule(of: column.source, in: table.source.name).type?.isInterval == true
                if type.isInterval && isNumber && !isSaid && !countsMicroseconds { unitless.append(name) }
            }
        }
        guard unwritable.isEmpty else { throw .unwritable(unwritable) }
        guard unitless.isEmpty else { throw .unitless(unitless) }
    }
}

extension ColumnType {
    /// Whether the type is a span of time.
    fileprivate var isInterval: Bool { CanonicalForm(self) == .interval }
}

extension ColumnType {
    /// The type's name, as the target's own programs know it.
    fileprivate var word: String {
        if case .native(_, let word) = self { word } else { description }
    }
}
