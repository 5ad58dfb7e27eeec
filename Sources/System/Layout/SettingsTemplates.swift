/// The initial settings files, which belong to the admin once they exist. They list the possible settings, and set none.
enum SettingsTemplates {
    static func settings(_ layout: SystemLayout) -> String {
        """
        # TeleClaude's settings for everybody on this machine. Secrets belong in secrets.yml beside this file.
        # `telec config check` checks them. The daemon rereads people and agents when it reloads; for everything else,
        # restart it.
        mode: system

        # Who may use TeleClaude. Anybody else on this machine may only ask who they are.
        # people:
        #   - {name: Alice, email: alice@example.org, os_username: alice, role: admin}

        # Without it: SQLite in \(layout.folders.state).
        # database: {url: "postgresql:///teleclaude"}

        # agents:
        #   default: claude

        """
    }

    static let secrets = """
        # Secrets for the daemon alone. This file belongs to root, with mode 0600.
        # database: {password: "…"}
        # ANTHROPIC_API_KEY: "…"

        """
}
