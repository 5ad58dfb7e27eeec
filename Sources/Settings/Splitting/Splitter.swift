/// Decides for every key of an existing install to which layer it goes. It reads and writes no files.
struct Splitter {
    /// The contents of the install's files.
    struct Sources: Sendable {
        var config = Layer(name: .single)
        var dotenv: (file: DotEnv, path: String)?
        var global = Layer(name: .single)
        var credentials = Layer(name: .secrets)
        var people: [(folder: String, layer: Layer)] = []
    }

    let sources: Sources
    let environment: [String: String]
    /// The user whose preferences the one file held.
    let owner: String
    private let names: [String: String]
    private let variables: Variables
    private let additions: SplitAdditions
    private var secretsOut: SecretsOut
    private(set) var items: [SplitItem] = []
    private var taken = TakenPlaces()
    /// The note on items that the new files contained already.
    static let present = "was there already"
    private(set) var remarks: [Remark] = []

    init(
        _ sources: Sources, environment: [String: String], _ additions: SplitAdditions = SplitAdditions()
    ) throws(SettingsError) {
        self.sources = sources
        self.additions = additions
        self.environment = environment
        let people = try PeopleReader.people(EffectiveSettings([sources.config, sources.global]))
        let match = PeopleFolders(people)
        names = match.users(of: sources.people.map(\.folder))
        owner = match.owner(sources)
        let dotenv = sources.dotenv.map { Layer($0.file, path: $0.path) }
        variables = try Variables([sources.config, dotenv].compactMap { $0 }, environment: environment)
        secretsOut = SecretsOut(taken: Set(variables.values.keys))
    }

    consuming func split() throws(SettingsError) -> Splitter {
        append(
            SplitItem(
                Key("mode"), SettingsValue(plain: "system"), .system, from: "",
                note: "marks this as the system's file"))
        for item in try additions.items() { append(try withAccounts(item)) }
        for folder in sources.people.map(\.folder) { try addPerson(folder) }
        addVariables()
        for leaf in sources.config.leaves + sources.global.leaves { try add(withAccounts(leaf)) }
        for leaf in sources.credentials.leaves {
            append(
                SplitItem(Key(["credentials", "ai"] + leaf.key.parts), leaf.value, .secrets, from: leaf.place))
        }
        for (key, text) in secretsOut.secrets {
            append(
                SplitItem(key, SettingsValue(text: text), .secrets, from: "", note: "was within another value"))
        }
        return self
    }

    private func withAccounts(_ item: SplitItem) throws(SettingsError) -> SplitItem {
        guard item.key == Key("people") else { return item }
        var item = item
        item.value = try additions.withAccounts(item.value)
        return item
    }

    private func withAccounts(_ leaf: Layer.Leaf) throws(SettingsError) -> Layer.Leaf {
        guard leaf.key == Key("people") else { return leaf }
        return Layer.Leaf(key: leaf.key, value: try additions.withAccounts(leaf.value), place: leaf.place)
    }

    // MARK: - The one file, and the global one

    private mutating func add(_ leaf: Layer.Leaf) throws(SettingsError) {
        let scope = KnownKey.scope(of: leaf.key)
        if leaf.key == Key("mode") { return }
        if scope == .perUser { return try addPreference(leaf) }
        if let scalar = leaf.value.scalar, LayerChecks.isSecret(scalar, at: leaf.key),
            scope == .secret || SecretDetector.urlPassword(in: scalar.text) == nil
        {
            return put(SplitItem(leaf.key, leaf.value, .secrets, from: leaf.place))
        }
        let value = secretsOut.value(leaf.value, at: leaf.key)
        let note = value == leaf.value ? nil : "its secret is in secrets.yml, and ${…} refers to it"
        put(SplitItem(leaf.key, value, .system, from: leaf.place, note: note))
    }

