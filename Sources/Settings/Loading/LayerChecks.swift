/// Checks which keys and values may be in which layer.
enum LayerChecks {
    /// Checks a person's own file.
    ///
    /// - Throws: `SettingsError` if the file sets a key of the system, or holds a secret.
    static func checkUser(_ layer: Layer) throws(SettingsError) {
        for leaf in layer.leaves {
            if let known = KnownKey.find(leaf.key) ?? sectionAbove(leaf.key), known.scope == .system {
                throw SettingsError(
                    .systemKey, at: leaf.place, "\(leaf.key) belongs in the system's settings, not in a person's",
                    remedy: "remove it from this file")
            }
            if let key = firstSecret(leaf.key, leaf.value) {
                throw SettingsError(
                    .secretInUserFile, at: leaf.place, "\(key) is a secret, and a person's file can't hold one",
                    remedy: "move it to secrets.yml")
            }
        }
    }

    /// Returns a system key below this one. `people: {}` and `database: x` are for the system too, though the table holds only
    /// the keys below them.
    private static func sectionAbove(_ key: Key) -> KnownKey? {
        KnownKey.table.first { $0.mayBeAbove(key) && $0.scope == .system }
    }

    /// Returns the first key, at or below this one, that holds a secret according to its name or its value.
    static func firstSecret(_ key: Key, _ value: SettingsValue) -> Key? {
        switch value.content {
        case .map(let members):
            members.lazy.compactMap {
                SecretDetector.holdsSecret($0.name) ? key : firstSecret(key.appending($0.name), $0.value)
            }.first
        case .list(let items):
            items.enumerated().lazy.compactMap { firstSecret(key.appending("\($0)"), $1) }.first
        case .scalar(let scalar): isSecret(scalar, at: key) ? key : nil
        }
    }

    /// Returns whether a value is a secret: a text at a key for secrets, or a text that has a secret's form. A reference to a
    /// variable is not a secret.
    static func isSecret(_ scalar: Scalar, at key: Key) -> Bool {
        if scalar.holdsSecret { return true }
        switch scalar.meaning {
        case .null, .boolean: return false
        case .integer, .real: return KnownKey.scope(of: key) == .secret
        case .text(let text):
            guard !text.isEmpty, !Interpolation.isReference(text) else { return false }
            return KnownKey.scope(of: key) == .secret || SecretDetector.holdsSecret(text)
        }
    }

    static func holdsSecret(_ layer: Layer) -> Bool { layer.leaves.contains { firstSecret($0.key, $0.value) != nil } }

    /// Returns the names that a value refers to, as `${NAME}`.
    static func references(in value: SettingsValue) -> [String] {
        switch value.content {
        case .map(let members): members.flatMap { references(in: $0.value) }
        case .list(let items): items.flatMap(references)
        case .scalar(let scalar): scalar.text.holdingReferences.matches(of: /\$\{([^}]+)\}/).map { String($0.1) }
        }
    }

    /// Returns the remarks on a layer, which can be used all the same. `referenced` are the names to which this layer and those
    /// before it refer.
    static func remarks(_ layer: Layer, referenced: Set<String>) -> [Remark] {
        unknown(layer, referenced) + layer.leaves.compactMap { misplaced($0, layer.name) }
    }

    /// Returns the remarks on unknown keys, and on values where a section belongs.
    static func unknown(_ layer: Layer, _ referenced: Set<String> = []) -> [Remark] {
        let leaves = layer.leaves.filter {
            isUnknown($0) && !($0.key.isVariable && referenced.contains($0.key.parts[0]))
        }
        let more = leaves.count - mostRemarks
        let rest = more > 0 ? [Remark("\(more) more keys are unknown; they are kept", at: leaves.last?.place)] : []
        return leaves.prefix(mostRemarks).map(unknown) + rest
    }

    /// The largest number of remarks on unknown keys: nobody would read more.
    private static let mostRemarks = 100

    private static func isUnknown(_ leaf: Layer.Leaf) -> Bool {
        // `database: {}` names a known section and sets nothing.
        KnownKey.find(leaf.key) == nil
            ? !(leaf.value.saysNothing && KnownKey.isSection(leaf.key))
            : !leaf.value.saysNothing && KnownKey.isOpenSection(leaf.key)
    }

    private static func unknown(_ leaf: Layer.Leaf) -> Remark {
        if KnownKey.isOpenSection(leaf.key) {
            return Remark("\(leaf.key) is no section of keys: it is kept, and ignored", at: leaf.place)
        }
        let suggestion = KnownKey.suggestion(for: leaf.key).map { ": did you mean \($0)?" } ?? "; it is kept"
        return Remark("\(leaf.key) is not a known key\(suggestion)", at: leaf.place)
    }

    private static func misplaced(_ leaf: Layer.Leaf, _ layer: LayerName) -> Remark? {
        let scope = KnownKey.scope(of: leaf.key)
        switch layer {
        case .system:
            if let key = firstSecret(leaf.key, leaf.value) {
                return Remark(
                    "\(key) is a secret, and everybody can read this file: move it to secrets.yml", at: leaf.place,
                    isFailure: true)
            }
            return scope == .perUser
                ? Remark(
                    "\(leaf.key) is a personal setting: here it applies to people who don't set it", at: leaf.place)
                : nil
        case .secrets, .credentials:
            guard let known = KnownKey.find(leaf.key), known.scope != .secret, firstSecret(leaf.key, leaf.value) == nil,
                !(leaf.value.saysNothing && KnownKey.hasKeys(below: leaf.key))
            else { return nil }
            return Remark("\(leaf.key) is not a secret: it belongs in config.yml", at: leaf.place)
        case .user:
            guard isRandom(leaf.value) else { return nil }
            return Remark("\(leaf.key) looks like a secret: secrets don't belong in this file", at: leaf.place)
        case .standard, .single, .dotenv, .environment: return nil
        }
    }

    private static func isRandom(_ value: SettingsValue) -> Bool {
        switch value.content {
        case .map(let members): members.contains { isRandom($0.value) }
        case .list(let items): items.contains(where: isRandom)
        case .scalar(let scalar):
            scalar.style != .plain || scalar.meaning == .text(scalar.text)
                ? SecretDetector.looksRandom(scalar.text) : false
        }
    }

    /// Checks that each value is of its key's kind, and each section a section.
    ///
    /// - Throws: `SettingsError` if one is not.
    static func checkKinds(_ effective: EffectiveSettings) throws(SettingsError) {
        try SectionShapes.check(effective)
        for setting in effective.all {
            guard let known = KnownKey.find(setting.key), !setting.value.isNull,
                let expected = known.kind.refusal(of: setting.value)
            else { continue }
            throw SettingsError(
                .wrongType, at: setting.place, "\(setting.key) is \(expected.what)", remedy: expected.remedy)
        }
    }
}
