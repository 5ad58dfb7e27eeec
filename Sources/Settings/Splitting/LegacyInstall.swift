/// The settings files of an existing single-user install, found from one folder: its home, its checkout or its `.teleclaude`.
package struct LegacyInstall: Sendable {
    package var config: String?
    package var experiments: String?
    package var dotenv: String?
    /// `~/.teleclaude/teleclaude.yml`: the people, and the settings for all projects.
    package var global: String?
    /// The file with the keys of the sandbox's agents.
    package var credentials: String?
    /// `~/.teleclaude/people/NAME/teleclaude.yml`, by the names of the folders.
    package var people: [(folder: String, file: String)] = []

    /// - Throws: `SettingsError` if the folder of the people can't be read.
    package init(
        _ folder: String, dotenv namedDotenv: String? = nil, config namedConfig: String? = nil
    ) throws(SettingsError) {
        let configs = [folder, "\(folder)/teleclaude", "\(folder)/.teleclaude"].map { "\($0)/config.yml" }
        config = namedConfig ?? configs.first(where: FileSystem.exists)
        let states = ["\(folder)/.teleclaude", folder, "\(Places.folder(of: folder))/.teleclaude"]
        let state = states.first {
            FileSystem.exists("\($0)/people") || $0.hasSuffix("/.teleclaude") && FileSystem.exists($0)
        }
        let checkout = config.map { Places.folder(of: $0) }
        experiments = checkout.flatMap { LegacyInstall.present("\($0)/experiments.yml") }
        dotenv =
            namedDotenv ?? [checkout, state].compactMap { $0.flatMap { LegacyInstall.present("\($0)/.env") } }.first
        guard let state else { return }
        global = LegacyInstall.present("\(state)/teleclaude.yml")
        credentials = LegacyInstall.present("\(state)/credentials/ai.json")
        people = try LegacyInstall.names(in: "\(state)/people").compactMap { name in
            LegacyInstall.present("\(state)/people/\(name)/teleclaude.yml").map { (name, $0) }
        }
    }

    private static func names(in folder: String) throws(SettingsError) -> [String] {
        do throws(FileSystem.Failure) { return try FileSystem.list(folder) } catch {
            guard !error.isAbsent else { return [] }
            throw SettingsError(
                .unreadable, at: folder, "the people's folder can't be read: \(error)", remedy: "run this as its owner")
        }
    }

    private static func present(_ path: String) -> String? { FileSystem.exists(path) ? path : nil }

    /// All files that were found, in the order in which they are read.
    package var files: [String] {
        [config, experiments, dotenv, global, credentials].compactMap { $0 } + people.map(\.file)
    }
}
