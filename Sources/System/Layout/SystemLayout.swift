import TCSettings

/// Everything that an installation lays down, as data. This type does not look at a machine.
package struct SystemLayout: Sendable {
    package enum ServiceManager: Sendable { case systemd, launchd }

    /// The places of the service's programs.
    package struct Programs: Sendable, Equatable {
        package struct Copy: Sendable, Equatable {
            package var name: String
            package var source: String
            package var digest: String

            package init(name: String, source: String, digest: String) {
                (self.name, self.source, self.digest) = (name, source, digest)
            }
        }

        package var folder: String
        /// The programs that the installation copies there; empty if a package has installed them.
        package var copies: [Copy]

        package init(folder: String, copies: [Copy] = []) { (self.folder, self.copies) = (folder, copies) }

        package static let names = ["teleclauded", "telec", "tc-migrate"]
        /// The folder to which programs are copied.
        package static let usualFolder = "/usr/local/bin"
    }

    package var manager: ServiceManager
    package var programs: Programs

    package init(_ manager: ServiceManager, programs: Programs) {
        (self.manager, self.programs) = (manager, programs)
    }

    /// The name of the service's user, which is also the name of its group.
    package var account: String {
        switch manager {
        case .systemd: "teleclaude"
        case .launchd: "_teleclaude"
        }
    }

    package var folders: SystemFolder {
        switch manager {
        case .systemd: .ofLinux
        case .launchd: .ofMacOS
        }
    }

    /// The files of the machine that get lines for the account.
    package var accountFiles: [String] {
        switch manager {
        case .systemd: AccountFiles.File.allCases.map(\.rawValue)
        case .launchd: []
        }
    }

    /// The places that the service's account reaches itself. What else there is the service manager reads, as root.
    var placesOfService: [String] { [folders.settings, folders.shared, folders.state, daemon] }

    package var daemon: String { "\(programs.folder)/teleclauded" }
    package var secrets: String { "\(folders.settings)/secrets.yml" }
    /// The path of the installation's record: paths with digests, by which a later run recognizes its own files.
    package var record: String { "\(folders.settings)/installed.sha256" }

    /// The entries, in the order in which they are created.
    package var entries: [SystemEntry] {
        [SystemEntry(.folder, folders.settings, mode: 0o755, isData: true)] + data + copies + service
    }

    private var data: [SystemEntry] {
        [
            SystemEntry(
                .settings(SettingsTemplates.settings(self)), "\(folders.settings)/config.yml", mode: 0o644, isData: true
            ),
            SystemEntry(
                .settings(SettingsTemplates.secrets), secrets, owner: reader, group: reader, mode: 0o600, isData: true),
            SystemEntry(.folder, folders.shared, mode: 0o755, isData: true),
            // Only the daemon may read what sessions have said.
            SystemEntry(.folder, folders.state, owner: .service, group: .service, mode: 0o700, isData: true),
            SystemEntry(.folder, folders.log, owner: reader, group: .service, mode: 0o750, isData: true),
        ]
    }

    /// The owner who reads the secrets and opens the log. systemd does both as root and passes them to the daemon. The daemon can
    /// therefore neither change its secrets or earlier lines of its log, nor redirect root by a link in the log's place. launchd
    /// offers no such way.
    private var reader: SystemEntry.Owner {
        switch manager {
        case .systemd: .root
        case .launchd: .service
        }
    }

    private var copies: [SystemEntry] {
        programs.copies.map { copy in
            SystemEntry(
                .program(from: copy.source, digest: copy.digest), "\(programs.folder)/\(copy.name)", mode: 0o755)
        }
    }

    private var service: [SystemEntry] {
        switch manager {
        case .systemd: SystemdUnits(self).entries
        case .launchd: LaunchdPropertyList(self).entries
        }
    }
}
