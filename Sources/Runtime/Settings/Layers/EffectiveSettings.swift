/// The layers laid over each other: what holds, where it comes from, and what it has beaten.
public struct EffectiveSettings: Sendable {
    /// A value that holds.
    public struct Setting: Sendable {
        public var key: Key
        public var value: SettingsValue
        public var layer: LayerName
        /// `FILE:LINE`, or the variable; empty for a default.
        public var place: String
        public var losers: [Loser]
    }

    /// A value that does not hold, and why.
    public struct Loser: Sendable {
        public var key: Key
        public var value: SettingsValue
        public var layer: LayerName
        public var place: String
        public var reason: String
    }

    /// In the order in which the keys were first met.
    public internal(set) var all: [Setting] = []

    /// The keys in `all`, and the sections above them: what is in neither has no rival.
    private var keys: Set<Key> = []
    private var sections: Set<Key> = []

    /// Layers in any order; a later name wins.
    init(_ layers: [Layer]) {
        for layer in layers.sorted(by: { $0.name < $1.name }) {
            for leaf in layer.leaves { add(leaf, layer.name) }
        }
    }

    private mutating func add(_ leaf: Layer.Leaf, _ name: LayerName) {
        var setting = Setting(key: leaf.key, value: leaf.value, layer: name, place: leaf.place, losers: [])
        let above = leaf.key.parts.indices.dropFirst().map { Key(Array(leaf.key.parts[..<$0])) }
        defer {
            keys.insert(leaf.key)
            sections.formUnion(above)
        }
        guard keys.contains(leaf.key) || sections.contains(leaf.key) || above.contains(where: keys.contains) else {
            return all.append(setting)
        }
        // A whole section may be replaced by one word, and one word by a section.
        let rivals = all.indices.filter { all[$0].key.hasPrefix(leaf.key) || leaf.key.hasPrefix(all[$0].key) }
        for at in rivals {
            let rival = all[at]
            setting.losers += rival.losers
            setting.losers.append(
                Loser(
                    key: rival.key, value: rival.value, layer: rival.layer, place: rival.place,
                    reason: EffectiveSettings.reason(rival.layer, name)))
        }
        if let first = rivals.first {
            all[first] = setting
            for at in rivals.dropFirst().reversed() { all.remove(at: at) }
        } else {
            all.append(setting)
        }
    }

    private static func reason(_ loser: LayerName, _ winner: LayerName) -> String {
        loser == winner
            ? "the same layer says it again further down"
            : "the \(winner.rawValue) layer comes before the \(loser.rawValue) one"
    }

    public subscript(key: String) -> Setting? {
        let key = Key(key)
        return all.first { $0.key == key }
    }

    /// The settings at a key and below it.
    public func settings(under key: String) -> [Setting] {
        all.filter { $0.key.description == key || $0.key.description.hasPrefix(key + ".") }
    }

    /// What stands at a key, sections put together again; `nil` when nothing does.
    func value(at key: Key) -> SettingsValue? {
        let found = all.filter { $0.key.hasPrefix(key) }
        if let whole = found.first(where: { $0.key == key }) { return whole.value }
        guard let first = found.first else { return nil }
        var names: [String] = []
        for setting in found where !names.contains(setting.key.parts[key.parts.count]) {
            names.append(setting.key.parts[key.parts.count])
        }
        let members = names.compactMap { name in
            value(at: key.appending(name)).map { SettingsValue.Member(name: name, value: $0) }
        }
        return SettingsValue(.map(members), line: first.value.line)
    }
}
