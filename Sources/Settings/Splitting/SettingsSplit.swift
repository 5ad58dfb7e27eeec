/// The settings of an existing install, split into three layers: the target of each key, and the text of each file.
package struct SettingsSplit: Sendable {
    /// A file that is to be made.
    package struct File: Sendable {
        package var target: SplitItem.Target
        package var keys: Int
        package var text: String
    }

    /// The files that were read.
    package var sources: [String]
    package var items: [SplitItem]
    package var remarks: [Remark]
    package var files: [File]
    /// The user who gets the preferences of the one file.
    package var owner: String
    /// The people in the new system file.
    package var people: [Person]

    /// Reads the install below a folder, by default the one of the context itself, and plans the split. It writes nothing.
    ///
    /// - Throws: `SettingsError` if the install can't be read, if it has an unknown key of the database, or if the new files would not
    ///   load to the same effective settings.
    package static func plan(_ context: ProcessContext, from folder: String?) throws(SettingsError) -> SettingsSplit {
        var split = try plan(context, try find(context, folder), SplitAdditions())
        if !split.items.contains(where: \.isOfDatabase) {
            split.remarks.append(
                Remark(
                    "the database is not moved: tc-migrate transfer does that; by default the new one is \(SystemFolder.here.state)/teleclaude.db"
                ))
        }
        return split
    }

    /// Plans the split of an install, with additions to the new files.
    package static func plan(
        _ context: ProcessContext, _ install: LegacyInstall, _ additions: SplitAdditions
    ) throws(SettingsError) -> SettingsSplit {
        let sources = try SplitSources(context).read(install)
        let splitter = try Splitter(sources, environment: context.environment, additions).split()
        try checkDatabase(sources, splitter.items)
        var files: [File] = []
        for target in targets(splitter.items) {
            let leaves = splitter.items.filter { $0.target == target }
            let text = try YAMLText.rendered(SettingsValue(sections: leaves.map { ($0.key, $0.value) }))
            files.append(File(target: target, keys: leaves.count, text: heading(target) + text))
        }
        let people = try PeopleReader.people(
            EffectiveSettings([
                Layer(
                    name: .system,
                    leaves: splitter.items.filter { $0.target == .system }.map {
                        .init(key: $0.key, value: $0.value, place: $0.source)
                    })
            ]))
        try additions.requirePeople(people)
        let split = SettingsSplit(
            sources: install.files, items: splitter.items, remarks: remarks(sources, splitter), files: files,
            owner: splitter.owner, people: people)
        try SplitProof(sources: sources, split: split, environment: context.environment, additions: additions).check()
        return split
    }

    /// Checks the keys of the database, and the old variables named like them: the programs that load the new files refuse unknown ones.
    private static func checkDatabase(_ sources: Splitter.Sources, _ items: [SplitItem]) throws(SettingsError) {
        let new = Layer(
            name: .system, leaves: items.map { Layer.Leaf(key: $0.key, value: $0.value, place: $0.source) })
        let dotenv = sources.dotenv.map { Layer($0.file, path: $0.path) }
        try DatabaseKeys.check([new] + [dotenv].compactMap { $0 }, [:])
    }

    private static func find(_ context: ProcessContext, _ folder: String?) throws(SettingsError) -> LegacyInstall {
        let place: String
        let install: LegacyInstall
        if let folder {
            place = context.absolute(folder)
            install = try LegacyInstall(place)
        } else {
            guard let home = context.home else { _ = try context.userFolder(); return try LegacyInstall("/") }
            place = home
            install = try LegacyInstall(
                home, dotenv: context.path("TELECLAUDE_ENV_PATH"),
                config: context.path("TELECLAUDE_CONFIG_PATH"))
        }
        guard !install.files.isEmpty else {
            throw SettingsError(
                .noInstall, at: place, "there are no settings of an existing install here",
                remedy: "give its home or its checkout with --from DIR")
        }
        return install
    }

    /// Returns the targets in the order of their files: the system's file, the secrets, and then the people by name.
    private static func targets(_ items: [SplitItem]) -> [SplitItem.Target] {
        let others = Set(items.map(\.target)).subtracting([.system, .secrets]).sorted { $0.file < $1.file }
        return [.system, .secrets] + others
    }

    private static func heading(_ target: SplitItem.Target) -> String {
        switch target {
        case .system: "# TeleClaude: the settings for everybody on this machine. See docs/settings.md.\n"
        case .secrets: "# TeleClaude: secrets. Nobody but root and the daemon's user may read this file.\n"
        case .user(let name):
            "# TeleClaude: the preferences of \(name). This file belongs at ~/.teleclaude/config.yml.\n"
        case .unclaimed: "# TeleClaude: the settings of a folder that belongs to nobody in the list of people.\n"
        }
    }

    private static func remarks(_ sources: Splitter.Sources, _ splitter: Splitter) -> [Remark] {
        let layers = [sources.config, sources.global] + sources.people.map(\.layer)
        let dotenv = sources.dotenv.map { Layer($0.file, path: $0.path) }
        let unknown = (layers + [dotenv].compactMap { $0 }).flatMap { LayerChecks.unknown($0) }
        return unknown + splitter.remarks
    }
}
