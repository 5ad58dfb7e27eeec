import Testing

@testable import TCSettings

@Suite("layers")
struct LayerTests {
    private func machine<T>(_ body: (SettingsFolder) throws -> T) async throws -> T {
        try await withSettingsFolder { folder in
            try folder.write(
                "etc/config.yml",
                """
                people:
                  - {name: Alice, os_username: alice, role: admin, floor: 3}
                  - {name: Bob, os_username: "1001"}
                server: {body_bytes: 2048, idle_seconds: 30}
                database: {engine: postgresql, host: db.example.org, dbname: tc, user: tc}
                agents:
                  default: claude
                  claude: {deliver_key: yes, command: [claude, --verbose]}
                  other: {key: OTHER_KEY}
                WORKING_DIR: ${HOME}/work
                computer: {default_working_dir: "${WORKING_DIR}/x", name: no}
                """)
            try folder.write(
                "etc/secrets.yml", "database: {password: 'p${HOME}w'}\nANTHROPIC_API_KEY: anthropic-secret\n",
                mode: 0o600)
            try folder.write(
                "home/.teleclaude/config.yml", "thinking_mode: fast\ndefault_model: large\nui: {dark: on}\n")
            return try body(folder)
        }
    }

    @Test("system, secrets, per-user and environment, each before the one before it")
    func precedence() async throws {
        try await machine { folder in
            let loaded = try folder.load(["HOME": "/h", "TELECLAUDE_SERVER_BODY_BYTES": "4096"])
            let settings = loaded.settings
            #expect(settings.mode == .system)
            #expect(settings.server.bodyBytes == 4_096)
            #expect(settings.server.idleSeconds == 30)
            #expect(settings.server.connectionsPerUser == 64)
            #expect(settings.preferences.thinkingMode == "fast")
            #expect(settings.preferences.model == "large")
            #expect(settings.preferences.agent == "claude")
            #expect(
                loaded.files
                    == ["etc/config.yml", "etc/secrets.yml", "home/.teleclaude/config.yml"].map {
                        "\(folder.path)/\($0)"
                    })
        }
    }

    @Test("a variable that is set to nothing sets no key")
    func emptyVariables() async throws {
        try await machine { folder in
            let loaded = try folder.load([
                "HOME": "/h", "TELECLAUDE_DATABASE_URL": "", "TELECLAUDE_DATABASE_DBNAME": "",
                "TELECLAUDE_SERVER_BODY_BYTES": "", "TELECLAUDE__SERVER__IDLE_SECONDS": "", "WORKING_DIR": "",
                "ANTHROPIC_API_KEY": "", "TELECLAUDE__UI__DARK": "",
            ])
            #expect(loaded.settings.server.bodyBytes == 2_048 && loaded.settings.server.idleSeconds == 30)
            #expect("\(loaded.settings.database)".contains("db.example.org"))
            #expect(loaded.settings.secrets["ANTHROPIC_API_KEY"] == "anthropic-secret")
            #expect(loaded.effective["ui.dark"]?.value.flag == true)
            #expect(loaded.effective["computer.default_working_dir"]?.value.text == "/h/work/x")
            #expect(loaded.effective.all.allSatisfy { $0.losers.allSatisfy { $0.layer != .environment } })
        }
    }

    @Test("a variable of a .env that is set to nothing sets no key; as a reference it is empty")
    func emptyVariablesOfAFile() async throws {
        try await withSettingsFolder { folder in
            try folder.write(
                "home/.teleclaude/config.yml",
                "database: {url: 'postgresql://u@h/n'}\nthinking_mode: fast\nui: {a: 'x${NOTHING}'}\n")
            try folder.write(
                "home/.teleclaude/.env",
                "TELECLAUDE_DATABASE_URL=\nTELECLAUDE__THINKING_MODE=''\nNOTHING=\nTELECLAUDE_DEFAULT_MODEL=large\n",
                mode: 0o600)
            let loaded = try folder.load()
            #expect("\(loaded.settings.database)".contains("postgresql"))
            #expect(loaded.settings.preferences.thinkingMode == "fast")
            #expect(loaded.settings.preferences.model == "large")
            #expect(loaded.effective["ui.a"]?.value.text == "x")
        }
    }

    @Test("a number is the one that YAML means, and that is shown")
    func numbers() async throws {
        try await withSettingsFolder { folder in
            try folder.write(
                "home/.teleclaude/config.yml",
                """
                server: {idle_seconds: 010, body_bytes: 1_048_577, connections: 0x10, request_seconds: '20', drain_seconds: 1:30}
                quotas: {open_sessions: 09}
                """)
            let loaded = try folder.load()
            let server = loaded.settings.server
            #expect([server.idleSeconds, server.bodyBytes, server.connections] == [8, 1_048_577, 16])
            #expect([server.requestSeconds, server.drainSeconds] == [20, 90])
            #expect(loaded.settings.quotas.openSessions == 9)
            #expect(loaded.shown["server.idle_seconds"]?.value.document.canonical() == "8")
        }
    }

    @Test("a later layer of the wrong shape is refused, even if yet another one overrides it")
    func laterShapes() async throws {
        try await machine { folder in
            let role = try #require(folder.refusal(["TELECLAUDE__PEOPLE__0__ROLE": "member"]))
            #expect(role.code == .wrongType && role.place == "TELECLAUDE__PEOPLE__0__ROLE", "\(role)")
            try folder.write("etc/secrets.yml", "database: postgresql://a:hunter22@h/d\n", mode: 0o600)
            let environments: [[String: String]] = [[:], ["TELECLAUDE_DATABASE_URL": "postgresql://u@h/d"]]
            for environment in environments {
                let error = try #require(folder.refusal(environment))
                #expect(error.code == .wrongType && error.place == "\(folder.path)/etc/secrets.yml:1", "\(error)")
                #expect(!"\(error)".contains("hunter22"))
            }
        }
    }

    @Test("a refused shape is corrected where it was written: in a variable, or a credential")
    func remediesOfShapes() async throws {
        try await machine { folder in
            for (name, remedy) in [
                ("TELECLAUDE__AGENTS__CLAUDE", ", or set TELECLAUDE__AGENTS__CLAUDE__ENABLED"),
                ("TELECLAUDE__DATABASE", ", or set TELECLAUDE__DATABASE__ENGINE"),
                ("TELECLAUDE__SERVER__BODY_BYTES__MAX", ", or set TELECLAUDE__SERVER__BODY_BYTES"),
                ("TELECLAUDE__PEOPLE__0__ROLE", ""),
            ] {
                let error = try #require(folder.refusal([name: "off"]))
                #expect(error.code == .wrongType && error.place == name, "\(error)")
                #expect(error.remedy == "unset \(name)\(remedy)")
            }
            try folder.write("creds/database", "x\n", mode: 0o400)
            let error = try #require(
                folder.refusal(["CREDENTIALS_DIRECTORY": "\(folder.path)/creds"], for: .daemon))
            #expect(error.place == "\(folder.path)/creds/database" && error.remedy == "remove this credential")
        }
    }

    @Test("an empty section of a later layer overrides nothing", arguments: ["{}", "", "null"])
    func emptySections(_ empty: String) async throws {
        try await machine { folder in
            try folder.write(
                "etc/secrets.yml", "database: \(empty)\nserver: \(empty)\nagents: \(empty)\n", mode: 0o600)
            let loaded = try folder.load()
            #expect("\(loaded.settings.database)".contains("db.example.org"))
            #expect(loaded.settings.server.bodyBytes == 2_048 && loaded.settings.agents["claude"] != nil)
            #expect(!loaded.remarks.contains { $0.message.contains("not a known key") })
        }
    }

    @Test("so does an empty section that is a known key itself", arguments: ["{}", "", "null"])
    func emptyKnownSections(_ empty: String) async throws {
        try await withSettingsFolder { folder in
            try folder.write(
                "etc/config.yml",
                """
                agents: {codex: {enabled: false, command: [x]}}
                adapters: {bot: {os_username: bot, platforms: [telegram]}}
                """)
            for lines in ["agents:\n  codex: \(empty)\nadapters: \(empty)\n", "adapters:\n  bot: \(empty)\n"] {
                try folder.write("etc/secrets.yml", lines, mode: 0o600)
                let loaded = try folder.load(for: .daemon)
                let codex = try #require(loaded.settings.agents["codex"])
                #expect(!codex.isEnabled && codex.command == ["x"])
                #expect(loaded.settings.adapters.map(\.name) == ["bot"])
                #expect(loaded.remarks.isEmpty, "\(loaded.remarks)")
            }
        }
    }

    @Test("sections without keys are as good as none")
    func sectionsWithoutKeys() async throws {
        try await withSettingsFolder { folder in
            try folder.write(
                "etc/config.yml", "people:\nagents:\ndatabase:\nserver: {}\nquotas:\nretention: {}\nadapters:\n")
            let loaded = try folder.load()
            #expect(loaded.settings.agents.isEmpty && loaded.settings.people.isEmpty && loaded.remarks.isEmpty)
            #expect(loaded.settings.server.idleSeconds == 60)
        }
    }

    @Test("a variable that sets an unknown key is reported")
    func unknownVariables() async throws {
        try await machine { folder in
            let loaded = try folder.load(["TELECLAUDE__SERVER__BODY_BYTE": "7", "TELECLAUDE__ELSEWHERE": "1"])
            let remarks = loaded.remarks.map(\.description)
            #expect(
                remarks.contains(
                    "TELECLAUDE__SERVER__BODY_BYTE: server.body_byte is not a known key: did you mean server.body_bytes?"
                ))
            #expect(remarks.contains("TELECLAUDE__ELSEWHERE: elsewhere is not a known key; it is kept"))
        }
    }

    @Test("people and agents are typed, and keep what else is said of them")
    func typed() async throws {
        try await machine { folder in
            let settings = try folder.load().settings
            #expect(settings.people.map(\.osUsername) == ["alice", "1001"])
            #expect(settings.people.map(\.role) == [.admin, .member])
            #expect(settings.people[0].extra == ["floor": SettingsValue(plain: "3")])
            #expect(
                settings.agents["claude"]
                    == Agent(
                        name: "claude", command: ["claude", "--verbose"], deliverKey: true,
                        keyVariable: "ANTHROPIC_API_KEY"))
            #expect(settings.agents["other"] == Agent(name: "other", keyVariable: "OTHER_KEY"))
        }
    }

    @Test("the daemon reads no file of a user's, however bad it is")
    func daemon() async throws {
        try await machine { folder in
            try folder.write("home/.teleclaude/config.yml", "people: []\n", mode: 0o666)
            let loaded = try folder.load(for: .daemon)
            #expect(loaded.files.count == 2)
            #expect(loaded.settings.preferences.thinkingMode == "slow")
        }
    }

    @Test("references are replaced in strings, never in secrets")
    func interpolation() async throws {
        try await machine { folder in
            let loaded = try folder.load(["HOME": "/h"])
            #expect(loaded.effective["computer.default_working_dir"]?.value.text == "/h/work/x")
            #expect(loaded.settings.secrets["database.password"] == "p${HOME}w")
            #expect(loaded.effective["computer.name"]?.value.text == "no")
        }
    }

    @Test("a reference that nobody knows stays and is reported; a person's file is told no secret")
    func unknownReferences() async throws {
        try await machine { folder in
            try folder.write(
                "home/.teleclaude/config.yml", "ui: {a: '${NOBODY}', b: '${ANTHROPIC_API_KEY}', c: '${WORKING_DIR}'}\n")
            let loaded = try folder.load(["HOME": "/h"])
            #expect(loaded.effective["ui.a"]?.value.text == "${NOBODY}")
            #expect(loaded.effective["ui.b"]?.value.text == "${ANTHROPIC_API_KEY}")
            #expect(loaded.effective["ui.c"]?.value.text == "/h/work")
            #expect(loaded.remarks.count { $0.message.contains("is not defined") } == 2)
        }
    }

    @Test("a secret is redacted wherever it was put, and never described")
    func redaction() async throws {
        try await machine { folder in
            try folder.write(
                "etc/config.yml",
                """
                database: {host: h}
                note: "key ${ANTHROPIC_API_KEY}"
                redis: {url: "redis://:hunter22@h/0"}
                discord: {token: "a***b"}
                whatsapp: {verify_token: yes}
                hooks: {subscriptions: [{target: {secret: plain}}]}
                """)
            let loaded = try folder.load()
            let shown = loaded.shown.all.map { "\($0.key)=\($0.value.document.canonical())" }.joined(separator: "\n")
            #expect(shown.contains("note=\"***\""))
            #expect(shown.contains("redis.url=\"redis://:***@h/0\""))
            #expect(shown.contains("discord.token=\"***\"") && shown.contains("whatsapp.verify_token=\"***\""))
            #expect(shown.contains("{\"secret\":\"***\"}"))
            #expect(!"\(loaded.settings.secrets)\(String(reflecting: loaded.settings))".contains("anthropic-secret"))
            var dumped = ""
            dump(loaded, to: &dumped)
            #expect(!dumped.contains("p${HOME}w") && !dumped.contains("a***b"))
            #expect(!dumped.contains("anthropic-secret") && dumped.contains("ANTHROPIC_API_KEY"))
        }
    }

    @Test("explain names the value, its place, and why the others lost")
    func explanation() async throws {
        try await machine { folder in
            let loaded = try folder.load(["TELECLAUDE__SERVER__BODY_BYTES": "4096"])
            let setting = try #require(try loaded.explain("server.body_bytes").settings.first)
            #expect(setting.value.text == "4096" && setting.layer == .environment)
            #expect(setting.place == "TELECLAUDE__SERVER__BODY_BYTES")
            #expect(setting.losers.map(\.layer) == [.standard, .system])
            #expect(setting.losers.last?.place == "\(folder.path)/etc/config.yml:4")
            #expect(setting.losers.last?.reason == "the environment layer comes before the system one")
            #expect(try loaded.explain("database.password").settings.first?.value.text == "***")
            #expect(throws: SettingsError.self) { try loaded.explain("servr.body_bytes") }
        }
    }

    @Test("an unknown key is kept and reported with what was probably meant")
    func unknownKeys() async throws {
        try await machine { folder in
            try folder.write("etc/secrets.yml", "", mode: 0o600)
            try folder.write(
                "etc/config.yml", "databse: {path: /x}\nserver: {body_byte: 7}\nmine: 1\ndiscord: x\n")
            let loaded = try folder.load(["TELECLAUDE_THINKING_MOD": "fast"])
            let messages = loaded.remarks.map(\.message)
            #expect(messages.contains("databse.path is not a known key: did you mean database.path?"))
            #expect(messages.contains("server.body_byte is not a known key: did you mean server.body_bytes?"))
            #expect(messages.contains("this variable sets nothing: did you mean TELECLAUDE_THINKING_MODE?"))
            #expect(messages.contains("discord is not a known key; it is kept"))
            #expect(loaded.effective["mine"]?.value == SettingsValue(plain: "1"))
        }
    }

    @Test("systemd's credentials come before secrets.yml")
    func credentials() async throws {
        try await machine { folder in
            try folder.write("creds/database.password", "from systemd\n", mode: 0o400)
            try folder.write("creds/OPENAI_API_KEY", "openai", mode: 0o400)
            // A name of dots alone is no key.
            try folder.write("creds/...", "nothing", mode: 0o400)
            let loaded = try folder.load(["CREDENTIALS_DIRECTORY": "\(folder.path)/creds"], for: .daemon)
            #expect(loaded.settings.secrets["database.password"] == "from systemd")
            #expect(loaded.settings.secrets["OPENAI_API_KEY"] == "openai")
            #expect(loaded.settings.secrets["ANTHROPIC_API_KEY"] == "anthropic-secret")
        }
    }

    @Test("what a client sends is taken from a list, and nothing else of it")
    func sentPreferences() async throws {
        try await machine { folder in
            let own = try folder.load().settings.preferences
            #expect(try Preferences.received(own.document.rendered()).preferences == own)
            let (preferences, ignored) = try Preferences.received(
                #"{"thinking_mode": "med", "people": [], "ui": {"token": "abc"}, "server": {"body_bytes": 1}}"#)
            #expect(preferences.thinkingMode == "med" && preferences.sections.isEmpty)
            #expect(ignored == ["people", "server.body_bytes", "ui.token"])
            #expect(throws: SettingsError.self) { try Preferences.received(#"{"thinking_mode": "quick"}"#) }
        }
    }
}
