import TCSettings

/// What an installation lays down, as data: nothing here looks at a machine.
package struct SystemLayout: Sendable {
    package enum ServiceManager: Sendable { case systemd, launchd }

    /// Where the service's programs are.
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
        /// Those that the installation brings there; none where a package has brought them.
        package var copies: [Copy]

        package init(folder: String, copies: [Copy] = []) { (self.folder, self.copies) = (folder, copies) }

        package static let names = ["teleclauded", "telec", "tc-migrate"]
        /// Where programs are copied to.
        package static let usualFolder = "/usr/local/bin"
    }

    package var manager: ServiceManager
    package var programs: Programs

    package init(_ manager: ServiceManager, programs: Programs) {
        (self.manager, self.programs) = (manager, programs)
    }

    /// User and group have the same name.
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

    package var daemon: String { "\(programs.folder)/teleclauded" }
    package var secrets: String { "\(folders.settings)/secrets.yml" }
    /// What was installed: paths with digests, by which a later run knows what is ours.
    package var record: String { "\(folders.settings)/installed.sha256" }

    /// In the order in which they are made.
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
            // What sessions have said is nobody's but the daemon's.
            SystemEntry(.folder, folders.state, owner: .service, group: .service, mode: 0o700, isData: true),
            SystemEntry(.folder, folders.log, owner: reader, group: .service, mode: 0o750, isData: true),
        ]
    }

    /// Who reads the secrets and opens the log. systemd does both as root and hands them over, so that the daemon can neither change
    /// its secrets nor what it has logged, nor lead root elsewhere by a link in the log's place. launchd does not.
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
