/// The replacement of `${NAME}` by the values of variables in the text of a layer.
struct Interpolation {
    let variables: Variables
    private(set) var remarks: [Remark] = []
    /// Remarks about references to values that are not secrets.
    private(set) var remarksOnOthers: [Remark] = []
    private var room = ReferenceRoom()

    init(_ variables: Variables) { self.variables = variables }

    /// Replaces the references in each of the layers by values from the layers and the environment. A person's own file gets no
    /// secret of other files: it may refer only to the environment, and to variables of the system's file, which everybody can
    /// read.
    ///
    /// - Throws: `SettingsError` if the references bring in too much text.
    static func applied(
        to layers: [Layer], _ environment: [String: String], secretsAreHidden: Bool = false
    ) throws(SettingsError) -> (layers: [Layer], remarks: [Remark]) {
        let shared = layers.filter { $0.name != .user }.sorted { $0.name < $1.name }
        var common = Interpolation(try Variables(shared, environment: environment))
        var own = Interpolation(try Variables(shared.filter { $0.name == .system }, environment: environment))
        var result: [Layer] = []
        for layer in layers { result.append(try layer.name == .user ? own.apply(to: layer) : common.apply(to: layer)) }
        return (result, (secretsAreHidden ? common.remarksOnOthers : common.remarks) + own.remarks)
    }

    /// Replaces the references in one layer. A secret is not changed, even if it contains `${`; only outside of the secrets'
    /// file it may consist of a single reference.
    mutating func apply(to layer: Layer) throws(SettingsError) -> Layer {
        switch layer.name {
        case .standard, .secrets, .credentials, .dotenv, .environment: return layer
        case .single, .system, .user: break
        }
        var layer = layer
        for at in layer.leaves.indices {
            let leaf = layer.leaves[at]
            layer.leaves[at].value = try expanded(leaf.value, leaf.key, leaf.place)
        }
        return layer
    }

    private mutating func expanded(
        _ value: SettingsValue, _ key: Key, _ place: String
    ) throws(SettingsError) -> SettingsValue {
        switch value.content {
        case .map(let members):
            var members = members
            for at in members.indices {
                members[at].value = try expanded(members[at].value, key.appending(members[at].name), place)
            }
            return SettingsValue(.map(members), line: value.line)
        case .list(let items):
            var items = items
            for at in items.indices { items[at] = try expanded(items[at], key.appending("\(at)"), place) }
            return SettingsValue(.list(items), line: value.line)
        case .scalar(let scalar):
            guard case .text(let text) = scalar.meaning, text.contains("${") else { return value }
            if KnownKey.scope(of: key) == .secret, !Interpolation.isReference(text) { return value }
            return SettingsValue(.scalar(try replaced(text, key, place)), line: value.line)
        }
    }

    private mutating func replaced(_ text: String, _ key: Key, _ place: String) throws(SettingsError) -> Scalar {
        let result = try variables.expanded(text, at: place, &room)
        for name in result.unknown {
            let remark = Remark("\(key): ${\(name)} is not defined; it stays as it is", at: place)
            remarks.append(remark)
            if !Variables.isSecret(name) { remarksOnOthers.append(remark) }
        }
        var scalar = Scalar(text: result.text, style: .doubleQuoted)
        scalar.holdsSecret = result.holdsSecret
        return scalar
    }

    /// Returns whether a text consists of one `${NAME}` and nothing else.
    static func isReference(_ text: String) -> Bool {
        text.hasPrefix("${") && text.wholeMatch(of: /\$\{[^}]+\}/) != nil
    }
}
