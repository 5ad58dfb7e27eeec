import Dialects
import Migrator

/// A transfer's plan and report, for people and for programs.
enum TransferText {
    static func text(_ report: TransferReport) -> String {
        let setsAside = report.tables.contains { $0.quarantined > 0 }
        var table = TextTable(
            [
                ("TABLE", .left), ("SOURCE ROWS", .right), ("TARGET ROWS", .right),
            ] + (setsAside ? [("QUARANTINED", .right)] : []) + [("VERDICT", .left)])
        func add(_ name: String, _ source: Int, _ target: Int, _ aside: Int, _ verdict: String) {
            let counts = [source, target] + (setsAside ? [aside] : [])
            table.add([name] + counts.map(Humane.count) + [verdict])
        }
        for line in report.tables {
            let verdict = line.isMismatch ? "MISMATCH" : line.quarantined == 0 ? "equal" : "equal, but for quarantine"
            add(line.name, line.sourceRows, line.targetRows, line.quarantined, verdict)
        }
        func total(_ count: (TransferReport.TableReport) -> Int) -> Int { report.tables.reduce(0) { $0 + count($1) } }
        add("total", total(\.sourceRows), total(\.targetRows), total(\.quarantined), "")
        var sections = [table.rendered()]
        let notes = report.tables.flatMap { line in line.notes.map { "\(line.name): \($0)" } }
        sections += section("Notes", notes)
        let nulled = report.tables.flatMap { line in
            line.nulled.map { "\(line.name).\($0.column): \(Humane.count($0.count))" }
        }
        sections += section("Values that became NULL", nulled)
        let differences = report.tables.flatMap { line in
            line.differences.map { "\(line.name), \(DifferenceText.text($0))" }
        }
        sections += section("Rows that differ", differences)
        sections += section("Remarks", report.remarks)
        sections += remarks(report.types, report.renames, report.notCarried)
        sections += remarks(report.misfits)
        sections += section("Rules to consider (--write-rules)", report.proposals.map(\.description))
        sections.append("\(times(report))\nverdict: \(report.verdict.rawValue)")
        return sections.joined(separator: "\n\n")
    }

    static func text(_ plan: TransferPlan) -> String {
        var table = TextTable([("TABLE", .left), ("ROWS", .right), ("COLUMNS", .right), ("BECOMES", .left)])
        for planned in plan.tables {
            let name = planned.target == planned.source ? "" : planned.target
            table.add([planned.source, Humane.count(planned.rows), "\(planned.sourceColumns.count)", name])
        }
        var sections = [table.rendered()]
        sections += remarks(plan.typeNotes, plan.renames, plan.notCarried)
        sections += remarks(plan.misfits)
        if !plan.proposals.isEmpty {
            sections.append(
                "Rules to consider, as a file for --rules:\n\n" + ProposedRule.yaml(plan.proposals).dropLast())
        }
        sections.append("dry run: nothing was changed")
        return sections.joined(separator: "\n\n")
    }

    private static func remarks(_ misfits: [Misfits]) -> [String] {
        section("Values that are not what their columns say", misfits.map { "\($0): \(outcome($0.policy))" })
    }

    private static func outcome(_ policy: MismatchPolicy) -> String {
        switch policy {
        case .fail: "refused"
        case .widen: "kept"
        case .null: "NULL"
        case .quarantine: "set aside in tc_quarantine"
        }
    }

    private static func times(_ report: TransferReport) -> String {
        let phases = [
            ("looking at values", report.phases.surveying), ("loading", report.phases.loading),
            ("building", report.phases.building), ("analyzing", report.phases.analyzing),
            ("verifying", report.phases.verifying),
        ]
        let parts = phases.map { "\($0.0) \(Humane.seconds($0.1))" }
        return "time: \(Humane.seconds(report.seconds)) (\(parts.joined(separator: ", ")))"
    }

    private static func remarks(_ types: [TypeNote], _ renames: [Rename], _ notCarried: [NotCarried]) -> [String] {
        section("Types chosen from the values", types.map(\.description))
            + section("Renamed", renames.map { "\($0.kind) \($0.from) -> \($0.to)" })
            + section(
                "Not carried over",
                notCarried.map { "\($0.kind.words) \($0.name): \($0.reason)" })
    }

