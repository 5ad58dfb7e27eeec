/// Checks that sections are sections, and that nothing is below a single value. Otherwise the key that somebody meant would be ignored,
/// and what an earlier layer says in its place would be lost.
enum SectionShapes {
    /// Checks the settings in effect, and those that they override.
    ///
    /// - Throws: `SettingsError` if a section that is read here holds a single value or a list, or if a key that takes a value is
    ///   written as a section.
    static func check(_ effective: EffectiveSettings) throws(SettingsError) {
        for setting in effective.all {
            for loser in setting.losers { try check(loser.key, loser.value, loser.place) }
            try check(setting.key, setting.value, setting.place)
        }
    }

    private static func check(_ key: Key, _ value: SettingsValue, _ place: String) throws(SettingsError) {
        if let above = KnownKey.valueKey(above: key), let expected = above.kind.refusal(of: SettingsValue(.map([]))) {
            let name = Key(Array(key.parts.prefix(above.pattern.count)))
            throw SettingsError(
                "wrong_type", at: place, "\(name) is \(expected.what), and no section", remedy: expected.remedy)
        }
        guard !value.saysNothing, let below = KnownKey.valueKey(below: key) else { return }
        let member = below.pattern[key.parts.count]
        throw SettingsError(
            "wrong_type", at: place, "\(key) is a section of keys, and no single value",
            remedy: "write \(key): {\(member.contains("*") ? "NAME" : member): …}")
    }
}

extension SettingsValue {
    /// Whether the value is empty, as `key:` and `key: {}` are. At the place of a section it sets nothing.
    var saysNothing: Bool { isNull || map?.isEmpty ?? false }
}
