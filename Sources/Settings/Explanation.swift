/// The reason why a key has its value.
package struct Explanation: Sendable {
    /// The settings at the key and below it, with secrets redacted; empty when no layer sets any.
    package var settings: [EffectiveSettings.Setting]
    /// The layer that the key belongs to: system, secret or per-user.
    package var scope: String
    /// The environment variable that would set the key; `nil` where the key has none of its own.
    package var variable: String?
}

extension LoadedSettings {
    /// Every setting with its value, secrets redacted.
    package var shown: EffectiveSettings { effective.redacted(settings.secrets) }

    /// Explains a key or a section.
    ///
    /// - Throws: `SettingsError` when the key is unknown.
    package func explain(_ name: String) throws(SettingsError) -> Explanation {
        let key = Key(name)
        let settings = shown.settings(under: name)
        let known = KnownKey.find(key)
        let isSection = KnownKey.table.contains { $0.mayBeAbove(key) }
        guard !key.parts.isEmpty, !settings.isEmpty || known != nil || isSection else {
            throw SettingsError(
                .unknownKey, "\(name) is neither a known key nor set",
                remedy: KnownKey.suggestion(for: key).map { "did you mean \($0)?" } ?? "telec config show lists all")
        }
        let scope = settings.first.map { KnownKey.scope(of: $0.key) } ?? KnownKey.scope(of: key)
        let variable = EnvironmentKeys.variable(for: key)
        return Explanation(
            settings: settings, scope: scope.rawValue,
            variable: EnvironmentKeys.key(for: variable) == key ? variable : nil)
    }
}
