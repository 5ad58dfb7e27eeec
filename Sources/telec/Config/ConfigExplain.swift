import ArgumentParser
import Dialects
import TCSettings
import TCTerminal

struct ConfigExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain a setting's value: layer, file and line, and the values that it overrides.",
        discussion: """
            EXAMPLES:
              telec config explain database.url
              telec config explain server --json
            """)

    @Argument(help: "A key, server.body_bytes, or a section, server.") var key: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guardingSettings {
            let explanation = try LoadedSettings.load(.process, for: .client).explain(key)
            output.show(document(explanation)) { text(explanation) }
        }
    }

    private func document(_ explanation: Explanation) -> JSON {
        .object([
            ("version", .integer(1)), ("key", .string(key)), ("scope", .string(explanation.scope)),
            ("settings", .array(explanation.settings.map(ConfigDocument.setting))),
        ])
    }

    private func text(_ explanation: Explanation) -> String {
        let ways = explanation.variable.map { "; the variable \($0) sets it, too" } ?? ""
        let scope = "\(key) belongs to the \(explanation.scope) layer\(ways)"
        guard !explanation.settings.isEmpty else { return "\(key) is not set\n\(scope)" }
        return (explanation.settings.map(text) + [scope]).joined(separator: "\n")
    }

    private func text(_ setting: EffectiveSettings.Setting) -> String {
        let losers = setting.losers.reversed().map { loser in
            "    beats \(loser.key == setting.key ? "" : "\(loser.key) = ")\(ConfigText.value(loser.value)) "
                + "(\(ConfigText.origin(loser.layer, loser.place))): \(loser.reason)"
        }
        let head = "\(setting.key) = \(ConfigText.value(setting.value))"
        return ([head, "    from \(ConfigText.origin(setting.layer, setting.place))"] + losers).joined(separator: "\n")
    }
}
