/// Puts `***` in the place of every secret.
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
        var shown = scalar
        // A URL is worth seeing without its password.
        if KnownKey.scope(of: key) != .secret, let password = SecretSigns.urlPassword(in: shown.text) {
            shown.text.replaceSubrange(password, with: "***")
            shown.holdsSecret = false
        }
        if LayerChecks.isSecret(shown, at: key) && !shown.text.contains("***") || secrets.occur(in: shown.text) {
            shown = Scalar(text: "***", style: .doubleQuoted)
        }
        return shown
    }
}

extension EffectiveSettings {
    /// The same settings without a secret in them.
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
