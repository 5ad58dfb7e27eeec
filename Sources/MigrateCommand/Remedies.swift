import Dialects
import Migrator
import TCTerminal
import Transfer

// Words the remedies for errors in terms of these commands and their flags.

extension Remedy {
    /// Returns the remedy as a sentence that uses the program's name. `database` is the one that its commands name, unless they are
    /// to use their own.
    func words(_ program: String, on database: DatabaseURL? = nil) -> String {
        let on = database.map { " -d \(($0.filePath ?? "\($0)").shellWord)" } ?? ""
        return switch self {
        case .words(let text): text
        case .consentToDataLoss: "to lose them, pass --allow-data-loss"
        case .undoOrRecordEdit:
            "restore the migration as it was, and make the change in a new one; or, if the edit makes the same schema, "
                + "record it: \(program) repair\(on)"
        case .consentToOrder(let id):
            "give \(id) an id and a place after the applied ones; or, if the order makes no difference, apply it after them: "
                + "\(program) up --out-of-order\(on)"
        case .applyPending: "apply them with \(program) up\(on)"
        case .listDifferences: "\(program) drift\(on) lists every difference"
        case .declareWhatIsThere:
            "write migrations for the existing schema (\(program) new NAME --from-database URL), or transfer the rows into a new database "
                + "that they make: \(program) transfer SOURCE TARGET --into-history"
        case .takeOver:
            "if the database already holds what this migration makes, record it: \(program) baseline\(on) --dry-run compares "
                + "first; else rename one of the two objects"
        case .askForStatus: "\(program) status\(on) says whether it is applied; then try again"
        }
    }
}

extension UnfinishedTransfer {
    static let remedy =
        "continue with transfer SOURCE TARGET --resume, or remove the unfinished transfer with transfer abandon TARGET"

    var remedy: String { isRunning ? "wait until it has finished" : Self.remedy }
}

extension TransferError {
    var remedy: String { remedy(abandoning: "with transfer abandon TARGET") }

    /// What to do about values of given types that no rule reads. A NULL that a column does not take is no way out for others either.
    static func withoutRule(_ found: [IncompatibleValues]) -> String {
        let missing = found.filter(\.isMissing)
        guard !missing.isEmpty || found.contains(where: \.isRequired) else {
            return "make them NULL, or set the rows aside: --on-mismatch null, quarantine; a given type is not widened"
        }
        let supplied = missing.filter(\.hasDefault).map { "\($0.table).\($0.column)" }
        let names = supplied.joined(separator: ", ")
        let left = supplied.isEmpty ? "" : "leave \(names) to the target by skip: true in a rules file, "
        return "change them in the source, \(left)or set the rows aside: --on-mismatch quarantine; "
            + "a required column takes no NULL"
    }

    private static func remedy(for found: [IncompatibleValues], hasRules: Bool) -> String {
        guard found.contains(where: \.isGiven) else {
            return found.contains(where: \.isMissing)
                ? "widen the columns, or set the rows aside: --on-mismatch widen, quarantine"
                : "widen the columns, make the values NULL, or set the rows aside: --on-mismatch widen, null, quarantine"
        }
        // No rule reads a NULL.
        if found.allSatisfy({ $0.isMissing || $0.isBeyondRules }) { return withoutRule(found) }
        let proposals = hasRules ? "" : " (--dry-run --write-rules FILE proposes those that fit)"
        return "read the values by a rule\(proposals), \(withoutRule(found))"
    }

    /// Returns the remedy. `abandoning` is the phrase for the command that removes the unfinished transfer. `hasRules` says that the run
    /// had a file of rules, for which somebody has looked already.
    func remedy(abandoning: String, hasRules: Bool = false) -> String {
        switch self {
        case .oneDatabase: "name another target"
        case .targetNotEmpty:
            "name a file that does not exist yet, an empty database, or another schema with ?options=-csearch_path=…; "
                + "tables that are there, such as those of an application, are filled with --into-existing"
        case .noSuchTable(_, let nearest):
            nearest.map { "did you mean \($0)?" } ?? "see the names with a dry run of all tables"
        case .inNeither(_, let nearest): nearest.map { "did you mean \($0)?" } ?? "see the names without --exclude"
        case .nothingSelected: "name at least one more with --tables, or leave fewer out with --exclude and skip: true"
        case .unfinished, .interrupted: UnfinishedTransfer.remedy
        case .stopped: "run the same command again"
        case .outcomeUnknown:
            "compare the two databases with verify SOURCE TARGET first; if the rows are not there, run the same command again"
        case .sourceChanged, .madeObjectsGone: "remove the unfinished transfer \(abandoning), and begin again"
        case .otherSource(let record, _):
            "name \(record.source) as in the first run, or remove the unfinished transfer \(abandoning)"
        case .planChanged(let record, _) where record.state == .complete:
            "use the options of the first run, or transfer into another, empty database"
        case .planChanged:
            "use the options and the program of the first run, or remove the unfinished transfer \(abandoning)"
        case .recordGone(let left, _):
            left.isEmpty ? "begin again" : "drop these, if nobody else has made them, and begin again"
        case .nothingToAbandon: "see what the target holds with inspect TARGET"
        case .nothingToReport: "leave out --certificate and --report, and compare the two databases with verify"
        case .badRule(_, _, let remedy): remedy
        case .rulesForSameEngineCopy: "leave out --rules, --on-mismatch, --lowercase-names and --nocase"
        case .incompatibleValues(let found): Self.remedy(for: found, hasRules: hasRules)
        case .neverNull(let found):
            found.contains(where: \.isGiven)
                ? "set the rows aside with on_mismatch: quarantine"
                : "set the rows aside with on_mismatch: quarantine, or widen the columns"
        case .doesNotFit: "change the value in the source, or choose its treatment with --on-mismatch"
        case .keyNotBuilt: "set the repeating rows aside with --on-mismatch quarantine, or leave the table out"
        case .keysFold:
            "change one value of each pair in the source, set the rows aside with --on-mismatch quarantine, or keep such columns text by a rule: "
                + "nocase: text"
        case .needsApplication(let found):
            "copy the file as a whole (sqlite3 SOURCE \".backup TARGET\"), or leave the tables behind: --exclude "
                + Set(found.map { $0.table ?? $0.name }).sorted().joined(separator: ",").shellWord
        case .noSupport(_, _, let remedy): remedy
        }
    }
}

