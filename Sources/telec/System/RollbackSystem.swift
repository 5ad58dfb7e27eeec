import ArgumentParser
import Dialects
import TCMigrations
import TCSystem
import TCTerminal

struct RollbackSystem: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Undo what telec system migrate has made, and nothing else.",
        usage: "telec system rollback [<options>]",
        discussion: """
            Database and settings become what they were, documents are removed, and the old daemon is enabled again. A file that has \
            changed since stays. Losing data that was added since the migration needs --discard-new.

            EXAMPLES:
              sudo telec system rollback --dry-run
              sudo telec system rollback
            """)

    @Flag(help: "Lose what was added to the database since the migration.") var discardNew = false
    @Flag(help: "Show what a run would do, and change nothing.") var dryRun = false
    @OptionGroup var options: SystemOptions

    func run() async throws {
        try await options.guarding {
            try options.requireRoot(evenToLook: true)
            let installation = try options.installation()
            let lock = try installation.root.lock()
            defer { lock.release() }
            let rollback = SystemRollback(installation, try .teleclaude())
            guard let plan = try await rollback.plan() else {
                if !dryRun { try rollback.clear() }
                return options.output.show(Self.document(nil, remarks: [], isDry: dryRun)) {
                    "nothing was migrated: there is nothing to undo"
                }
            }
            if dryRun {
                return options.output.show(Self.document(plan, remarks: [], isDry: true)) {
                    (plan.steps + plan.changed.map { "\($0) has changed since, and would stay" } + plan.losses
                        + ["dry run: nothing was changed"]).joined(separator: "\n")
                }
            }
            guard plan.losses.isEmpty || discardNew else { throw Self.refusal(plan) }
            let remarks = try await rollback.run(plan)
            options.output.show(Self.document(plan, remarks: remarks, isDry: false)) {
                (plan.steps + ["rolled back: the existing install at \(plan.manifest.from) is unchanged"]).joined(
                    separator: "\n")
            }
            for remark in remarks { options.output.remark(remark) }
        }
    }

    private static func refusal(_ plan: SystemRollback.Plan) -> MachineError {
        MachineError(
            .inUse, "the database was used since the migration: \(plan.losses.joined(separator: "; "))",
            remedy: "keep a copy of it, and pass --discard-new to lose that data; nothing was changed")
    }

    private static func document(_ plan: SystemRollback.Plan?, remarks: [String], isDry: Bool) -> JSON {
        let texts = { (list: [String]) in JSON.array(list.map { .string($0) }) }
        return .object([
            ("version", .integer(1)), ("dry_run", .boolean(isDry)),
            ("from", plan.map { .string($0.manifest.from) } ?? .null), ("steps", texts(plan?.steps ?? [])),
            ("changed", texts(plan?.changed ?? [])), ("losses", texts(plan?.losses ?? [])), ("remarks", texts(remarks)),
        ])
    }
}
