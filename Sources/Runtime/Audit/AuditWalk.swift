/// A walk along a chain, row by row, that finds the first flaw. It does no I/O: the rows come from a database or from an
/// export.
struct AuditWalk {
    private var verdict: AuditVerdict
    private let checkpoint: AuditCheckpoint?
    private let beginning: Beginning

    /// The place where the first row may stand.
    private enum Beginning {
        /// Right after `start`.
        case anchored
        /// At the log's first row, or one that begins a chain.
        case chain
        /// Anywhere.
        case part
    }

    /// Begins a walk. `start` is the checkpoint that the first row must follow; `nil` for a whole log, or for a part of one.
    /// `checkpoint` must be found among the rows.
    init(after start: AuditCheckpoint? = nil, isPart: Bool = false, against checkpoint: AuditCheckpoint? = nil) {
        let first = start ?? AuditChain.genesis
        verdict = AuditVerdict(entries: 0, start: first, end: first)
        beginning = start != nil ? .anchored : isPart ? .part : .chain
        self.checkpoint = checkpoint
    }

    private var end: AuditCheckpoint { verdict.end }

    /// Checks the next row. Returns a verdict when the row is wrong and the walk therefore over; `nil` otherwise.
    mutating func step(_ entry: AuditEntry) -> AuditVerdict? {
        guard AuditChain.numbers.contains(entry.seq) else {
            return failed(AuditFlaw(.edited, entry.seq, "no row of the log has such a number"))
        }
        if beginsElsewhere(entry) {
            verdict.start = AuditCheckpoint(seq: entry.seq - 1, hash: entry.previousHash)
            verdict.end = verdict.start
        }
        if let flaw = flaw(in: entry) { return failed(flaw) }
        verdict.end = entry.checkpoint
        verdict.entries += 1
        guard let checkpoint, checkpoint.seq == entry.seq, checkpoint != entry.checkpoint else { return nil }
        return failed(differs(checkpoint))
    }

    /// Returns whether an archived log begins here: such a log begins with the row that records the new chain.
    private func beginsElsewhere(_ entry: AuditEntry) -> Bool {
        guard verdict.entries == 0 else { return false }
        return switch beginning {
        case .anchored: false
        case .chain: entry.action == AuditAction.newChain.rawValue
        case .part: true
        }
    }

    private func flaw(in entry: AuditEntry) -> AuditFlaw? {
        let expected = end.seq + 1
        guard entry.seq <= expected else {
            let missing = entry.seq - 1 == expected ? "it is missing" : "it is missing, and all up to \(entry.seq - 1)"
            return AuditFlaw(.removed, expected, missing)
        }
        guard entry.seq == expected else {
            return AuditFlaw(.reordered, entry.seq, "it comes after row \(end.seq)")
        }
        switch (isWhole: AuditChain.hash(of: entry) == entry.hash, isLinked: entry.previousHash == end.hash) {
        case (true, true): return nil
        case (false, true): return AuditFlaw(.edited, entry.seq, "its contents differ from what was written")
        case (false, false): return AuditFlaw(.reordered, entry.seq, "it was written for another place in the log")
        case (true, false) where verdict.entries == 0:
            return AuditFlaw(.rewritten, entry.seq, "it does not follow \(end), which comes before it")
        case (true, false):
            return AuditFlaw(.edited, end.seq, "it is not the row that preceded row \(entry.seq) when that was written")
        }
    }

    /// Ends the walk after the last row of a log, and compares that row with the log's head.
    func finish(head: AuditCheckpoint?) -> AuditVerdict {
        guard let head else { return failed(AuditFlaw(.headMoved, end.seq, "audit_head has no row")) }
        if end.seq < head.seq {
            return failed(AuditFlaw(.truncated, end.seq + 1, "it is missing, and all up to \(head.seq), the head"))
        }
        if end.seq > head.seq {
            return failed(AuditFlaw(.headMoved, end.seq, "the head was moved back to \(head.seq)"))
        }
        if end.hash != head.hash {
            return failed(AuditFlaw(.edited, end.seq, "it is not the row that the head was moved to"))
        }
        return finish()
    }

    /// Ends the walk after the last row of an export, which has no head.
    func finish() -> AuditVerdict {
        guard let checkpoint, verdict.flaw == nil else { return verdict }
        if checkpoint.seq > end.seq {
            return failed(
                AuditFlaw(.truncated, end.seq + 1, "it is missing, and all up to \(checkpoint.seq), the checkpoint"))
        }
        if checkpoint.seq < verdict.start.seq {
            return failed(
                AuditFlaw(
                    .removed, checkpoint.seq, "it is older than the entries here: check the archive that holds it"))
        }
        if checkpoint.seq == verdict.start.seq, checkpoint != verdict.start { return failed(differs(checkpoint)) }
        return verdict
    }

    /// Returns the verdict for a row that can't be read.
    func failed(_ flaw: AuditFlaw) -> AuditVerdict {
        var verdict = verdict
        verdict.flaw = flaw
        return verdict
    }

    /// The `seq` that the next row must have.
    var next: Int64 { end.seq + 1 }

    private func differs(_ checkpoint: AuditCheckpoint) -> AuditFlaw {
        AuditFlaw(.rewritten, checkpoint.seq, "it, or an earlier row, was rewritten after the checkpoint was taken")
    }
}
