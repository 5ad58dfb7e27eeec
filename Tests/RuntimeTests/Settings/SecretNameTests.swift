import Dialects
import Testing

@testable import TCSettings

@Suite("how a secret is known")
struct SecretNameTests {
    @Test(
        "in a URL, behind a password too",
        arguments: ["token", "api_key", "sslpassword"])
    func behindAPassword(_ name: String) {
        let url = "https://user:abcdefgh@h/?\(name)=SEKRET"
        #expect(MaskedText.of(url) == "https://user:***@h/?\(name)=***")
        #expect(SecretDetector.holdsSecret("https://user:***@h/?\(name)=SEKRET"))
    }

    @Test(
        "by its key's name, however that is written",
        arguments: [
            "password", "passWord", "PassWords", "pass-word", "PASSWORD", "db_password", "dbPasswords", "passwd", "pwd",
            "smtpPass",
            "SMTP_PASS", "secret", "clientSecret", "client_secrets", "token", "accessToken", "ACCESS_TOKENS",
            "botTokens", "api_key",
            "apiKey", "APIKey", "apiKeys", "API_KEYS", "x-api-key", "apikey", "privateKey", "passphrase",
            "Authorization",
        ])
    func named(_ name: String) {
        #expect(SecretName.isOne(name))
        #expect(KnownKey.scope(of: Key(["anything", name])) == .secret)
        #expect(KnownKey.scope(of: Key(["anything", name, "3"])) == .secret)
    }

    @Test(
        "what only looks like one is none",
        arguments: [
            "monkey", "keyboard", "key", "keys", "hotkeys", "max_tokens", "maxTokens", "token_limit", "tokenizer",
            "bypass", "compass",
            "passed", "secretary", "author", "thinking_mode", "input_tokens", "shortcut_keys",
        ])
    func harmless(_ name: String) { #expect(!SecretName.isOne(name)) }

    @Test("what stands below a name is as secret as the name")
    func nested() {
        #expect(KnownKey.scope(of: Key("ui.passwords.alice")) == .secret)
        #expect(KnownKey.scope(of: Key("projects.accessTokens.0.github")) == .secret)
        #expect(KnownKey.scope(of: Key("ui.hot_keys.quit")) != .secret)
        #expect(KnownKey.scope(of: Key("agents.claude.deliver_key")) == .system)
    }

    @Test(
        "by what it says",
        arguments: [
            "tcs_0123456789abcdef", "see tcs_ab12 there", "Bearer abcdef", "bearer  eyJhbGciOi.x.y",
            "curl -H 'Authorization: Bearer xyz1'",
            "https://h/x?token=abc", "https://h/x?a=1&passWord=abc", "https://a.b/c then redis://u:hunter2@h",
            "PASSWORD=hunter2",
            #"{"apiKey": "abc"}"#, "X-Api-Key: abc", "password: hunter2", "the password: swordfish",
            "--db-password=x1y",
        ])
    func said(_ text: String) {
        #expect(SecretDetector.holdsSecret(text), "\(text)")
    }

    @Test(
        "prose is none",
        arguments: [
            "a token: what proves who calls", "max_tokens=4096", "Bearer", "https://h:8080/x", "redis://h/1", "sk-SK",
            "a key: value",
            "secrets.yml:3", "password=${PASSWORD}", "postgresql://u:***@h/d", "a bearer of news",
        ])
    func prose(_ text: String) { #expect(!SecretDetector.holdsSecret(text), "\(text)") }

    @Test("in what is said to people there are stars in its place")
    func masked() {
        for (text, expected) in [
            ("token tcs_0123456789abcdef0 is not valid", "token *** is not valid"),
            ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
            ("redis://u:one@h and amqp://u:two@h", "redis://u:***@h and amqp://u:***@h"),
            ("password=a1b2 token=c3d4", "password=*** token=***"),
            ("ghp_ABCDEFGHIJKLMNOP redis://u:pw12@h", "*** redis://u:***@h"),
            ("password=hunter22 sk-abcdefghijk Bearer abcdefgh", "password=*** *** Bearer ***"),
            ("token tcs_ab12cd, then -----BEGIN PRIVATE KEY-----\nx", "token ***, then ***"),
            (
                "https://x-access-token:abc@h/?password=hunter22 token=c3d4",
                "https://x-access-token:***@h/?password=*** token=***"
            ),
            ("password=tcs_ab12cd/more redis://u:tcs_ab12cd:x@h", "password=*** redis://u:***@h"),
            ("discord.token: nobody knows ${X}; it stays", "discord.token: nobody knows ${X}; it stays"),
        ] {
            #expect(SecretDetector.masked(text) == expected)
        }
        #expect(!"\(SettingsError(.unreadable, "can't be tcs_0123456789abcdef", remedy: "y"))".contains("tcs_"))
    }

    @Test("shown settings hold none, wherever it stands")
    func shown() async throws {
        try await withSettingsFolder { folder in
            try folder.write(
                "etc/config.yml",
                """
                projects:
                  passWord: hunter2-a
                  passwords: {alice: hunter2-b, deeper: {bob: hunter2-c}}
                  list: [{userToken: hunter2-d}, "Bearer hunter2-e", "tcs_hunter2-f", "https://a.b and redis://u:hunter2-g@h"]
                  headers: ["X-Api-Key: hunter2-h", {Authorization: hunter2-i}]
                  urls: ["https://h/?access_token=hunter2-j", "https://h/?q=1&passWord=hunter2-k"]
                """)
            let loaded = try folder.load()
            let text = loaded.shown.all.map { "\($0.key) \($0.value.document.rendered())" }.joined(separator: "\n")
            #expect(!text.contains("hunter2"), "\(text)")
            #expect(loaded.remarks.contains { $0.isFailure } && !"\(loaded.remarks)".contains("hunter2"))
        }
    }
}
