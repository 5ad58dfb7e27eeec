import ArgumentParser
import Dialects
import MigrateCommand
import TCImport
import TCMigrations
import TCPOSIX
import TCRuntime
import TCSettings
import TCTerminal

struct AdoptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Take over the sessions of an existing single-user install.",
        usage: "telec adopt [--from <dir>] [--database <url>] [<options>]",
        discussion: """
            Reads teleclaude.db in the checkout, of any age, and events.db beside the settings; both stay unchanged, byte for \
            byte. A verified copy is adapted to the new schema, and one transaction transfers it into the database of your \
            settings, verified again. What has no place there is kept in the table import_quarantine. Every session becomes \
            yours, and all tokens become invalid. Stop the existing daemon first, and all else that writes to its database: \
            what is written after the copy does not come over, and the exit code is then 1.

            EXAMPLES:
              telec adopt --dry-run
              telec adopt --from ~/teleclaude
              telec adopt --from /home/alex --database postgresql:///teleclaude --json
            """)

    @Option(
        help: ArgumentHelp(
            "Read the home or the checkout of the existing install. Default: your home.", valueName: "dir"),
        completion: .directory)
    var from: String?

    @Option(
        help: ArgumentHelp(
            "The empty database to fill. Default: the one in the settings (telec config explain database).",
            valueName: "url"))
    var database: String?

    @Flag(name: .shortAndLong, help: "Show no progress.") var quiet = false
    @Flag(help: "Show what would be taken over, and write nothing.") var dryRun = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding(Problem.explaining) {
            let context = ProcessContext.process
            let loaded = try LoadedSettings.load(context, for: .daemon)
            let url = try database.map(DatabaseURL.init(parsing:)) ?? loaded.settings.database
            let install = try ExistingInstall.find(in: try folder(context), home: context.home)
            try requireTwo(install, url)
            if !dryRun, let path = url.filePath { try Self.makeFolder(of: path) }
            let target = try Database(
                url, options: ConnectionOptions(access: dryRun ? .readOnly : .create, isOwned: true))
            let options = InstallImport.Options(
                ImportOwners(try owner(loaded, context)), workingFolder: context.variable("TMPDIR") ?? "/tmp")
            let adoption = InstallImport(install, into: target, try .teleclaude(), options)
            if let done = try await adoption.done() {
                try Self.requireSame(done, install)
                let difference = adoption.difference(from: done)
                output.show(Self.document(done, difference)) { Self.text(done, difference) }
                if !difference.changed.isEmpty { throw ExitCode(1) }
            } else {
                let report = try await bring(adoption)
                let isOutdated = report.isOutdated && !dryRun
                output.show(ImportText.document(report, target: "\(url)", isDryRun: dryRun)) {
                    ImportText.text(report, target: "\(url)", isDryRun: dryRun)
                        + (isOutdated ? "\nempty the new database, and run this again" : "")
                }
                if isOutdated { throw ExitCode(1) }
            }
            await target.close()
        }
    }

    private func bring(_ adoption: InstallImport) async throws -> ImportReport {
        let progress = TransferProgress(isQuiet: quiet || output.json)
        defer { progress.end() }
        let isDry = dryRun
        return try await Interruption.stopping {
            isDry ? try await adoption.plan(progress.show) : try await adoption.run(progress.show)
        }
    }

    /// Checks that the target was filled from this install, and not from another one.
    private static func requireSame(_ done: InstallImport.Done, _ install: ExistingInstall) throws {
        let (before, now) = (Path.withoutLinks(done.source), Path.withoutLinks(install.database))
        guard before != now else { return }
        throw RuntimeError(
            .failed, "the database was filled from \(done.source), and not from \(install.database)",
            remedy: "name an empty one with --database")
    }

    private func folder(_ context: ProcessContext) throws -> String {
        if let from { return context.absolute(from) }
        guard let home = context.home else { throw ValidationError("There is no home folder: pass --from.") }
        return home
    }

    private func requireTwo(_ install: ExistingInstall, _ url: DatabaseURL) throws {
        let old = try Database(DatabaseURL(sqlitePath: install.database))
        guard try !old.isSame(as: Database(url)) else {
            throw ValidationError("\(install.database) is the existing install's own database: name another one.")
        }
    }

    /// Returns the owner as whom the daemon knows this user.
    private func owner(_ loaded: LoadedSettings, _ context: ProcessContext) throws -> ImportOwner {
        let directory = try IdentityDirectory(
            mode: loaded.settings.mode, people: loaded.settings.people, uid: context.uid)
        let identity = directory.identity(of: PeerCredentials(uid: context.uid, pid: getpid()))
        guard let person = identity.person else {
            throw ValidationError(
                "The settings have no person with your account: write os_username for one of the people.")
        }
        return ImportOwner(person: person, uid: context.uid)
    }

    /// Creates the folder of the daemon's own database file, for a machine on which no daemon has run yet.
    private static func makeFolder(of path: String) throws {
        let folder = Path.folder(of: path)
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw DatabaseError(
                .other, "\(folder) can't be created: \(SystemError.last)",
                remedy: "create it, or name another database")
        }
    }

    private static func text(_ done: InstallImport.Done, _ difference: SourceContent.Difference) -> String {
        let (changed, incomparable) = (difference.changed, difference.incomparable)
        let remarks = incomparable.map { "\nthe data of \($0) can't be compared with those that were taken over" }
        let text = "already taken over: from \(done.source), at \(done.madeAt)" + remarks.joined()
        guard !changed.isEmpty else { return text }
        return """
            \(text)
            not complete: \(changed.joined(separator: " and ")) was written to since it was taken over, and what was written is not \
            in here; stop its writers (the old daemon, the agents' hooks), and take all of it over into an empty database (--database)
            """
    }

    private static func document(_ done: InstallImport.Done, _ difference: SourceContent.Difference) -> JSON {
        .object([
            ("version", .integer(1)), ("already", .boolean(true)), ("source", .string(done.source)),
            ("made_at", .string(done.madeAt)), ("written_since", .array(difference.changed.map { .string($0) })),
        ])
    }
}
