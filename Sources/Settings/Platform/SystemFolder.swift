/// Where the machine's own settings and state are.
enum SystemFolder {
    /// The folder of the system's `config.yml` and `secrets.yml`.
    static var settings: String {
        #if os(macOS)
            "/usr/local/etc/teleclaude"
        #else
            "/etc/teleclaude"
        #endif
    }

    static let state = "/var/lib/teleclaude"
    static let socket = "/run/teleclaude/teleclaude.sock"
}
