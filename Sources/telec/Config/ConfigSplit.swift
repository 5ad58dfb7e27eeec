import ArgumentParser
import Dialects
import TCSettings
import TCTerminal

struct ConfigSplit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split", abstract: "Turn an existing single-user install's settings into the three layers.",
        usage: "telec config split --into <dir> [<options>]",
        discussion: """
            Reads config.yml, experiments.yml, .env, the global and the per-person teleclaude.yml below a home or a checkout, \
            and writes config.yml, secrets.yml (mode 0600) and users/NAME/config.yml into a folder. Every key goes to exactly \
            one of them, references stay references, and the originals are not changed. Nothing is written unless the result \
            loads to the same settings.

            EXAMPLES:
              telec config split --into /etc/teleclaude --dry-run
              telec config split --from /home/alex --into ./split
            """)

    @Option(
        help: ArgumentHelp(
            "Read the home or the checkout of the existing install. Default: your home, or what TELECLAUDE_CONFIG_PATH and "
                + "TELECLAUDE_ENV_PATH name.", valueName: "dir"))
    var from: String?

    @Option(help: ArgumentHelp("Write the files to this folder. None of them may exist yet.", valueName: "dir"))
    var into: String

    @Flag(help: "Show what would be written where, and write nothing.") var dryRun = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guardingSettings {
            let context = ProcessContext.process
            let split = try SettingsSplit.plan(context, from: from)
            let folder = context.absolute(into)
            if !dryRun { try split.write(into: folder) }
            output.show(document(split, folder)) { text(split, folder) }
        }
    }

    private func document(_ split: SettingsSplit, _ folder: String) -> JSON {
        let keys = split.items.map { item in
            JSON.object(
                [("key", .string(item.key.description)), ("to", .string("\(folder)/\(item.target.file)"))]
                    + ConfigDocument.place(item.source) + [("note", item.note.map { .string($0) } ?? .null)])
        }
        return .object([
            ("version", .integer(1)), ("dry_run", .boolean(dryRun)), ("owner", .string(split.owner)),
            ("sources", .array(split.sources.map { .string($0) })),
            ("files", .array(split.files.map { .string("\(folder)/\($0.target.file)") })),
            ("keys", .array(keys)), ("remarks", .array(split.remarks.map(ConfigDocument.remark))),
        ])
    }

    private func text(_ split: SettingsSplit, _ folder: String) -> String {
        var table = TextTable(("key", .left), ("to", .left), ("from", .left), ("", .left))
        for item in split.items {
            table.add(SessionTexts.plain("\(item.key)"), item.target.file, item.source, item.note ?? "")
        }
        let remarks = split.remarks.map { "note: \($0)" }
        let files = split.files.map { file in
            "\(dryRun ? "would write" : "wrote") \(folder)/\(file.target.file) (\(Formatting.count(file.keys)) keys)"
        }
        let owner = "the preferences in the common file belong to \(split.owner)"
        return ([table.rendered(), ""] + remarks + [owner] + files).joined(separator: "\n")
    }
}
