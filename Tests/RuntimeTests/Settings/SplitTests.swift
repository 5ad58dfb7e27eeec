import Foundation
import TestSupport
import Testing

@testable import TCSettings

@Suite("an existing install split into layers")
struct SplitTests {
    private struct Split {
        var folder: SettingsFolder
        var home: String
        var plan: SettingsSplit
        var environment: [String: String]

        func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(folder.path)/out/\(name)", encoding: .utf8)
        }
    }

    /// Splits the settings in the fictitious user's home, after `change` has changed the home.
    private func split<T>(_ change: (String) throws -> Void = { _ in }, _ body: (Split) throws -> T) async throws -> T {
        try await withSettingsFolder { folder in
            let home = try LegacyHome.unpack(into: folder.path)
            try change(home)
            let environment = ["HOME": "/home/alex"]
            let plan = try SettingsSplit.plan(folder.context(environment), from: home)
            try plan.write(into: "\(folder.path)/out")
            return try body(Split(folder: folder, home: home, plan: plan, environment: environment))
        }
    }

    @Test("the layers load to what the one file and its .env loaded to, key by key")
    func sameSettings() async throws {
        try await split { split in
            var old = split.folder.context(split.environment)
            old.environment["TELECLAUDE_CONFIG_PATH"] = "\(split.home)/teleclaude/config.yml"
            var new = split.folder.context(split.environment)
            new.environment["TELECLAUDE_CONFIG_PATH"] = "\(split.folder.path)/out/config.yml"
            new.environment["TELECLAUDE_USER_CONFIG_PATH"] = "\(split.folder.path)/out/users/alex/config.yml"
            let before = try LoadedSettings.load(old, for: .client)
            let after = try LoadedSettings.load(new, for: .client)
            #expect(before.effective.all.count > 60)
            for setting in before.effective.all {
                #expect(after.effective.value(at: setting.key) == setting.value, "\(setting.key)")
            }
            #expect(after.settings.mode == .system && after.settings.people.count == 4)
            #expect(after.settings.agents == before.settings.agents)
            #expect(after.remarks.filter(\.isFailure).isEmpty)
            for name in before.settings.secrets.names {
                #expect(after.settings.secrets[name] == before.settings.secrets[name], "\(name)")
            }
        }
    }

    @Test("secrets are in secrets.yml alone, which was made with mode 0600, and are all there")
    func secrets() async throws {
        try await split { split in
            let secrets = try split.text("secrets.yml").replacing("\\\"", with: "\"")
            for secret in LegacyHome.secrets { #expect(secrets.contains(secret), "\(secret)") }
            for file in split.plan.files where file.target != .secrets {
                let text = try split.text(file.target.file)
                #expect(!text.contains("FAKE"), "\(file.target.file)")
            }
            let facts = try FileSystem.facts(of: "\(split.folder.path)/out/secrets.yml")
            #expect(facts.mode == 0o600)
            #expect(!split.plan.items.contains { "\($0.key) \($0.note ?? "") \($0.source)".contains("FAKE") })
        }
    }

    @Test("every key of the old files is in exactly one layer, types and references as they were")
    func oneLayer() async throws {
        try await split { split in
            let keys = split.plan.items.map { "\($0.target.file) \($0.key)" }
            #expect(Set(keys).count == keys.count)
            let system = try YAMLFile.parse(try split.text("config.yml"), path: "config.yml")
            #expect(system["computer"]?["default_working_dir"]?.scalar?.text == "${WORKING_DIR}")
            #expect(system["discord"]?["token"]?.scalar?.text == "${DISCORD_BOT_TOKEN}")
            #expect(system["discord"]?["guild_id"]?.scalar?.meaning == .integer(998_877_665_544_332_211))
            #expect(system["discord"]?["help_desk_channel_id"]?.scalar?.meaning == .text("1100000000000000001"))
            #expect(system["redis"]?["url"]?.scalar?.text == "redis://:${REDIS_URL_PASSWORD}@redis.example.org:6379/0")
            #expect(system["my_custom_key"]?["when"]?.scalar?.style == .plain)
            for member in system.map ?? [] { #expect(KnownKey.scope(of: Key([member.name])) != .perUser) }
            let user = try YAMLFile.parse(try split.text("users/alex/config.yml"), path: "config.yml")
            try LayerChecks.checkUser(Layer(.user, user, path: "config.yml"))
            #expect(user["inherited"]?["interests"]?["tags"]?.list?.count == 2)
        }
    }

    @Test("people: a folder of nobody's is reported and no user, os_usernames are not guessed, unknown keys reported")
    func people() async throws {
        try await split { split in
            #expect(
                split.plan.files.map(\.target.file) == [
                    "config.yml", "secrets.yml", "unclaimed/stranger/config.yml", "users/alex/config.yml",
                    "users/bea/config.yml",
                ])
            let messages = split.plan.remarks.map(\.message).joined(separator: "\n")
            for word in ["stranger", "my_custom_key.note", "MULTI", "tc-migrate transfer"] {
                #expect(messages.contains(word), "\(word)")
            }
            let system = try split.text("config.yml")
            #expect(!system.contains("os_username"))
        }
    }

    @Test("the originals stay as they are, byte for byte")
    func originals() async throws {
        try await withSettingsFolder { folder in
            let home = try LegacyHome.unpack(into: folder.path)
            let read = {
                try FileManager.default.subpathsOfDirectory(atPath: home).sorted().map { name in
                    (name, FileManager.default.contents(atPath: "\(home)/\(name)"))
                }
            }
            let before = try read()
            try SettingsSplit.plan(folder.context(), from: home).write(into: "\(folder.path)/out")
            let after = try read()
            #expect(before.elementsEqual(after) { $0.0 == $1.0 && $0.1 == $1.1 })
        }
    }

    @Test("root splits for somebody else", .enabled(if: geteuid() == 0, "only root can give files away"))
    func asRoot() async throws {
        try await withSettingsFolder { folder in
            let home = try LegacyHome.unpack(into: folder.path)
            for name in try FileManager.default.subpathsOfDirectory(atPath: home) + [""] {
                try #require(lchown("\(home)/\(name)", 4_321, 4_321) == 0)
            }
            #expect(try SettingsSplit.plan(folder.context(), from: home).files.count == 5)
        }
    }

    @Test("a wide install is split at once", .timeLimit(.minutes(2)))
    func wide() async throws {
        try await withSettingsFolder { folder in
            let jobs = (0..<8_000).map { "  k\($0): 1\n" }.joined()
            let people = (0..<1_000).map { "- {name: N\($0), os_username: u\($0)}\n" }.joined()
            try folder.write("home/.teleclaude/config.yml", "people:\n\(people)jobs:\n\(jobs)")
            try folder.write("home/.teleclaude/teleclaude.yml", "jobs:\n\(jobs)k: 1\n")
            let dotenv = (0..<2_000).map { "A\($0)=${HOME}/\($0)\n" }.joined()
            try folder.write("home/.teleclaude/.env", dotenv, mode: 0o600)
            let plan = try SettingsSplit.plan(folder.context(["HOME": "/h"]), from: "\(folder.path)/home")
            #expect(plan.items.count > 10_000 && plan.people.count == 1_000)
        }
    }

    @Test("of several items for one place the first stays, and a section is one place with what is in it")
    func onePlace() async throws {
        try await withSettingsFolder { folder in
            try folder.write(
                "home/.teleclaude/config.yml", "jobs: {a: {x: 1}, b: 2, c: 3}\nhooks: 1\nproject_name: one\n")
            try folder.write(
                "home/.teleclaude/teleclaude.yml",
                "jobs: {a: 1, b: {x: 2}, c: 3}\nhooks: {y: 2}\nproject_name: two\n")
            let plan = try SettingsSplit.plan(folder.context(), from: "\(folder.path)/home")
            let inherited = plan.items.filter { $0.key.parts[0] == "inherited" }.map(\.key.description)
            #expect(
                inherited.sorted() == [
                    "inherited.hooks.y", "inherited.jobs.a", "inherited.jobs.b.x", "inherited.project_name",
                ])
            #expect(plan.remarks.contains { $0.message.hasPrefix("jobs.c has the same value as ") })
        }
    }

    @Test("what is there already is not overwritten, and nothing is left behind")
    func existing() async throws {
        try await withSettingsFolder { folder in
            let home = try LegacyHome.unpack(into: folder.path)
            try folder.write("out/users/alex/config.yml", "mine: 1\n")
            let plan = try SettingsSplit.plan(folder.context(), from: home)
            #expect(throws: SettingsError.self) { try plan.write(into: "\(folder.path)/out") }
            let left = try FileManager.default.subpathsOfDirectory(atPath: "\(folder.path)/out").sorted()
            #expect(left == ["users", "users/alex", "users/alex/config.yml"])
            #expect(throws: SettingsError.self) {
                try SettingsSplit.plan(folder.context(), from: folder.path + "/etc")
            }
        }
    }

    @Test("an unknown key of the database is refused, as the programs refuse it that load the new files")
    func unknownDatabaseKey() async throws {
        for (file, text, line) in [
            ("config.yml", "x: 1\ndatabase: {path: x.db, sslmod: require}\n", 2),
            ("teleclaude.yml", "database:\n  dbnam: d\n", 2), (".env", "TELECLAUDE_DATABASE_SSLMOD=require\n", 1),
        ] {
            try await withSettingsFolder { folder in
                try folder.write("home/.teleclaude/\(file)", text, mode: 0o600)
                let error = #expect(throws: SettingsError.self) {
                    try SettingsSplit.plan(folder.context(), from: "\(folder.path)/home")
                }
                #expect(error?.code == .unknownDatabaseKey, "\(file)")
                #expect(error?.place == "\(folder.path)/home/.teleclaude/\(file):\(line)", "\(file)")
            }
        }
    }

    @Test(
        "awkward .env lines mean the same afterwards",
        arguments: [
            "A=${HOME}/x\nB=${A}/y", "A=${NOBODY:-z}", "A=${LATER}\nLATER=1", "A='it${HOME}'",
            "A=\"${OPENAI_API_KEY}x\"",
            "A=${b:-${c}}", "small=1\nB=${small}2", "A=yes\nB=12\nC= \nD=~", "DATA=postgresql://u:pw@h/d",
            "TELECLAUDE_DATABASE_PATH=/srv/x.db", "TELECLAUDE_DATABASE_URL=postgresql://u:pw123456@h/d",
            "A=\"quote ' \\\" and \\\\ \\n tab\\t\"",
        ])
    func dotenv(_ lines: String) async throws {
        try await split(
            { home in
                let path = "\(home)/teleclaude/.env"
                let text = try String(contentsOfFile: path, encoding: .utf8) + lines + "\n"
                let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                file.write(Data(text.utf8))
            },
            // Planning itself checks this: it refuses a split that would load to other settings.
            { #expect(!$0.plan.files.isEmpty) })
    }
}
