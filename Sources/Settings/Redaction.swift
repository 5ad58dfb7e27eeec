/// A redaction, which replaces every secret with `***`.
struct Redaction {
    let secrets: Secrets

    func value(_ value: SettingsValue, at key: Key) -> SettingsValue {
        var result = value
        switch value.content {
        case .map(let members):
            result.content = .map(
                members.map { .init(name: $0.name, value: self.value($0.value, at: key.appending($0.name))) })
        case .list(let items):
            result.content = .list(items.enumerated().map { self.value($1, at: key.appending("\($0)")) })
        case .scalar(let scalar): result.content = .scalar(self.scalar(scalar, at: key))
        }
        return result
    }

    private func scalar(_ scalar: Scalar, at key: Key) -> Scalar {
        let isSecretKey = KnownKey.scope(of: key) == .secret && scalar.meaning != .null && !scalar.text.isEmpty
        guard isSecretKey || isSecret(scalar, at: key) else { return scalar }
        let hidden = Scalar(text: "***", style: .doubleQuoted)
        guard !isSecretKey, !scalar.holdsSecret, let password = SecretDetector.urlPassword(in: scalar.text) else {
            return hidden
        }
        // A URL is worth showing without its password, unless more of it is secret.
        var rest = scalar
        rest.text.removeSubrange(password)
        if isSecret(rest, at: key) { return hidden }
        return Scalar(text: scalar.text.replacingCharacters(password, with: "***"), style: .doubleQuoted)
    }

    private func isSecret(_ scalar: Scalar, at key: Key) -> Bool {
        LayerChecks.isSecret(scalar, at: key) || secrets.occur(in: scalar.text)
    }
}

extension String {
    fileprivate func replacingCharacters(_ range: Range<Index>, with text: String) -> String {
        var result = self
        result.replaceSubrange(range, with: text)
        return result
    }
}

extension EffectiveSettings {
    /// Returns the same settings without any secret in them.
    func redacted(_ secrets: Secrets) -> EffectiveSettings {
        let redaction = Redaction(secrets: secrets)
        var result = self
        result.all = all.map { setting in
            var setting = setting
            setting.value = redaction.value(setting.value, at: setting.key)
            setting.losers = setting.losers.map { loser in
                var loser = loser
                loser.value = redaction.value(loser.value, at: loser.key)
                return loser
            }
            return setting
        }
        return result
    }
}
