import Dialects
import Migrator
import TCPOSIX
import TCTerminal
import Transfer

/// The exact commands that continue, repeat or abandon a transfer which was not completed.
struct WaysOn {
    /// The program's name; below it, the arguments of the run that ended.
    let program: String
    let arguments: [String]
    /// The databases that these arguments name; below them, the one that the transfer fills.
    let databases: [DatabaseURL]
    let target: DatabaseURL

    /// Returns the problem behind `error`, with commands to copy if there are any. `named` are the tables and columns in the run's options.
    static func explain(
        _ error: any Error, source: String? = nil, target: String, named: NamedInOptions = NamedInOptions()
    ) -> Problem {
        if let refused = error as? RefusedAfterRules {
            var problem = explain(refused.cause, source: source, target: target, named: named)
            if let remedy = refused.remedy(beside: named) { problem.remedy = remedy }
            return problem
        }
        var problem = Problem(error)
        if let error = error as? SchemaTransferError { problem.remedy = error.remedy(beside: named) }
        guard let to = try? DatabaseURL(parsing: target) else { return problem }
        let from = source.flatMap { try? DatabaseURL(parsing: $0) }
        let ways = WaysOn(
            program: MigrateProgram.context.name, arguments: Array(CommandLine.arguments.dropFirst()),
            databases: [from, to].compactMap { $0 }, target: to)
        switch error {
        case let error as TransferError: problem.remedy = ways.remedy(of: error)
        case let error as MigratorError: problem.remedy = ways.remedy(error.remedy)
        case let error as MigrationFailure: problem.remedy = ways.remedy(error.remedy)
        case SchemaTransferError.filled where ways.arguments.contains("--resume"):
            problem.remedy = ways.remedyForFilled(otherwise: problem.remedy ?? "")
        case SchemaTransferError.inUse where source == nil: problem.remedy = ways.remedyForUsed
        case let error as UnfinishedTransfer where !error.isRunning: problem.remedy = ways.remedyForOther
        default: break
        }
        return problem
    }

    /// Returns the remedy as a part of a sentence that contains the commands.
    func remedy(of error: TransferError) -> String { masked(commands(after: error)) }

    /// Returns the remedy for what the migrations of the target have met.
    private func remedy(_ remedy: Remedy?) -> String? { remedy.map { masked($0.words(program, on: target)) } }

    /// What to do about rows that the run which is to be resumed may have brought: the last thing that it did.
    private func remedyForFilled(otherwise other: String) -> String {
        masked("if the two databases are the same, the transfer was completed: \(comparing) ; if not, \(other)")
    }

    /// What to do about a target that can't be abandoned, because it is in use.
    private var remedyForUsed: String {
        masked("nothing was removed; see what it holds with: \(line(["inspect", target.filePath ?? "\(target)"]))")
    }

    /// The command that compares the two databases.
    private var comparing: String { line(["verify"] + databases.map { $0.filePath ?? "\($0)" }) }

    /// What to do about another command's transfer, which stands unfinished in the target.
    private var remedyForOther: String {
        masked(
            "continue it with the command that began it, and --resume ; or remove the unfinished transfer with: "
                + line(AbandonCommand.words + ["\(target)"]))
    }

    /// Returns the remedy, and says once what its commands lack: none shows a password.
    private func masked(_ remedy: String) -> String {
        guard remedy.contains("***"), databases.contains(where: \.hasPassword) else { return remedy }
        return "\(remedy) ; in these, write the password for ***, or leave it out and name its file in PGPASSFILE"
    }

    private func commands(after error: TransferError) -> String {
        let again = arguments.filter { $0 != "--resume" }.map(shown)
        let abandoning = line(AbandonCommand.words + ["\(target)"])
        switch error {
        case .interrupted, .unfinished:
            let resuming = line(Self.resumable(again) + ["--resume"])
            return "continue with: \(resuming) ; or remove the unfinished transfer with: \(abandoning)"
        case .outcomeUnknown: return unknownRemedy(again)
        case .stopped: return "start again with: \(line(again))"
        case .sourceChanged, .otherSource, .planChanged, .madeObjectsGone:
            return error.remedy(abandoning: "with: \(abandoning)")
        case .oneDatabase, .targetNotEmpty, .noSuchTable, .inNeither, .nothingSelected, .badRule,
            .rulesForSameEngineCopy, .incompatibleValues, .neverNull, .doesNotFit, .keyNotBuilt, .keysFold,
            .needsApplication, .noSupport, .recordGone, .nothingToAbandon, .nothingToReport:
            let hasRules = arguments.contains { $0 == "--rules" || $0.hasPrefix("--rules=") }
            return error.remedy(abandoning: "with: \(abandoning)", hasRules: hasRules)
        }
    }

    /// Returns the arguments without those that a resumed transfer refuses, or that it is not.
    private static func resumable(_ arguments: [String]) -> [String] {
        let files = ["--write-rules", "--write-triggers"]
        var (kept, isFile) = ([String](), false)
        for argument in arguments where argument != "--dry-run" {
            if !isFile, !files.contains(where: { argument == $0 || argument.hasPrefix("\($0)=") }) {
                kept.append(argument)
            }
            isFile = !isFile && files.contains(argument)
        }
        return kept
    }

    /// Returns the remedy for rows that may be in the target, with both commands.
    private func unknownRemedy(_ again: [String]) -> String {
        "compare the two databases first: \(comparing) ; if the rows are not there, start again with: "
            + line(again)
    }

    /// Returns the argument as it is shown. A server's URL is shown without its password, as everywhere.
    private func shown(_ argument: String) -> String {
        for url in databases where url.filePath == nil && (try? DatabaseURL(parsing: argument)) == url {
            return "\(url)"
        }
        return argument
    }

    private func line(_ words: [String]) -> String { ([program] + words).map(\.shellWord).joined(separator: " ") }
}
