import Testing

@testable import TCSettings

@Suite("settings of adapters")
struct AdapterSettingsTests {
    private static let token = "tca_" + String(repeating: "a1", count: 20)

    @Test("an identity has one spelling")
    func spelling() {
        for (platform, text, id) in [
            (PlatformIdentity.Platform.telegram, "123", "123" as String?), (.telegram, "0123", nil),
            (.telegram, "", nil),
            (.telegram, "12 3", nil), (.telegram, String(repeating: "9", count: 21), nil), (.discord, "1", "1"),
            (.whatsapp, "+31612345678", "31612345678"), (.whatsapp, "++31612345678", nil), (.whatsapp, "+", nil),
            (.email, "A.B@Example.Org", "a.b@example.org"), (.email, "a@b@c", nil), (.email, "a@", nil),
            (.email, "\u{E9}@example.org", nil), (.email, String(repeating: "a", count: 250) + "@b.c", "aaa"),
            (.email, String(repeating: "a", count: 251) + "@b.c", nil),
        ] {
            let found = PlatformIdentity(platform, text)?.id
            #expect(found == id || id == "aaa" && found != nil, "\(platform) \(text)")
        }
    }

    private func load(_ config: String, secrets: String = "{}") async throws -> Settings {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", config)
            try folder.write("etc/secrets.yml", secrets, mode: 0o600)
            return try folder.load(for: .daemon).settings
        }
    }

    private func refusal(_ config: String, secrets: String = "{}") async throws -> String {
        do {
            _ = try await load(config, secrets: secrets)
            return "none"
        } catch let error as SettingsError { return error.code.rawValue }
    }

    @Test("what is an adapter, and what is the existing install's")
    func read() async throws {
        let config = """
            people: [{name: A, creds: {telegram: {user_id: 7, user_name: a}, discord: {user_id: "8"}, slack: {id: x}}}]
            adapters:
              chat: {os_username: bot, platforms: [telegram, discord]}
              old: {enabled: true}
            """
        let settings = try await load(config, secrets: "adapters: {chat: {token: \(Self.token)}}")
        #expect(settings.adapters == [Adapter(name: "chat", osUsername: "bot", platforms: [.telegram, .discord])])
        #expect(settings.people[0].identities.map(\.id).sorted() == ["7", "8"])
        #expect(!"\(settings)".contains(Self.token) && MaskedText.of("x \(Self.token) y") == "x *** y")
    }

    @Test("what is wrong is refused")
    func wrong() async throws {
        let chat = "adapters: {chat: {os_username: bot, platforms: [telegram]}}"
        for (config, secrets, code) in [
            ("adapters: {chat: {platforms: [telegram]}}", "{}", "adapter_incomplete"),
            ("adapters: {chat: {os_username: bot, platforms: []}}", "{}", "adapter_incomplete"),
            ("adapters: {chat: {os_username: bot, platforms: telegram}}", "{}", "wrong_type"),
            ("adapters: {chat: {os_username: bot, platforms: [telegramm]}}", "{}", "unknown_platform"),
            ("adapters: {'c h': {os_username: bot, platforms: [telegram]}}", "{}", "adapter_name"),
            (chat, "adapters: {chat: {token: tca_short}}", "adapter_token"),
            (chat, "adapters: {chat: {token: \(Self.token.dropFirst(4))}}", "adapter_token"),
            (
                "adapters: {a: {os_username: x, platforms: [email]}, b: {os_username: y, platforms: [email]}}",
                "adapters: {a: {token: \(Self.token)}, b: {token: \(Self.token)}}", "duplicate_adapter_token"
            ),
            ("people: [{name: A, creds: {telegram: {user_id: 07}}}]", "{}", "wrong_type"),
            ("people: [{name: A, creds: telegram}]", "{}", "wrong_type"),
            ("people: [{name: A, email: a@b.c}, {name: B, email: A@B.C}]", "{}", "duplicate_identity"),
        ] { #expect(try await refusal(config, secrets: secrets) == code, "\(config) \(secrets)") }
    }
}
