/// Makes typed settings from keys and values.
struct TypedSettingsReader {
    let effective: EffectiveSettings
    let places: Places
    let context: ProcessContext

    func settings() throws(SettingsError) -> Settings {
        let secrets = secrets()
        return Settings(
            mode: places.mode, people: try PeopleReader.people(effective), agents: try agents(),
            adapters: try AdapterReader(effective: effective, secrets: secrets).adapters(), secrets: secrets,
            database: try DatabaseReader(effective: effective, places: places, context: context).url(),
            server: server(), quotas: quotas(), retention: retention(),
            monitoring: effective["monitoring.os_username"]?.value.text, preferences: Preferences(effective))
    }

    /// Returns remarks on settings that don't fit together.
    func remarks(_ settings: Settings) -> [Remark] {
        ["agents.default", "default_agent"].compactMap { key in
            guard let setting = effective[key], let name = setting.value.text, settings.agents[name] == nil else {
                return nil
            }
            return Remark("\(key) is \(name), but there is no such agent", at: setting.place)
        }
    }

    private func server() -> Server {
        var server = Server()
        for limit in Server.limits {
            if let number = effective["server.\(limit.name)"]?.value.number { server[keyPath: limit.property] = number }
        }
        return server
    }

    private func quotas() -> Quotas {
        var quotas = Quotas()
        for quota in Quotas.all {
            if let number = effective["quotas.\(quota.name)"]?.value.number { quotas[keyPath: quota.property] = number }
        }
        return quotas
    }

    private func retention() -> Retention {
        let text = effective["retention.closed_sessions"]?.value.text
        return Retention(closedSessions: text.flatMap(DurationText.seconds))
    }

    private func secrets() -> Secrets {
        var values: [String: String] = [:]
        for setting in effective.all where KnownKey.scope(of: setting.key) == .secret {
            if let text = setting.value.text { values[setting.key.description] = text }
        }
        return Secrets(values)
    }

    private func agents() throws(SettingsError) -> [String: Agent] {
        var agents: [String: Agent] = [:]
        guard let section = effective.value(at: Key("agents")), !section.isNull else { return agents }
        guard let members = section.map else {
            throw SettingsError(
                .wrongType, at: effective["agents"]?.place, "agents must be a mapping from names to their settings",
                remedy: "write agents: {claude: {enabled: true}}")
        }
        for member in members where member.name != "default" {
            agents[member.name] = Agent(
                name: member.name, command: try command(of: member),
                isEnabled: member.value["enabled"]?.flag ?? true,
                deliverKey: member.value["deliver_key"]?.flag ?? false, keyVariable: member.value["key"]?.text)
        }
        return agents
    }

    /// Reads an agent's command: one word, or a list of the program and its arguments. `nil` if the agent has none.
    private func command(of agent: SettingsValue.Member) throws(SettingsError) -> [String]? {
        guard let value = agent.value["command"], !value.isNull else { return nil }
        let words = value.list?.map(\.text) ?? [value.text]
        let isLine = value.list == nil && value.text?.contains(where: \.isWhitespace) ?? false
        guard !words.isEmpty, !isLine, words.allSatisfy({ $0 != nil }) else {
            throw SettingsError(
                .wrongType, at: effective.settings(under: "agents.\(agent.name).command").first?.place,
                "agents.\(agent.name).command is a program with its arguments", remedy: "write [program, argument, …]")
        }
        return words.compactMap { $0 }
    }
}