    private static func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["\(title) (\(lines.count)):\n" + lines.map { "  " + $0 }.joined(separator: "\n")]
    }

    static func document(_ report: TransferReport) -> JSON {
        let tables = report.tables.map { table in
            JSON.object([
                ("name", .string(table.name)), ("source_rows", .integer(Int64(table.sourceRows))),
                ("target_rows", .integer(Int64(table.targetRows))), ("rows_read", .integer(Int64(table.rowsRead))),
                ("source_digest", table.sourceDigest.map { .string($0) } ?? .null),
                ("target_digest", table.targetDigest.map { .string($0) } ?? .null),
                ("quarantined", .integer(Int64(table.quarantined))),
                (
                    "nulled",
                    .array(
                        table.nulled.map {
                            .object([("column", .string($0.column)), ("values", .integer(Int64($0.count)))])
                        })
                ), ("notes", .array(table.notes.map { .string($0) })),
                ("differences", .array(table.differences.map(DifferenceText.document))),
            ])
        }
        return .object(
            [
                ("version", .integer(1)), ("verdict", .string(report.verdict.rawValue)),
                ("duration_ms", milliseconds(report.seconds)),
                (
                    "phases",
                    .object([
                        ("profile_ms", milliseconds(report.phases.surveying)),
                        ("load_ms", milliseconds(report.phases.loading)),
                        ("build_ms", milliseconds(report.phases.building)),
                        ("analyze_ms", milliseconds(report.phases.analyzing)),
                        ("verify_ms", milliseconds(report.phases.verifying)),
                    ])
                ), ("tables", .array(tables)),
                ("remarks", .array(report.remarks.map { .string($0) })),
            ] + members(report.types, report.renames, report.notCarried) + members(report.misfits, report.proposals))
    }

    static func document(_ plan: TransferPlan) -> JSON {
        let tables = plan.tables.map { table in
            JSON.object([
                ("name", .string(table.source)), ("target", .string(table.target)),
                ("rows", .integer(Int64(table.rows))),
                (
                    "columns",
                    .array(
                        zip(table.targetColumns, table.types).map { column, type in
                            .object([("name", .string(column)), ("type", .string(type.description))])
                        })
                ),
            ])
        }
        return .object(
            [("version", .integer(1)), ("dry_run", .boolean(true)), ("tables", .array(tables))]
                + members(plan.typeNotes, plan.renames, plan.notCarried) + members(plan.misfits, plan.proposals))
    }

    /// `proposed_rules` is a rules file.
    private static func members(
        _ misfits: [Misfits], _ proposals: [ProposedRule]
    ) -> [(key: String, value: JSON)] {
        [
            ("misfits", .array(misfits.map { document($0) })),
            ("proposed_rules", proposals.isEmpty ? .null : .string(ProposedRule.yaml(proposals))),
        ]
    }

    static func document(_ misfits: Misfits) -> JSON {
        .object([
            ("table", .string(misfits.table)), ("column", .string(misfits.column)), ("type", .string(misfits.type)),
            ("policy", .string(misfits.policy.rawValue)), ("reason", .string(misfits.reason)),
            ("values", .integer(Int64(misfits.count))), ("examples", .array(misfits.examples.map { .string($0) })),
        ])
    }

    private static func milliseconds(_ seconds: Double) -> JSON { .integer(Int64((seconds * 1_000).rounded())) }

    private static func members(
        _ types: [TypeNote], _ renames: [Rename], _ notCarried: [NotCarried]
    ) -> [(key: String, value: JSON)] {
        [
            (
                "types",
                .array(
                    types.map { note in
                        .object([
                            ("table", .string(note.table)), ("column", .string(note.column)),
                            ("declared", .string(note.declared)), ("type", .string(note.type)),
                            ("reason", .string(note.reason)),
                        ])
                    })
            ),
            (
                "renames",
                .array(
                    renames.map {
                        .object([("kind", .string($0.kind)), ("from", .string($0.from)), ("to", .string($0.to))])
                    })
            ),
            (
                "not_carried",
                .array(
                    notCarried.map {
                        .object([
                            ("kind", .string($0.kind.rawValue)), ("name", .string($0.name)),
                            ("reason", .string($0.reason)),
                        ])
                    })
            ),
        ]
    }
}
