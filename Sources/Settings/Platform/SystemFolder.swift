/// Where a system-wide installation is.
package struct SystemFolder: Sendable, Equatable {
    /// Of the system's `config.yml` and `secrets.yml`.
    package var settings: String
    package var state: String
    package var log: String
    /// Of documents and snippets for everybody.
    package var shared: String
    /// Of the daemon's socket.
    package var runtime: String

    package var socket: String { "\(runtime)/teleclaude.sock" }

    package static let ofLinux = SystemFolder(
        settings: "/etc/teleclaude", state: "/var/lib/teleclaude", log: "/var/log/teleclaude",
        shared: "/usr/local/share/teleclaude", runtime: "/run/teleclaude")

    /// `/etc` and `/var` are links there, and `/run` is not there at all.
    package static let ofMacOS = SystemFolder(
        settings: "/usr/local/etc/teleclaude", state: "/usr/local/var/lib/teleclaude",
        log: "/usr/local/var/log/teleclaude", shared: "/usr/local/share/teleclaude",
        runtime: "/usr/local/var/run/teleclaude")

    /// This machine's.
    package static var here: SystemFolder {
        #if os(macOS)
            ofMacOS
        #else
            ofLinux
        #endif
    }
}