extension SchemaTransferError {
    /// Returns the remedy. What the run's options named already is named again, so that the options can be pasted in their place.
    func remedy(beside passed: NamedInOptions = NamedInOptions()) -> String {
        switch self {
        case .noPlace(let names): "to leave them behind, pass \(passed.ignoring(names))"
        case .notFillable(let names):
            "leave them behind with \(passed.ignoring(names)), and let the application index its rows again"
        case .needsApplication(let parts): Self.withoutApplication(parts, beside: passed)
        case .noSource(let names):
            "give them a default, add them to the source, or leave their tables behind: "
                + passed.ignoring(Self.tables(of: names)) + ", or skip: true in a rules file"
        case .nothingToIgnore: "name a table, or a column as table.column"
        case .renamed: "remove the new name from the rules"
        case .compared: "remove nocase from the rules, and declare it in the schema"
        case .filledByHistory: "transfer without --into-history, or leave these tables out with --ignore-missing"
        case .filled(let names): "name an empty database, or leave these tables out with \(passed.ignoring(names))"
        case .inUse(let names): "name an empty database, or leave these tables out with \(passed.ignoring(names))"
        case .nothingToFill: "let the application create its tables first, or transfer without --into-existing"
        case .rowsInTheWay(let names, let versions): Self.options(forRowsOf: names, versions, beside: passed)
        case .noSuchRows(_, let nearest):
            nearest.map { "did you mean \($0)?" } ?? "name tables that both source and target have"
        case .replacedAndKept: "name it after --replace-rows or --keep-rows, not after both"
        case .unitless: Self.unit + "; --dry-run --write-rules FILE proposes one"
        case .computed(let names):
            "to leave the source's values behind, pass \(passed.ignoring(names)), or skip: true in a rules file"
        case .orphans: "repair the source, or transfer without --into-existing, which keeps such rows"
        case .keptOrphans(let found):
            "delete or change these rows in the target, or let their parents stay with "
                + passed.keeping(Set(found.map(\.parent)).sorted())
        case .several(let reasons): reasons.map { $0.remedy(beside: passed) }.joined(separator: "; and ")
        }
    }

    /// What to do about numbers of which nothing says what they count.
    static let unit = "give their unit by a rule: span: microseconds, milliseconds, seconds, days, since_1970"

    /// Returns what to do about parts of tables that call what only the application has. SQLite can drop an index alone.
    private static func withoutApplication(_ parts: [Omission], beside passed: NamedInOptions) -> String {
        let indexes = parts.filter { $0.kind == .index }.map(\.name)
        let others = parts.filter { $0.kind != .index }.compactMap(\.table)
        let dropped =
            "drop each of these indexes in the target, and let the application make it again after the transfer: "
            + indexes.joined(separator: ", ")
        let left =
            "make the table without it in the target, or leave the table behind with \(passed.ignoring(others)), for the application to fill"
        return [indexes.isEmpty ? nil : dropped, others.isEmpty ? nil : left].compactMap { $0 }
            .joined(separator: "; and ")
    }

    /// Returns the options that let a transfer fill these tables. What an application has recorded of its own migrations stays: with the
    /// source's record it would run some of them again, or none.
    private static func options(
        forRowsOf names: [String], _ versions: [NotedVersion], beside passed: NamedInOptions
    ) -> String {
        let noting = Set(versions.map(\.table))
        let kept = names.filter { MigrationRecord.isOne($0) || noting.contains($0) }
        let replaced = names.filter { !kept.contains($0) }
        if kept.isEmpty {
            return "pass \(passed.replacing(names)) to replace these rows with the source's, or --keep-rows with "
                + "the tables whose rows are to stay"
        }
        let found = versions.map { "\($0.table): \($0.key) is \($0.target), and \($0.source) in the source" }
        let reason =
            "what the application has recorded of its own migrations has to stay"
            + (found.isEmpty ? "" : " (\(found.joined(separator: "; "))), and with it all rows of such a table")
        guard !replaced.isEmpty else { return "pass \(passed.keeping(kept)): \(reason)" }
        return "pass \(passed.replacing(replaced)) \(passed.keeping(kept)): \(reason); "
            + "other tables whose rows are to stay belong after --keep-rows, too"
    }

    /// Returns the tables of columns that are written as `table.column`, each once.
    private static func tables(of columns: [String]) -> [String] {
        var tables: [String] = []
        for column in columns {
            let table = String(column.prefix { $0 != "." })
            if !tables.contains(table) { tables.append(table) }
        }
        return tables
    }
}
