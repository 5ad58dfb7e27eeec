/// Refuses unknown keys of the database. Elsewhere an unknown key is kept and reported, so that an older program reads newer settings;
/// here a misspelt one would mean another database, or a connection without TLS.
enum DatabaseKeys {
    /// Checks the keys of all layers, and the variables that are named like keys of the database.
    ///
    /// - Throws: `SettingsError` at the first unknown key, or at the first variable that sets no key and that nothing refers to.
    static func check(_ layers: [Layer], _ environment: [String: String]) throws(SettingsError) {
        let leaves = layers.flatMap(\.leaves)
        for leaf in leaves where isUnknown(leaf.key) {
            throw SettingsError(
                .unknownDatabaseKey, at: leaf.place, "\(leaf.key) is not a known key",
                remedy: KnownKey.suggestion(for: leaf.key).map { "did you mean \($0)?" } ?? "remove it")
        }
        let unknown = variables(layers, environment).filter { isUnknown($0.name) }
        // Only for these are all values searched.
        let referenced = unknown.isEmpty ? [] : Set(leaves.flatMap { LayerChecks.references(in: $0.value) })
        for (name, place) in unknown where !referenced.contains(name) {
            throw SettingsError(
                .unknownDatabaseKey, at: place, "the variable \(name) sets nothing",
                remedy: EnvironmentKeys.meant(by: name).map { "did you mean \($0)?" } ?? "unset it")
        }
    }

    private static func isUnknown(_ key: Key) -> Bool {
        key.parts.count > 1 && key.parts[0] == "database" && KnownKey.find(key) == nil
    }

    private static func isUnknown(_ variable: String) -> Bool {
        variable.hasPrefix("TELECLAUDE_DATABASE_") && EnvironmentKeys.key(for: variable) == nil
    }

    /// Returns the variables of the environment and of the `.env` that are not empty.
    private static func variables(
        _ layers: [Layer], _ environment: [String: String]
    ) -> [(name: String, place: String)] {
        let ofFile = layers.filter { $0.name == .dotenv }.flatMap(\.leaves)
            .filter { $0.key.isVariable && $0.value.text?.isEmpty == false }
            .map { (name: $0.key.parts[0], place: $0.place) }
        let ofProcess = environment.filter { !$0.value.isEmpty }.keys.sorted().map { (name: $0, place: $0) }
        return ofProcess + ofFile
    }
}
