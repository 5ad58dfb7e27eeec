import ArgumentParser
import Dialects
import MigrateCommand
import TCImport
import TCMigrations
import TCSettings
import TCSystem
import TCTerminal
import Transfer

struct MigrateSystem: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Move an existing single-user install into the system-wide one.",
        usage: "telec system migrate --from <dir> [<options>]",
        discussion: """
            Data of any age is transferred into the database of the settings, in one transaction and verified; every session gets an \
            owner; settings become config.yml, secrets.yml and people's own files; documents are copied for everybody. The old \
            daemon is then disabled, and the new one started. The originals stay unchanged, byte for byte, and telec system \
            rollback undoes everything. Stop the old daemon and its agents first, and run telec system install.

            Exits with 1 if a check of the result fails: then the old daemon stays enabled.

            EXAMPLES:
              sudo telec system migrate --from /home/alex --owner Alex --dry-run
              sudo telec system migrate --from /home/alex --map alex=Alex
              sudo telec system migrate --from /home/alex --by-email --map bea=Béa
            """)

    @Option(
        help: ArgumentHelp("The home or the checkout of the existing install.", valueName: "dir"),
        completion: .directory)
    var from: String

    @Option(
        help: ArgumentHelp(
            "The person who will own the sessions. Default: the person whose account owns the home.",
            valueName: "person")
    )
    var owner: String?

    @Option(
        help: ArgumentHelp(
            "The account of a person in the settings. May be repeated: accounts are never guessed from names.",
            valueName: "os_username=person"))
    var map: [String] = []

    @Flag(help: "Give each session to the person whose e-mail address it names, and all others to the owner.")
    var byEmail = false

    @Option(
        help: ArgumentHelp(
            "The zone of times without one (before 2026-01-09), such as Europe/Berlin. Default: UTC, as the old "
                + "daemon read them.", valueName: "zone"))
    var zone: String?

    @Option(
        help: ArgumentHelp(
            "The database to fill, without a password: the URL is written to config.yml. Default: the one in config.yml.",
            valueName: "url"))
    var database: String?

    @Flag(help: "Continue a run that was interrupted.") var resume = false
    @Flag(help: "Show what a run would do, and change nothing.") var dryRun = false
    @Flag(name: .shortAndLong, help: "Show no progress.") var quiet = false

    @Option(
        help: ArgumentHelp("Also write the report to this file, as a page.", valueName: "file"), completion: .file())
    var report: String?
    @Flag(help: "Replace an existing file by the report.") var force = false

    @OptionGroup var options: SystemOptions

    func validate() throws {
        guard report != nil || !force else { throw ValidationError("--force needs --report.") }
    }

    func run() async throws {
        try await options.guarding {
            try options.requireRoot(evenToLook: true)
            try await perform(report.map { path in try WholeFile(path, replaces: force) })
        }
    }

    private func perform(_ page: WholeFile?) async throws {
        let installation = try options.installation()
        let lock = try installation.root.lock()
        defer { lock.release() }
        let move = SystemMove(try request(), into: installation, try .teleclaude(), .process)
        let progress = TransferProgress(isQuiet: quiet || options.output.json)
        defer { progress.end() }
        let isText = !options.output.json
        let show: @Sendable (SystemMove.Event) -> Void = { event in
            switch event {
            case .planned(let plan): if isText { Console.out(MoveText(plan).text + "\n") }
            case .data(let event): progress.show(event)
            case .done(let words): if isText { Console.out(words) }
            }
        }
        if dryRun {
            switch try await move.plan(resumes: resume, show) {
            case .already(let manifest): showDone(manifest)
            case .planned(let plan):
                progress.end()
                let text = MoveText(plan)
                try page?.finish(MovePage.page(text))
                options.output.show(text.document) { text.text + "\n\ndry run: nothing was changed" }
            }
            return
        }
        switch try await move.run(resumes: resume, show) {
        case .already(let manifest): showDone(manifest)
        case .moved(let report):
            progress.end()
            let text = MoveText(report)
            try page?.finish(MovePage.page(text))
            options.output.show(text.document) { text.outcome }
            if !report.isProven { throw ExitCode(1) }
        }
    }

    private func showDone(_ manifest: MoveManifest) {
        options.output.show(Self.document(manifest)) {
            "already migrated: from \(manifest.from), begun at \(manifest.beganAt)"
        }
    }

    private func request() throws -> MoveRequest {
        var request = MoveRequest(from: from)
        request.owner = owner
        for pair in map {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ValidationError("--map takes ACCOUNT=PERSON, such as alex=\"Alex Smith\", not \(pair)")
            }
            guard request.accounts[parts[1]] == nil else {
                throw ValidationError("--map names \(parts[1]) twice: a person has one account")
            }
            request.accounts[parts[1]] = parts[0]
        }
        request.byEmail = byEmail
        request.zone = try zone.map(LocalZone.init)
        if let database {
            try SystemOptions.requireNoPassword(database)
            request.database = database
        }
        return request
    }

    private static func document(_ manifest: MoveManifest) -> JSON {
        .object([
            ("version", .integer(1)), ("already", .boolean(true)), ("from", .string(manifest.from)),
            ("source", .string(manifest.source)), ("target", .string(manifest.target)),
            ("began_at", .string(manifest.beganAt)),
        ])
    }
}
