import ArgumentParser
import Dialects
import Migrator
import TCTerminal

struct NewCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let name = MigrateProgram.context.name
        return CommandConfiguration(
            commandName: "new", abstract: "Write the next migration from the declared schema.",
            usage: "\(name) new <name> [<options>]\n\(name) new --check",
            discussion: """
                Edit the declared schema, and build. The command writes what the schema holds and the history does not make as a \
                migration; build again, and apply it. It asks on a terminal about a renamed table or column, or --rename names it; \
                names are TABLE or TABLE.COLUMN, the old one as in the history, the new one as in the schema.

                EXAMPLES:
                  \(name) new session-titles
                  \(name) new handles --rename people.nick=people.handle
                  \(name) new emails --fill people.email=unknown --dry-run
                  \(name) new --check
                  \(name) new first --from-database shop.db
                """)
    }

    @Argument(
        help: ArgumentHelp("What the migration is about: lowercase letters, digits and hyphens.", valueName: "name"))
    var name: String?
    @Flag(help: "Write nothing; exit with 1 if the declared schema has a change that no migration makes.") var check =
        false
    @Flag(help: "Print the file instead of writing it.") var dryRun = false
    @Option(help: ArgumentHelp("The folder to write the file to.", valueName: "path")) var folder = "Migrations"
    @Option(
        help: ArgumentHelp(
            "Rename this table or column instead of dropping and adding one (repeatable).", valueName: "old=new"))
    var rename: [String] = []
    @Option(help: ArgumentHelp("Drop this table or column, with everything it holds (repeatable).", valueName: "name"))
    var drop: [String] = []
    @Option(
        help: ArgumentHelp(
            "The value that existing rows get in a column that is new or becomes required (repeatable).",
            valueName: "column=value"))
    var fill: [String] = []
    @Option(
        help: ArgumentHelp(
            "Give existing rows no value in this column: its table has no rows, or none that holds NULL (repeatable).",
            valueName: "column"))
    var noFill: [String] = []
    @Option(help: ArgumentHelp("Use the schema of this database as the declared one.", valueName: "url"))
    var fromDatabase: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard let name else {
            guard check else { throw ValidationError("Name what the migration is about: new NAME.") }
            return
        }
        guard name.count > 60 || name.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) == nil else { return }
        throw ValidationError(
            "'\(name)' is not a name for a migration: use at most 60 lowercase letters, digits and hyphens.")
    }

    func run() async throws {
        try await output.guarding {
            let history = try MigrateProgram.history()
            let target = try await target(beside: history)
            guard target != history.schema else { return showNothing() }
            guard let name, !check else { return try showDifference(history.schema, target) }
            let file = try nextFile(name, history)
            let answers = try answers(DraftAnswers(from: history.schema, to: target))
            let operations = try draft(history.schema, target, answers.choices)
            remark(operations)
            let source = MigrationAsSwift.render(
                id: file.id, named: file.name, summary: summary(name), operations, importing: "Migrator")
            let isListed = try dryRun ? false : write(file, source, after: history)
            show(file, source, operations, isListed: isListed)
        }
    }

    // MARK: What differs

    private func target(beside history: History) async throws -> Schema {
        if let fromDatabase {
            let (inspection, _) = try await InspectCommand.read(fromDatabase) { connection in
                try remark(MigrationStatus(of: history, on: connection))
                return try LiveSchema.inspect(connection, inWordsOf: history.schema)
            }
            for thing in inspection.omitted { output.remark("not written: \(thing.line)") }
            if let remark = inspection.remarkOnSerials(of: inspection.schema.tables) {
                output.remark("note: \(remark)")
            }
            for note in inspection.schema.notesOnKeys { output.remark("note: \(note)") }
            return inspection.schema.requiringKeys.declared
        }
        guard let schema = MigrateProgram.context.schema else {
            throw DatabaseError(
                .other, "this program has no declared schema",
                remedy: "pass a schema to MigrateProgram.run, or use --from-database URL")
        }
        return schema.declared
    }

    /// Throws if the database has only some of the migrations: a table that the others make would look as if it had been dropped.
    /// A database that has none of them was made by another program.
    private func remark(_ status: MigrationStatus) throws(DraftRefusal) {
        func ids(_ state: MigrationStatus.Line.State) -> [String] {
            status.lines.filter { $0.state == state }.map(\.id)
        }
        let pending = ids(.pending)
        guard pending.isEmpty || pending.count == status.lines.count else { throw .behind(pending) }
        for id in ids(.unknown) {
            output.remark(
                "note: the database has applied \(id), which the history lacks; its result is written")
        }
        for id in ids(.changed) { output.remark("note: \(id) was edited after the database had applied it") }
    }

    private func draft(
        _ before: Schema, _ target: Schema, _ choices: DraftChoices
    ) throws(DraftRefusal) -> [ResolvedOperation] {
        do throws(DraftError) {
            let operations = try before.operations(leadingTo: target, choices)
            do throws(SchemaError) { return try before.resolving(operations) } catch { throw .unsound(error) }
        } catch { throw .impossible(error) }
    }

    /// Returns the answers that the flags give, completed by those of the person at the terminal.
    private func answers(_ unanswered: DraftAnswers) throws -> DraftAnswers {
        var answers = unanswered
        try answers.rename(inWords: rename)
        for words in drop { try answers.drop(inWords: words) }
        for words in fill { try answers.fill(inWords: words) }
        for words in noFill { try answers.leaveUnfilled(inWords: words) }
        let dialogue = output.json ? nil : DraftDialogue()
        while let question = answers.renameQuestion {
            guard let dialogue else { throw DraftRefusal.renamedOrDropped(question) }
            try dialogue.answer(question, in: &answers)
        }
        while let question = answers.fillingQuestion {
            guard let dialogue else { throw DraftRefusal.needsFilling(question) }
            try dialogue.answer(question, in: &answers)
        }
        try answers.requireUsedFillings()
        return answers
    }

    // MARK: What is written

    private func nextFile(_ name: String, _ history: History) throws -> MigrationFile {
        try MigrationFile(name, after: history, files: TextFile.names(in: folder))
    }

    /// Writes the file, and its line into the history if the line's place is certain. Returns whether the line was written.
    /// Another `new` that ran meanwhile may have written the same change under another name; its file is found here.
    private func write(_ file: MigrationFile, _ source: String, after history: History) throws -> Bool {
        let lock = try FolderLock(folder)
        defer { lock.release() }
        let path = "\(folder)/\(file.fileName)"
        try TextFile.requireAbsent(path)
        _ = try nextFile(file.words, history)
        let historyPath = "\(folder)/History.swift"
        let listed = (try? TextFile.read(historyPath)).flatMap(file.inserted)
        let historyFile = try listed.map { _ in try OutputFile(historyPath) }
        try TextFile.create(path, source)
        guard let listed, let historyFile else { return false }
        try historyFile.finish(listed)
        return true
    }

    private func summary(_ name: String) -> String {
        let words = name.replacing("-", with: " ")
        let origin = fromDatabase == nil ? "the declared schema" : "a database"
        return
            "\(words.prefix(1).uppercased())\(words.dropFirst()), as \(MigrateProgram.context.name) wrote it from \(origin)."
    }

    /// Reports facts about the operations that would otherwise be noticed later: rows that are lost, and operations that a
    /// database can't do.
    private func remark(_ operations: [ResolvedOperation]) {
        for name in MigrationAsSwift.losses(operations) {
            switch name {
            case .table: output.remark("note: all rows of \(name) are lost")
            case .column: output.remark("note: the values of \(name) are lost")
            }
        }
        for kind in PlanCommand.DialectName.allCases {
            for operation in operations {
                do throws(LoweringError) { _ = try kind.dialect.lower(operation, keeping: .none) } catch {
                    output.remark("note: \(kind.rawValue) can't do this: \(error.place): \(error.reason)")
                }
            }
        }
    }

    // MARK: What is said

    private func showNothing() {
        let document = JSON.object([("version", .integer(1)), ("difference", .boolean(false)), ("file", .null)])
        output.show(document) { "nothing to write: the migrations make the declared schema" }
    }

    /// Shows the difference to a program that checks for one. It asks no questions, so a possible rename is shown as what it
    /// would be without an answer.
    private func showDifference(_ before: Schema, _ target: Schema) throws {
        var lines: [String]
        do throws(DraftRefusal) {
            lines = MigrationAsSwift.summaries(try draft(before, target, DraftChoices()))
        } catch { lines = ["\(error)"] }
        let document = JSON.object([
            ("version", .integer(1)), ("difference", .boolean(true)), ("operations", .array(lines.map { .string($0) })),
        ])
        output.show(document) {
            (["the declared schema was edited, and no migration makes these changes:"] + lines.map { "  \($0)" }
                + ["write it with: \(MigrateProgram.context.name) new NAME"]).joined(separator: "\n")
        }
        throw ExitCode(1)
    }

    /// Returns the advice for a schema that was taken from a database. That database already holds it, and `up` would try to
    /// create it again.
    private func nextStep(_ file: MigrationFile) -> [String] {
        guard fromDatabase != nil, file.isFirst else { return [] }
        return [
            "build, and for that database run: \(MigrateProgram.context.name) baseline --to \(file.id) --database URL "
                + "(for others, run up)"
        ]
    }

    private func show(_ file: MigrationFile, _ source: String, _ operations: [ResolvedOperation], isListed: Bool) {
        let path = "\(folder)/\(file.fileName)"
        let document = JSON.object([
            ("version", .integer(1)), ("difference", .boolean(true)), ("id", .string(file.id)), ("file", .string(path)),
            ("written", .boolean(!dryRun)), ("history_line", .string(file.line)), ("listed", .boolean(isListed)),
            ("operations", .array(MigrationAsSwift.summaries(operations).map { .string($0) })),
            ("losses", .array(MigrationAsSwift.losses(operations).map { .string($0.description) })),
            ("source", .string(source)),
        ])
        output.show(document) {
            if dryRun { return source + "\nits line for \(folder)/History.swift: \(file.line)" }
            let listed =
                isListed
                ? "\(folder)/History.swift lists it: \(file.line)" : "add its line to the history: \(file.line)"
            return (["wrote \(path)", listed] + nextStep(file)).joined(separator: "\n")
        }
    }
}
