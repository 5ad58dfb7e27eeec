/// Checks that sections are sections, and that nothing is below a single value. Otherwise the key that somebody meant would be ignored,
/// and what an earlier layer says in its place would be lost.
enum SectionShapes {
    /// Checks the settings in effect, and those that they override.
    ///
    /// - Throws: `SettingsError` if a section that is read here holds a single value or a list, or if a key that takes a value is
    ///   written as a section. In a section that the existing install uses otherwise a single value is ignored, unless it overrides keys
    ///   that are read here.
    static func check(_ effective: EffectiveSettings) throws(SettingsError) {
        for setting in effective.all {
            for loser in setting.losers {
                try check(
                    WrittenSetting(key: loser.key, value: loser.value, layer: loser.layer, place: loser.place),
                    setting.losers)
            }
            try check(
                WrittenSetting(key: setting.key, value: setting.value, layer: setting.layer, place: setting.place),
                setting.losers)
        }
    }

    private static func check(
        _ written: WrittenSetting, _ losers: [EffectiveSettings.Loser]
    ) throws(SettingsError) {
        let (key, value) = (written.key, written.value)
        if let above = KnownKey.valueKey(above: key), let expected = above.kind.refusal(of: SettingsValue(.map([]))) {
            let name = Key(Array(key.parts.prefix(above.pattern.count)))
            throw SettingsError(
                .wrongType, at: written.place, "\(name) is \(expected.what), and no section",
                remedy: written.remedy(inFile: expected.remedy, instead: above.kind == .list ? nil : name))
        }
        guard !value.saysNothing, let below = KnownKey.valueKey(below: key) else { return }
        if KnownKey.isOpenSection(key), !written.overridesKeys(losers) { return }
        let rest = below.pattern.dropFirst(key.parts.count).map { $0.contains("*") ? "NAME" : $0 }
        throw SettingsError(
            .wrongType, at: written.place, "\(key) is a section of keys, and no single value",
            remedy: written.remedy(
                inFile: "write \(key): {\(rest.first ?? "NAME"): …}",
                instead: below.kind == .list ? nil : Key(key.parts + rest)))
    }
}

/// A setting as it is written in its layer.
private struct WrittenSetting {
    var key: Key
    var value: SettingsValue
    var layer: LayerName
    var place: String

    /// Returns whether one of these settings is of an earlier layer, below this key, and read here.
    func overridesKeys(_ losers: [EffectiveSettings.Loser]) -> Bool {
        losers.contains { loser in
            loser.layer < layer && loser.key != key && loser.key.hasPrefix(key)
                && (KnownKey.find(loser.key)?.kind ?? .anything) != .anything
        }
    }

    /// Returns what to do about the setting. A file can hold other lines in its place; a variable holds one value, which is no list and no
    /// section; and a credential holds nothing but a secret.
    ///
    /// - Parameters:
    ///   - inFile: What to do in a file of settings.
    ///   - instead: A key that a variable can set instead; `nil` if there is none.
    func remedy(inFile: String, instead: Key?) -> String {
        let variable = instead.map { ", or set \(EnvironmentKeys.longVariable(for: $0))" } ?? ""
        switch layer {
        case .environment: return "unset \(place)\(variable)"
        case .dotenv: return "remove this variable\(variable)"
        case .credentials where !isInFileOfKeys: return "remove this credential"
        case .standard, .single, .system, .secrets, .credentials, .user: return inFile
        }
    }

    /// Whether the place has a line. A credential that is one value has none.
    private var isInFileOfKeys: Bool { place.hasSuffix(":\(value.line)") }
}

extension SettingsValue {
    /// Whether the value is empty, as `key:` and `key: {}` are. At the place of a section it sets nothing.
    var saysNothing: Bool { isNull || map?.isEmpty ?? false }
}
