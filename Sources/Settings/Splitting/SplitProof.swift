/// Loads what a split would write, and compares it with what the old files load to, key by key.
struct SplitProof {
    let sources: Splitter.Sources
    let split: SettingsSplit
    let environment: [String: String]
    var additions = SplitAdditions()

    /// Compares the settings.
    ///
    /// - Throws: `SettingsError` if a key would have another value.
    func check() throws(SettingsError) {
        let different = try differences()
        guard different.isEmpty else {
            throw SettingsError(
                .splitDiffers,
                "the new files would not load to the same settings: \(different.joined(separator: ", "))",
                remedy: "nothing was written; please report this with the lines of these keys")
        }
    }

    /// Returns the keys of the one file and its `.env` whose values the new layers do not have.
    private func differences() throws(SettingsError) -> [String] {
        let dotenv = sources.dotenv.map { Layer($0.file, path: $0.path) }
        let before = EffectiveSettings(
            try Interpolation.applied(to: [sources.config, dotenv].compactMap { $0 }, environment).layers)
        let after = EffectiveSettings(try Interpolation.applied(to: newLayers(), environment).layers)
        for settings in [before, after] { try SectionShapes.check(settings) }
        let people = Key("people")
        let expected = try before.value(at: people).map(additions.withAccounts)
        return before.all.filter { setting in
            guard !setting.key.hasPrefix(Key("mode")), !isNamedAfterKey(setting) else { return false }
            let value = setting.key == people ? expected : setting.value
            let kept = after.value(at: setting.key) == value
            return !kept && after.value(at: Key(["inherited"] + setting.key.parts)) != value
        }.map(\.key.description)
    }

    /// Returns whether the setting is a variable that sets a key. The new files have it under that key.
    private func isNamedAfterKey(_ setting: EffectiveSettings.Setting) -> Bool {
        setting.layer == .dotenv && EnvironmentKeys.key(for: setting.key.parts[0]) != nil
    }

    private func newLayers() throws(SettingsError) -> [Layer] {
        var layers: [Layer] = []
        for file in split.files {
            let name: LayerName
            switch file.target {
            case .system: name = .system
            case .secrets: name = .secrets
            case .user(split.owner): name = .user
            case .user, .unclaimed: continue
            }
            let layer = Layer(name, try YAMLFile.parse(file.text, path: file.target.file), path: file.target.file)
            if name == .user { try LayerChecks.checkUser(layer) }
            layers.append(layer)
        }
        return layers
    }
}