    /// Adds a preference to its owner's file. If it holds a secret or refers to one, it goes to the secrets, since a person's
    /// file can't contain it.
    private mutating func addPreference(_ leaf: Layer.Leaf) throws(SettingsError) {
        if LayerChecks.firstSecret(leaf.key, leaf.value) != nil {
            return put(
                SplitItem(leaf.key, leaf.value, .secrets, from: leaf.place, note: "a person's file can't hold a secret")
            )
        }
        var interpolation = Interpolation(variables)
        let expanded = try interpolation.apply(to: Layer(name: .single, leaves: [leaf])).leaves[0].value
        if LayerChecks.firstSecret(leaf.key, expanded) != nil {
            return put(
                SplitItem(
                    leaf.key, expanded, .secrets, from: leaf.place, note: "a person's file can't refer to a secret"))
        }
        put(SplitItem(leaf.key, leaf.value, .user(owner), from: leaf.place))
    }

    private mutating func append(_ item: SplitItem) {
        taken.insert(item, at: items.count)
        items.append(item)
    }

    /// Adds an item, unless its place is taken: then the item that was added first stays, and this one is kept under
    /// `inherited`.
    private mutating func put(_ item: SplitItem) {
        guard let rival = taken.rival(of: item).map({ items[$0] }) else { return append(item) }
        if rival.key == item.key && rival.value == item.value {
            remarks.append(
                Remark("\(item.key) has the same value as \(rival.source), and is written once", at: item.source))
            return
        }
        var item = item
        item.key = Key(["inherited"] + item.key.parts)
        item.note = "\(rival.source) has another value, and takes precedence"
        append(item)
    }

    // MARK: - Variables

    private mutating func addVariables() {
        guard let (file, path) = sources.dotenv else { return }
        for entry in file.entries {
            let place = "\(path):\(entry.line)"
            let key = EnvironmentKeys.key(for: entry.name, setTo: entry.value) ?? Key([entry.name])
            let scalar = Scalar(text: entry.value, style: .doubleQuoted)
            if KnownKey.scope(of: key) == .secret || LayerChecks.isSecret(scalar, at: key)
                || variables.refersToSecret(entry.raw)
            {
                put(SplitItem(key, SettingsValue(text: entry.value), .secrets, from: place))
            } else if isKept(entry, in: file) {
                put(SplitItem(key, SettingsValue(writing: entry.raw), .system, from: place))
            } else {
                // Only secrets.yml keeps a `${` unchanged.
                let target: SplitItem.Target = entry.value.contains("${") ? .secrets : .system
                put(
                    SplitItem(
                        key, SettingsValue(writing: entry.value), target, from: place,
                        note: "holds the value of its reference"))
            }
        }
    }

    /// Returns whether the written text means the same in a settings file: its references are to variables that are defined
    /// above it, or to the environment.
    private func isKept(_ entry: DotEnv.Entry, in file: DotEnv) -> Bool {
        entry.raw.holdingReferences.matches(of: /\$\{([^}]*)\}/).allSatisfy { match in
            let name = String(match.1)
            return environment[name] != nil || file[name].map { $0.line < entry.line } ?? false
        }
    }

    // MARK: - People

    private mutating func addPerson(_ folder: String) throws(SettingsError) {
        guard let layer = sources.people.first(where: { $0.folder == folder })?.layer else { return }
        let name = names[folder] ?? folder
        let target: SplitItem.Target = names[folder].map { .user($0) } ?? .unclaimed(folder)
        if names[folder] == nil, let first = layer.leaves.first {
            let file = first.place.prefix(upTo: first.place.lastIndex(of: ":") ?? first.place.endIndex)
            remarks.append(
                Remark(
                    "the folder \(folder) belongs to nobody in the list of people; it is kept in \(target.file)",
                    at: String(file)))
        }
        for leaf in layer.leaves {
            if LayerChecks.firstSecret(leaf.key, leaf.value) != nil {
                append(
                    SplitItem(
                        Key(["users", name] + leaf.key.parts), leaf.value, .secrets, from: leaf.place,
                        note: "a person's file can't hold a secret"))
            } else {
                append(SplitItem(leaf.key, leaf.value, target, from: leaf.place))
            }
        }
        try LayerChecks.checkUser(
            Layer(name: .user, leaves: layer.leaves.filter { LayerChecks.firstSecret($0.key, $0.value) == nil }))
    }
}
