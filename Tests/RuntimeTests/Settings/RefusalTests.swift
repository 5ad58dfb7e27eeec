import Foundation
import Testing

@testable import TCSettings

@Suite("settings that are refused")
struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var file: String
        var text: String
        var code: String
        var place: String
        var testDescription: String { "\(code): \(text)" }

        init(_ text: String, _ code: String, _ place: String, file: String = "etc/config.yml") {
            self.text = text
            self.code = code
            self.place = place
            self.file = file
        }
    }

    static let user = "home/.teleclaude/config.yml"

    @Test(
        "each with its file and line",
        arguments: [
            Case("people:\n- {name: A, os_username: a}\n- {name: B, os_username: a}", "duplicate_os_username", ":3"),
            Case("people:\n- {name: A}\n- {name: A}", "duplicate_person", ":3"),
            Case("people:\n- {name: A, role: amdin}", "unknown_role", ":2"),
            Case("people:\n- {name: A, role: public}", "unknown_role", ":2"),
            Case("people:\n- {role: admin}", "not_a_person", ":2"),
            Case("people: alice", "wrong_type", ":1"),
            Case("people:\n  alice: {name: Alice, role: admin}", "wrong_type", ":2"),
            Case("people: {alice: null}", "wrong_type", ":1"),
            Case("database: sqlite:foo.db", "wrong_type", ":1"),
            Case("database: []", "wrong_type", ":1"),
            Case("server: 5", "wrong_type", ":1"),
            Case("retention: 90d", "wrong_type", ":1"),
            Case("monitoring: bob", "wrong_type", ":1"),
            Case("agents: {codex: off}", "wrong_type", ":1"),
            Case("agents:\n  claude: /usr/bin/claude", "wrong_type", ":2"),
            Case("agents: {claude: [claude, -v]}", "wrong_type", ":1"),
            Case("quotas: {open_sessions: {x: 1}}", "wrong_type", ":1"),
            Case("agents: {default: {enabled: true}}", "wrong_type", ":1"),
            Case("thinking_mode: {x: slow}", "wrong_type", ":1", file: user),
            Case("server: {body_bytes: many}", "wrong_type", ":1"),
            Case("server:\n  idle_seconds: 0", "wrong_type", ":2"),
            Case("agents: {claude: {deliver_key: perhaps}}", "wrong_type", ":1"),
            Case("agents: {claude: {command: claude --x}}", "wrong_type", ":1"),
            Case("database: {engine: oracle}", "wrong_type", ":1"),
            Case("database: {url: 'sqlite:/x', path: /y}", "two_databases", ":1"),
            Case("database:\n  engine: sqlite\n  host: h", "wrong_part", ":3"),
            Case("database: {url: 'mysql://h/d'}", "database_url", ":1"),
            Case("database:\n  host: h\n  dbnam: d", "unknown_database_key", ":3"),
            Case("database: {host: h, dbname: d, sslmod: require}", "unknown_database_key", ":1"),
            Case("database: {zzzzzz: 1}", "unknown_database_key", ":1"),
            Case("database: {path: {x: 1}}", "wrong_type", ":1"),
            Case("database: {dbnam: d}", "unknown_database_key", ":1", file: user),
            Case("mode: single-user", "wrong_mode", ":1"),
            Case("b: 1\nx:\n  a: 1\n  a: 2", "not_yaml", ":3"),
            Case("a: [1", "not_yaml", ":2"),
            Case("- a\n- b", "not_settings", ":1"),
            Case("? [a]\n: b", "not_a_name", ":1"),
            Case("a: \"\\0\"", "not_text", ":1"),
            Case("thinking_mode: quick", "wrong_type", ":1", file: user),
            Case("\npeople: []", "system_key", ":2", file: user),
            Case("people: {}", "system_key", ":1", file: user),
            Case("ui: {}\ndatabase: {url: 'sqlite:/x'}", "system_key", ":2", file: user),
            Case("server: {idle_seconds: 5}", "system_key", ":1", file: user),
            Case("agents: {claude: {deliver_key: true}}", "system_key", ":1", file: user),
            Case("projects: {a: /x}", "system_key", ":1", file: user),
            Case("adapters: {}", "system_key", ":1", file: user),
            Case("OPENAI_API_KEY: x", "secret_in_user_file", ":1", file: user),
            Case("ui:\n  api_token: x", "secret_in_user_file", ":2", file: user),
            Case("tts: {services: [{accessKey: x, apiKey: y}]}", "secret_in_user_file", ":1", file: user),
            Case("ui: {note: 'use sk-abcdefgh'}", "secret_in_user_file", ":1", file: user),
            Case("ui: [ghp_abcdefgh]", "secret_in_user_file", ":1", file: user),
            Case("ui: [xoxb-12345-abc]", "secret_in_user_file", ":1", file: user),
            Case("ui: [AKIAIOSFODNN7EXAMPLE]", "secret_in_user_file", ":1", file: user),
            Case("ui: [AIzaSyabcdef]", "secret_in_user_file", ":1", file: user),
            Case("ui: |\n  -----BEGIN RSA PRIVATE KEY-----\n  x", "secret_in_user_file", ":1", file: user),
            Case("ui: 'redis://u:pw@h'", "secret_in_user_file", ":1", file: user),
        ])
    func refusal(_ bad: Case) async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", "project_name: x\n")
            try folder.write(bad.file, bad.text + "\n")
            let error = try #require(folder.refusal())
            #expect(error.code.rawValue == bad.code, "\(error)")
            #expect(error.place == "\(folder.path)/\(bad.file)\(bad.place)", "\(error)")
            #expect(!error.remedy.isEmpty)
        }
    }

    @Test(
        "a misspelt name of the database's is refused with what was meant, in a variable too",
        arguments: [
            ("TELECLAUDE_DATABASE_SSLMOD", "TELECLAUDE_DATABASE_SSLMODE"),
            ("TELECLAUDE_DATABASE_NAME", "TELECLAUDE_DATABASE_DBNAME"),
            ("TELECLAUDE__DATABASE__SSLMOD", "database.sslmode"),
        ])
    func misspeltVariables(_ name: String, _ meant: String) async throws {
        try await withSettingsFolder { folder in
            let error = try #require(folder.refusal([name: "require"], for: .daemon))
            #expect(error.code == .unknownDatabaseKey && error.place == name, "\(error)")
            #expect(error.remedy == "did you mean \(meant)?")
            #expect(try folder.load([name: ""]).remarks.allSatisfy { !$0.isFailure })
            try folder.write("home/.teleclaude/.env", "\(name)=require\n", mode: 0o600)
            let ofFile = try #require(folder.refusal(for: .daemon))
            #expect(ofFile.place == "\(folder.path)/home/.teleclaude/.env:1", "\(ofFile)")
        }
    }

    @Test("a variable that settings refer to may have any name")
    func referencedVariable() async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", "database: {host: h, dbname: '${TELECLAUDE_DATABASE_NAME}'}\n")
            let loaded = try folder.load(["TELECLAUDE_DATABASE_NAME": "shop"])
            #expect("\(loaded.settings.database)".contains("/shop"))
        }
    }

    @Test("no refusal repeats what may be a secret")
    func silence() async throws {
        try await withSettingsFolder { folder in
            for text in [
                "database: {url: 'postgresql://u:hunter22@h:x/d'}", "a: \"hunter22\nb: 1",
                "database: postgresql://u:hunter22@h/d", "database: hunter22",
            ] {
                try folder.write("etc/config.yml", text)
                let error = try #require(folder.refusal())
                #expect(!"\(error)".contains("hunter22"))
            }
        }
    }

    @Test("what is not a secret in a person's file is accepted; what looks like one is a warning")
    func accepted() async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", "project_name: x\n")
            try folder.write(
                Self.user,
                "ui: {language: sk-SK, strip_key: true, token: null}\ntts: {voice: Xk29fLq8Zp4RtY7uWm3N}\nmine: {a: 1}\n"
            )
            let loaded = try folder.load()
            #expect(
                loaded.remarks.map(\.message) == [
                    "mine.a is not a known key; it is kept",
                    "tts.voice looks like a secret: secrets don't belong in this file",
                ])
        }
    }

    @Test(
        "adapters of the existing install are ignored, with a warning",
        arguments: [
            ("adapters: telegram", "adapters"), ("adapters: [telegram, discord]", "adapters"),
            ("adapters: {bot: x}", "adapters.bot"), ("adapters: {telegram: true}", "adapters.telegram"),
        ])
    func oldAdapters(_ text: String, _ key: String) async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", text + "\n")
            let loaded = try folder.load()
            #expect(loaded.settings.adapters.isEmpty)
            #expect(loaded.remarks.map(\.message) == ["\(key) is no section of keys: it is kept, and ignored"])
        }
    }

    @Test(
        "a single value is refused where it would remove an earlier layer's adapter",
        arguments: ["adapters: telegram", "adapters: [telegram]", "adapters: {bot: true}"])
    func lostAdapter(_ text: String) async throws {
        try await withSettingsFolder { folder in
            let bot = "adapters: {bot: {os_username: bot, platforms: [telegram]}}\n"
            try folder.write("etc/config.yml", bot)
            try folder.write("etc/secrets.yml", text + "\n", mode: 0o600)
            let error = try #require(folder.refusal())
            #expect(error.code == .wrongType && error.place == "\(folder.path)/etc/secrets.yml:1", "\(error)")
            try folder.write("etc/config.yml", text + "\n")
            try folder.write("etc/secrets.yml", bot, mode: 0o600)
            #expect(try folder.load(for: .daemon).settings.adapters.map(\.name) == ["bot"])
        }
    }

    @Test("a wide file is read at once")
    func wide() async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", (0..<5_000).map { "jobs.k\($0): 1" }.joined(separator: "\n"))
            let start = ContinuousClock.now
            #expect(try folder.load().effective.all.count > 5_000)
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }

    @Test("beginnings of references without an end are read at once", .timeLimit(.minutes(1)))
    func unendedReferences() async throws {
        let text = String(repeating: "${", count: 100_000)
        try await withSettingsFolder { folder in
            try folder.write("home/.teleclaude/config.yml", "jobs: {a: '${HOME}\(text)'}\n")
            try folder.write("home/.teleclaude/.env", "A=${HOME}\(text)\nB=${A:-x\(text)\n", mode: 0o600)
            let loaded = try folder.load(["HOME": "/h"])
            #expect(loaded.effective["jobs.a"]?.value.text == "/h" + text)
            #expect(loaded.effective["A"]?.value.text == "/h" + text)
            #expect(throws: Never.self) { try SettingsSplit.plan(folder.context(), from: "\(folder.path)/home") }
        }
    }

    /// Each variable is twice the one before it: forty lines would be a terabyte.
    @Test("references that grow are refused at their place, wherever they are")
    func growing() async throws {
        let words = (1..<40).map { "\"${A\($0 - 1)}${A\($0 - 1)}\"" }
        let yaml = (["\"xxxxxxxxxxxxxxxx\""] + words).enumerated().map { "A\($0): \($1)\n" }.joined()
        let dotenv = (["\"xxxxxxxxxxxxxxxx\""] + words).enumerated().map { "A\($0)=\($1)\n" }.joined()
        let many = "A: \"\(String(repeating: "x", count: 60_000))\"\n"
        let wide = many + (0..<100).map { "B\($0): \"${A}\"\n" }.joined()
        let list = many + "ui: [" + Array(repeating: "\"${A}\"", count: 100).joined(separator: ", ") + "]\n"
        let long = many + "ui: {a: \"" + String(repeating: "${A}", count: 1_000) + "\"}\n"
        for text in [yaml, wide, list, long] {
            try await withSettingsFolder { folder in
                try folder.write("etc/config.yml", text)
                let error = try #require(folder.refusal())
                #expect(error.code == .tooLarge, "\(error)")
                #expect(error.place?.hasPrefix("\(folder.path)/etc/config.yml:") == true, "\(error)")
            }
        }
        try await withSettingsFolder { folder in
            try folder.write("home/.teleclaude/.env", dotenv, mode: 0o600)
            let error = try #require(folder.refusal())
            #expect(error.code == .tooLarge && error.place?.contains("/.env:") == true, "\(error)")
        }
    }

    @Test("aliases that repeat a long text are refused at their place")
    func repeated() async throws {
        let long = "a: &a \"\(String(repeating: "x", count: 60_000))\"\n"
        let values = "b: [" + Array(repeating: "*a", count: 100).joined(separator: ", ") + "]\n"
        let names = "b: [" + Array(repeating: "{? *a : 1}", count: 100).joined(separator: ", ") + "]\n"
        for more in [values, names] {
            try await withSettingsFolder { folder in
                try folder.write("etc/config.yml", long + more)
                let error = try #require(folder.refusal())
                #expect(error.code == .tooLarge && error.place == "\(folder.path)/etc/config.yml:1", "\(error)")
            }
        }
    }

    @Test("a file holds as many values as people write into it, but aliases of aliases make no more of it")
    func manyValues() async throws {
        let letters = Array("abcdefg")
        let bomb = letters.indices.map { at in
            let inside = at == 0 ? "x" : "*\(letters[at - 1])"
            return "\(letters[at]): &\(letters[at]) [\(Array(repeating: inside, count: 10).joined(separator: ", "))]\n"
        }
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", bomb.joined())
            #expect(folder.refusal()?.code == .tooManyValues)
        }
        try await withSettingsFolder { folder in
            let written = Array(repeating: "x", count: 30_000).joined(separator: ", ")
            try folder.write("etc/config.yml", "ui: {a: [\(written)]}\n")
            #expect(folder.refusal()?.code != .tooManyValues)
        }
    }

    @Test("references that grow are refused when settings are split, too")
    func growingWhileSplit() async throws {
        let chain = (1..<40).map { "A\($0): \"${A\($0 - 1)}${A\($0 - 1)}\"\n" }.joined()
        let many = "A: \"\(String(repeating: "x", count: 60_000))\"\n"
        let growing = "ui: {a: \"" + String(repeating: "${A}", count: 1_000) + "\"}\n"
        for text in ["A0: xxxxxxxxxxxxxxxx\n" + chain, many + growing] {
            try await withSettingsFolder { folder in
                try folder.write("home/.teleclaude/config.yml", text)
                let error = #expect(throws: SettingsError.self) {
                    try SettingsSplit.plan(folder.context(), from: "\(folder.path)/home")
                }
                #expect(error?.code == .tooLarge, "\(String(describing: error))")
            }
        }
        // The `.env` does not know the name, which config.yml makes long: the value is empty, and nothing grows.
        try await withSettingsFolder { folder in
            try folder.write("home/.teleclaude/config.yml", many)
            try folder.write("home/.teleclaude/.env", "B='\(String(repeating: "${A}", count: 1_000))'\n", mode: 0o600)
            #expect(throws: Never.self) { try SettingsSplit.plan(folder.context(), from: "\(folder.path)/home") }
        }
    }

    @Test("hostile files end in an error, not in a crash: deep, wide, endless and odd ones")
    func hostile() async throws {
        let deep = String(repeating: "[", count: 100_000)
        let laughs =
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + zip("bcdefghi", "abcdefgh").map { letter, before in
                "\(letter): &\(letter) [" + Array(repeating: "*\(before)", count: 10).joined(separator: ",") + "]"
            }.joined(separator: "\n")
        try await withSettingsFolder { folder in
            for text in [deep, laughs, "a: *nobody", "a: \u{FFFE}", String(repeating: "x", count: 5_000_000)] {
                try folder.write("etc/config.yml", text)
                #expect(folder.refusal()?.place?.hasPrefix("\(folder.path)/etc/config.yml") == true)
            }
        }
    }
}
