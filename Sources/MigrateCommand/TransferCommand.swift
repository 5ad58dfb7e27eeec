import ArgumentParser
import Dialects
import Migrator
import TCTerminal
import Transfer

extension TransferOptions.Verification: ExpressibleByArgument {}
extension MismatchPolicy: ExpressibleByArgument {}
extension NocasePolicy: ExpressibleByArgument {}

struct TransferCommand: AsyncParsableCommand {
    static let name = "transfer"

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: name,
            abstract: "Move a database into an empty one, SQLite or PostgreSQL, and verify it.",
            usage: "\(MigrateProgram.context.name) transfer <source> <target> [<options>]",
            discussion: """
                Tables, rows, keys, indexes, foreign keys, defaults, views and counters are transferred; \
                what can't be is listed. The source is only read. If anything is refused, the target stays \
                empty; after an interruption it is marked as unfinished, and the transfer can be resumed or \
                abandoned (transfer abandon).

                EXAMPLES:
                  \(MigrateProgram.context.name) transfer shop.db postgresql://app@db.example.org/shop
                  \(MigrateProgram.context.name) transfer shop.db 'postgresql:///shop?host=/run/pg' --dry-run
                  \(MigrateProgram.context.name) transfer shop.db postgresql:///shop --exclude logs,cache --json
                  \(MigrateProgram.context.name) transfer shop.db postgresql:///shop --report report.html
                  \(MigrateProgram.context.name) transfer postgresql:///shop copy.db
                  \(MigrateProgram.context.name) transfer old.db postgresql:///app --into-history
                  \(MigrateProgram.context.name) transfer db.sqlite3 postgresql:///site --into-existing
                  \(MigrateProgram.context.name) transfer shop.db postgresql:///shop --resume
                  \(MigrateProgram.context.name) transfer abandon postgresql:///shop
                """,
            subcommands: MigrateProgram.context.isDescribed ? [AbandonCommand.self] : [])
    }

    @Argument(help: "The database to read: its URL, or a SQLite file.", completion: .file()) var source: String
    @Argument(
        help: "The database to fill: an empty one, or a SQLite file that does not exist yet.", completion: .file())
    var target: String
    @Option(help: ArgumentHelp("Transfer only these tables, separated by commas.", valueName: "a,b"))
    var tables: [NameList] = []
    @Option(help: ArgumentHelp("Leave out these tables, separated by commas.", valueName: "c,d"))
    var exclude: [NameList] = []
    @Option(
        help:
            "What to compare at the end: the number of rows, a digest of every value as well, or in full, naming each row that differs."
    )
    var verify: TransferOptions.Verification = .digest
    @Option(
        help: ArgumentHelp("Apply the rules in this YAML file (docs/transfer.md).", valueName: "file"),
        completion: .file())
    var rules: String?
    @Option(
        help: ArgumentHelp(
            "What to do with values that do not match their column's declared type: refuse them, widen the column's type, make them NULL, or set their rows aside in tc_quarantine. Default: widen.",
            valueName: "policy"))
    var onMismatch: MismatchPolicy?
    @Flag(help: "Write the names of tables, columns and indexes in lower case.") var lowercaseNames = false
    @Option(
        help: ArgumentHelp(
            "How to map columns that SQLite declares COLLATE NOCASE: to text, where only keys ignore case, or to columns that ignore case everywhere, by the extension citext or an ICU collation. Default: text.",
            valueName: "policy"))
    var nocase: NocasePolicy?
    @Option(
        help: ArgumentHelp("Write the rules that the data suggests to a new file.", valueName: "file"),
        completion: .file())
    var writeRules: String?
    @Option(
        help: ArgumentHelp(
            "Write the triggers that are not transferred to a new SQL file, in the target's SQL where possible, for you to review and apply by hand.",
            valueName: "file"),
        completion: .file())
    var writeTriggers: String?
    @Option(
        help: ArgumentHelp(
            "Use this many connections at once. Default: one for each processor, up to 8.", valueName: "n"))
    var jobs: Int?
    @Option(
        name: .customLong("chunk-mb"),
        help: ArgumentHelp("Commit rows in chunks of about this many megabytes.", valueName: "n"))
    var chunkMegabytes = 64
    @Flag(help: "Continue a transfer that was interrupted.") var resume = false
    @Option(
        help: ArgumentHelp(
            "Write a certificate of what was transferred and verified to this file; ci/check-certificate.py checks it.",
            valueName: "file"),
        completion: .file())
    var certificate: String?
    @Option(
        help: ArgumentHelp("Write the report to this file too, as an HTML page.", valueName: "file.html"),
        completion: .file())
    var report: String?
    @Flag(help: "Run up on the target first, then fill the tables that the migrations declare, matched by name.")
    var intoHistory = false
    @Flag(help: "Fill tables that the application's own framework has created in the target, matched by name.")
    var intoExisting = false
    @Option(
        help: ArgumentHelp(
            "With --into-existing: replace the rows that these tables hold with the source's.",
            valueName: "a,b"))
    var replaceRows: [NameList] = []
    @Option(
        help: ArgumentHelp(
            "With --into-existing: keep the rows of these tables as they are.", valueName: "c,d"))
    var keepRows: [NameList] = []
    @Option(
        help: ArgumentHelp(
            "Leave out these tables, and columns given as table.column, that the target has no place for.",
            valueName: "a,b.c"))
    var ignoreMissing: [NameList] = []
    @Flag(help: "Show the plan: tables, types with reasons, statements, and what is left out. Changes nothing.")
    var dryRun = false
    @Flag(name: .shortAndLong, help: "Show no progress.") var quiet = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try validateFilling()
        if dryRun, certificate != nil || report != nil {
            throw ValidationError("--certificate and --report need a transfer, not a --dry-run")
        }
        if resume, !dryRun, writeRules != nil || writeTriggers != nil {
            throw ValidationError(
                "--write-rules and --write-triggers can't be used with --resume, which examines only what is left: leave them out, and "
                    + "write them by a --dry-run into another empty target")
        }
        if !(1...100_000).contains(chunkMegabytes) {
            throw ValidationError("--chunk-mb takes a number from 1 to 100000")
        }
        if let jobs, !(1...64).contains(jobs) { throw ValidationError("--jobs takes a number from 1 to 64") }
        try validateFiles()
    }

    /// Throws if the transfer would write one file over another that it is about.
    private func validateFiles() throws {
        var files = FilesApart()
        files.add(database: source, as: "the source")
        files.add(database: target, as: "the target")
        files.add(read: rules, as: "--rules")
        try files.add(written: writeRules, as: "--write-rules")
        try files.add(written: writeTriggers, as: "--write-triggers")
        try files.add(written: certificate, as: "--certificate")
        try files.add(written: report, as: "--report")
    }

    /// Throws if options exclude each other, for transfers into existing tables or into those that migrations make.
    private func validateFilling() throws {
        if intoHistory && intoExisting {
            throw ValidationError("--into-history and --into-existing exclude each other")
        }
        if !ignoreMissing.isEmpty, !intoHistory, !intoExisting {
            throw ValidationError("--ignore-missing needs --into-history or --into-existing")
        }
        if writeRules != nil, intoExisting, !dryRun {
            throw ValidationError("with --into-existing, --write-rules needs --dry-run")
        }
        if !(replaceRows + keepRows).isEmpty, !intoExisting {
            throw ValidationError("--replace-rows and --keep-rows need --into-existing")
        }
        if writeTriggers != nil, intoHistory || intoExisting {
            throw ValidationError(
                "--write-triggers can't be used with existing tables or a history: they have triggers of their own")
        }
        if intoExisting, resume {
            throw ValidationError(
                "--into-existing can't be used with --resume: an interrupted run leaves the target as it was, so run it again"
            )
        }
        if intoHistory || intoExisting,
            certificate != nil || !(tables + exclude).isEmpty || lowercaseNames || nocase != nil
        {
            let option = intoHistory ? "--into-history" : "--into-existing"
            throw ValidationError(
                "\(option) can't be used with --certificate, --tables, --exclude, --lowercase-names or --nocase")
        }
    }

    func run() async throws {
        let named = NamedInOptions(
            ignored: ignoreMissing.names, replaced: replaceRows.names, kept: keepRows.names)
        try await output.guarding({ WaysOn.explain($0, source: source, target: target, named: named) }) {
            for file in [writeRules, writeTriggers] { if let file { try TextFile.requireAbsent(file) } }
            let rules = try transferRules()
            let from = try Database.open(source, .readOnly)
            let to = try Database.open(
                target, dryRun ? .readOnly : intoExisting ? .readWrite : .create, isOwned: intoHistory)
            // A transfer into a history keeps no record of what it has completed.
            let resumesWhole = resume && !dryRun && !intoHistory
            if resumesWhole, try await hadFinished(from, to, rules) { return }
            let files = try TransferFiles(
                certificate: certificate, report: report, rules: writeRules, triggers: writeTriggers)
            let verdict: TransferReport.Verdict?
            do {
                verdict = try await Interruption.stopping {
                    let chosen = try transfer(from, to, rules)
                    if dryRun { try await showPlan(chosen, files) }
                    return dryRun ? nil : try await showReport(chosen, files, from.url, to.url)
                }
            } catch TransferError.targetNotEmpty(let names) where resumesWhole {
                // The run to resume may have completed the transfer while this one waited for it.
                guard try await hadFinished(from, to, rules) else { throw TransferError.targetNotEmpty(names) }
                return
            }
            await from.close()
            await to.close()
            if verdict == .mismatch { throw ExitCode(1) }
        }
    }

    private func showPlan(_ transfer: TransferKind, _ files: TransferFiles) async throws {
        let progress = TransferProgress(isQuiet: quiet || output.json)
        defer { progress.end() }
        let plan =
            if case .existing(let existing) = transfer {
                try await existingPlan(existing, files)
            } else {
                try await transfer.plan { progress.show($0) }
            }
        progress.end()
        try files.write(intoExisting ? nil : plan.proposals, plan.triggers)
        output.show(TransferDocument.document(plan)) { TransferPage.page(plan).text() }
    }

    /// Plans a transfer into existing tables. The rules that suggest themselves are written first, because without them the plan
    /// may be refused.
    private func existingPlan(_ transfer: ExistingTransfer, _ files: TransferFiles) async throws -> TransferPlan {
        guard let writeRules else { return try await transfer.plan() }
        let proposals = try await transfer.proposals()
        try files.write(proposals)
        do {
            var plan = try await transfer.plan()
            plan.proposals = proposals
            return plan
        } catch {
            throw RefusedAfterRules(cause: error, file: writeRules, rules: proposals)
        }
    }

    private func showReport(
        _ transfer: TransferKind, _ files: TransferFiles, _ source: DatabaseURL, _ target: DatabaseURL
    ) async throws -> TransferReport.Verdict {
        let progress = TransferProgress(isQuiet: quiet || output.json)
        defer { progress.end() }
        let report = try await transfer.run { progress.show($0) }
        progress.end()
        // The report comes before the files: if one can't be written, the transfer is complete nevertheless.
        output.show(TransferDocument.document(report)) { TransferPage.page(report).text() }
        try files.finish(report, source, target, intoExisting: intoExisting)
        return report.verdict
    }

    /// Whether an earlier run has completed the transfer, so that nothing is left to resume; the user is then told. Throws if the
    /// options ask for more than that.
    private func hadFinished(_ from: Database, _ to: Database, _ rules: TransferRules) async throws -> Bool {
        guard let finished = try await wholeTransfer(from, to, rules).finished() else { return false }
        let record = finished.record
        if certificate != nil || report != nil { throw TransferError.nothingToReport(record) }
        output.show(
            .object([
                ("version", .integer(1)), ("completed", .string(record.id)), ("source", .string(record.source)),
                ("completed_at", .string(record.finishedAt)), ("of_this_moment", .boolean(finished.isOfThisMoment)),
            ])
        ) {
            let since = finished.isOfThisMoment ? "" : "; verify shows whether the source has changed since"
            return "\(record.completion): nothing is left to do\(since)"
        }
        return true
    }

    private func transfer(_ from: Database, _ to: Database, _ rules: TransferRules) throws -> TransferKind {
        if intoHistory { return .history(try historyTransfer(from, to, rules)) }
        return intoExisting
            ? .existing(existingTransfer(from, to, rules)) : .wholeDatabase(wholeTransfer(from, to, rules))
    }

    private func wholeTransfer(_ from: Database, _ to: Database, _ rules: TransferRules) -> DatabaseTransfer {
        let options = TransferOptions(
            tables: tables.isEmpty ? nil : tables.names, exclude: exclude.names, verification: verify, rules: rules,
            jobs: jobs ?? min(8, Console.processors), chunkBytes: chunkMegabytes << 20, resumes: resume)
        return DatabaseTransfer(from: from, to: to, options: options)
    }

    private func historyTransfer(
        _ from: Database, _ to: Database, _ rules: TransferRules
    ) throws -> HistoryTransfer {
        let context = MigrateProgram.context
        return HistoryTransfer(
            from: from, to: to, into: try MigrateProgram.history(), ignoring: ignoreMissing.names,
            rules: rules, verification: verify,
            migration: Migrator.Options(appliedBy: Console.userAtHost, version: context.version))
    }

    private func existingTransfer(_ from: Database, _ to: Database, _ rules: TransferRules) -> ExistingTransfer {
        ExistingTransfer(
            from: from, to: to, replacing: replaceRows.names, keeping: keepRows.names,
            ignoring: ignoreMissing.names, rules: rules, verification: verify)
    }

    /// Returns the rules of the file, changed by the options of the command line.
    private func transferRules() throws -> TransferRules {
        var rules = try self.rules.map { try RulesFile.parse(try TextFile.read($0)) } ?? TransferRules()
        if let onMismatch { rules.onMismatch = onMismatch }
        if lowercaseNames { rules.lowercaseNames = true }
        if let nocase { rules.nocase = nocase }
        return rules
    }
}
