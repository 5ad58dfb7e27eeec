import FoundationEssentials

/// An exported log, one line per row, which is checked while it is read, without any database.
package struct AuditExport: Sendable {
    private var walk: AuditWalk
    private var broken: AuditVerdict?

    /// Begins to read an export. `start` is the checkpoint at which an earlier export ended, if this export continues it.
    /// `isPart` says that this export continues one whose end is unknown. `checkpoint` must occur in the export.
    package init(after start: AuditCheckpoint? = nil, isPart: Bool = false, against checkpoint: AuditCheckpoint? = nil)
    {
        walk = AuditWalk(after: start, isPart: isPart, against: checkpoint)
    }

    /// Reads the next line. Lines after the first wrong one are ignored.
    package mutating func read(_ line: some StringProtocol) {
        guard broken == nil else { return }
        let bytes = Array(line.utf8)
        // The comparison is byte for byte, because Swift considers two encodings of one character equal.
        guard let entry = try? JSONDecoder().decode(AuditEntry.self, from: Data(bytes)), entry.lineBytes == bytes
        else {
            broken = walk.failed(AuditFlaw(.edited, walk.next, "its line differs from what the export wrote"))
            return
        }
        broken = walk.step(entry)
    }

    /// The verdict on the lines read so far.
    package var verdict: AuditVerdict { broken ?? walk.finish() }

    /// Checks that the lines are one chain.
    package static func verify(
        _ lines: some Sequence<some StringProtocol>, after start: AuditCheckpoint? = nil,
        against checkpoint: AuditCheckpoint? = nil
    ) -> AuditVerdict {
        var export = AuditExport(after: start, against: checkpoint)
        for line in lines { export.read(line) }
        return export.verdict
    }
}
