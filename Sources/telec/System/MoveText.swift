import Dialects
import TCImport
import TCSettings
import TCSystem
import TCTerminal

/// The plan or the outcome of a move, for people and for programs. It shows the keys and places of settings, and no values.
struct MoveText {
    let plan: MovePlan
    let report: MoveReport?
    private let data: ImportReport?

    init(_ plan: MovePlan) { (self.plan, report, data) = (plan, nil, plan.data) }

    init(_ report: MoveReport) { (plan, self.report, data) = (report.plan, report, report.data) }

    /// A part of the report with a title.
    struct Section {
        var title: String
        var lines: [String]

        /// Makes a section. Its lines name files of a user, who must not control the terminal of root by such a name.
        init(title: String, lines: [String]) {
            (self.title, self.lines) = (SessionTexts.plain(title), lines.map(SessionTexts.plain))
        }
    }

    /// The plan as text.
    var text: String { Self.rendered(planned) }

    /// The outcome as text.
    var outcome: String { Self.rendered(done) }

    private static func rendered(_ sections: [Section]) -> String {
        sections.filter { !$0.lines.isEmpty }.map { section in
            ([section.title] + section.lines.map { "  \($0)" }).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    // MARK: - The plan

    var planned: [Section] {
        [
            Section(title: "Found below \(plan.old.home)", lines: Self.lines(parts)),
            Section(title: "Owners", lines: owners), Section(title: "Data, to \(plan.target)", lines: dataLines),
            Section(title: "Settings", lines: plan.files.filter(Self.isSettings).map { settings($0) }),
            Section(title: "Documents", lines: documents),
            Section(title: "Transcripts of agents, which stay where they are", lines: transcripts),
            Section(title: "Not supported by the new system yet", lines: plan.missingFeatures),
            Section(
                title: "Old units, disabled at the end",
                lines: plan.units.names.map { plan.units.active.contains($0) ? "\($0), which runs" : $0 }),
            Section(title: "Remarks", lines: plan.remarks),
        ]
    }

    private var parts: TextTable {
        var table = TextTable(("", .left), ("", .left), ("", .left), ("", .left))
        for part in plan.old.parts {
            table.add(part.what, part.isThere ? "found" : "absent", part.path, part.isThere ? part.note : "")
        }
        return table
    }

    private static func lines(_ table: TextTable) -> [String] {
        table.rendered().split(separator: "\n").map(String.init).filter { $0.contains { $0 != " " } }
    }

    private var owners: [String] {
        let standard = plan.owners.standard
        guard let data else { return ["\(standard.person) (uid \(standard.uid))"] }
        return data.shares.map { share in
            "\(share.owner.person) (uid \(share.owner.uid)): \(Formatting.count(share.sessions)) sessions"
        }
    }

    private var dataLines: [String] {
        guard let data else { return [] }
        return ImportText.text(data, target: "\(plan.target)", isDryRun: report == nil).split(separator: "\n").map(
            String.init)
    }

    private static func isSettings(_ file: PlannedFile) -> Bool { file.path.hasSuffix(".yml") }

    private func settings(_ file: PlannedFile) -> String {
        "\(file.path) (mode \(String(file.mode, radix: 8)), uid \(file.uid))"
    }

    private var documents: [String] {
        let tree = plan.documents
        guard !tree.files.isEmpty || !tree.skipped.isEmpty else { return [] }
        let count = "\(Formatting.count(tree.files.count)) files to \(plan.shared)"
        let skipped = tree.skipped.map { "docs\($0.path) \($0.reason)" }
        let references = plan.references.map { reference in
            let place = "\(reference.file):\(reference.line) refers to \(reference.text)"
            return reference.shared.map { "\(place): for everybody it is \($0)" }
                ?? "\(place): that is in one user's home, where others can't read it"
        }
        return [count] + skipped + references
    }

    private var transcripts: [String] {
        let paths = plan.transcripts
        return [
            "\(Formatting.count(paths.live)) are there, \(Formatting.count(paths.dead)) are gone",
            "\(Formatting.count(paths.unreadable)) can't be read by the service's user: only their owner can read them",
        ]
    }

    // MARK: - The outcome

    var done: [Section] {
        guard let report else { return [] }
        let proofs = report.proofs.map { "\($0.verdict.rawValue.replacing("_", with: " ")): \($0.what): \($0.words)" }
        return [
            Section(title: "Data", lines: report.data == nil ? ["transferred in an earlier run"] : dataLines),
            Section(title: "Proofs", lines: proofs), Section(title: "To do", lines: report.advice),
            Section(title: "Going back", lines: report.wayBack), Section(title: Self.end(report), lines: [" "]),
        ]
    }

    private static func end(_ report: MoveReport) -> String {
        if report.isProven { return "migrated: the originals are unchanged" }
        return report.isOutdated
            ? "not switched over: undo the run with telec system rollback, and start again"
            : "not switched over: a check failed; correct the cause and continue with --resume, or undo the run"
    }

    // MARK: - For programs

    var document: JSON {
        let data = data.map { ImportText.document($0, target: "\(plan.target)", isDryRun: report == nil) }
        return .object(
            [
                ("version", .integer(1)), ("dry_run", .boolean(report == nil)), ("from", .string(plan.old.home)),
                ("target", .string("\(plan.target)")), ("verdict", .string(verdict)),
                ("parts", .array(plan.old.parts.map(Self.document))), ("data", data ?? .null),
                ("files", .array(plan.files.map(Self.document))),
                ("keys", .array(plan.split.items.map(Self.document))), ("documents", documentsDocument),
                ("transcripts", transcriptsDocument),
            ] + outcomeMembers)
    }

    private var verdict: String {
        guard let report else { return "planned" }
        return report.isProven ? "migrated" : "not_switched"
    }

    private static func texts(_ list: [String]) -> JSON { .array(list.map { .string($0) }) }

    private var documentsDocument: JSON {
        .object([
            ("folder", .string(plan.shared)), ("files", .integer(Int64(plan.documents.files.count))),
            ("skipped", Self.texts(plan.documents.skipped.map { "docs\($0.path) \($0.reason)" })),
            ("references", .array(plan.references.map(Self.document))),
        ])
    }

    private var transcriptsDocument: JSON {
        .object([
            ("live", .integer(Int64(plan.transcripts.live))), ("dead", .integer(Int64(plan.transcripts.dead))),
            ("unreadable", .integer(Int64(plan.transcripts.unreadable))),
        ])
    }

    private var outcomeMembers: [(key: String, value: JSON)] {
        [
            ("not_done_yet", Self.texts(plan.missingFeatures)), ("old_units", Self.texts(plan.units.names)),
            ("proofs", .array((report?.proofs ?? []).map(Self.document))),
            ("advice", Self.texts(report?.advice ?? [])), ("way_back", Self.texts(report?.wayBack ?? [])),
            ("remarks", Self.texts(plan.remarks)),
        ]
    }

    private static func document(_ part: OldInstall.Part) -> JSON {
        .object([
            ("what", .string(part.what)), ("path", .string(part.path)), ("found", .boolean(part.isThere)),
            ("note", .string(part.note)),
        ])
    }

    private static func document(_ file: PlannedFile) -> JSON {
        .object([
            ("path", .string(file.path)), ("mode", .string(String(file.mode, radix: 8))),
            ("uid", .integer(Int64(file.uid))),
        ])
    }

    private static func document(_ item: SplitItem) -> JSON {
        .object([
            ("key", .string(item.key.description)), ("to", .string(item.target.file)), ("from", .string(item.source)),
            ("note", item.note.map { .string($0) } ?? .null),
        ])
    }

    private static func document(_ reference: HomeReference) -> JSON {
        .object([
            ("file", .string(reference.file)), ("line", .integer(Int64(reference.line))),
            ("text", .string(reference.text)), ("shared", reference.shared.map { .string($0) } ?? .null),
        ])
    }

    private static func document(_ proof: MoveReport.Proof) -> JSON {
        .object([
            ("what", .string(proof.what)), ("verdict", .string(proof.verdict.rawValue)),
            ("words", .string(proof.words)),
        ])
    }
}
