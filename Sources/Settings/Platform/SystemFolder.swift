/// The folders of a system-wide installation.
package struct SystemFolder: Sendable, Equatable {
    /// The folder of the system's `config.yml` and `secrets.yml`.
    package var settings: String
    package var state: String
    package var log: String
    /// The folder of documents and snippets for everybody.
    package var shared: String
    /// The folder of the daemon's socket.
    package var runtime: String

    package var socket: String { "\(runtime)/teleclaude.sock" }

    package static let ofLinux = SystemFolder(
        settings: "/etc/teleclaude", state: "/var/lib/teleclaude", log: "/var/log/teleclaude",
        shared: "/usr/local/share/teleclaude", runtime: "/run/teleclaude")

    /// The folders on macOS, where `/etc` and `/var` are links, and `/run` does not exist.
    package static let ofMacOS = SystemFolder(
        settings: "/usr/local/etc/teleclaude", state: "/usr/local/var/lib/teleclaude",
        log: "/usr/local/var/log/teleclaude", shared: "/usr/local/share/teleclaude",
        runtime: "/usr/local/var/run/teleclaude")

    /// The folders on this machine.
    package static var here: SystemFolder {
        #if os(macOS)
            ofMacOS
        #else
            ofLinux
        #endif
    }
}
