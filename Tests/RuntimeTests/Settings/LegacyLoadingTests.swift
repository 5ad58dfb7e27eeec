import Foundation
import TestSupport
import Testing

@testable import TCSettings

@Suite("the existing install's config.yml and .env load as they are")
struct LegacyLoadingTests {
    private func load<T>(_ body: (LoadedSettings, String) throws -> T) async throws -> T {
        try await withSettingsFolder { folder in
            let home = try LegacyHome.unpack(into: folder.path)
            let context = ProcessContext(
                environment: ["HOME": "/home/alex", "TELECLAUDE_CONFIG_PATH": "\(home)/teleclaude/config.yml"],
                home: home, uid: geteuid())
            return try body(try LoadedSettings.load(context, for: .daemon), home)
        }
    }

    @Test("files, mode, agents, secrets and the database")
    func typed() async throws {
        try await load { loaded, home in
            let settings = loaded.settings
            #expect(settings.mode == .singleUser)
            #expect(
                loaded.files == ["config.yml", "experiments.yml", ".env"].map { "\(home)/teleclaude/\($0)" })
            #expect(settings.agents.keys.sorted() == ["claude", "codex", "gemini"])
            #expect(settings.agents["codex"]?.isEnabled == false)
            #expect(settings.preferences.agent == "claude")
            #expect(settings.people.isEmpty)
            #expect("\(settings.database)" == "sqlite:\(home)/.teleclaude/teleclaude.db")
            #expect(settings.secrets["OPENAI_API_KEY"] == "sk-proj-FAKE-second-definition-wins")
            #expect(settings.secrets["discord.token"] == "FAKE.discord.token=with=equals")
            #expect(settings.secrets["redis.password"] == "FAKE$dollar\"quote")
            #expect(settings.secrets["whatsapp.webhook_secret"] == "")
            #expect(settings.preferences.sections["ui"]?["animations_enabled"] == SettingsValue(plain: "true"))
        }
    }

    @Test("values keep their types and every digit")
    func values() async throws {
        try await load { loaded, _ in
            let expected: [(String, SettingsValue)] = [
                ("computer.default_working_dir", SettingsValue(text: "~/teleclaude")),
                ("computer.host", SettingsValue(plain: "null")),
                ("discord.guild_id", SettingsValue(plain: "998877665544332211")),
                ("discord.help_desk_channel_id", SettingsValue(text: "1100000000000000001")),
                ("discord.categories.Team ✨", SettingsValue(plain: "1100000000000000003")),
                ("whatsapp.phone_number_id", SettingsValue(text: "${WHATSAPP_PHONE_NUMBER_ID}")),
                ("my_custom_key.when", SettingsValue(text: "2026-01-01")),
                ("chiptunes.volume", SettingsValue(plain: "0.8")),
                ("TELEGRAM_SUPERGROUP_ID", SettingsValue(text: "-1001234567890")),
                ("MULTI", SettingsValue(text: "line one\nline two")),
            ]
            for (key, value) in expected { #expect(loaded.effective[key]?.value == value, "\(key)") }
            let folders = loaded.effective["computer.trusted_dirs"]?.value.list
            #expect(folders?.first?["path"] == SettingsValue(text: "/home/alex/Projects"))
            #expect(folders?.first?["discord_forum"] == SettingsValue(plain: "1234567890123456789"))
            #expect(loaded.effective["experiments"]?.value.list?.count == 2)
        }
    }

    @Test("what is unknown is kept and reported, with its line")
    func remarks() async throws {
        try await load { loaded, home in
            let remarks = loaded.remarks.map { $0.description.replacing("\(home)/teleclaude/", with: "") }
            #expect(
                remarks == [
                    "config.yml: others can read the secrets in this file: chmod 600 config.yml",
                    "config.yml:53: my_custom_key.note is not a known key; it is kept",
                    "config.yml:53: my_custom_key.when is not a known key; it is kept",
                    ".env:19: MULTI is not a known key; it is kept",
                    "config.yml:26: whatsapp.phone_number_id: ${WHATSAPP_PHONE_NUMBER_ID} is not defined; it stays as it is",
                ])
            #expect(loaded.remarks.map(\.isFailure) == [true, false, false, false, false])
        }
    }
}
