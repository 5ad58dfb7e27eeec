import Dialects

/// Checks that the daemon takes a person's preferences, which a client reads and sends (`ReceivedDocument`).
enum PreferenceLimits {
    /// - Throws: `SettingsError` that names the place and the key of what is too deep or too large.
    static func check(_ effective: EffectiveSettings) throws(SettingsError) {
        for setting in effective.all where isSent(setting.key) {
            guard setting.key.parts.count + depth(of: setting.value) > ReceivedDocument.deepest else { continue }
            throw refusal(
                setting.key, at: setting.place, "is nested more than \(ReceivedDocument.deepest) sections deep")
        }
        let document = Preferences(effective).document
        if count(document) > ReceivedDocument.mostValues {
            let limit = "a person's preferences may hold \(ReceivedDocument.mostValues) values"
            throw refusal(of: document, in: effective, "holds too much: \(limit)", by: count)
        }
        if length(document) > ReceivedDocument.longest {
            let limit = "a person's preferences may have \(ReceivedDocument.longest) bytes"
            throw refusal(of: document, in: effective, "is too long: \(limit)", by: length)
        }
    }

    private static func isSent(_ key: Key) -> Bool { Preferences.sectionNames.contains(key.parts.first ?? "") }

    /// Returns the refusal of the largest preference.
    private static func refusal(
        of document: JSON, in effective: EffectiveSettings, _ what: String, by size: (JSON) -> Int
    ) -> SettingsError {
        guard case .object(let members) = document, let largest = members.max(by: { size($0.value) < size($1.value) })
        else { return refusal(Key("preferences"), at: nil, what) }
        let place = effective.all.first { $0.key.parts.first == largest.key }?.place
        return refusal(Key([largest.key]), at: place, what)
    }

    private static func refusal(_ key: Key, at place: String?, _ what: String) -> SettingsError {
        SettingsError(.tooLarge, at: place, "\(key) \(what)", remedy: "remove what is not needed")
    }

    private static func depth(of value: SettingsValue) -> Int {
        switch value.content {
        case .scalar: 0
        case .list(let items): items.map { depth(of: $0) + 1 }.max() ?? 0
        case .map(let members): members.map { depth(of: $0.value) + 1 }.max() ?? 0
        }
    }

    private static func count(_ document: JSON) -> Int {
        switch document {
        case .null, .boolean, .integer, .real, .string: 1
        case .array(let items): items.reduce(1) { $0 + count($1) }
        case .object(let members): members.reduce(1) { $0 + count($1.value) }
        }
    }

    private static func length(_ document: JSON) -> Int { document.canonical().utf8.count }
}
