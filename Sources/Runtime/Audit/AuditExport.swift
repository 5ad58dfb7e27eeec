import FoundationEssentials

/// An exported log, one line a row, checked without any database as it is read.
public struct AuditExport: Sendable {
    private var walk: AuditWalk
    private var broken: AuditVerdict?

    /// `start` is the checkpoint at which an earlier export ended, where this one goes on from it; `isPart` says that it goes on
    /// from one that is not known. `checkpoint` must be met on the way.
    public init(after start: AuditCheckpoint? = nil, isPart: Bool = false, against checkpoint: AuditCheckpoint? = nil) {
        walk = AuditWalk(after: start, isPart: isPart, against: checkpoint)
    }

    /// Takes the next line. What comes behind the first that is wrong is passed over.
    public mutating func read(_ line: some StringProtocol) {
        guard broken == nil else { return }
        // Byte for byte: to Swift, two spellings of one character are equal texts.
        guard let entry = try? JSONDecoder().decode(AuditEntry.self, from: Data(line.utf8)),
            entry.line.utf8.elementsEqual(line.utf8)
        else {
            broken = walk.failed(AuditFlaw(.edited, walk.next, "its line is not as the export wrote it"))
            return
        }
        broken = walk.step(entry)
    }

    /// What the lines say that were read so far.
    public var verdict: AuditVerdict { broken ?? walk.finish() }

    /// Checks that the lines are one chain.
    public static func verify(
        _ lines: some Sequence<some StringProtocol>, after start: AuditCheckpoint? = nil,
        against checkpoint: AuditCheckpoint? = nil
    ) -> AuditVerdict {
        var export = AuditExport(after: start, against: checkpoint)
        for line in lines { export.read(line) }
        return export.verdict
    }
}
