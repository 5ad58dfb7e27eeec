/// Takes the secrets out of values that stay in the system's file. Each secret is replaced by `${NAME}` and stored under that
/// name.
struct SecretsOut {
    private(set) var secrets: [(key: Key, text: String)] = []
    private var taken: Set<String>

    /// Starts without secrets.
    ///
    /// - Parameter taken: The names of existing variables, which no secret gets.
    init(taken: Set<String>) { self.taken = taken }

    mutating func value(_ value: SettingsValue, at key: Key) -> SettingsValue {
        var result = value
        switch value.content {
        case .map(let members):
            result.content = .map(
                members.map { .init(name: $0.name, value: self.value($0.value, at: key.appending($0.name))) })
        case .list(let items):
            result.content = .list(
                items.enumerated().map { at, item in
                    let name = item["id"]?.text ?? item["name"]?.text ?? "\(at)"
                    return self.value(item, at: key.appending(name))
                })
        case .scalar(let scalar): result.content = .scalar(self.scalar(scalar, at: key))
        }
        return result
    }

    private mutating func scalar(_ scalar: Scalar, at key: Key) -> Scalar {
        guard LayerChecks.isSecret(scalar, at: key) else { return scalar }
        guard let password = SecretDetector.urlPassword(in: scalar.text), KnownKey.scope(of: key) != .secret else {
            return Scalar(text: reference(to: scalar.text, key), style: .doubleQuoted)
        }
        var text = scalar.text
        text.replaceSubrange(password, with: reference(to: String(text[password]), key.appending("password")))
        return Scalar(text: text, style: .doubleQuoted)
    }

    private mutating func reference(to secret: String, _ key: Key) -> String {
        let wanted = SecretsOut.variable(for: key)
        var name = wanted
        var count = 1
        while taken.contains(name) {
            count += 1
            name = "\(wanted)_\(count)"
        }
        taken.insert(name)
        secrets.append((Key([name]), secret))
        return "${\(name)}"
    }

    /// Returns a variable's name for a key, such as `HOOKS_SUBSCRIPTIONS_CI_TARGET_SECRET`. `_SECRET` is appended to a name
    /// that does not identify a secret.
    private static func variable(for key: Key) -> String {
        var name = key.parts.joined(separator: "_").uppercased().map { letter in
            letter.isASCII && (letter.isLetter || letter.isNumber) ? letter : "_"
        }
        if name.first?.isLetter != true { name = Array("TC_") + name }
        let text = String(name)
        return SecretName.isOne(text) ? text : text + "_SECRET"
    }
}
