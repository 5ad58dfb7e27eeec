import Dialects

/// The contents of the new files, read from the split itself.
extension SettingsSplit {
    /// Returns the database that the new system's settings name; `nil` if they name none.
    ///
    /// - Throws: `SettingsError`.
    package func database(_ context: ProcessContext) throws(SettingsError) -> DatabaseURL? {
        guard items.contains(where: { $0.isOfDatabase && $0.key != Key("database.password") }) else { return nil }
        let places = Places(mode: .system, settings: SplitItem.Target.system.file, isNamed: true)
        return try DatabaseReader(effective: try effective(context), places: places, context: context).url()
    }

    private func effective(_ context: ProcessContext) throws(SettingsError) -> EffectiveSettings {
        let layers = [(SplitItem.Target.system, LayerName.system), (.secrets, .secrets)].map { target, name in
            Layer(
                name: name,
                leaves: items.filter { $0.target == target }.map {
                    Layer.Leaf(key: $0.key, value: $0.value, place: $0.source)
                })
        }
        return EffectiveSettings(try Interpolation.applied(to: layers, context.environment).layers)
    }

    /// Returns the person whose preferences `users/NAME` holds; `nil` if nobody in the list of people has that name.
    package func person(ofUser name: String) -> Person? { PeopleFolders(people).person(for: name) }

    /// The first parts of all keys.
    package var sections: Set<String> { Set(items.map { $0.key.parts[0] }) }
}
