import ArgumentParser
import Dialects
import TCSettings
import TCTerminal

struct ConfigShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show every setting in effect, and where it comes from.",
        discussion: """
            EXAMPLES:
              telec config show
              telec config show server --json
            """)

    @Argument(help: ArgumentHelp("Only this key, or those below it.", valueName: "key")) var key: String?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guardingSettings {
            let loaded = try LoadedSettings.load(.process, for: .client)
            let shown = try key.map { try loaded.explain($0).settings } ?? loaded.shown.all
            output.show(document(loaded, shown)) { text(loaded, shown) }
        }
    }

    private func document(_ loaded: LoadedSettings, _ shown: [EffectiveSettings.Setting]) -> JSON {
        .object([
            ("version", .integer(1)), ("mode", .string(loaded.settings.mode.rawValue)),
            ("database", .string("\(loaded.settings.database)")),
            ("files", .array(loaded.files.map { .string($0) })),
            ("settings", .array(shown.map(ConfigDocument.setting))),
        ])
    }

    private func text(_ loaded: LoadedSettings, _ shown: [EffectiveSettings.Setting]) -> String {
        var table = TextTable(("key", .left), ("value", .left), ("from", .left))
        for setting in shown {
            table.add(
                SessionTexts.plain("\(setting.key)"), ConfigText.value(setting.value),
                ConfigText.origin(setting.layer, setting.place))
        }
        return """
            mode: \(loaded.settings.mode.rawValue)
            database: \(loaded.settings.database)
            files: \(loaded.files.isEmpty ? "none" : loaded.files.joined(separator: ", "))

            \(table.rendered())
            """
    }
}
