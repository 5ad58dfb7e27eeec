import Dialects
import Migrator
import TCTerminal
import Transfer

/// Renders a transfer's plan and report for people.
enum TransferPage {
    static func page(_ report: TransferReport) -> Page {
        var page = Page(title: "Transfer: \(report.verdict.rawValue)")
        page.add(table(report))
        page.add("Notes", report.tables.flatMap { line in line.notes.map { "\(line.name): \($0)" } })
        let nulled = report.tables.flatMap { line in
            line.nulled.map { "\(line.name).\($0.column): \(Formatting.count($0.count))" }
        }
        page.add("Values that became NULL", nulled)
        let differences = report.tables.flatMap { line in
            line.differences.map { "\(line.name), \(DifferenceText.text($0))" }
        }
        page.add("Rows that differ", differences)
        page.add("Remarks", report.remarks)
        add(report.types, report.renames, report.omitted, report.incompatibleValues, to: &page)
        page.add("Triggers (--write-triggers)", triggers(report.plan))
        page.add("Rules to consider (--write-rules FILE)", proposals(report))
        page.add(line: times(report))
        page.add(line: "verdict: \(report.verdict.rawValue)")
        if report.verdict == .mismatch, differences.isEmpty {
            page.add(line: "the same with --verify full names the rows that differ")
        }
        return page
    }

    private static func table(_ report: TransferReport) -> TextTable {
        let setsAside = report.tables.contains { $0.quarantined > 0 }
        var table = TextTable(
            [("TABLE", .left), ("SOURCE ROWS", .right), ("TARGET ROWS", .right)]
                + (setsAside ? [("QUARANTINED", .right)] : []) + [("VERDICT", .left)])
        func add(_ name: String, _ source: Int, _ target: Int, _ aside: Int, _ verdict: String) {
            let counts = [source, target] + (setsAside ? [aside] : [])
            table.add([name] + counts.map(Formatting.count) + [verdict])
        }
        for line in report.tables {
            let verdict =
                line.isMismatch ? "MISMATCH" : line.quarantined == 0 ? "equal" : "equal, except for quarantine"
            add(line.name, line.sourceRows, line.targetRows, line.quarantined, verdict)
        }
        func total(_ count: (TransferReport.TableReport) -> Int) -> Int { report.tables.reduce(0) { $0 + count($1) } }
        add("total", total(\.sourceRows), total(\.targetRows), total(\.quarantined), "")
        return table
    }

    static func page(_ plan: TransferPlan) -> Page {
        var page = Page(title: "Plan of a transfer")
        var table = TextTable([("TABLE", .left), ("ROWS", .right), ("COLUMNS", .right), ("BECOMES", .left)])
        for planned in plan.tables {
            let name = planned.target == planned.source ? "" : planned.target
            table.add([planned.source, Formatting.count(planned.rows), "\(planned.sourceColumns.count)", name])
        }
        page.add(table)
        page.add("Remarks", plan.remarks)
        add(plan.typeNotes, plan.renames, plan.omitted, plan.incompatibleValues, to: &page)
        page.add("Triggers (--write-triggers)", triggers(plan))
        page.add(
            "Statements; rows are loaded after the tables are created",
            code: plan.statements.map(SQLText.terminated))
        let proposals = considered(plan.proposals)
        page.add(
            "Rules to consider, as a file for --rules",
            code: proposals.isEmpty ? [] : [String(ProposedRule.yaml(proposals).dropLast())])
        page.add(line: "dry run: nothing was changed")
        return page
    }

    /// The rules without those that are a guess: only a rules file names these.
    private static func considered(_ proposals: [ProposedRule]) -> [ProposedRule] {
        proposals.filter { $0.standing != .guessed }
    }

    /// The rules in short. An application that makes its own tables gets their types from these, so there the rules are only counted: the
    /// remark which says so matters more.
    private static func proposals(_ report: TransferReport) -> [String] {
        let isApplications = report.plan.tables.contains { MigrationRecord.isOne($0.source) }
        let rules = considered(report.proposals)
        return isApplications ? ProposedRule.counted(rules) : ProposedRule.listed(rules)
    }

    private static func add(
        _ types: [TypeNote], _ renames: [Rename], _ omitted: [Omission],
        _ incompatibleValues: [IncompatibleValues], to page: inout Page
    ) {
        page.add("Types chosen from the values", types.map(\.description))
        page.add("Renamed", renames.map { "\($0.kind) \($0.from) -> \($0.to)" })
        page.add("Not transferred", lines(omitted))
        page.add(
            "Incompatible values", incompatibleValues.map { "\($0): \(outcome($0.policy))" })
    }

    /// How many of the triggers that stay behind can be written in the target's words.
    private static func triggers(_ plan: TransferPlan) -> [String] {
        let translated = plan.triggers.filter { if case .statements = $0.outcome { true } else { false } }.count
        guard translated > 0 else { return [] }
        return [
            "\(translated) of \(plan.triggers.count) can be written in the target's SQL, for you to review and apply by hand"
        ]
    }

    /// Returns a line for each omission. The triggers of one table share a line, after all others.
    private static func lines(_ omitted: [Omission]) -> [String] {
        let alone = omitted.filter { $0.kind != .trigger || $0.table == nil }
        let triggers = Dictionary(grouping: omitted.filter { $0.kind == .trigger && $0.table != nil }) {
            $0.table ?? ""
        }
        return alone.map { "\($0.kind.words) \($0.name): \($0.reason)" }
            + triggers.sorted { $0.key < $1.key }.map { table, list in
                let texts = list.map { "\($0.name), \($0.reason)" }
                return list.count == 1
                    ? "trigger of \(table): \(texts[0])"
                    : "\(list.count) triggers of \(table): \(texts.joined(separator: "; "))"
            }
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
        let time = "time: \(Formatting.seconds(report.seconds))"
        let parts = phases.map { "\($0.0) \(Formatting.seconds($0.1))" }
        return "\(time) (\(parts.joined(separator: ", ")))"
    }
}
