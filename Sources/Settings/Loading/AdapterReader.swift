import Migrator

/// Reads the adapters. A section of `adapters` without `platforms` belongs to the existing install, and is ignored here.
struct AdapterReader {
    let effective: EffectiveSettings
    let secrets: Secrets

    func adapters() throws(SettingsError) -> [Adapter] {
        guard let members = effective.value(at: Key("adapters"))?.map else { return [] }
        var adapters: [Adapter] = []
        for member in members where member.value["platforms"] != nil {
            let adapter = try adapter(member)
            try checkToken(of: adapter, against: adapters)
            adapters.append(adapter)
        }
        return adapters
    }

    private func adapter(_ member: SettingsValue.Member) throws(SettingsError) -> Adapter {
        let place = effective.settings(under: "adapters.\(member.name)").first?.place
        guard Adapter.isName(member.name) else {
            throw SettingsError(
                .adapterName, at: place, "an adapter's name must be 1 to 40 letters, digits, - or _",
                remedy: "rename it")
        }
        guard let account = member.value["os_username"]?.text, !account.isEmpty else {
            throw SettingsError(
                .adapterIncomplete, at: place, "adapters.\(member.name) does not name the account it runs as",
                remedy: "write os_username: …")
        }
        let words = member.value["platforms"]?.list?.map { $0.text ?? "" } ?? []
        var platforms: Set<PlatformIdentity.Platform> = []
        for word in words { platforms.insert(try platform(word, of: member.name, place)) }
        guard !platforms.isEmpty else {
            throw SettingsError(
                .adapterIncomplete, at: place, "adapters.\(member.name) speaks for no platform",
                remedy: "write platforms: [telegram]")
        }
        return Adapter(name: member.name, osUsername: account, platforms: platforms)
    }

    private func platform(
        _ word: String, of name: String, _ place: String?
    ) throws(SettingsError) -> PlatformIdentity.Platform {
        if let platform = PlatformIdentity.Platform(rawValue: word) { return platform }
        let words = PlatformIdentity.Platform.allCases.map(\.rawValue)
        throw SettingsError(
            .unknownPlatform, at: place, "adapters.\(name) speaks for an unknown platform: \(word)",
            remedy: Suggestion.nearest(to: word, in: words).map { "did you mean \($0)?" }
                ?? "write one of \(words.joined(separator: ", "))")
    }

    /// Checks the form of the adapter's token, and that no other adapter has the same one. A missing token is no error here: a
    /// reader who may not read the secrets sees none.
    private func checkToken(of adapter: Adapter, against others: [Adapter]) throws(SettingsError) {
        guard let token = secrets[adapter.tokenName] else { return }
        let place = effective[adapter.tokenName]?.place
        guard Adapter.isToken(token) else {
            throw SettingsError(
                .adapterToken, at: place,
                "\(adapter.tokenName) is not a token: a token is \(Adapter.tokenPrefix) and 32 to 200 letters, digits, - or _",
                remedy: "make one: python3 -c 'import secrets; print(\"tca_\" + secrets.token_hex(32))'")
        }
        if let other = others.first(where: { secrets[$0.tokenName] == token }) {
            throw SettingsError(
                .duplicateAdapterToken, at: place, "\(adapter.name) and \(other.name) have the same token",
                remedy: "create one for each")
        }
    }
}
