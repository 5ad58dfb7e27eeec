import Dialects
import Migrator
import Transfer

/// Renders a transfer's plan and report for programs.
enum TransferDocument {
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
            ] + members(report.types, report.renames, report.omitted)
                + members(report.incompatibleValues, report.proposals))
    }

    static func document(_ plan: TransferPlan) -> JSON {
        let tables = plan.tables.map { table in
            JSON.object([
                ("name", .string(table.source)), ("target", .string(table.target)),
                ("rows", .integer(Int64(table.rows))),
                (
                    "columns",
                    .array(
                        zip(table.targetColumns, table.types).map { column, type -> JSON in
                            let word = type == .ownForm ? "as stored" : type.description
                            return JSON.object([("name", .string(column)), ("type", .string(word))])
                        })
                ),
            ])
        }
        let statements = JSON.array(plan.statements.map { .string($0) })
        return .object(
            [
                ("version", .integer(1)), ("dry_run", .boolean(true)), ("tables", .array(tables)),
                ("statements", statements), ("remarks", .array(plan.remarks.map { .string($0) })),
            ]
                + members(plan.typeNotes, plan.renames, plan.omitted)
                + members(plan.incompatibleValues, plan.proposals))
    }

    /// Returns the members about values and rules. `proposed_rules` is the text of a rules file.
    private static func members(
        _ incompatibleValues: [IncompatibleValues], _ proposals: [ProposedRule]
    ) -> [(key: String, value: JSON)] {
        [
            ("misfits", .array(incompatibleValues.map { document($0) })),
            ("proposed_rules", proposals.isEmpty ? .null : .string(ProposedRule.yaml(proposals))),
        ]
    }

    static func document(_ key: FoldedKey) -> JSON {
        .object([
            ("table", .string(key.table)), ("columns", .array(key.columns.map { .string($0) })),
            ("rows", .integer(Int64(key.count))), ("examples", .array(key.examples.map { .string($0) })),
        ])
    }

    static func document(_ incompatibleValues: IncompatibleValues) -> JSON {
        .object([
            ("table", .string(incompatibleValues.table)), ("column", .string(incompatibleValues.column)),
            ("type", .string(incompatibleValues.type)),
            ("policy", .string(incompatibleValues.policy.rawValue)), ("reason", .string(incompatibleValues.reason)),
            ("values", .integer(Int64(incompatibleValues.count))),
            ("examples", .array(incompatibleValues.examples.map { .string($0) })),
        ])
    }

    private static func milliseconds(_ seconds: Double) -> JSON { .integer(Int64((seconds * 1_000).rounded())) }

    private static func members(
        _ types: [TypeNote], _ renames: [Rename], _ omitted: [Omission]
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
            ("not_carried", .array(omitted.map(\.document))),
        ]
    }
}
