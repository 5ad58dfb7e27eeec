import Foundation

/// An exported log: one line a row, checked without any database.
public enum AuditExport {
    /// Checks that the lines are one chain. `start` is the checkpoint at which an earlier export ended, where this one goes on
    /// from it; `checkpoint` is one that must be met on the way.
    public static func verify(
        _ lines: some Sequence<some StringProtocol>, after start: AuditCheckpoint? = nil,
        against checkpoint: AuditCheckpoint? = nil
    ) -> AuditVerdict {
        var walk = AuditWalk(after: start, against: checkpoint)
        for line in lines {
            // Byte for byte: to Swift, two spellings of one character are equal texts.
            guard let entry = try? JSONDecoder().decode(AuditEntry.self, from: Data(line.utf8)),
                entry.line.utf8.elementsEqual(line.utf8)
            else {
                return walk.failed(AuditFlaw(.edited, walk.next, "its line is not as the export wrote it"))
            }
            if let verdict = walk.step(entry) { return verdict }
        }
        return walk.finish()
    }
}
