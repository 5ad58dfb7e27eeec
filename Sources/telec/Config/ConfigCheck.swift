import ArgumentParser
import Dialects
import TCRuntime
import TCSettings
import TCTerminal

struct ConfigCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the settings. Changes nothing.",
        discussion: """
            Checks whether the settings can be loaded, and lists what is wrong with them. Exits with 1 if something must be \
            corrected, such as secrets that others can read; with 2 if the settings can't be used at all.

            EXAMPLES:
              telec config check
              telec config check --json
            """)

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guardingSettings {
            let loaded = try LoadedSettings.load(.process, for: .client)
            // The daemon would refuse people and groups that contradict each other, so they are checked here as well.
            _ = try IdentityDirectory(
                mode: loaded.settings.mode, people: loaded.settings.people, uid: ProcessContext.process.uid)
            output.show(document(loaded)) { text(loaded) }
            if loaded.remarks.contains(where: \.isFailure) { throw ExitCode(1) }
        }
    }

    private func document(_ loaded: LoadedSettings) -> JSON {
        .object([
            ("version", .integer(1)), ("mode", .string(loaded.settings.mode.rawValue)),
            ("ok", .boolean(!loaded.remarks.contains(where: \.isFailure))),
            ("files", .array(loaded.files.map { .string($0) })),
            ("remarks", .array(loaded.remarks.map(ConfigDocument.remark))),
        ])
    }

    private func text(_ loaded: LoadedSettings) -> String {
        let lines = loaded.remarks.map { "\($0.isFailure ? "failure" : "warning"): \($0)" }
        let failures = loaded.remarks.count(where: \.isFailure)
        let files =
            loaded.files.isEmpty ? "no settings files: the defaults apply" : loaded.files.joined(separator: ", ")
        let verdict =
            failures > 0 ? "\(failures) to correct" : lines.isEmpty ? "ok" : "ok, with \(lines.count) to check"
        return (lines + ["\(files): \(verdict)"]).joined(separator: "\n")
    }
}
