import Dialects
import TCBackup
import TCRuntime
import TCTerminal

/// The outcome of a backup or a restore, as text for people and as a document for programs.
enum BackupText {
    // MARK: - Backups

    static func text(_ report: Backup.Report, _ folder: String, isDryRun: Bool) -> String {
        """
        \(table(report.tables))

        \(recordings(report.recordings, report.recordingBytes))
        settings: \(report.settings.isEmpty ? "none" : report.settings.joined(separator: ", "))
        \(isDryRun ? "dry run: nothing was written" : "\(folder) is a complete copy, verified against the original")
        """
    }

    static func document(_ report: Backup.Report, _ folder: String, isDryRun: Bool) -> JSON {
        .object([
            ("version", .integer(1)), ("dry_run", .boolean(isDryRun)), ("folder", .string(folder)),
            ("product", .string(report.product)), ("tables", tables(report.tables)),
            ("recordings", .integer(Int64(report.recordings))), ("recording_bytes", .integer(report.recordingBytes)),
            ("settings", .array(report.settings.map { .string($0) })),
            ("remarks", .array(report.remarks.map { .string($0) })),
        ])
    }

    // MARK: - Restores

    static func text(_ report: Restore.Report, _ database: String, isDryRun: Bool) -> String {
        let settings = report.settings.map { "settings: put \($0) in place yourself" }
        let made =
            "made at \(report.manifest.madeAt) by telec \(report.manifest.program) from \(report.manifest.product)"
        let lines =
            [
                table(report.tables), "",
                recordings(report.manifest.recordings, report.manifest.recordingBytes),
            ] + settings + [made] + audit(report)
        return (lines + [verdict(report, database, isDryRun)]).joined(separator: "\n")
    }

    private static func verdict(_ report: Restore.Report, _ database: String, _ isDryRun: Bool) -> String {
        if isDryRun {
            return "dry run: no file has changed since the backup; nobody's data is in the target, "
                + "which takes all values"
        }
        return report.audit?.isIntact == false
            ? "restored into \(database); its audit log is not as it was written"
            : "restored into \(database), and verified"
    }

    private static func audit(_ report: Restore.Report) -> [String] {
        guard let verdict = report.audit else { return [] }
        if let flaw = verdict.flaw { return ["audit log: broken at \(flaw)"] }
        guard verdict.entries > 0 else { return ["audit log: empty"] }
        let entries = verdict.entries == 1 ? "1 entry" : "\(Formatting.count(verdict.entries)) entries"
        return ["audit log: intact, \(entries), ends at \(verdict.end)"]
    }

    static func document(_ report: Restore.Report, _ database: String, isDryRun: Bool) -> JSON {
        let audit = report.audit.map { verdict in
            JSON.object([
                ("verdict", .string(verdict.isIntact ? "intact" : "broken")),
                ("entries", .integer(Int64(verdict.entries))), ("end", .string("\(verdict.end)")),
            ])
        }
        return .object([
            ("version", .integer(1)), ("dry_run", .boolean(isDryRun)), ("database", .string(database)),
            ("made_at", .string(report.manifest.madeAt)), ("tables", tables(report.tables)),
            ("recordings", .integer(Int64(report.manifest.recordings))),
            ("settings", .array(report.settings.map { .string($0) })), ("audit", audit ?? .null),
        ])
    }

    // MARK: - Parts

    private static func table(_ tables: [Manifest.Table]) -> String {
        var text = TextTable(("TABLE", .left), ("ROWS", .right))
        let full = tables.filter { $0.rows > 0 }
        for table in full { text.add(table.name, Formatting.count(table.rows)) }
        return "\(text.rendered())\nand \(tables.count - full.count) tables without rows"
    }

    private static func tables(_ tables: [Manifest.Table]) -> JSON {
        .array(
            tables.map { table in
                .object([
                    ("table", .string(table.name)), ("rows", .integer(Int64(table.rows))),
                    ("digest", table.digest.map { .string($0) } ?? .null),
                ])
            })
    }

    private static func recordings(_ count: Int, _ bytes: Int64) -> String {
        "recordings: \(Formatting.count(count)), \(Formatting.bytes(Int(bytes)))"
    }
}
