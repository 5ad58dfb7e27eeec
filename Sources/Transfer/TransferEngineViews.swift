import Dialects

// Compares the rows of views after the tables that they read have been compared.

extension TransferEngine {
    /// The outcome of comparing the views.
    struct ViewVerdict: Sendable {
        /// The records of everything that was built. Views that return other rows are marked as left out.
        var built: [ChunkRecord]
        var remarks: [String] = []
    }

    /// Compares the rows of each view that was created with those of the source, and drops the views that differ. A table whose
    /// values were read by a rule, or whose rows were quarantined, differs on purpose, so views over it are not compared.
    func compareViews(
        _ work: Work, _ id: String, _ built: [ChunkRecord], _ tables: [TransferReport.TableReport]
    ) async throws -> ViewVerdict {
        let built = built.followed(by: work.plan.schema.views)
        var verdict = ViewVerdict(built: built)
        let made = Dictionary(
            built.filter { $0.kind == .madeView && !$0.isLeftOut }.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first })
        guard options.verification != .count, !source.speaksAs(target), !made.isEmpty else { return verdict }
        let proof = ViewProof(source: source, target: target)
        let reports = tables.byName(\.name)
        var changed = Set(work.plan.tables.filter { Self.isChanged($0, reports[$0.source]) }.map(\.target))
        var reread = Set(work.plan.tables.filter(Self.isReread).map(\.target))
        var lost: [(chunk: ChunkRecord, view: String)] = []
        for view in work.plan.schema.views {
            guard let name = work.plan.viewSources[view.name] else {
                // It takes the place of a full-text table, whose values are those of the table that it reads.
                if Self.first(of: changed, in: view) != nil { changed.insert(view.name) }
                if Self.first(of: reread, in: view) != nil { reread.insert(view.name) }
                continue
            }
            guard var chunk = made[view.name] else { continue }
            let known = Self.outcome(of: view, without: lost.map(\.view), over: changed)
            if case .notCompared? = known { changed.insert(view.name) }
            let rounded = Self.first(of: reread, in: view)
            if rounded != nil { reread.insert(view.name) }
            let outcome =
                if let known {
                    known
                } else {
                    try await streams.first { try proof.outcome(of: name, as: view.name, $0, $1) }
                        .regarding(asksForTime: work.plan.viewsOfTheTime.contains(view.name), rounded)
                }
            switch outcome {
            case .same: break
            case .notCompared(let reason):
                verdict.remarks.append("the rows of the view \(name) were not compared: \(reason)")
            case .differs(let reason), .fails(let reason):
                (chunk.isLeftOut, chunk.note) = (true, reason)
                lost.append((chunk, view.name))
            }
        }
        try await takeAway(lost.map(\.chunk), id)
        verdict.built = built.map { chunk in
            lost.first { $0.chunk.kind == chunk.kind && $0.chunk.name == chunk.name }?.chunk ?? chunk
        }
        return verdict
    }

    /// Returns the outcome that a view has because of what it reads: a view that is lost, or a table or view of changed values. Returns
    /// `nil` if only its rows tell.
    private static func outcome(
        of view: View, without lost: [String], over changed: Set<String>
    ) -> ViewProof.Outcome? {
        let mentioned = view.query.namesFolded
        if let other = lost.first(where: { mentioned.contains(SQLName.folded($0)) }) {
            return .differs("it reads \(other), which is not transferred")
        }
        return first(of: changed, in: view).map {
            .notCompared("the transfer changed values of \($0) that it reads, as the options ask")
        }
    }

    /// Returns the first of these tables and views that the view mentions.
    private static func first(of names: Set<String>, in view: View) -> String? {
        guard !names.isEmpty else { return nil }
        let mentioned = view.query.namesFolded
        return names.filter { mentioned.contains(SQLName.folded($0)) }.min()
    }

    /// Whether a rule says how texts of the table are read. It may round them, or write them in another form.
    private static func isReread(_ table: PlannedTable) -> Bool {
        table.columnPlans.contains { $0.reading?.isOfTextsAlone == true }
    }

    private static func isChanged(_ table: PlannedTable, _ report: TransferReport.TableReport?) -> Bool {
        // A rule that only says how texts are read changes few values, if any.
        table.columnPlans.contains { plan in plan.reading.map { !$0.isOfTextsAlone } ?? false }
            || report.map { $0.quarantined > 0 || !$0.nulled.isEmpty } ?? true
    }

    /// Drops these views. A view that reads another one is dropped first.
    private func takeAway(_ views: [ChunkRecord], _ id: String) async throws {
        guard !views.isEmpty else { return }
        let target = target
        try await streams.first { _, writing in
            try writing.transaction {
                for view in views.reversed() {
                    for statement in target.remove(tables: [], views: [view.name]) {
                        try writing.execute(SQL(trusted: statement))
                    }
                    try TransferRecords(writing).replace(view, of: id)
                }
            }
        }
    }
}

extension ViewProof.Outcome {
    /// Returns the outcome for a view that may read the current time, or a table or view whose texts a rule reads. Such a view was read
    /// at two moments, or from texts that were rounded on their way, so a difference proves nothing.
    fileprivate func regarding(asksForTime: Bool, _ reread: String?) -> ViewProof.Outcome {
        switch self {
        case .same, .notCompared: return self
        case .differs, .fails:
            if asksForTime { return .notCompared("it depends on the time, and was read at two moments") }
        }
        guard let reread, case .differs = self else { return self }
        return .notCompared("it yields other rows, but a rule says how texts of \(reread) that it reads are written")
    }
}

extension [ChunkRecord] {
    /// Returns the records with a better reason for a view that was left out because it reads another one left out. The target's
    /// own error says only that it finds no such relation.
    fileprivate func followed(by views: [View]) -> [ChunkRecord] {
        let leftOut = indices.filter { self[$0].kind == .madeView && self[$0].isLeftOut }
        let places = Dictionary(leftOut.map { (self[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
        var records = self
        var lost: [String] = []
        for view in views {
            guard let at = places[view.name] else { continue }
            let names = lost.isEmpty ? [] : view.query.namesFolded
            if let other = lost.first(where: { names.contains(SQLName.folded($0)) }) {
                records[at].note = "it reads \(other), which is not transferred"
            }
            lost.append(view.name)
        }
        return records
    }
}
