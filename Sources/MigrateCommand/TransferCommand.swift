import ArgumentParser
import Dialects
import Migrator

extension TransferOptions.Verification: ExpressibleByArgument {}
extension MismatchPolicy: ExpressibleByArgument {}

struct TransferCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "transfer",
            abstract: "Move a database into an empty one, SQLite or PostgreSQL, and verify it.",
            usage: """
                \(MigrateProgram.context.name) transfer <source> <target> [<options>]
                \(MigrateProgram.context.name) transfer --abandon <target>
                """,
            discussion: """
                Tables, rows, keys, indexes, foreign keys, defaults, views and counters come along; what
                can't is listed. The source is only read. When anything is refused the target is as empty
                as before; an interruption leaves it marked as unfinished, to be resumed or abandoned.

                EXAMPLES:
                  \(MigrateProgram.context.name) transfer shop.db postgresql://app@db.example.org/shop
                  \(MigrateProgram.context.name) transfer shop.db 'postgresql:///shop?host=/run/postgresql' --dry-run
                  \(MigrateProgram.context.name) transfer shop.db postgresql:///shop --exclude logs,cache --json
                  \(MigrateProgram.context.name) transfer postgresql:///shop copy.db
                  \(MigrateProgram.context.name) transfer old.db postgresql:///app --into-history
                  \(MigrateProgram.context.name) transfer shop.db postgresql:///shop --resume
                  \(MigrateProgram.context.name) transfer --abandon postgresql:///shop
                """)
    }

    @Argument(help: "The database to read: its URL, or a SQLite file.") var source: String?
    @Argument(help: "The database to fill. It must be empty; a SQLite file is made.") var target: String?
    @Option(help: ArgumentHelp("Only these tables, separated by commas.", valueName: "a,b")) var tables: String?
    @Option(help: ArgumentHelp("All but these tables, separated by commas.", valueName: "c,d")) var exclude: String?
    @Option(
        help:
            "What to compare at the end: the number of rows, a digest of every value as well, or in full: naming the rows that differ."
    )
    var verify: TransferOptions.Verification = .digest
    @Option(help: ArgumentHelp("Do as the rules in this YAML file say: docs/transfer.md.", valueName: "file"))
    var rules: String?
    @Option(
        help: ArgumentHelp(
            "What to do with values that are not what their column declares: refuse them, choose a wider type, make them NULL, or set their rows aside in tc_quarantine. Default: widen.",
            valueName: "policy"))
    var onMismatch: MismatchPolicy?
    @Flag(help: "Names of tables, columns and indexes in lower case.") var lowercaseNames = false
    @Option(help: ArgumentHelp("Write the rules that suggest themselves to a new file.", valueName: "file"))
    var writeRules: String?
    @Option(
        help: ArgumentHelp(
            "So many streams at once; as many as there are processors, up to 8, by default.", valueName: "n"))
    var jobs: Int?
    @Option(
        name: .customLong("chunk-mb"),
        help: ArgumentHelp("Rows are kept in steps of about so many megabytes.", valueName: "n"))
    var chunkMegabytes = 64
    @Flag(help: "Go on with a transfer that was interrupted.") var resume = false
    @Option(
        help: ArgumentHelp(
            "Remove what an interrupted transfer left in this database, and nothing else.", valueName: "target"))
    var abandon: String?
    @Option(
        help: ArgumentHelp(
            "Write what was done and proven into this file, for ci/check-certificate.py.", valueName: "file"))
    var certificate: String?
    @Flag(help: "Migrate the target with up first, and fill what the migrations declare, matched by name.")
    var intoHistory =
        false
    @Option(
        help: ArgumentHelp(
            "Tables, and columns as table.column, that may stay behind for want of a place.", valueName: "a,b.c"))
    var ignoreMissing: String?
    @Flag(help: "Show the plan: tables, types and why, and what does not come along. Changes nothing.") var dryRun =
        false
    @Flag(name: .shortAndLong, help: "No progress.") var quiet = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if abandon != nil {
            guard source == nil else { throw ValidationError("--abandon takes the target, and no source") }
            return
        }
        guard source != nil else { throw ValidationError("Missing expected argument '<source>'") }
        guard target != nil else { throw ValidationError("Missing expected argument '<target>'") }
        if ignoreMissing != nil, !intoHistory { throw ValidationError("--ignore-missing goes with --into-history") }
        if intoHistory, resume || certificate != nil || tables != nil || exclude != nil {
            throw ValidationError("--into-history takes none of --resume, --certificate, --tables and --exclude")
        }
        if dryRun, certificate != nil { throw ValidationError("--certificate needs a transfer, not a --dry-run") }
        if !(1...100_000).contains(chunkMegabytes) {
            throw ValidationError("--chunk-mb takes a number from 1 to 100000")
        }
        if let jobs, !(1...64).contains(jobs) { throw ValidationError("--jobs takes a number from 1 to 64") }
    }

    func run() async throws {
        try await output.guarding {
            if let abandon { return try await self.abandon(abandon) }
            if let writeRules { try TextFile.requireAbsent(writeRules) }
            let rules = try transferRules()
            let from = try open(source ?? "", .readOnly)
            let to = try open(target ?? "", dryRun ? .readOnly : .create, isOwned: intoHistory)
            if intoHistory {
                try await Interruption.stopping { try await fillHistory(from, to, rules) }
                await from.close()
                return await to.close()
            }
            let options = TransferOptions(
                tables: tables.map(names), exclude: exclude.map(names) ?? [], verification: verify, rules: rules,
                jobs: jobs ?? min(8, Console.processors), chunkBytes: chunkMegabytes << 20, resumes: resume)
            let transfer = Transfer(from: from, to: to, options: options)
            let file = try certificate.map { try OutputFile($0) }
            do {
                try await Interruption.stopping { try await show(transfer) { try certify($0, from, to, in: file) } }
            } catch {
                file?.discard()
                throw error
            }
            await from.close()
            await to.close()
        }
    }

    private func show(_ transfer: Transfer, _ certify: (TransferReport) throws -> Void) async throws {
        let progress = TransferProgress(isQuiet: quiet || output.json)
        defer { progress.end() }
        if dryRun {
            let plan = try await transfer.plan { progress.show($0) }
            progress.end()
            try write(plan.proposals)
            output.show(TransferText.document(plan)) { TransferText.text(plan) }
        } else {
            let report = try await transfer.run { progress.show($0) }
            progress.end()
            try write(report.proposals)
            output.show(TransferText.document(report)) { TransferText.text(report) }
            if report.verdict == .mismatch { throw ExitCode(1) }
            try certify(report)
        }
    }

    private func fillHistory(_ from: Database, _ to: Database, _ rules: TransferRules) async throws {
        let context = MigrateProgram.context
        let transfer = HistoryTransfer(
            from: from, to: to, into: try context.history(), ignoring: ignoreMissing.map(names) ?? [],
            rules: rules, verification: verify,
            migration: Migrator.Options(appliedBy: Console.userAtHost, version: context.version))
        let progress = TransferProgress(isQuiet: quiet || output.json)
        defer { progress.end() }
        if dryRun {
            let plan = try await transfer.plan()
            output.show(TransferText.document(plan)) { TransferText.text(plan) }
        } else {
            let report = try await transfer.run { progress.show($0) }
            progress.end()
            output.show(TransferText.document(report)) { TransferText.text(report) }
            if report.verdict == .mismatch { throw ExitCode(1) }
        }
    }

    /// The rules of the file, and what the command line says beside them.
    private func transferRules() throws -> TransferRules {
        var rules = try self.rules.map { try RulesFile.parse(try TextFile.read($0)) } ?? TransferRules()
        if let onMismatch { rules.onMismatch = onMismatch }
        if lowercaseNames { rules.lowercaseNames = true }
        return rules
    }

    private func write(_ proposals: [ProposedRule]) throws {
        if let writeRules { try TextFile.create(writeRules, ProposedRule.yaml(proposals)) }
    }

    private func certify(_ report: TransferReport, _ from: Database, _ to: Database, in file: OutputFile?) throws {
        let context = MigrateProgram.context
        let certificate = TransferCertificate(
            of: report, from: from.url, to: to.url, by: "\(context.name) \(context.version)", at: Console.now)
        try file?.finish(certificate.document().rendered() + "\n")
    }

    private func abandon(_ target: String) async throws {
        let database = try open(target, .readWrite)
        let record = try await Transfer.abandon(in: database)
        await database.close()
        output.show(
            .object([("version", .integer(1)), ("abandoned", .string(record.id)), ("source", .string(record.source))])
        ) {
            "removed what the transfer from \(record.source), begun \(record.startedAt), had made"
        }
    }

    private func names(_ list: String) -> [String] { list.split(separator: ",").map(String.init) }

    private func open(
        _ text: String, _ access: ConnectionOptions.Access, isOwned: Bool = false
    ) throws -> Database {
        try Database(
            try DatabaseURL(parsing: text),
            options: ConnectionOptions(
                access: access, applicationName: MigrateProgram.context.name, isOwned: isOwned,
                temporaryFolder: Console.environment("TMPDIR") ?? "/tmp"))
    }
}
