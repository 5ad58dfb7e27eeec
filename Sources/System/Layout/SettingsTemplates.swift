/// The initial settings files, which belong to the admin once they exist. They list the possible settings, and set none.
enum SettingsTemplates {
    static func settings(_ layout: SystemLayout) -> String {
        """
        # TeleClaude's settings for everybody on this machine. They hold no secret: secrets.yml beside this file does.
        # `telec config check` looks at them. The daemon reads people and agents anew when it is told to reload; for all else,
        # restart it.
        mode: system

        # Who may use TeleClaude. Whoever else is on this machine may ask who he is, and no more.
        # people:
        #   - {name: Alice, email: alice@example.org, os_username: alice, role: admin}

        # Without it: SQLite in \(layout.folders.state).
        # database: {url: "postgresql:///teleclaude"}

        # agents:
        #   default: claude

        """
    }

    static let secrets = """
        # What nobody but the daemon may know. This file stays root's, mode 0600.
        # database: {password: "…"}
        # ANTHROPIC_API_KEY: "…"

        """
}
