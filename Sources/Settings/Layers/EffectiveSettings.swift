/// The merged layers: the values in effect, their origins, and the values that they override.
package struct EffectiveSettings: Sendable {
    /// A value in effect.
    package struct Setting: Sendable {
        package var key: Key
        package var value: SettingsValue
        package var layer: LayerName
        /// The origin of the value: `FILE:LINE`, or a variable; empty for a default.
        package var place: String
        package var losers: [Loser]
    }

    /// A value that another one overrides, with the reason.
    package struct Loser: Sendable {
        package var key: Key
        package var value: SettingsValue
        package var layer: LayerName
        package var place: String
        package var reason: String
    }

    /// All settings, in the order in which their keys were first met.
    package internal(set) var all: [Setting] = []

    /// The index of each key in `all`.
    private let places: [Key: Int]
    /// The indices in `all` of the settings below each section.
    private let below: [Key: [Int]]

    /// Merges layers, which may be given in any order; a layer whose name comes later wins.
    init(_ layers: [Layer]) {
        var merging = Merging()
        for layer in layers.sorted(by: { $0.name < $1.name }) {
            for leaf in layer.leaves { merging.add(leaf, layer.name) }
        }
        all = merging.slots.compactMap { $0 }
        places = Dictionary(zip(all.map(\.key), all.indices), uniquingKeysWith: { first, _ in first })
        var below: [Key: [Int]] = [:]
        for (at, setting) in all.enumerated() {
            for section in setting.key.sections { below[section, default: []].append(at) }
        }
        self.below = below
    }

    /// The merging of layers. The number of its steps grows only with the number of leaves, so that a long file is merged
    /// quickly.
    private struct Merging {
        /// The settings in their places. The place of an overridden setting becomes empty, unless the setting that overrides it
        /// takes it.
        private(set) var slots: [Setting?] = []
        private var places: [Key: Int] = [:]
        /// The places that were taken by settings below each section. Some of them may be empty by now.
        private var below: [Key: [Int]] = [:]

        mutating func add(_ leaf: Layer.Leaf, _ name: LayerName) {
            if isEmptySection(leaf) { return }
            var setting = Setting(key: leaf.key, value: leaf.value, layer: name, place: leaf.place, losers: [])
            let sections = leaf.key.sections
            let rivals = takeRivals(of: leaf.key, sections)
            for (_, rival) in rivals {
                setting.losers += rival.losers
                setting.losers.append(
                    Loser(
                        key: rival.key, value: rival.value, layer: rival.layer, place: rival.place,
                        reason: EffectiveSettings.reason(rival.layer, name)))
            }
            let place = rivals.first?.place ?? slots.count
            if place == slots.count { slots.append(setting) } else { slots[place] = setting }
            places[leaf.key] = place
            for section in sections { below[section, default: []].append(place) }
        }

        /// Returns whether the leaf is a section without keys, and an earlier layer has set some of it. Sections are merged key by key,
        /// so that such a leaf overrides nothing. An empty value, as of `database:` whose lines are all comments, is one where known
        /// keys may be below it, even if the key itself is known, as `agents.codex` is.
        private func isEmptySection(_ leaf: Layer.Leaf) -> Bool {
            guard leaf.value.saysNothing, let below = below[leaf.key] else { return false }
            return below.contains { slots[$0]?.key.hasPrefix(leaf.key) ?? false }
                && (leaf.value.map != nil || KnownKey.hasKeys(below: leaf.key))
        }

        /// Removes the settings that this key overrides from their places, and returns them. A single value may override a
        /// whole section, and a section a single value.
        private mutating func takeRivals(of key: Key, _ sections: [Key]) -> [(place: Int, setting: Setting)] {
            let named = ([key] + sections).compactMap { places[$0] }
            let found = Set(named + (below.removeValue(forKey: key) ?? [])).sorted()
            return found.compactMap { place in
                guard let rival = slots[place], rival.key.hasPrefix(key) || key.hasPrefix(rival.key) else { return nil }
                slots[place] = nil
                places[rival.key] = nil
                return (place, rival)
            }
        }
    }

    private static func reason(_ loser: LayerName, _ winner: LayerName) -> String {
        loser == winner
            ? "the same layer sets it again further down"
            : "the \(winner.rawValue) layer comes before the \(loser.rawValue) one"
    }

    package subscript(key: String) -> Setting? {
        places[Key(key)].map { all[$0] }
    }

    /// Returns the settings at a key and below it.
    package func settings(under key: String) -> [Setting] {
        all.filter { $0.key.description == key || $0.key.description.hasPrefix(key + ".") }
    }

    /// Returns the value at a key, with sections put together again; `nil` when there is none.
    func value(at key: Key) -> SettingsValue? {
        if let place = places[key] { return all[place].value }
        return Self.value(of: (below[key] ?? []).map { all[$0] }, below: key.parts.count)
    }

    /// Assembles the value of settings whose keys have their first `depth` parts in common.
    private static func value(of settings: [Setting], below depth: Int) -> SettingsValue? {
        if let whole = settings.first(where: { $0.key.parts.count == depth }) { return whole.value }
        guard let first = settings.first else { return nil }
        var (names, members): ([String], [String: [Setting]]) = ([], [:])
        for setting in settings {
            let name = setting.key.parts[depth]
            if members[name] == nil { names.append(name) }
            members[name, default: []].append(setting)
        }
        let values = names.compactMap { name in
            value(of: members[name] ?? [], below: depth + 1).map { SettingsValue.Member(name: name, value: $0) }
        }
        return SettingsValue(.map(values), line: first.value.line)
    }
}
