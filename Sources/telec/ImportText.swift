import Dialects
import TCImport
import TCTerminal

/// The report of an import, for people and for programs.
enum ImportText {
    static func text(_ report: ImportReport, target: String, isDryRun: Bool) -> String {
        var table = TextTable(
            ("TABLE", .left), ("SOURCE ROWS", .right), (isDryRun ? "WOULD GO" : "TARGET ROWS", .right),
            ("SET ASIDE", .right))
        for line in report.lines {
            table.add(
                SessionTexts.plain(line.table), Formatting.count(line.sourceRows), Formatting.count(line.targetRows),
                Formatting.count(line.setAside))
        }
        var parts = [found(report, target), table.rendered()]
        let notes = report.notes.map { note in
            let place = note.column.map { "\(note.table).\($0)" } ?? note.table
            return "  \(place): \(Formatting.count(note.count)) \(words(note.kind, note.count)): \(note.reason)"
        }
        if !notes.isEmpty {
            parts.append((["Kept in import_quarantine (\(notes.count)):"] + notes).joined(separator: "\n"))
        }
        if !report.remarks.isEmpty {
            parts.append(
                (["Remarks (\(report.remarks.count)):"] + report.remarks.map { "  \($0)" }).joined(separator: "\n"))
        }
        parts.append(ending(report, isDryRun))
        return parts.joined(separator: "\n\n")
    }

    private static func words(_ kind: ImportReport.Note.Kind, _ count: Int) -> String {
        switch kind {
        case .row: count == 1 ? "row" : "rows"
        case .columns: count == 1 ? "row's old columns" : "rows' old columns"
        case .value: count == 1 ? "value" : "values"
        }
    }

    private static func found(_ report: ImportReport, _ target: String) -> String {
        [
            "from:   \(report.install.database)",
            "events: \(report.install.events ?? "no events.db")",
            "to:     \(target)",
            "owner:  \(report.owner.person) (uid \(report.owner.uid))",
        ].joined(separator: "\n")
    }

    private static func ending(_ report: ImportReport, _ isDryRun: Bool) -> String {
        let tokens = "\(Formatting.count(report.revokedTokens)) tokens"
        let word = isDryRun ? "would be" : "are"
        let shares = report.shares.map { share in
            "\(Formatting.count(share.sessions)) sessions \(word) \(share.owner.person)'s"
        }
        let owned = shares.joined(separator: ", ")
        if report.isOutdated, !isDryRun {
            return """
                not complete: \(report.writtenSince.joined(separator: " and ")) was written to after it was copied, and the new \
                database lacks what was written; stop its writers (the old daemon, the agents' hooks)
                """
        }
        return isDryRun
            ? "nothing was written; \(owned), \(tokens) would be revoked"
            : "verified: \(owned), \(tokens) were revoked; the originals are unchanged"
    }

    private static func verdict(_ report: ImportReport, _ isDryRun: Bool) -> String {
        if isDryRun { return "planned" }
        guard report.isComplete else { return "mismatch" }
        return report.isOutdated ? "outdated" : "verified"
    }

    static func document(_ report: ImportReport, target: String, isDryRun: Bool) -> JSON {
        .object([
            ("version", .integer(1)), ("dry_run", .boolean(isDryRun)), ("source", .string(report.install.database)),
            ("events", report.install.events.map { .string($0) } ?? .null), ("target", .string(target)),
            (
                "owner",
                .object([("person", .string(report.owner.person)), ("uid", .integer(Int64(report.owner.uid)))])
            ),
            ("verdict", .string(verdict(report, isDryRun))),
            (
                "owners",
                .array(
                    report.shares.map { share in
                        .object([
                            ("person", .string(share.owner.person)), ("uid", .integer(Int64(share.owner.uid))),
                            ("sessions", .integer(Int64(share.sessions))),
                        ])
                    })
            ),
            ("owned_sessions", .integer(Int64(report.ownedSessions))),
            ("revoked_tokens", .integer(Int64(report.revokedTokens))),
            (
                "tables",
                .array(
                    report.lines.map { line in
                        .object([
                            ("name", .string(line.table)), ("source_rows", .integer(Int64(line.sourceRows))),
                            ("target_rows", .integer(Int64(line.targetRows))),
                            ("set_aside", .integer(Int64(line.setAside))),
                        ])
                    })
            ),
            (
                "quarantine",
                .array(
                    report.notes.map { note in
                        .object([
                            ("kind", .string(note.kind.rawValue)), ("table", .string(note.table)),
                            ("column", note.column.map { .string($0) } ?? .null),
                            ("reason", .string(note.reason)), ("count", .integer(Int64(note.count))),
                        ])
                    })
            ),
            ("remarks", .array(report.remarks.map { .string($0) })),
        ])
    }
}
