import Dialects
import Migrator
import TCTerminal

/// Reports migrations to the user: one line when each ends, or one JSON document.
struct MigrationLog: Sendable {
    let isJSON: Bool
    let isVerbose: Bool

    @Sendable func show(_ event: MigrationEvent) {
        guard !isJSON else { return }
        switch event {
        case .started(let id, let direction):
            if isVerbose { Console.error("\(direction.rawValue) \(id) …") }
        case .finished(let id, let direction, let milliseconds):
            Console.source(
                "\(direction == .up ? "applied" : "undone ")  \(id)  \(Formatting.milliseconds(milliseconds))")
        case .gaveWay(let id, let holders):
            let names =
                holders.isEmpty ? "another session holds a table" : holders.map(\.description).joined(separator: "; ")
            Console.error("\(id) waits, and lets others through: \(names)")
        case .recorded(let id, let replaced, let areScriptsCompared):
            Console.source("recorded  \(id), in place of \(count(replaced))")
            if !areScriptsCompared {
                Console.error(
                    "note: the result of its scripts was not compared: they can't be run in a scratch place")
            }
        case .building(let id, let progress):
            let index = progress.index.isEmpty ? "" : "\(progress.index), "
            let rest = progress.waitsFor?.description ?? progress.percent.map { "\($0) %" } ?? ""
            Console.error("\(id): \(index)\(progress.phase)\(rest.isEmpty ? "" : ", \(rest)")")
        }
    }

    /// Says who holds the table that a command which only reads is waiting for.
    @Sendable static func show(waitingFor holders: [LockHolder]) {
        Console.error("waiting: \(holders.map(\.description).joined(separator: "; "))")
    }

    private func count(_ migrations: [String]) -> String {
        migrations.count.counted("migration", "migrations")
    }

    func finish(_ report: MigrationReport, nothing: String) {
        guard isJSON else {
            if report.steps.isEmpty && report.replaced.isEmpty { Console.out(nothing) }
            return
        }
        let steps = report.steps.map { step in
            JSON.object([
                ("id", .string(step.id)), ("direction", .string(step.direction.rawValue)),
                ("duration_ms", .integer(step.milliseconds)),
            ])
        }
        Console.document(
            JSON.object([("version", .integer(1)), ("migrations", .array(steps))] + JSON.replaced(report.replaced))
                .rendered())
    }

    func show(_ preview: MigrationPreview) {
        guard isJSON else { return Console.source(text(of: preview)) }
        let steps = preview.steps.map { step in
            JSON.object(
                [
                    ("id", .string(step.id)), ("direction", .string(step.direction.rawValue)),
                    ("sql", .array(step.statements.map { .string($0) })),
                ] + JSON.dataSteps(step.dataSteps) + JSON.online(step.isOnline))
        }
        let hazards = (preview.hazards.map(\.description) + preview.refusals.map(\.description)).map { JSON.string($0) }
        let blocking = preview.longBlocking.map { blocking in
            JSON.object([
                ("id", .string(blocking.id)), ("table", .string(blocking.lock.table)),
                ("bytes", .integer(blocking.bytes)), ("waiting", .string(blocking.lock.waiting.rawValue)),
                ("while", .string(blocking.lock.meanwhile)), ("online", .boolean(blocking.lock.isAvoidable)),
            ])
        }
        let members: [(key: String, value: JSON)] = [
            ("version", .integer(1)), ("dry_run", .boolean(true)), ("migrations", .array(steps)),
            ("hazards", .array(hazards)), ("blocking", .array(blocking)),
        ]
        Console.document(JSON.object(members + JSON.replaced(preview.recording?.replaced ?? [])).rendered())
    }

    private func text(of preview: MigrationPreview) -> String {
        guard !preview.steps.isEmpty || preview.recording != nil else { return "nothing to do" }
        var lines: [String] = []
        if let recording = preview.recording {
            lines.append("would record  \(recording.id), in place of \(count(recording.replaced))")
        }
        for step in preview.steps {
            let verb = step.direction == .up ? "apply" : "undo"
            lines.append("would \(verb)  \(step.id)\(step.isOnline ? ", online: outside of a transaction" : "")")
            lines += step.dataSteps.map { "  runs Swift: the data step \"\($0)\"" }
            if isVerbose { lines += step.statements.map(SQLText.terminated) }
        }
        lines += preview.hazards.map { "\($0.verb)  \($0.description)" }
        let losses = preview.hazards.filter(\.hazard.isDataLoss)
        if !losses.isEmpty {
            lines.append(
                losses.allSatisfy(\.mayBeGone)
                    ? "may need --allow-data-loss: SQL or Swift of the migrations runs before, and may remove these rows"
                    : "needs --allow-data-loss")
        }
        lines += preview.refusals.map { "would refuse  \($0)" }
        lines += preview.longBlocking.map { "would block  \($0.words)" }
        return lines.joined(separator: "\n")
    }
}

extension MeasuredHazard {
    fileprivate var verb: String {
        let may = mayBeGone ? "may" : "would"
        return "\(may) \(hazard.isDataLoss ? "lose" : "refuse")"
    }
}

extension MigrationPreview {
    /// The size from which a table is worth a warning, in bytes. A table of this size is read in about a second.
    private static let longTable: Int64 = 50_000_000

    fileprivate var longBlocking: [Blocking] { blocking.filter { $0.bytes >= Self.longTable } }
}

extension MigrationPreview.Blocking {
    fileprivate var words: String {
        let way = lock.isAvoidable ? "; a migration with .online() does it without blocking them" : ""
        return
            "\(lock.waiting.rawValue) of \(lock.table) (\(Formatting.bytes(Int(bytes)))) while \(lock.meanwhile)\(way)"
    }
}

extension JSON {
    /// Returns a document's member which says that a migration is applied online; none for any other migration.
    static func online(_ isOnline: Bool) -> [(key: String, value: JSON)] {
        isOnline ? [("online", .boolean(true))] : []
    }

    /// The member of a document that names what a migration is recorded in place of; none for most.
    fileprivate static func replaced(_ ids: [String]) -> [(key: String, value: JSON)] {
        ids.isEmpty ? [] : [("replaced", .array(ids.map { .string($0) }))]
    }

    /// Returns a document's member that names a migration's data steps; none if it has none.
    static func dataSteps(_ names: [String]) -> [(key: String, value: JSON)] {
        names.isEmpty ? [] : [("data_steps", .array(names.map { .string($0) }))]
    }
}
