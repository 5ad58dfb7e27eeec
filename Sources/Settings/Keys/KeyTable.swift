extension KnownKey {
    /// All known keys. If several patterns match a key, the first one counts.
    static let table: [KnownKey] = secrets + variables + ours + legacy + perUser

    private static let secrets: [KnownKey] =
        [
            "database.password", "discord.token", "whatsapp.access_token", "whatsapp.webhook_secret",
            "whatsapp.verify_token", "redis.password", "hooks.inbound.*.secret", "hooks.inbound.*.verify_token",
            "hooks.subscriptions.*.target.secret", "users.*.**", "credentials.*.**", "adapters.*.token",
            // Variables.
            "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "ELEVENLABS_API_KEY", "TELEGRAM_BOT_TOKEN",
            "DISCORD_BOT_TOKEN", "REDIS_PASSWORD", "WHATSAPP_ACCESS_TOKEN", "WHATSAPP_WEBHOOK_SECRET",
            "WHATSAPP_VERIFY_TOKEN", "BREVO_SMTP_USER", "BREVO_SMTP_PASS", "LIMITLESS_API_KEY", "FIRECRAWL_API_KEY",
        ].map { KnownKey($0, .secret) }

    /// The variables in the existing install's `.env` that are not secrets.
    private static let variables: [KnownKey] = [
        "WORKING_DIR", "TELECLAUDE_LOG_LEVEL", "TELEGRAM_USER_IDS", "TELEGRAM_SUPERGROUP_ID", "TELEGRAM_ALERT_USERNAME",
        "DISCORD_GUILD_ID", "DISCORD_*_CHANNEL_ID", "WHATSAPP_PHONE_NUMBER_ID", "WHATSAPP_TEMPLATE_*",
        "WHATSAPP_BUSINESS_NUMBER", "BREVO_SENDER_*", "API_TCP_PORT",
    ].map { KnownKey($0, .system) }

    private static let ours: [KnownKey] =
        [
            KnownKey("mode", .system, .word(["single-user", "system"])),
            KnownKey("people", .system, .list),
            KnownKey("database.engine", .system, .word(["sqlite", "postgresql"])),
            KnownKey("database.url", .system, .text),
            KnownKey("database.path", .system, .text),
            KnownKey("database.host", .system, .text),
            KnownKey("database.port", .system, .number(1...65_535)),
            KnownKey("database.dbname", .system, .text),
            KnownKey("database.user", .system, .text),
            KnownKey(
                "database.sslmode", .system,
                .word(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])),
            KnownKey("agents.default", .system, .text),
            KnownKey("agents.*.enabled", .system, .flag),
            KnownKey("agents.*.command", .system),
            KnownKey("agents.*.deliver_key", .system, .flag),
            KnownKey("agents.*.key", .system, .text),
            KnownKey("agents.*", .system),
            KnownKey("adapters.*.os_username", .system, .text),
            KnownKey("adapters.*.platforms", .system, .list),
            KnownKey("monitoring.os_username", .system, .text),
            KnownKey("retention.closed_sessions", .system, .duration),
        ] + Server.limits.map { KnownKey("server.\($0.name)", .system, .number($0.range)) }
        + Quotas.all.map { KnownKey("quotas.\($0.name)", .system, .number($0.range)) }

    /// The sections of the existing install that nothing here reads yet.
    private static let legacy: [KnownKey] = [
        "computer.name", "computer.user", "computer.role", "computer.bot_username", "computer.is_master",
        "computer.default_working_dir", "computer.timezone", "computer.host", "computer.trusted_dirs", "polling.**",
        "telegram.trusted_bots", "discord.enabled", "discord.guild_id", "discord.*_channel_id", "discord.categories.**",
        "whatsapp.enabled", "whatsapp.phone_number_id", "whatsapp.template_*", "whatsapp.business_number",
        "redis.enabled", "redis.url", "redis.max_connections", "redis.socket_timeout", "redis.*stream*", "project_name",
        "projects.**", "adapters.**", "hooks.**", "jobs.**", "git.**", "business.**", "deployment.**", "integrator.**",
        "channel_subscriptions.**", "event_domains.**",
    ].map { KnownKey($0, .system) }

    private static let perUser: [KnownKey] =
        [
            KnownKey("thinking_mode", .perUser, .word(Preferences.thinkingModes)),
            KnownKey("default_agent", .perUser, .text),
            KnownKey("default_model", .perUser, .text),
            KnownKey("subscriptions.**", .either),
            // A split puts values here that came from a wider file, if a narrower file had the same key.
            KnownKey("inherited.**", .either),
        ]
        + [
            "terminal.**", "ui.**", "notifications.**", "interests.**", "tts.**", "stt.**", "chiptunes.**",
            "experiments.**", "creds.**",
        ].map { KnownKey($0, .perUser) }
}
