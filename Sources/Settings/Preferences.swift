import Dialects

/// The preferences of one person. A client reads its own settings and sends them; the daemon accepts the preferences listed
/// here.
public struct Preferences: Sendable, Equatable {
    package static let thinkingModes = ["fast", "med", "slow"]
    static let usualThinkingMode = "slow"

    /// The preferred thinking mode: `fast`, `med` or `slow`.
    package var thinkingMode: String = usualThinkingMode
    package var agent: String?
    package var model: String?
    /// The sections as they stand in the settings: terminal, ui, notifications, interests, tts, stt.
    package var sections: [String: SettingsValue] = [:]

    package init() {}

    static let sectionNames = ["terminal", "ui", "notifications", "interests", "tts", "stt"]

    /// The JSON that a client sends.
    public var document: JSON {
        var members: [(key: String, value: JSON)] = [("thinking_mode", .string(thinkingMode))]
        if let agent { members.append(("default_agent", .string(agent))) }
        if let model { members.append(("default_model", .string(model))) }
        members += Preferences.sectionNames.compactMap { name in sections[name].map { (name, $0.document) } }
        return .object(members)
    }

    /// Reads what a client has sent. Returns its preferences, and the names that are not preferences and were left out.
    public static func received(
        _ text: String
    ) throws(SettingsError) -> (preferences: Preferences, ignored: [String]) {
        let root = try ReceivedDocument.read(text, called: "preferences")
        var leaves = Layer(.user, root, path: "preferences").leaves
        let isAllowed = { (leaf: Layer.Leaf) in
            Preferences.names.contains(leaf.key.parts[0]) && LayerChecks.firstSecret(leaf.key, leaf.value) == nil
        }
        let ignored = leaves.filter { !isAllowed($0) }.map(\.key.description)
        leaves = leaves.filter(isAllowed)
        let effective = EffectiveSettings([Defaults.layer, Layer(name: .user, leaves: leaves)])
        try LayerChecks.checkKinds(effective)
        return (Preferences(effective), ignored)
    }

    private static let names = ["thinking_mode", "default_agent", "default_model"] + sectionNames

    init(_ effective: EffectiveSettings) {
        thinkingMode = effective["thinking_mode"]?.value.text ?? Preferences.usualThinkingMode
        agent = effective["default_agent"]?.value.text ?? effective["agents.default"]?.value.text
        model = effective["default_model"]?.value.text
        for name in Preferences.sectionNames { sections[name] = effective.value(at: Key(name)) }
    }
}
